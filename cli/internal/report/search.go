package report

import (
	"math"
	"time"

	"github.com/sagefly/sagefly/tuner"
)

// Search is a search over hyperparameters as the page tells it. The zero value is a search without trials.
type Search struct {
	Name     string
	Strategy string // as the API has it: "Bayesian", "Random", …
	Status   string // of the search: "Completed", "InProgress", …
	Metric   string // name of the objective
	Maximize bool   // greater values of the objective are better
	Began    time.Time
	Ended    time.Time // zero: it still runs, or nobody knows
	// Parameters are what was searched, in the order of the page's axes and columns.
	Parameters []Parameter
	Trials     []Trial
	Notes      []string // sentences for the top of the page, such as why the search ended
}

// Parameter is one dimension of the search.
type Parameter struct {
	Name     string
	Kind     string      // "float", "int" or "category"
	Min, Max float64     // of a number
	Values   []string    // of a category
	Scale    tuner.Scale // of a number: on which the search looked, and so the axis; zero: Auto, as the search resolves it
}

// number says whether the parameter's values are places on an axis and no names.
func (p *Parameter) number() bool { return p.Kind != "category" }

// Trial is one evaluation of the objective.
type Trial struct {
	Number    int
	Name      string
	Status    string            // of its job: "Completed", "Stopped", "Failed", "InProgress", …
	Reason    string            // why it failed
	Values    map[string]string // by parameter; one that is absent was not active
	Objective *float64          // nil, NaN and infinities: it has none
	Began     time.Time         // zero: it did not begin
	Ended     time.Time         // zero: it still runs
	Curve     []float64         // values of the objective in the order in which they were reported
	Stopped   bool              // early, while the search went on; one that is Stopped without it was stopped with the search
}

// state is how a trial is drawn. The script knows these numbers.
type state int

const (
	finished state = iota
	stopped
	failed // or ended without a value
	running
	halted // stopped with the search
)

func (t *Trial) state() state {
	_, has := finite(t.Objective)
	switch {
	case t.Status == "Failed":
		return failed
	case t.Stopped:
		return stopped
	case t.Status == "Stopped" || t.Status == "Stopping":
		return halted
	case t.Status != "Completed" && t.Ended.IsZero():
		return running
	case !has:
		return failed
	}
	return finished
}

// status is the status for reading.
func (t *Trial) status() string {
	switch {
	case t.Status != "Stopped":
		return t.Status
	case t.Stopped:
		return "Stopped early"
	}
	return "Stopped with the search"
}

// value is the objective where it counts: of a trial that did not fail.
func (t *Trial) value() (float64, bool) {
	v, ok := finite(t.Objective)
	return v, ok && t.Status != "Failed"
}

func finite(v *float64) (float64, bool) {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return 0, false
	}
	return *v, true
}
