// Package metric computes the metrics that the XGBoost container computes itself, with scikit-learn, instead of leaving them to the
// library. It follows scikit-learn 1.5 and the container's way of turning predictions into classes: a value above 0 is class 1, a row
// of values is the class of the largest. Whether the values are margins or probabilities is the caller's business.
package metric

import (
	"fmt"
	"math"
)

// Predictions are in row order, Columns values to a row.
type Predictions struct {
	Values  []float32
	Columns int
	Table   bool // rows of values, even if it is one to a row
}

func (p Predictions) rows() int {
	if p.Columns == 0 {
		return 0
	}
	return len(p.Values) / p.Columns
}

// Compute returns a metric by the name it has in eval_metric. The errors are scikit-learn's texts.
func Compute(name string, labels []float32, p Predictions) (float64, error) {
	switch name {
	case "mse", "rmse", "mae", "r2":
		if p.Columns != 1 {
			return 0, fmt.Errorf("y_true and y_pred have different number of output (1!=%d)", p.Columns)
		}
		if p.rows() != len(labels) {
			return 0, inconsistent(len(labels), p.rows())
		}
		return regression(name, labels, p.Values), nil
	}
	if len(p.Values) == 0 {
		return 0, nil
	}
	classes := p.classes()
	if len(classes) != len(labels) {
		return 0, inconsistent(len(labels), len(classes))
	}
	c, err := count(labels, classes)
	if err != nil {
		return 0, err
	}
	switch name {
	case "accuracy", "precision_micro", "recall_micro":
		return c.accuracy(), nil
	case "balanced_accuracy":
		return c.balancedAccuracy(), nil
	case "f1", "f1_macro":
		return c.macro(tally.f1), nil
	case "precision_macro":
		return c.macro(tally.precision), nil
	case "recall_macro":
		return c.macro(tally.recall), nil
	case "f1_binary":
		return c.binary(tally.f1)
	case "precision":
		return c.binary(tally.precision)
	case "recall":
		return c.binary(tally.recall)
	}
	return 0, fmt.Errorf("no metric named %s", name)
}

func inconsistent(labels, predictions int) error {
	return fmt.Errorf("Found input variables with inconsistent numbers of samples: [%d, %d]", labels, predictions)
}

// classes turns predictions into class numbers; of equal values the first wins, and NaN wins over all.
func (p Predictions) classes() []int {
	classes := make([]int, p.rows())
	for r := range classes {
		row := p.Values[r*p.Columns : (r+1)*p.Columns]
		if !p.Table {
			if row[0] > 0 {
				classes[r] = 1
			}
			continue
		}
		for i, v := range row {
			best := row[classes[r]]
			if v > best || isNaN(v) && !isNaN(best) {
				classes[r] = i
			}
		}
	}
	return classes
}

func isNaN(v float32) bool { return math.IsNaN(float64(v)) }

// regression computes in float32 as numpy does for float32 arrays.
func regression(name string, labels, values []float32) float64 {
	d := make([]float32, len(labels))
	for i := range d {
		d[i] = labels[i] - values[i]
	}
	if name == "mae" {
		for i, v := range d {
			d[i] = float32(math.Abs(float64(v)))
		}
		return float64(mean(d))
	}
	for i, v := range d {
		d[i] = v * v
	}
	switch name {
	case "mse":
		return float64(mean(d))
	case "rmse":
		return float64(float32(math.Sqrt(float64(mean(d)))))
	}
	return r2(labels, d)
}

// r2 gets squared residuals. The sums are float64.
func r2(labels, squared []float32) float64 {
	if len(labels) < 2 {
		return math.NaN()
	}
	center := mean(labels)
	residual, total := 0.0, 0.0
	for i, y := range labels {
		residual += float64(squared[i])
		deviation := float32(y - center)
		total += float64(float32(deviation * deviation))
	}
	switch {
	case total != 0:
		return 1 - residual/total
	case residual == 0:
		return 1
	}
	return 0
}

func mean(v []float32) float32 {
	if len(v) == 0 {
		return float32(math.NaN())
	}
	return float32(pairwise(v) / float32(len(v)))
}

// pairwise is numpy's summation of a contiguous array: halves down to blocks of 128, each with eight partial sums.
func pairwise(v []float32) float32 {
	n := len(v)
	switch {
	case n < 8:
		sum := float32(0)
		for _, x := range v {
			sum = float32(sum + x)
		}
		return sum
	case n <= 128:
		var r [8]float32
		copy(r[:], v)
		i := 8
		for ; i < n-n%8; i += 8 {
			for k := range r {
				r[k] = float32(r[k] + v[i+k])
			}
		}
		sum := float32(float32(float32(r[0]+r[1])+float32(r[2]+r[3])) + float32(float32(r[4]+r[5])+float32(r[6]+r[7])))
		for ; i < n; i++ {
			sum = float32(sum + v[i])
		}
		return sum
	}
	half := n / 2
	half -= half % 8
	return float32(pairwise(v[:half]) + pairwise(v[half:]))
}
