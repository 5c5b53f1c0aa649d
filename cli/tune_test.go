//go:build !sagefly_task

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/awsjson"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestParseVary(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]varied{
		"n=2..10":                 {name: "n", given: "2..10", low: 2, high: 10, whole: true},
		"n=-3..+4":                {name: "n", given: "-3..+4", low: -3, high: 4, whole: true},
		"x=0.1..1":                {name: "x", given: "0.1..1", low: 0.1, high: 1},
		"x=1e-3..1:log":           {name: "x", given: "1e-3..1:log", low: 0.001, high: 1, scale: scaleLog},
		"x=.5..2.:linear":         {name: "x", given: ".5..2.:linear", low: 0.5, high: 2, scale: scaleLinear},
		"x=0.9..0.999:reverselog": {name: "x", given: "0.9..0.999:reverselog", low: 0.9, high: 0.999, scale: scaleReverse},
		"b=gbtree,dart":           {name: "b", given: "gbtree,dart", words: []string{"gbtree", "dart"}},
		"b=1,2":                   {name: "b", given: "1,2", words: []string{"1", "2"}},
		"o=reg:squarederror,a=b":  {name: "o", given: "reg:squarederror,a=b", words: []string{"reg:squarederror", "a=b"}},
		"p=../a,../b":             {name: "p", given: "../a,../b", words: []string{"../a", "../b"}},
		"m=u@x,v":                 {name: "m", given: "u@x,v", words: []string{"u@x", "v"}},
		"r=0..0.5@booster=dart":   {name: "r", given: "0..0.5@booster=dart", high: 0.5, parent: "booster", in: []string{"dart"}},
		"r=a,b@k=x,y":             {name: "r", given: "a,b@k=x,y", words: []string{"a", "b"}, parent: "k", in: []string{"x", "y"}},
		"r=1..5:log@depth=2,3":    {name: "r", given: "1..5:log@depth=2,3", low: 1, high: 5, whole: true, scale: scaleLog, parent: "depth", in: []string{"2", "3"}},
	} {
		got, err := parseVary(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if d := cmp.Diff(want, *got, cmp.AllowUnexported(varied{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}

func TestParseVaryRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "x", "x=", "=1..2", "x=1", "x=a", "x=a,,b", "x=a,a", "x=2..1", "x=1..1", "x=a..b", "x=1..", "x=..1", "x=NaN..1", "x=0..Inf", "x=0x1..0x2", "x=1_0..20",
		"x=1e999..2e999", "x=1..99999999999999999999", "x=0..1:log", "x=-1..1:log", "x=0..1:reverselog", "x=1..2:reverselog", "x=0.1..1:lag", "x=1..2@", "x=1..2@k=", "x=1..2@k=a,", "x=1..2..3",
		"x=" + strings.Repeat("a,", 30) + strings.Repeat("b,", 1) + "c",
	} {
		if v, err := parseVary(text); err == nil {
			t.Errorf("%q became %+v", text, v)
		}
	}
	for _, list := range [][]string{
		{"a=1..2", "a=1..3"}, {"a=1..2@b=1"}, {"a=1..2@a=1"}, {"a=1..2@b=3", "b=1..2"}, {"a=1..2@b=1", "b=0.5..1"}, {"a=1..2@b=1", "b=1..2@a=1"},
	} {
		if _, err := parseVaries(list); err == nil {
			t.Errorf("%q was taken", list)
		}
	}
}

// A range that is taken is one that the library and so the API takes.
func FuzzVary(f *testing.F) {
	for _, s := range []string{"eta=0.1..0.5:log", "n=1..2@b=x", "b=a,b", "x=..", "x=1e308..1e309", "x=-0..0", "=@=", "x=0.5..0.9:reverselog@a=b=c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseVary(text)
		if err != nil {
			if _, ok := errors.AsType[*Problem](err); !ok {
				t.Errorf("%q: %v is no problem for people", text, err)
			}
			return
		}
		if !strings.HasPrefix(text, v.name+"=") {
			t.Errorf("%q is named %q", text, v.name)
		}
		if v.words == nil && !(v.low < v.high) {
			t.Errorf("%q goes from %g to %g", text, v.low, v.high)
		}
		for _, end := range v.ends() {
			if !v.holds(end) {
				t.Errorf("%q does not hold its own end %q", text, end)
			}
		}
		if again, err := parseVary(v.name + "=" + v.given); err != nil || !cmp.Equal(v, again, cmp.AllowUnexported(varied{})) {
			t.Errorf("%q is read otherwise the second time: %v", text, err)
		}
	})
}

func TestReadObjective(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"minimize:validation:rmse": {"minimize", "validation:rmse"}, "Maximize:acc": {"maximize", "acc"}, "min:loss": {"minimize", "loss"},
		"validation:rmse": {"", "validation:rmse"}, "loss": {"", "loss"},
	} {
		d, metric, err := readObjective(text)
		if err != nil || string(d) != want[0] || metric != want[1] {
			t.Errorf("%s: %s %s %v", text, d, metric, err)
		}
	}
	for _, bad := range []string{"minimize:", "max:"} {
		if _, _, err := readObjective(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// The objectives that follow from hyperparameters, by XGBoost's documentation of its learning task parameters.
func TestDerivedObjective(t *testing.T) {
	t.Parallel()
	v, err := findVersion("xgboost")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set      map[string]string
		metric   string
		maximize bool
	}{
		{map[string]string{}, "validation:rmse", false},
		{map[string]string{"objective": "binary:logistic"}, "validation:logloss", false},
		{map[string]string{"objective": "binary:logistic", "eval_metric": "auc"}, "validation:auc", true},
		{map[string]string{"objective": "multi:softmax"}, "validation:mlogloss", false},
		{map[string]string{"eval_metric": "mae"}, "validation:mae", false},
	} {
		o, err := builtinObjective(v, "", c.set, true)
		if err != nil || o.Metric() != c.metric || o.Maximizes() != c.maximize {
			t.Errorf("%v: %s, maximized %v, %v", c.set, o.Metric(), o.Maximizes(), err)
		}
	}
}

func tuneApp(t *testing.T) (*app, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	return newApp(IO{In: strings.NewReader(""), Out: &out, Err: &out, Env: func(string) string { return "" }}), &out
}

// The request of a search is compared with a file that was checked by hand against the API reference.
func TestTuningRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "d.csv")
	if err := os.WriteFile(data, []byte("1,2\n3,4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	given := []string{"jobs", "parallel", "seed", "target", "patience"}
	o := &tuneFlags{
		trainFlags:  trainFlags{verb: "tune", name: "golden", train: data, validation: data, set: []string{"num_round=50"}, instance: defaultInstance, maxRuntime: time.Hour, scriptFlags: scriptFlags{instances: 1}, tags: []string{"a=b"}},
		searchFlags: searchFlags{jobs: 12, parallel: 3, seed: 0, changed: func(f string) bool { return slices.Contains(given, f) }},
		vary:        []string{"eta=0.01..0.5:log", "max_depth=2..10", "booster=gbtree,dart", "rate_drop=0..0.5@booster=dart", "lambda=0..10"},
		try:         []string{"eta=0.3,max_depth=6,booster=gbtree"},
		earlyStop:   true, target: 1.5, patience: 5,
	}
	a, _ := tuneApp(t)
	s, err := a.tuneBuiltin(t.Context(), []string{"xgboost"}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.discard()
	space, err := builtinSpaceOf(a, o)
	if err != nil {
		t.Fatal(err)
	}
	config, err := o.builtinConfig(space)
	if err != nil {
		t.Fatal(err)
	}
	w, err := o.wireTuning(&sagemaker.CreateTrainingJobInput{
		TrainingJobName: &s.name, HyperParameters: map[string]string{"num_round": "50", "eta": "0.7"},
		AlgorithmSpecification: &types.AlgorithmSpecification{TrainingInputMode: types.TrainingInputModeFile},
	}, config)
	if err != nil {
		t.Fatal(err)
	}
	wantSearch := &container.Search{
		Conditions: map[string]container.Condition{"rate_drop": {Parameter: "booster", In: []string{"dart"}}},
		Start:      []map[string]string{{"eta": "0.3", "max_depth": "6", "booster": "gbtree", "lambda": "1"}}, // lambda: the library's default
	}
	if d := cmp.Diff(wantSearch, w.extra); d != "" {
		t.Errorf("search (-want +got):\n%s", d)
	}
	golden(t, "testdata/tune.json", awsjson.Tree(w.request))
}

func builtinSpaceOf(a *app, o *tuneFlags) (*builtinSpace, error) {
	b, err := a.builtin([]string{"xgboost"}, &o.trainFlags)
	if err != nil {
		return nil, err
	}
	all, err := parseVaries(o.vary)
	if err != nil {
		return nil, err
	}
	return b.space(all)
}

func golden(t *testing.T, path string, tree any) {
	t.Helper()
	got, err := json.MarshalIndent(tree, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// Without --vary everything that AWS recommends a range for is searched, but for what is set.
func TestRecommendedSpace(t *testing.T) {
	t.Parallel()
	v, err := findVersion("xgboost")
	if err != nil {
		t.Fatal(err)
	}
	s, err := builtin{version: v, set: map[string]string{"num_round": "10", "learning_rate": "0.1"}}.space(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range s.varied {
		got[v.name] = v.rangeText()
	}
	// https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html, without num_round and eta
	want := map[string]string{
		"alpha": "0 … 1000", "colsample_bylevel": "0.1 … 1", "colsample_bynode": "0.1 … 1", "colsample_bytree": "0.5 … 1", "gamma": "0 … 5", "lambda": "0 … 1000",
		"max_delta_step": "0 … 10", "max_depth": "0 … 10", "min_child_weight": "0 … 120", "subsample": "0.5 … 1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTuningName(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, base := range []string{"xgboost", "a-script-with-a-long-name", "abcdefghij-", "ab"} {
		name, err := tuningNameOf("", base, at)
		if err != nil || len(name) > 32 || !tuningName.MatchString(name) || !strings.HasPrefix(name, base[:2]) {
			t.Errorf("%s: %q, %v", base, name, err)
		}
	}
	for _, bad := range []string{"-a", "a-", "a_b", strings.Repeat("a", 33)} {
		if _, err := tuningNameOf(bad, "x", at); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// sampleTuning is a search with trials of every kind.
func sampleTuning() (*tuningJob, []trial) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	job := &tuningJob{
		HyperParameterTuningJobName: new("s"), HyperParameterTuningJobStatus: types.HyperParameterTuningJobStatusInProgress, CreationTime: &at,
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
			Strategy:                         types.HyperParameterTuningJobStrategyTypeBayesian,
			HyperParameterTuningJobObjective: &types.HyperParameterTuningJobObjective{MetricName: new("rmse"), Type: types.HyperParameterTuningJobObjectiveTypeMinimize},
			ResourceLimits:                   &types.ResourceLimits{MaxNumberOfTrainingJobs: new(int32(8)), MaxParallelTrainingJobs: new(int32(2))},
			ParameterRanges: &types.ParameterRanges{
				ContinuousParameterRanges:  []types.ContinuousParameterRange{{Name: new("eta"), MinValue: new("0.01"), MaxValue: new("0.5"), ScalingType: "Logarithmic"}, {Name: new("rate_drop"), MinValue: new("0"), MaxValue: new("1")}},
				CategoricalParameterRanges: []types.CategoricalParameterRange{{Name: new("booster"), Values: []string{"dart", "gbtree"}}},
			},
		},
	}
	one := func(n string, status types.TrainingJobStatus, value *float32, tuned map[string]string) trial {
		t := trial{TrainingJobName: new("s-" + n + "-0123abcd"), TrainingJobStatus: status, TunedHyperParameters: tuned, TrainingStartTime: &at}
		if ended(status) {
			t.TrainingEndTime, t.ObjectiveStatus = new(at.Add(90*time.Second)), types.ObjectiveStatusFailed
		}
		if value != nil {
			t.ObjectiveStatus = types.ObjectiveStatusSucceeded
			t.FinalHyperParameterTuningJobObjectiveMetric = &types.FinalHyperParameterTuningJobObjectiveMetric{MetricName: new("rmse"), Value: value}
		}
		return t
	}
	trials := []trial{
		one("001", types.TrainingJobStatusCompleted, new(float32(2.5)), map[string]string{"eta": "0.1234567", "booster": "gbtree"}),
		one("002", types.TrainingJobStatusStopped, new(float32(2.25)), map[string]string{"eta": "0.5", "booster": "dart", "rate_drop": "0.1"}),
		one("003", types.TrainingJobStatusFailed, nil, map[string]string{"eta": "0.01", "booster": "dart", "rate_drop": "1e-05"}),
		one("004", types.TrainingJobStatusCompleted, nil, map[string]string{"eta": "0.02", "booster": "gbtree"}),
		one("005", types.TrainingJobStatusInProgress, nil, map[string]string{"eta": "0.03", "booster": "gbtree"}),
	}
	trials[2].FailureReason = new("AlgorithmError: \"no luck\",\nexit code 1")
	return job, trials
}

func TestTrialTable(t *testing.T) {
	t.Parallel()
	job, trials := sampleTuning()
	got := strings.Join(trialTable(trialRows(false, job, trials, time.Date(2026, 1, 2, 3, 4, 35, 0, time.UTC)), 0), "\n")
	want := `   TRIAL  STATUS          rmse     TIME  booster  eta     rate_drop
   1      ✓ Completed     2.50000  1:30  gbtree   0.1235  –
★  2      ■ Stopped       2.25000  1:30  dart     0.5     0.1
   3      ✗ Failed                 1:30  dart     0.01    1e-05
   4      ✗ no objective           1:30  gbtree   0.02    –
   5      ▸ InProgress             30 s  gbtree   0.03    –`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The objective is seen however many parameters are searched; of those, what has no room is counted.
func TestTrialTableIsFitted(t *testing.T) {
	t.Parallel()
	job, trials := sampleTuning()
	rows := trialRows(false, job, trials[:2], time.Date(2026, 1, 2, 3, 4, 35, 0, time.UTC))
	for width, want := range map[int]string{
		64: "   TRIAL  STATUS       rmse     TIME  booster  eta     rate_drop\n   1      ✓ Completed  2.50000  1:30  gbtree   0.1235  –\n★  2      ■ Stopped    2.25000  1:30  dart     0.5     0.1",
		63: "   TRIAL  STATUS       rmse     TIME  booster  eta     … 1 more\n   1      ✓ Completed  2.50000  1:30  gbtree   0.1235\n★  2      ■ Stopped    2.25000  1:30  dart     0.5",
		62: "   TRIAL  STATUS       rmse     TIME  booster  … 2 more\n   1      ✓ Completed  2.50000  1:30  gbtree\n★  2      ■ Stopped    2.25000  1:30  dart",
		20: "   TRIAL  STATUS       rmse     TIME  …\n   1      ✓ Completed  2.50000  1:30\n★  2      ■ Stopped    2.25000  1:30",
	} {
		if d := cmp.Diff(want, strings.Join(trialTable(rows, width), "\n")); d != "" {
			t.Errorf("%d (-want +got):\n%s", width, d)
		}
	}
}

// The best so far is the best of those that ended, whichever of them began first.
func TestBestSoFarOfTrialsThatEndInAnotherOrder(t *testing.T) {
	t.Parallel()
	a, out := tuneApp(t)
	job, trials := sampleTuning()
	v := newTrialView(a.screen)
	first := trials[0]
	trials[0].TrainingJobStatus = types.TrainingJobStatusInProgress
	v.see(job, trials[:2])
	trials[0] = first
	v.see(job, trials[:2])
	if got := out.String(); !strings.Contains(got, "best so far: trial 2,") || strings.Contains(got, "best so far: trial 1,") {
		t.Errorf("the worse trial that ended later is called the best:\n%s", got)
	}
}

// A search that goes on from another one begins with the best of that.
func TestBestSoFarOfAnEarlierSearch(t *testing.T) {
	t.Parallel()
	a, out := tuneApp(t)
	job, trials := sampleTuning() // objectives 2.5 and 2.25
	job.OverallBestTrainingJob = &types.HyperParameterTrainingJobSummary{
		TrainingJobName: new("old-007-0123abcd"), TuningJobName: new("old"), TrainingJobStatus: types.TrainingJobStatusCompleted,
		FinalHyperParameterTuningJobObjectiveMetric: &types.FinalHyperParameterTuningJobObjectiveMetric{MetricName: new("rmse"), Value: new(float32(2.375))},
	}
	v := newTrialView(a.screen)
	v.see(job, trials[:1])
	if footer := v.footer(job, trials[:1]); !strings.HasPrefix(footer, "best so far: trial 7 of old, rmse 2.37500 · ") {
		t.Error(footer)
	}
	job.OverallBestTrainingJob = &trials[1]
	v.see(job, trials[:2])
	var best []string
	for line := range strings.Lines(out.String()) {
		if _, text, ok := strings.Cut(line, "best so far: "); ok {
			best = append(best, strings.TrimSpace(text))
		}
	}
	if d := cmp.Diff([]string{"trial 7 of old, rmse 2.37500", "trial 2, rmse 2.25000"}, best); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTrialLines(t *testing.T) {
	t.Parallel()
	a, out := tuneApp(t)
	job, trials := sampleTuning()
	v := newTrialView(a.screen)
	v.see(job, trials[:1])
	v.see(job, trials)
	v.see(job, trials)
	want := `2026-01-02T03:05:35Z trial 1  ✓ Completed  rmse 2.50000  1:30  booster=gbtree eta=0.1235
2026-01-02T03:05:35Z best so far: trial 1, rmse 2.50000
2026-01-02T03:05:35Z trial 2  ■ Stopped  rmse 2.25000  1:30  booster=dart eta=0.5 rate_drop=0.1
2026-01-02T03:05:35Z best so far: trial 2, rmse 2.25000
2026-01-02T03:05:35Z trial 3  ✗ Failed  1:30  booster=dart eta=0.01 rate_drop=1e-05  AlgorithmError: "no luck",
2026-01-02T03:05:35Z trial 4  ✗ no objective  1:30  booster=gbtree eta=0.02
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A trial whose objective the API does not have yet is not told of: its line would lack it for ever.
func TestPendingObjectiveIsWaitedFor(t *testing.T) {
	t.Parallel()
	a, out := tuneApp(t)
	job, trials := sampleTuning()
	late := trials[0]
	late.ObjectiveStatus, late.FinalHyperParameterTuningJobObjectiveMetric = types.ObjectiveStatusPending, nil
	v := newTrialView(a.screen)
	v.see(job, []trial{late})
	if out.Len() > 0 {
		t.Errorf("told of it: %s", out)
	}
	v.see(job, trials[:1])
	if !strings.Contains(out.String(), "rmse 2.50000") {
		t.Errorf("not told of it: %s", out)
	}
}

// On a terminal the table is painted over: as many lines go up as were written.
func TestRepaintedTable(t *testing.T) {
	t.Parallel()
	a, out := tuneApp(t)
	a.screen.live = true
	job, trials := sampleTuning()
	v := newTrialView(a.screen)
	v.see(job, trials[:2])
	first := out.String()
	if lines := strings.Count(first, "\n"); lines != 3 || !strings.Contains(first, "\nbest so far: trial 2, rmse 2.25000 · InProgress · 2 of 8 trials · ") {
		t.Errorf("%d lines: %q", lines, first)
	}
	out.Reset()
	v.see(job, trials)
	if !strings.HasPrefix(out.String(), "\r\x1b[3A\x1b[J") {
		t.Errorf("%q", out)
	}
	out.Reset()
	a.screen.setStatus("")
	if out.String() != "\r\x1b[6A\x1b[J" {
		t.Errorf("%q", out)
	}
}

func TestClipKeepsColours(t *testing.T) {
	t.Parallel()
	red := "\x1b[31mabc\x1b[0mdef"
	for width, want := range map[int]string{0: red, 6: red, 5: "\x1b[31mabc\x1b[0md…\x1b[0m", 3: "\x1b[31mab…\x1b[0m"} {
		if got := clip(red, width); got != want {
			t.Errorf("%d: %q, want %q", width, got, want)
		}
	}
	if got := clip("äöüß", 3); got != "äö…" {
		t.Errorf("%q", got)
	}
}

func TestWriteTrials(t *testing.T) {
	t.Parallel()
	job, trials := sampleTuning()
	trials[1].TrainingEndTime = new(trials[1].TrainingStartTime.Add(1527 * time.Millisecond))
	trials[2].FailureReason = new("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: lr 0.7 diverged\"\nCommand \"python3 train.py\", exit code: 1")
	var b strings.Builder
	if err := writeTrials(&b, job, trials); err != nil {
		t.Fatal(err)
	}
	want := `trial,name,status,started,seconds,reason,booster,eta,rate_drop,rmse
1,s-001-0123abcd,Completed,2026-01-02T03:04:05Z,90,,gbtree,0.1234567,,2.5
2,s-002-0123abcd,Stopped,2026-01-02T03:04:05Z,1.527,,dart,0.5,0.1,2.25
3,s-003-0123abcd,Failed,2026-01-02T03:04:05Z,90,ValueError: lr 0.7 diverged,dart,0.01,1e-05,
4,s-004-0123abcd,Completed,2026-01-02T03:04:05Z,90,,gbtree,0.02,,
5,s-005-0123abcd,InProgress,2026-01-02T03:04:05Z,,,gbtree,0.03,,
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The doctor is called by the first trial without the objective, and not when another trial has it.
func TestObjectiveDoctorLooks(t *testing.T) {
	t.Parallel()
	_, trials := sampleTuning()
	d := &objectiveDoctor{}
	for _, c := range []struct {
		why     string
		trials  []trial
		printed bool // the log has a value, if only NaN
		want    bool
		trial   string
	}{
		{"a search has objectives", trials, false, false, ""},
		{"a trial failed", trials[2:3], false, false, ""},
		{"a trial printed NaN", trials[3:4], true, false, ""},
		{"the same trial, whose log is not read again", trials[3:4], false, false, ""},
	} {
		if got, err := d.look(c.trials, func(string) (bool, error) { return c.printed, nil }); err != nil || got != c.want || d.trial != c.trial {
			t.Errorf("%s: %v, %v, trial %q", c.why, got, err, d.trial)
		}
	}
	d = &objectiveDoctor{}
	none := func(string) (bool, error) { return false, nil }
	if got, err := d.look(trials[2:], none); !got || err != nil || d.trial != "s-004-0123abcd" {
		t.Errorf("%v, %v, trial %q", got, err, d.trial)
	}
	if got, _ := d.look(trials[2:], none); got {
		t.Error("it is said twice")
	}
}

func TestWarmStartNamesAncestors(t *testing.T) {
	t.Parallel()
	parents := func(names ...string) (list []types.ParentHyperParameterTuningJob) {
		for _, n := range names {
			list = append(list, types.ParentHyperParameterTuningJob{HyperParameterTuningJobName: new(n)})
		}
		return list
	}
	identical := types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm
	job := &tuningJob{HyperParameterTuningJobName: new("f"), WarmStartConfig: &types.HyperParameterTuningJobWarmStartConfig{
		WarmStartType: identical, ParentHyperParameterTuningJobs: parents("e", "d", "c", "b", "a"),
	}}
	ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())
	if d := cmp.Diff(parents("f", "e", "d", "c", "b"), warmStart(job).ParentHyperParameterTuningJobs, ignore); d != "" {
		t.Error(d)
	}
	job.WarmStartConfig.WarmStartType = types.HyperParameterTuningJobWarmStartTypeTransferLearning
	if d := cmp.Diff(parents("f"), warmStart(job).ParentHyperParameterTuningJobs, ignore); d != "" {
		t.Error(d)
	}
}

// A watch that is left returns why, and no end of the search.
func TestTuningWatchEndsWithContext(t *testing.T) {
	t.Parallel()
	a, _ := tuneApp(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errLeft)
	target, err := a.endpoint("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.newTuningWatch(target, "x").run(ctx); !errors.Is(err, errLeft) {
		t.Errorf("%v", err)
	}
}
