package amt

import (
	"time"

	"github.com/sagefly/sagefly/tuner"
)

// stopsEarly says that decisions depend on the values that running trials report.
func (p *plan) stopsEarly() bool { return p.Median || p.Hyperband != nil }

// see takes in a value of the objective that a running trial reported at a time. After a restart values come again from the first on; verdicts
// that were made stand.
func (v *supervisor) see(t *trial, at time.Time, value float64) {
	if !t.running() {
		return
	}
	t.Curve = append(t.Curve, value)
	if t.Stop != "" {
		return
	}
	verdicts := len(v.state.Verdicts)
	if v.plan.Hyperband != nil && v.judge(t) || v.plan.Median && v.lags(t, at) {
		t.Stop = stopEarly
		v.save(t)
	} else if len(v.state.Verdicts) > verdicts {
		v.save()
	}
}

// judge asks Hyperband whether the trial is to stop. At MaxResource it is whole (API reference, HyperbandStrategyConfig), which most trials know by
// themselves: one that goes on is stopped when it reports more, so that no trial is stopped on its way out.
func (v *supervisor) judge(t *trial) bool {
	most := v.plan.definition(t.Definition).MaxResource
	due := v.plan.Hyperband.Judge(v.state.Verdicts, t.Number-1, most, t.Curve)
	v.state.Verdicts = append(v.state.Verdicts, due...)
	return len(t.Curve) > most || len(due) > 0 && due[len(due)-1].Stop
}

// lags asks the median rule about the trial's last value, which it reported at a time. Trials that were not counted by then do not count,
// however late the value is read: after a restart it is compared with the same ones again.
func (v *supervisor) lags(t *trial, at time.Time) bool {
	var finished [][]float64
	for _, other := range v.trials {
		if other.Status == completed && other.Counted.Before(at) {
			finished = append(finished, v.averages(other))
		}
	}
	return tuner.MedianRule{Maximize: v.plan.Search.Maximize}.Stops(t.Curve, finished)
}

// averages are the running ones of a trial that has ended, which are asked for at every value of the others.
func (v *supervisor) averages(t *trial) []float64 {
	if v.means[t] == nil {
		v.means[t] = tuner.Averages(t.Curve)
	}
	return v.means[t]
}
