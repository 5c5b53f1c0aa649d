package metric

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The line, the expression and the float32 rounding are those of a real XGBoost job's Describe answer.
func TestXGBoostLine(t *testing.T) {
	t.Parallel()
	s, err := New([]Definition{
		{"train:rmse", `.*\[[0-9]+\].*#011train-rmse:(\S+)`},
		{"validation:rmse", `.*\[[0-9]+\].*#011validation-rmse:(\S+)`},
		{"validation:auc", `.*\[[0-9]+\].*#011validation-auc:(\S+)`},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1574293123456)
	s.Scan("[0]#011train-rmse:8.00000#011validation-rmse:9.00000", at.Add(-time.Second))
	got := s.Scan("[1]#011train-rmse:0.06942#011validation-rmse:0.5", at)
	want := []Point{{"train:rmse", 0.06942, at}, {"validation:rmse", 0.5, at}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	final := []Point{
		{"train:rmse", 0.06942000240087509, time.Unix(1574293123, 0)},
		{"validation:rmse", 0.5, time.Unix(1574293123, 0)},
	}
	if diff := cmp.Diff(final, s.Final()); diff != "" {
		t.Errorf("final (-want +got):\n%s", diff)
	}
}

func TestNotANumberIsNoPoint(t *testing.T) {
	t.Parallel()
	s, err := New([]Definition{{"loss", `loss=(\S+)`}})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"loss=", "loss=abc", "no loss", "loss=-", "loss=e5"} {
		if got := s.Scan(line, time.Time{}); got != nil {
			t.Errorf("Scan(%q) = %v, want none", line, got)
		}
	}
	if got := s.Scan("loss=1e400", time.Time{}); len(got) != 1 {
		t.Errorf("an overflowing number is infinity; got %v", got)
	}
}

func TestNumberEndsWhereItEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"0.1,": 0.1, "1e-3;": 1e-3, ".5)": .5, "-2.#011x": -2, "3 ms": 3, "1e": 1, "7%": 7,
	} {
		if got, ok := number(text); !ok || got != want {
			t.Errorf("number(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
}

func TestBadExpressionNamesItsDefinition(t *testing.T) {
	t.Parallel()
	_, err := New([]Definition{{"f1", `f1=(`}})
	if err == nil || err.Error() != "metric definition \"f1\": error parsing regexp: missing closing ): `f1=(`" {
		t.Errorf("err = %v", err)
	}
}

func TestLiteralOf(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`.*\[[0-9]+\].*#011validation-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`: "#011validation-rmse:",
		`loss=(\S+)`:      "loss=",
		`(accuracy: )+\d`: "accuracy: ",
		`(?:ab){2,}c`:     "ab",
		`a|b`:             "",
		`(?i)loss=(\S+)`:  "",
		`(?:loss=)?(\S+)`: "",
		`(?:loss=)*(\S+)`: "",
		"\uFFFDab?":       "",
		`(`:               "",
	} {
		if got := literalOf(expression); got != want {
			t.Errorf("literalOf(%q) = %q, want %q", expression, got, want)
		}
	}
}

// What is skipped for want of the literal would not have matched.
func FuzzScan(f *testing.F) {
	f.Add("[1]#011train-rmse:0.5", `train-rmse:(\S+)`)
	f.Add("\xff0.5", "\uFFFD(\\S+)")
	f.Add("LOSS=1", `(?i)loss=(\S+)`)
	f.Fuzz(func(t *testing.T, line, expression string) {
		s, err := New([]Definition{{"m", expression}})
		if err != nil {
			return
		}
		got := s.Scan(line, time.Time{})
		s.Final()
		m := regexp.MustCompile(expression).FindStringSubmatch(line)
		if len(m) < 2 {
			m = []string{"", "none"}
		}
		if _, ok := number(m[1]); ok != (len(got) == 1) {
			t.Errorf("Scan(%q) with %q = %v, and the expression finds %q", line, expression, got, m[1])
		}
	})
}

func BenchmarkScan(b *testing.B) {
	metrics := []string{
		"accuracy", "accuracy_topk", "auc", "aucpr", "balanced_accuracy", "error", "f1", "logloss", "mae", "map", "merror", "mlogloss", "mse", "ndcg", "rmse",
	}
	var definitions []Definition
	for _, data := range []string{"train", "validation"} {
		for _, m := range metrics {
			regex := `.*\[[0-9]+\].*#011` + data + "-" + m + `:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`
			definitions = append(definitions, Definition{data + ":" + m, regex})
		}
	}
	s, err := New(definitions)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.Scan("[17]#011train-rmse:2.06942#011validation-rmse:2.24100", time.Time{})
	}
}
