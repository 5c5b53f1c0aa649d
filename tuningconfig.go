package sagefly

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"
)

// TuningConfig says how a search goes. It needs an objective, and ranges where the task is no built-in algorithm; everything else
// has a zero value that works.
type TuningConfig struct {
	// Objective is the metric that is made small or large; see [Minimize] and [Maximize]. A number that a Go function returns is a metric.
	Objective Objective

	// Ranges are what is varied, at most 30. nil for a built-in algorithm: the ranges that AWS recommends for all its hyperparameters that can be tuned.
	Ranges Ranges

	MaxJobs     int // trials; 0 = 20, with Grid every combination. At most 750, with Random 10,000
	MaxParallel int // trials at a time; 0 = 1. The fewer, the more each learns from those before it

	Strategy Strategy // "" = Bayesian

	// MinResource and MaxResource are Hyperband's: how many values of the objective a trial reports before it may be stopped, and in all, such as
	// its epochs; a trial that reports more is stopped. 0 and 0: MaxResource is the value of an input field epochs, num_epochs, n_epochs, numepochs or
	// n-epochs, which must not be varied.
	MinResource, MaxResource int

	// EarlyStopping stops a trial that is worse than the median of earlier ones were at its age. It needs an objective that is logged
	// more than once: one that a function only returns comes when there is nothing left to stop. It is not for Hyperband, which stops trials by itself.
	EarlyStopping bool

	Seed int // of what the search draws; 0 = another one for each search. The same seed repeats Random and Hyperband

	// What ends the search before MaxJobs, whatever comes first.
	Target            *float64      // an objective as good as this; nil = none
	Patience          int           // so many trials in a row that are no gain of more than 1 %; at least 3, 0 = none
	StopOnConvergence bool          // no gain is likely any more
	MaxRuntime        time.Duration // of the whole search: whole seconds, 2 minutes to 182.5 days; 0 = none

	// Start are points that are known to be good, which are tried first. AWS's tuner takes none.
	Start []Point

	// WarmStart lets the search learn from the trials of earlier ones.
	WarmStart WarmStart

	Tags map[string]string // of the search and its trials, in addition to the task's
}

// Objective is what a search is for. Make it with [Minimize] or [Maximize].
type Objective struct {
	metric   string
	maximize bool
}

// Minimize looks for the smallest value of a metric.
func Minimize(metric string) Objective { return Objective{metric: metric} }

// Maximize looks for the largest value of a metric.
func Maximize(metric string) Objective { return Objective{metric: metric, maximize: true} }

// Metric is the objective's name.
func (o Objective) Metric() string { return o.metric }

// Maximizes says that large values are better.
func (o Objective) Maximizes() bool { return o.maximize }

// Strategy is how a search chooses what to try.
type Strategy string

// The strategies, in the API's words.
const (
	Bayesian  Strategy = "Bayesian"  // by a model of what is known
	Random    Strategy = "Random"    // without a look at what is known
	Grid      Strategy = "Grid"      // every combination of choices, once
	Hyperband Strategy = "Hyperband" // many trials, of which the worse are stopped early
)

// Point is one choice of values for the fields that are searched, as texts. It has none for those whose condition does not hold.
type Point map[string]string

// WarmStart names earlier searches, which have ended. It is for Bayesian and Random.
type WarmStart struct {
	Parents  []string // names of their jobs, at most 5; nil = none
	Transfer bool     // data or task are other ones: they are a hint only. Else their trials count as this search's own
}

// Limits of the API and of AWS's quotas for tuning jobs.
const (
	maxTuningName    = 32
	maxTuningJobs    = 750
	maxRandomJobs    = 10_000
	defaultJobs      = 20
	minTuningRuntime = 120 * time.Second
	maxTuningRuntime = 15_768_000 * time.Second
	minPatience      = 3
	maxParents       = 5
)

var tuningName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$`)

// withDefaults fills in what the zero values mean.
func (c TuningConfig) withDefaults() TuningConfig {
	if c.Strategy == "" {
		c.Strategy = Bayesian
	}
	if c.MaxJobs == 0 && c.Strategy != Grid {
		c.MaxJobs = defaultJobs
	}
	if c.MaxParallel == 0 {
		c.MaxParallel = 1
	}
	return c
}

// check says what cannot work for any task.
func (c TuningConfig) check() error {
	c = c.withDefaults()
	if c.Objective.metric == "" || len([]rune(c.Objective.metric)) > maxMetricName {
		return errors.New("Objective: want Minimize or Maximize of a metric")
	}
	if err := c.Ranges.check(); err != nil {
		return fmt.Errorf("Ranges: %w", err)
	}
	return errors.Join(c.checkStrategy(), c.checkJobs(), c.checkEnds(), c.checkStart(), c.checkWarmStart())
}

func (c TuningConfig) checkStrategy() error {
	resources := c.MinResource != 0 || c.MaxResource != 0
	switch {
	case !slices.Contains([]Strategy{Bayesian, Random, Grid, Hyperband}, c.Strategy):
		return fmt.Errorf("Strategy %q: there are Bayesian, Random, Grid and Hyperband", c.Strategy)
	case c.Strategy != Hyperband && resources:
		return fmt.Errorf("MinResource and MaxResource are Hyperband's, and Strategy is %s", c.Strategy)
	case c.MinResource < 0 || c.MaxResource < 0 || c.MaxResource != 0 && c.MinResource > c.MaxResource:
		return fmt.Errorf("MinResource %d and MaxResource %d: want 1 or more, the smaller one first", c.MinResource, c.MaxResource)
	case c.Strategy == Hyperband && c.EarlyStopping:
		return errors.New("EarlyStopping: Hyperband stops trials by itself")
	case c.Strategy == Grid && math.IsInf(c.Ranges.size(), 1):
		return errors.New("Strategy Grid: it is for choices, and a range of numbers has no end of points: use Choice, or Random")
	}
	return nil
}

func (c TuningConfig) checkJobs() error {
	most := maxTuningJobs
	if c.Strategy == Random {
		most = maxRandomJobs
	}
	points := c.Ranges.size()
	switch {
	case c.MaxJobs < 0 || c.MaxJobs > most:
		return fmt.Errorf("MaxJobs %d: want 1 to %d", c.MaxJobs, most)
	case c.MaxParallel < 0:
		return fmt.Errorf("MaxParallel %d: want 1 or more", c.MaxParallel)
	case c.Strategy != Grid || math.IsInf(points, 1):
		return nil
	case points > maxTuningJobs:
		return fmt.Errorf("Strategy Grid: %.0f combinations, and a search has at most %d trials", points, maxTuningJobs)
	case c.MaxJobs != 0 && float64(c.MaxJobs) != points:
		return fmt.Errorf("MaxJobs %d: Grid tries each of the %.0f combinations; leave MaxJobs out", c.MaxJobs, points)
	}
	return nil
}

func (c TuningConfig) checkEnds() error {
	switch {
	case c.Seed < 0 || c.Seed > math.MaxInt32:
		return fmt.Errorf("Seed %d: want 0 to %d", c.Seed, math.MaxInt32)
	case c.Target != nil && (math.IsNaN(*c.Target) || math.IsInf(*c.Target, 0)):
		return fmt.Errorf("Target %v: want a number", *c.Target)
	case c.Patience != 0 && c.Patience < minPatience:
		return fmt.Errorf("Patience %d: want %d or more, or 0 for none", c.Patience, minPatience)
	case c.MaxRuntime != 0 && (c.MaxRuntime < minTuningRuntime || c.MaxRuntime > maxTuningRuntime || c.MaxRuntime%time.Second != 0):
		return fmt.Errorf("MaxRuntime %v: want whole seconds, %v to %v", c.MaxRuntime, minTuningRuntime, maxTuningRuntime)
	case len(c.Tags) > maxTags:
		return fmt.Errorf("%d Tags: a job has at most %d", len(c.Tags), maxTags)
	}
	return nil
}

func (c TuningConfig) checkStart() error {
	for i, p := range c.Start {
		if _, err := c.Ranges.normal(p); err != nil {
			return fmt.Errorf("Start[%d]: %w", i, err)
		}
	}
	return nil
}

func (c TuningConfig) checkWarmStart() error {
	w := c.WarmStart
	switch {
	case len(w.Parents) == 0 && w.Transfer:
		return errors.New("WarmStart.Transfer is set, and there are no Parents")
	case len(w.Parents) > maxParents:
		return fmt.Errorf("WarmStart: %d parents: a search has at most %d", len(w.Parents), maxParents)
	case len(w.Parents) > 0 && c.Strategy != Bayesian && c.Strategy != Random:
		return fmt.Errorf("WarmStart: it is for Bayesian and Random, and Strategy is %s", c.Strategy)
	}
	for _, name := range w.Parents {
		if !tuningName.MatchString(name) || len(name) > maxTuningName {
			return fmt.Errorf("WarmStart: %q is no name of a tuning job", name)
		}
	}
	return nil
}
