//go:build !sagefly_task

package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/nearest"
)

// strategy is --strategy as given.
type strategy struct {
	kind     sagefly.Strategy
	min, max int // of hyperband, 0 = not given
}

// parseStrategy reads bayesian, random, grid or hyperband[:MIN..MAX].
func parseStrategy(text string) (strategy, error) {
	word, bounds, bounded := strings.Cut(text, ":")
	var s strategy
	words := []string{"bayesian", "random", "grid", "hyperband"}
	switch strings.ToLower(word) {
	case "", "bayesian":
		s.kind = sagefly.Bayesian
	case "random":
		s.kind = sagefly.Random
	case "grid":
		s.kind = sagefly.Grid
	case "hyperband":
		s.kind = sagefly.Hyperband
	default:
		p := usage(fmt.Sprintf("--strategy %s is no strategy", text), "they are "+strings.Join(words, ", "))
		for _, near := range nearest.Words(word, words) {
			p.Fix = append(p.Fix, "--strategy "+near)
		}
		return s, p
	}
	if !bounded {
		return s, nil
	}
	low, high, ok := strings.Cut(bounds, "..")
	var err1, err2 error
	s.min, err1 = strconv.Atoi(low)
	s.max, err2 = strconv.Atoi(high)
	if !ok || err1 != nil || err2 != nil || s.kind != sagefly.Hyperband || s.min < 1 || s.max < s.min {
		return s, usage(fmt.Sprintf("--strategy %s is not hyperband:MIN..MAX", text), "a trial reports its objective at most MAX times, and is not stopped before MIN",
			"--strategy hyperband:1..50")
	}
	return s, nil
}

// checkGrid refuses a grid over numbers, which have no end.
func checkGrid(all []*varied) error {
	for _, v := range all {
		if v.words != nil {
			continue
		}
		p := usage("a grid is for choices, and "+v.name+" is a range of numbers", "it would never end")
		p.Where = v.where()
		p.Fix = []string{fmt.Sprintf("--vary %s=%s", v.name, strings.Join(v.steps(), ",")), "--strategy random"}
		return p
	}
	return nil
}

// steps are three values of an interval, for a hint.
func (v *varied) steps() []string {
	middle := (v.low + v.high) / 2
	if v.scale == scaleLog {
		middle = math.Sqrt(v.low * v.high)
	}
	text := strconv.FormatFloat(middle, 'g', 3, 64)
	if v.whole {
		text = v.format(math.Round(middle))
	}
	return slices.Compact([]string{v.format(v.low), text, v.format(v.high)})
}
