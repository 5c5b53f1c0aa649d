package metric

import (
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

func FuzzScan(f *testing.F) {
	f.Add("[1]#011train-rmse:0.5", `train-rmse:(\S+)`)
	f.Fuzz(func(t *testing.T, line, regex string) {
		if s, err := New([]Definition{{"m", regex}}); err == nil {
			s.Scan(line, time.Time{})
			s.Final()
		}
	})
}
