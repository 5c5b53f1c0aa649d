package tuner

import "errors"

// Strategy is how points are chosen.
type Strategy int

const (
	Bayesian Strategy = iota // by a model of what is known
	Random                   // independently, never one twice
	Grid                     // every point of a finite space once, in order
)

// Config is how a search goes about. The zero value is a Bayesian search that minimises, with seed 0.
type Config struct {
	Strategy Strategy
	Maximize bool
	Seed     uint64
	// Start are points to try first, in this order and in their own words, but for whole numbers, which get no fraction. Points that are no
	// points of the space are an error of Suggest.
	Start []Point
	// Parents are finished trials of earlier searches. Those whose points lie outside the space are left out.
	Parents []Parent
}

// Parent is an earlier search.
type Parent struct {
	Trials []Trial
	// Transfer says that the parent's objective or data are other ones: how much its trials tell is learned, and one of its best points is
	// tried first. Otherwise its trials count as the search's own.
	Transfer bool
}

// ErrExhausted says that every point of the space has been tried or is being tried. A continuous range counts as tried when a hundred random
// numbers of it have been: it lies between a few neighbouring floating-point numbers.
var ErrExhausted = errors.New("every point of the space has been tried")
