package tuner

import "math"

// Status is what is known of a trial.
type Status int

const (
	Running  Status = iota // no value yet
	Finished               // has a value
	Failed                 // ended without one
)

// Trial is one evaluation.
type Trial struct {
	Point  Point
	Status Status
	// Value is the objective of a Finished trial. NaN and infinities count as failures.
	Value float64
	// End is the trial's place in the order in which trials ended, for any that are not Running. The search fits its model to the first so
	// many that ended; when ends are not known, zeros keep the order of the list.
	End int
}

func (t *Trial) ok() bool {
	return t.Status == Finished && finite(t.Value)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
