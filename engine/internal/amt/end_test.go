package amt

import (
	"testing"

	"github.com/sagefly/sagefly/engine/internal/lifecycle"
)

// A gain counts when it is more than one percent of the last mark, towards the side that is searched.
func TestNotImproving(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		maximize bool
		values   []float64
		want     int
	}{
		{false, []float64{100, 99.5, 99.2}, 2},
		{false, []float64{100, 99.5, 98.9}, 0},
		{false, []float64{100, 99.2, 98.4}, 0}, // against 100, not against the trial before
		{true, []float64{0.5, 0.504, 0.506}, 0},
		{true, []float64{-10, -9.95, -11}, 2},
		{true, []float64{-10, -9.8}, 0},
		{false, []float64{0, -1e-9}, 0}, // any gain is more than a percent of nothing
	} {
		v := &supervisor{}
		v.plan.Search.Maximize = tt.maximize
		if v.improve(&trial{}); v.state.NotImproving != 0 {
			t.Error("a failure counts before there is anything to improve")
		}
		for _, x := range tt.values {
			v.improve(&trial{Value: new(lifecycle.Float(x))})
		}
		if v.state.NotImproving != tt.want {
			t.Errorf("maximize %v, %v: %d not improving, want %d", tt.maximize, tt.values, v.state.NotImproving, tt.want)
		}
		v.improve(&trial{}) // a failed trial improves nothing
		if v.state.NotImproving != tt.want+1 {
			t.Errorf("after a failure: %d", v.state.NotImproving)
		}
	}
}
