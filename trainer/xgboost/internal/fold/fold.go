// Package fold splits rows for repeated k-fold cross validation as scikit-learn's RepeatedKFold and RepeatedStratifiedKFold do with
// random_state set to a seed. The container sets none, so its folds are others in every run; with a seed they are repeatable.
package fold

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Split is one fold: row numbers in ascending order.
type Split struct{ Train, Test []int32 }

// Plain shuffles the rows and cuts them into folds, once per repetition.
func Plain(rows, folds, repeats int, seed uint32) ([]Split, error) {
	if folds > rows {
		return nil, fmt.Errorf("Cannot have number of splits n_splits=%d greater than the number of samples: n_samples=%d.", folds, rows)
	}
	r := newRandom(seed)
	var all []Split
	for range repeats {
		order := make([]int, rows)
		for i := range order {
			order[i] = i
		}
		r.shuffle(order)
		of := make([]int, rows)
		at := 0
		for f := range folds {
			size := rows / folds
			if f < rows%folds {
				size++
			}
			for _, row := range order[at : at+size] {
				of[row] = f
			}
			at += size
		}
		all = append(all, splits(of, folds)...)
	}
	return all, nil
}

// Stratified gives each fold about the same share of each class.
func Stratified(labels []float32, folds, repeats int, seed uint32) ([]Split, error) {
	classes, counts, err := encode(labels)
	if err != nil {
		return nil, err
	}
	if folds > slices.Max(counts) {
		return nil, fmt.Errorf("n_splits=%d cannot be greater than the number of members in each class.", folds)
	}
	sorted := slices.Sorted(slices.Values(classes))
	allocation := make([][]int, len(counts)) // class → fold → rows
	for c := range allocation {
		allocation[c] = make([]int, folds)
	}
	for i, c := range sorted {
		allocation[c][i%folds]++
	}
	r := newRandom(seed)
	var all []Split
	for range repeats {
		of := make([]int, len(labels))
		for c := range counts {
			var order []int
			for f, n := range allocation[c] {
				order = append(order, slices.Repeat([]int{f}, n)...)
			}
			r.shuffle(order)
			for row, class := range classes {
				if class == c {
					of[row], order = order[0], order[1:]
				}
			}
		}
		all = append(all, splits(of, folds)...)
	}
	return all, nil
}

// encode numbers the labels in the order of their first appearance and counts them.
func encode(labels []float32) (classes, counts []int, err error) {
	if len(labels) == 0 {
		return nil, nil, errors.New("no rows to split")
	}
	number := map[float32]int{}
	for _, y := range labels {
		if float64(y) != math.Trunc(float64(y)) {
			return nil, nil, errors.New("Supported target types are: ('binary', 'multiclass'). Got 'continuous' instead.")
		}
		n, seen := number[y]
		if !seen {
			n = len(number)
			number[y] = n
			counts = append(counts, 0)
		}
		counts[n]++
		classes = append(classes, n)
	}
	return classes, counts, nil
}

// splits turns a fold number per row into row numbers.
func splits(of []int, folds int) []Split {
	out := make([]Split, folds)
	for row, f := range of {
		for i := range out {
			if i == f {
				out[i].Test = append(out[i].Test, int32(row))
			} else {
				out[i].Train = append(out[i].Train, int32(row))
			}
		}
	}
	return out
}

// Mode returns the most frequent value, the smallest of equals.
func Mode(values []float64) float64 {
	count := map[float64]int{}
	for _, v := range values {
		count[v]++
	}
	best := math.NaN()
	for _, v := range slices.Sorted(maps.Keys(count)) {
		if math.IsNaN(best) || count[v] > count[best] {
			best = v
		}
	}
	return best
}
