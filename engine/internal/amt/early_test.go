package amt

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
)

// A trial begins worse than five others, which end before it gets better. An engine that takes the search up then sees the bad values again, and
// the trial goes on as before; a bad value that comes later stops it.
func TestRestartJudgesAlike(t *testing.T) {
	t.Parallel()
	var trials []*trial
	for n := range 6 {
		trials = append(trials, &trial{Number: n + 1, Status: inProgress})
	}
	v := stored(t, plan{Median: true}, trials...)
	begin := now().Add(-time.Minute)
	early := []float64{10, 9, 8}
	report := func(v *supervisor, at time.Time, values ...float64) stopReason {
		slow := v.trials[5]
		for i, x := range values {
			v.see(slow, at.Add(time.Duration(i)*time.Second), x)
		}
		return slow.Stop
	}
	report(v, begin, early...)
	for _, other := range v.trials[:5] {
		for i := range 5 {
			v.see(other, begin.Add(time.Duration(i)*time.Second), 1)
		}
		v.ended(other, lifecycle.State{Status: completed, Metrics: []lifecycle.Metric{{Name: job.ObjectiveMetric, Value: 1}}})
	}
	later := now().Add(time.Minute)
	if report(v, later, 0.5) != "" {
		t.Fatal("stopped when it was better than the others")
	}
	again, err := v.service.recover(t.Context(), v.kept(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.trials[:5], again.trials[:5]); diff != "" {
		t.Errorf("trials that ended (-before +after):\n%s", diff)
	}
	if report(again, begin, early...) != "" || report(again, later, 0.5) != "" {
		t.Error("values that let the trial go on stopped it after a restart")
	}
	if report(again, later, 1.5) != stopEarly {
		t.Error("a value that is worse than the median of 1 did not stop it")
	}
}

func TestCurveIsStored(t *testing.T) {
	t.Parallel()
	c := curve{0.1, math.NaN(), math.Inf(1), math.Inf(-1), -2e300}
	text, err := json.Marshal(trial{Curve: c})
	var got trial
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if diff := cmp.Diff(c, got.Curve, cmpopts.EquateNaNs()); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
	}
}
