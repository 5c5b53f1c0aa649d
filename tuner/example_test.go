package tuner_test

import (
	"errors"
	"fmt"

	"github.com/sagefly/sagefly/tuner"
)

// A search is a loop: suggest, evaluate, remember.
func Example() {
	space, err := tuner.NewSpace(
		tuner.Parameter{Name: "depth", Kind: tuner.Integer, Min: 1, Max: 3},
		tuner.Parameter{Name: "booster", Kind: tuner.Categorical, Values: []string{"gbtree", "dart"}},
		tuner.Parameter{Name: "rate_drop", Kind: tuner.Categorical, Values: []string{"0.1", "0.2"}, When: &tuner.When{Parameter: "booster", In: []string{"dart"}}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	search := tuner.New(space, tuner.Config{Seed: 1})
	var trials []tuner.Trial
	for {
		point, err := search.Suggest(trials)
		if errors.Is(err, tuner.ErrExhausted) {
			break
		}
		loss := float64(len(point["rate_drop"])) + float64(point["depth"][0]-'0')
		trials = append(trials, tuner.Trial{Point: point, Status: tuner.Finished, Value: loss, End: len(trials)})
	}
	fmt.Println(len(trials), "of", space.Size(), "points tried")
	// Output: 9 of 9 points tried
}
