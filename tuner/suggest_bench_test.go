package tuner

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
)

// eleven is a space of eleven parameters as XGBoost has them.
func eleven(t testing.TB) *Space {
	return space(
		t,
		Parameter{Name: "eta", Kind: Continuous, Min: 0.001, Max: 1, Scale: Logarithmic},
		Parameter{Name: "max_depth", Kind: Integer, Min: 1, Max: 12},
		Parameter{Name: "min_child_weight", Kind: Continuous, Min: 0.1, Max: 100, Scale: Logarithmic},
		Parameter{Name: "subsample", Kind: Continuous, Min: 0.3, Max: 1},
		Parameter{Name: "colsample_bytree", Kind: Continuous, Min: 0.3, Max: 1},
		Parameter{Name: "colsample_bylevel", Kind: Continuous, Min: 0.3, Max: 1},
		Parameter{Name: "lambda", Kind: Continuous, Min: 0, Max: 1000},
		Parameter{Name: "alpha", Kind: Continuous, Min: 0, Max: 1000},
		Parameter{Name: "gamma", Kind: Continuous, Min: 0, Max: 5},
		Parameter{Name: "num_round", Kind: Integer, Min: 10, Max: 1000, Scale: Logarithmic},
		Parameter{Name: "grow_policy", Kind: Categorical, Values: []string{"depthwise", "lossguide"}},
	)
}

// valley is a loss over any numeric space with a noisy floor.
func valley(s *Space, p Point, r *rand.Rand) float64 {
	v, err := s.encode(p)
	if err != nil {
		return math.NaN()
	}
	sum := 0.02 * r.NormFloat64()
	for i, u := range v {
		sum += (u - 0.3) * (u - 0.3) / float64(i+1)
	}
	return sum
}

// Processor time of a suggestion, as a search has it in its course: the mean over forty suggestions around each number of observations, with
// the fits that fall due among them. The goals are 10, 40 and 100 ms.
func BenchmarkSuggest(b *testing.B) {
	for _, n := range []int{40, 100, 1000} {
		b.Run(fmt.Sprintf("observations=%d", n), func(b *testing.B) {
			s := eleven(b)
			r := rand.New(rand.NewPCG(1, 2))
			chance := New(s, Config{Strategy: Random, Seed: 1})
			var trials []Trial
			for i := range n + 20 {
				p, err := chance.Suggest(trials)
				if err != nil {
					b.Fatal(err)
				}
				trials = append(trials, Trial{Point: p, Status: Finished, Value: valley(s, p, r), End: i})
			}
			search := New(s, Config{Seed: 1})
			at := 0
			before := processor(b)
			for b.Loop() {
				if _, err := search.Suggest(trials[:n-20+at%40]); err != nil {
					b.Fatal(err)
				}
				at++
			}
			b.ReportMetric((processor(b)-before)/float64(at), "cpu-ms/op")
		})
	}
}

// processor is the time that this process has computed, in milliseconds: on a busy machine the clock on the wall says little.
func processor(b *testing.B) float64 {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e6
}
