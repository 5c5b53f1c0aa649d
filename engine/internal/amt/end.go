package amt

import (
	"cmp"
	"fmt"
	"math"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
)

// attempts is how many trials may end without an objective before a tuning job fails that has none at all (AWS's text names the number).
const attempts = 5

// ended takes in the end of a trial.
func (v *supervisor) ended(t *trial, s lifecycle.State) {
	order := 1
	for _, other := range v.trials {
		if !other.running() {
			order++
		}
	}
	t.finish(s, order)
	v.state.count(v.trials, v.better)
	v.improve(t)
	v.save(append(v.criteria(t), t)...) // at once, else a crash in between would have the trial counted twice
}

// improve counts the trials since the last improvement by more than 1 % (API reference, BestObjectiveNotImproving). Before the first trial with an
// objective there is nothing to improve.
func (v *supervisor) improve(t *trial) {
	if t.Value == nil {
		if v.state.Mark != nil {
			v.state.NotImproving++
		}
		return
	}
	at, gain := float64(*t.Value), math.Inf(1)
	if v.state.Mark != nil {
		gain = *v.state.Mark - at
		if v.plan.Search.Maximize {
			gain = -gain
		}
	}
	if v.state.Mark == nil || gain > math.Abs(*v.state.Mark)/100 {
		v.state.Mark, v.state.NotImproving = &at, 0
		return
	}
	v.state.NotImproving++
}

// criteria ends the search when one of its criteria is met, and returns the trials that are to stop for it.
func (v *supervisor) criteria(t *trial) []*trial {
	p := &v.plan
	switch o := v.state.Objectives; {
	case v.finishing():
		return nil
	case o.Succeeded == 0 && o.Failed >= attempts:
		return v.fail(v.noSuccess())
	case p.Target != nil && t.Value != nil && !v.better(lifecycle.Float(*p.Target), *t.Value):
		return v.halt("TargetObjectiveMetricValue")
	case p.Patience > 0 && v.state.NotImproving >= p.Patience:
		return v.halt("BestObjectiveNotImproving")
	case p.Converge && v.converged():
		v.state.Converged = now()
		return v.halt("ConvergenceDetected")
	}
	return nil
}

func (v *supervisor) converged() bool {
	yes, err := v.search.Converged(v.known())
	if err != nil {
		v.service.Logger.Warn("convergence not decided", "job", v.row.Name, "err", err)
	}
	return yes
}

// noSuccess is the FailureReason of a search without any objective. Both first sentences are AWS's; what the last failure was is added, for
// without it users search for it in vain.
func (v *supervisor) noSuccess() string {
	n, last := 0, v.trials[0]
	for _, t := range v.trials {
		if !t.running() {
			n++
		}
		if t.Order > last.Order {
			last = t
		}
	}
	if v.state.Jobs.Completed > 0 {
		return fmt.Sprintf("No objective metrics found after running %d training jobs. Please ensure that the custom algorithm is emitting the "+
			"objective metric as defined by the regular expression provided. Last: %s.", n, last.Name)
	}
	return container.CutReason(fmt.Sprintf("No training job succeeded after %d attempts. Please take a look at the training job failures to get more details. "+
		"Last: %s: %s", n, last.Name, cmp.Or(last.FailureReason, last.Status)))
}

// exhausted is why a search ends that has tried every combination.
const exhausted = "exhausted"

// halt begins no more trials. It returns those that run and are to stop: all, unless the search just has nothing left to try.
func (v *supervisor) halt(why string) []*trial {
	if v.finishing() {
		return nil
	}
	v.state.Halt = why
	if why == exhausted {
		return nil
	}
	return v.abandon()
}

// fail ends the search because it cannot succeed.
func (v *supervisor) fail(reason string) []*trial {
	v.state.FailureReason = reason
	return v.halt("failed")
}

// abandon decides to stop the trials that run, and returns them.
func (v *supervisor) abandon() (changed []*trial) {
	for _, t := range v.trials {
		if t.running() && t.Stop == "" {
			t.Stop = stopSearch
			changed = append(changed, t)
		}
	}
	return changed
}

// stopTrials tells training jobs to stop of which that was decided and stored.
func (v *supervisor) stopTrials() {
	for _, t := range v.trials {
		if t.running() && t.Stop != "" && v.created[t] && !v.told[t] {
			v.told[t] = true
			stop := v.service.Jobs.Stop
			if t.Stop == stopEarly {
				stop = v.service.Jobs.StopEarly
			}
			if err := stop(v.over, v.row.Region, t.Name); err != nil && v.over.Err() == nil {
				v.service.Logger.Info("trial ended by itself", "job", t.Name, "err", err)
			}
		}
	}
}

// done says that nothing runs and nothing will.
func (v *supervisor) done() bool {
	return v.running() == 0 && (v.finishing() || v.plan.Jobs > 0 && len(v.trials) >= v.plan.Jobs)
}

// conclude stores the tuning job's end.
func (v *supervisor) conclude() {
	v.state.End = now()
	switch {
	case v.state.StopRequested:
		v.state.Status = stopped
	case v.state.FailureReason != "":
		v.state.Status = failed
	case v.state.Objectives.Succeeded == 0 && len(v.trials) > 0:
		v.state.Status, v.state.FailureReason = failed, v.noSuccess()
	default:
		v.state.Status = completed
	}
	v.save()
}
