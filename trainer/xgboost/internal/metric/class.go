package metric

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// tally counts one class.
type tally struct{ both, labelled, predicted int }

func (t tally) precision() float64 { return ratio(t.both, t.predicted) }

func (t tally) recall() float64 { return ratio(t.both, t.labelled) }

func (t tally) f1() float64 { return ratio(2*t.both, t.labelled+t.predicted) }

// ratio is 0 where scikit-learn warns that it is not defined.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// counts has a tally for each class that occurs among labels or predictions.
type counts struct {
	classes map[int]tally
	right   int
	rows    int
}

func count(labels []float32, predicted []int) (counts, error) {
	c := counts{classes: map[int]tally{}, rows: len(labels)}
	for i, label := range labels {
		class := int(label)
		if float64(label) != math.Trunc(float64(label)) {
			kind := "binary"
			slices.Sort(predicted)
			if len(slices.Compact(predicted)) > 2 {
				kind = "multiclass"
			}
			return counts{}, fmt.Errorf("Classification metrics can't handle a mix of continuous and %s targets", kind)
		}
		t := c.classes[class]
		t.labelled++
		if predicted[i] == class {
			t.both++
			c.right++
		}
		c.classes[class] = t
		t = c.classes[predicted[i]]
		t.predicted++
		c.classes[predicted[i]] = t
	}
	return c, nil
}

func (c counts) accuracy() float64 { return ratio(c.right, c.rows) }

// balancedAccuracy is the mean recall of the classes that have labels.
func (c counts) balancedAccuracy() float64 {
	sum, n := 0.0, 0
	for _, class := range slices.Sorted(maps.Keys(c.classes)) {
		if t := c.classes[class]; t.labelled > 0 {
			sum += t.recall()
			n++
		}
	}
	return sum / float64(n)
}

func (c counts) macro(value func(tally) float64) float64 {
	sum := 0.0
	for _, class := range slices.Sorted(maps.Keys(c.classes)) {
		sum += value(c.classes[class])
	}
	return sum / float64(len(c.classes))
}

// binary is the value of class 1, which needs two classes at most.
func (c counts) binary(value func(tally) float64) (float64, error) {
	if len(c.classes) > 2 {
		return 0, errors.New("Target is multiclass but average='binary'. Please choose another average setting, one of [None, 'micro', 'macro', 'weighted'].")
	}
	t, ok := c.classes[1]
	if !ok && len(c.classes) == 2 {
		names := make([]string, 0, 2)
		for _, class := range slices.Sorted(maps.Keys(c.classes)) {
			names = append(names, fmt.Sprintf("%d.0", class))
		}
		return 0, fmt.Errorf("pos_label=1 is not a valid label. It should be one of [%s]", strings.Join(names, ", "))
	}
	return value(t), nil
}
