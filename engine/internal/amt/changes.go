package amt

import (
	"strconv"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/tuner"
)

// maxChanges is how many values may become static or change in a warm start (developer guide, warm start).
const maxChanges = 10

// checkChanges refuses what may not change between a parent and a tuning job that begins with it (developer guide, warm start): the type of a
// hyperparameter, and more than a few values that are static now. The words are ours.
func (c *creation) checkChanges(p *plan, a *ancestor) error {
	for i := range p.Parameters {
		is := &p.Parameters[i]
		if was := a.plan.parameter(is.Name); was != nil && was.Kind != is.Kind {
			return api.ValidationError("The type of hyperparameter %s cannot change: it is %s, and %s in the parent hyperparameter tuning job %s.",
				is.Name, kinds[is.Kind], kinds[was.Kind], a.name)
		}
	}
	if n := changes(c.request, a); n > maxChanges {
		return api.ValidationError("A warm start can have at most %d changes of hyperparameters from tunable to static and of static values. "+
			"There are %d since the parent hyperparameter tuning job %s; each value of a categorical hyperparameter counts.", maxChanges, n, a.name)
	}
	return nil
}

var kinds = map[tuner.Kind]string{tuner.Continuous: "continuous", tuner.Integer: "integer", tuner.Categorical: "categorical"}

// changes counts as the developer guide does: a hyperparameter that was searched and is static is one change, a categorical one as many as it had
// values; so one whose static value is another is two where it is no number, the value that went and the one that came.
func changes(r *request, a *ancestor) (n int) {
	old := a.request.TrainingJobDefinition.StaticHyperParameters
	for name, text := range r.TrainingJobDefinition.StaticHyperParameters {
		was := a.plan.parameter(name)
		switch before, static := old[name]; {
		case was != nil && was.Kind == tuner.Categorical:
			n += len(was.Values)
		case was != nil || static && before != text && number(before) && number(text):
			n++
		case static && before != text:
			n += 2
		}
	}
	return n
}

func number(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
