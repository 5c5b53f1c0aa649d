package metric

import (
	"math"
	"strings"
	"testing"
)

// Labels 1 0 1 1 0, classes 1 1 0 1 0: tp 2, fp 1, fn 1, tn 1. Values by hand.
func TestClassMetrics(t *testing.T) {
	t.Parallel()
	labels := []float32{1, 0, 1, 1, 0}
	p := Predictions{Values: []float32{.5, 2, -1, 3, 0}, Columns: 1}
	for name, want := range map[string]float64{
		"accuracy":          3.0 / 5,
		"balanced_accuracy": (2.0/3 + 1.0/2) / 2,
		"precision":         2.0 / 3,
		"recall":            2.0 / 3,
		"f1_binary":         2.0 / 3,
		"f1":                (2.0/3 + 1.0/2) / 2,
		"f1_macro":          (2.0/3 + 1.0/2) / 2,
		"precision_macro":   (2.0/3 + 1.0/2) / 2,
		"recall_macro":      (2.0/3 + 1.0/2) / 2,
		"precision_micro":   3.0 / 5,
		"recall_micro":      3.0 / 5,
	} {
		if got, err := Compute(name, labels, p); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestTableTakesLargestValue(t *testing.T) {
	t.Parallel()
	p := Predictions{Values: []float32{.2, .5, .3, .4, .4, .2, 0, 0, 1}, Columns: 3, Table: true}
	if got, err := Compute("accuracy", []float32{1, 0, 1}, p); err != nil || got != 2.0/3 {
		t.Errorf("accuracy = %v, %v, want 2/3", got, err)
	}
}

func TestRegressionMetrics(t *testing.T) {
	t.Parallel()
	labels, p := []float32{1, 2, 3, 4}, Predictions{Values: []float32{1, 2, 3, 6}, Columns: 1}
	for name, want := range map[string]float64{"mse": 1, "rmse": 1, "mae": .5, "r2": 1 - 4.0/5} {
		if got, err := Compute(name, labels, p); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %v, %v, want %v", name, got, err, want)
		}
	}
}

// scikit-learn's texts, some of which the container looks for.
func TestErrors(t *testing.T) {
	t.Parallel()
	one := Predictions{Values: []float32{1, -1, 1}, Columns: 1}
	for _, c := range []struct {
		name   string
		labels []float32
		p      Predictions
		want   string
	}{
		{"precision", []float32{0, 1, 2}, one, "Target is multiclass but average='binary'"},
		{"f1", []float32{0, .5, 1}, one, "Classification metrics can't handle a mix of continuous and binary targets"},
		{"mse", []float32{0}, Predictions{Values: []float32{1, 2, 3}, Columns: 3, Table: true}, "y_true and y_pred have different number of output (1!=3)"},
		{"recall", []float32{0, 2, 0}, Predictions{Values: []float32{-1, -1, -1}, Columns: 1}, "pos_label=1 is not a valid label. It should be one of [0.0, 2.0]"},
	} {
		if _, err := Compute(c.name, c.labels, c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
