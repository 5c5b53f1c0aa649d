package algorithm

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// The whole catalogue as JSON, so that a change of any fact shows in a review. The newest version is written in full, each older one
// only where it differs from the next newer.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		a, _ := Lookup(name)
		got, err := json.MarshalIndent(goldenOf(a), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

type goldenVersion struct {
	Version
	LacksHyperparameters []string `json:",omitempty"`
	LacksMetrics         []string `json:",omitempty"`
}

func goldenOf(a Algorithm) any {
	type plain Algorithm
	golden := struct {
		plain
		Versions []goldenVersion
	}{plain: plain(a)}
	for i := len(a.Versions) - 1; i >= 0; i-- {
		v := goldenVersion{Version: a.Versions[i]}
		if i < len(a.Versions)-1 && len(v.Hyperparameters) > 0 {
			v.reduce(a.Versions[i+1])
		}
		golden.Versions = append(golden.Versions, v)
	}
	return golden
}

// reduce removes what is as in the newer version and notes what is not there.
func (v *goldenVersion) reduce(newer Version) {
	v.Hyperparameters, v.LacksHyperparameters = differences(v.Hyperparameters, newer.Hyperparameters,
		func(h Hyperparameter) string { return h.Name })
	v.Metrics, v.LacksMetrics = differences(v.Metrics, newer.Metrics, func(m Metric) string { return m.Name })
	v.Channels, _ = differences(v.Channels, newer.Channels, func(c Channel) string { return c.Name })
}

func differences[T any](list, newer []T, name func(T) string) (other []T, lacks []string) {
	text := func(x T) string {
		data, _ := json.Marshal(x)
		return string(data)
	}
	before, here := map[string]string{}, map[string]bool{}
	for _, x := range newer {
		before[name(x)] = text(x)
	}
	for _, x := range list {
		here[name(x)] = true
		if before[name(x)] != text(x) {
			other = append(other, x)
		}
	}
	for _, x := range newer {
		if !here[name(x)] {
			lacks = append(lacks, name(x))
		}
	}
	return other, lacks
}

// The counts are those of the containers: 53 hyperparameters and 33 metrics from 1.7-1 on; 0.90 lacks eleven of those and has silent.
func TestCounts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag                      string
		hyperparameters, metrics int
	}{
		{"1", 0, 0},
		{"0.90-2", 43, 18},
		{"1.7-1", 53, 33},
		{"3.0-5", 53, 33},
	}
	for _, test := range tests {
		v := version(t, test.tag)
		if len(v.Hyperparameters) != test.hyperparameters || len(v.Metrics) != test.metrics {
			t.Errorf("%s: %d hyperparameters and %d metrics, want %d and %d", test.tag, len(v.Hyperparameters), len(v.Metrics),
				test.hyperparameters, test.metrics)
		}
	}
}

// Every default and both ends of every recommended range are values that the container accepts, every name is unique, and every
// interval's text was understood.
func TestCatalogueHoldsTogether(t *testing.T) {
	t.Parallel()
	a, _ := Lookup("xgboost")
	for _, v := range a.Versions {
		seen := map[string]bool{}
		for _, h := range v.Hyperparameters {
			for _, name := range append([]string{h.Name}, h.Aliases...) {
				if seen[name] {
					t.Errorf("%s: %s is there twice", v.Tag, name)
				}
				seen[name] = true
			}
			if h.Description == "" || h.Range.Text == "" || h.Range.Values == nil && h.Range.Min == nil {
				t.Errorf("%s: %s has no description or range", v.Tag, h.Name)
			}
			texts := []string{}
			if h.Default != "" {
				texts = append(texts, h.Default)
			}
			if h.Recommended != nil {
				texts = append(texts, number(h.Recommended.Min), number(h.Recommended.Max))
			}
			for _, text := range texts {
				value, err := h.parse(text)
				if err == nil {
					err = h.checkRange(value)
				}
				// AWS recommends eta from 0.1 and num_round from 1; all recommended ends lie within the ranges.
				if err != nil {
					t.Errorf("%s: %s does not accept %s: %v", v.Tag, h.Name, text, err)
				}
			}
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	a, _ := Lookup("xgboost")
	for tag, want := range map[string]string{"": "3.0-5", "latest": "1", "1.7-1": "1.7-1"} {
		v, err := a.Version(tag)
		if err != nil || v.Tag != want {
			t.Errorf("Version(%q) is %s, %v; want %s", tag, v.Tag, err, want)
		}
	}
	_, err := a.Version("1.7")
	want := `find xgboost version "1.7": no such version, there are 1, 0.90-1, 0.90-2, 1.0-1, 1.2-1, 1.2-2, 1.3-1, 1.5-1, 1.7-1, 3.0-5, 3.2-0`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	trainable := map[string]string{}
	for _, v := range a.Versions {
		if v.Trainable {
			trainable[v.Tag] = v.LibraryVersion
		}
	}
	if diff := cmp.Diff(map[string]string{"1.7-1": "1.7.4", "3.0-5": "3.0.5"}, trainable); diff != "" {
		t.Errorf("trainable (-want +got):\n%s", diff)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for word, want := range map[string][]string{
		"xgbost": {"xgboost"}, "XGBoost": {"xgboost"}, "xgb": {"xgboost"}, "linear-learner": nil, "": nil,
	} {
		if diff := cmp.Diff(want, Nearest(word)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", word, diff)
		}
	}
}

// Expressions work in Go too, and find the numbers of lines as the container prints them, with tabs written #011. The first line is
// from a run of the container 1.7-1, the second shows what nan and exponents do.
func TestMetricRegexes(t *testing.T) {
	t.Parallel()
	v := version(t, "1.7-1")
	tests := []struct{ name, line, service, container string }{
		{"logloss", "[0]#011train-logloss:0.63662#011validation-logloss:0.64244", "0.64244", "0.64244"},
		{"rmse", "[12]#011train-rmse:1.5e+10#011validation-rmse:-2.5e-07", "-2.5e-07", "-2.5e-07"},
		{"rmse", "[12]#011train-rmse:1.0#011validation-rmse:nan", "", "nan"},
		{"rmse", "[1]\ttrain-rmse:1.0\tvalidation-rmse:2.0", "", ""},
	}
	for _, test := range tests {
		m, ok := v.Metric("validation:" + test.name)
		if !ok {
			t.Fatalf("no metric %s", test.name)
		}
		if got := capture(m.Regex(), test.line); got != test.container {
			t.Errorf("container's regex on %q gives %q, want %q", test.line, got, test.container)
		}
		for _, d := range v.MetricDefinitions(map[string]string{"eval_metric": test.name}) {
			if got := capture(d.Regex, test.line); d.Name == m.ObjectiveName() && got != test.service {
				t.Errorf("service's regex on %q gives %q, want %q", test.line, got, test.service)
			}
		}
	}
}

func capture(expression, line string) string {
	found := regexp.MustCompile(expression).FindStringSubmatch(line)
	if found == nil {
		return ""
	}
	return found[1]
}

// The counts, ends and expression are those of the public Describe outputs.
func TestMetricDefinitions(t *testing.T) {
	t.Parallel()
	names := func(tag string, raw map[string]string) (all []string) {
		for _, d := range version(t, tag).MetricDefinitions(raw) {
			all = append(all, d.Name)
			if len(d.Regex) > 500 {
				t.Errorf("%s: the expression is longer than the API allows", d.Name)
			}
			if _, err := regexp.Compile(d.Regex); err != nil { // an engine relies on it without asking again
				t.Errorf("%s: %v", d.Name, err)
			}
		}
		return all
	}
	if got := names("0.90-1", map[string]string{"objective": "reg:linear"}); len(got) != 34 || got[0] != "train:mae" || got[33] != "validation:gamma-nloglik" {
		t.Errorf("0.90-1: %d: %v", len(got), got)
	}
	squared := names("1.5-1", map[string]string{"objective": "reg:squarederror"})
	if len(squared) != 27 || squared[0] != "train:mae" || squared[26] != "validation:gamma-nloglik" {
		t.Errorf("1.5-1: %d: %v", len(squared), squared)
	}
	first := version(t, "1.5-1").MetricDefinitions(nil)[0]
	want := MetricDefinition{"train:mae", `.*\[[0-9]+\].*#011train-mae:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`}
	if first != want {
		t.Errorf("got %v, want %v", first, want)
	}
	extra := names("3.0-5", map[string]string{"objective": "reg:squarederror", "eval_metric": "mape,rmse,error@0.7"})
	if diff := cmp.Diff(append(squared, "train:mape", "validation:mape"), extra); diff != "" {
		t.Errorf("with mape (-want +got):\n%s", diff)
	}
	if got := names("1", nil); got != nil {
		t.Errorf("1: %v", got)
	}
	a, _ := Lookup("xgboost")
	for _, v := range a.Versions {
		objective, _ := v.Hyperparameter("objective")
		for _, value := range objective.Range.Values {
			if got := names(v.Tag, map[string]string{"objective": value}); len(got) > 40 {
				t.Errorf("%s %s: %d definitions, the API allows 40", v.Tag, value, len(got))
			}
		}
	}
}

// Default metrics as measured on the libraries.
func TestDefaultMetrics(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ objective, v090, v17, v30 string }{
		{"binary:logistic", "error", "logloss", "logloss"},
		{"binary:logitraw", "auc", "logloss", "logloss"},
		{"binary:hinge", "error", "error", "error"},
		{"reg:gamma", "gamma-nloglik", "gamma-nloglik", "gamma-deviance"},
		{"multi:softprob", "merror", "mlogloss", "mlogloss"},
		{"rank:pairwise", "map", "map", "ndcg@32"},
		{"rank:map", "map", "map", "map@32"},
		{"", "rmse", "rmse", "rmse"},
		{"reg:absoluteerror", "", "mae", "mae"},
		{"survival:cox", "cox-nloglik", "cox-nloglik", "cox-nloglik"},
		{"nonsense", "", "", ""},
	} {
		for tag, want := range map[string]string{"0.90-2": test.v090, "1.7-1": test.v17, "3.0-5": test.v30} {
			if got := version(t, tag).DefaultMetric(test.objective); got != want {
				t.Errorf("%s %q: %q, want %q", tag, test.objective, got, want)
			}
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	for b.Loop() {
		a, _ := Lookup("xgboost")
		v, _ := a.Version("")
		if _, err := v.Validate(with("eta", "0.1", "objective", "binary:logistic", "eval_metric", "auc")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		Lookup("xgboost")
	}
}

func BenchmarkParseImage(b *testing.B) {
	for b.Loop() {
		ParseImage("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1")
	}
}
