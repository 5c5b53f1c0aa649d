package main

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/sagefly/sagefly/tuner"
)

// Both sides search a range on the same scale: half of what sagefly's random search draws lies below the middle of the scale that Optuna gets.
func TestScaleIsAuto(t *testing.T) {
	t.Parallel()
	const draws = 400
	for _, p := range space() {
		kind := tuner.Continuous
		if p.Integer {
			continue // as linear as the others, and duplicates would end
		}
		s, err := tuner.NewSpace(tuner.Parameter{Name: p.Name, Kind: kind, Min: p.Min, Max: p.Max})
		if err != nil {
			t.Fatal(err)
		}
		search := tuner.New(s, tuner.Config{Strategy: tuner.Random, Seed: 1})
		var trials []tuner.Trial
		var values []float64
		for range draws {
			point, err := search.Suggest(trials)
			if err != nil {
				t.Fatal(err)
			}
			v, _ := strconv.ParseFloat(point[p.Name], 64)
			values = append(values, v)
			trials = append(trials, tuner.Trial{Point: point, Status: tuner.Finished, End: len(trials)})
		}
		middle := (p.Min + p.Max) / 2
		if p.Log {
			middle = math.Sqrt((p.Min+p.Shift)*(p.Max+p.Shift)) - p.Shift
		}
		slices.Sort(values)
		below, _ := slices.BinarySearch(values, middle)
		if share := float64(below) / draws; math.Abs(share-0.5) > 0.1 { // four standard deviations
			t.Errorf("%s: %.3f of the draws lie below %g, want one half", p.Name, share, middle)
		}
	}
}
