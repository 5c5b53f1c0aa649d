package fold

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numpy: RandomState(42).shuffle(arange(10)).
func TestShuffle(t *testing.T) {
	t.Parallel()
	v := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	newRandom(42).shuffle(v)
	if diff := cmp.Diff([]int{8, 1, 5, 0, 7, 2, 9, 4, 3, 6}, v); diff != "" {
		t.Errorf("(-numpy +ours):\n%s", diff)
	}
}

func tests(splits []Split) [][]int32 {
	var all [][]int32
	for _, s := range splits {
		all = append(all, s.Test)
	}
	return all
}

// scikit-learn 1.5: RepeatedKFold(n_splits=3, n_repeats=2, random_state=7) on 8 rows.
func TestPlain(t *testing.T) {
	t.Parallel()
	got, err := Plain(8, 3, 2, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int32{{0, 2, 5}, {1, 3, 6}, {4, 7}, {3, 5, 7}, {1, 2, 4}, {0, 6}}
	if diff := cmp.Diff(want, tests(got)); diff != "" {
		t.Errorf("test rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int32{1, 3, 4, 6, 7}, got[0].Train); diff != "" {
		t.Errorf("train rows (-want +got):\n%s", diff)
	}
}

// scikit-learn 1.5: RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=7).
func TestStratified(t *testing.T) {
	t.Parallel()
	got, err := Stratified([]float32{1, 0, 0, 1, 1, 0, 1, 0, 1}, 2, 2, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int32{{0, 2, 4, 5, 6}, {1, 3, 7, 8}, {2, 4, 5, 6, 8}, {0, 1, 3, 7}}
	if diff := cmp.Diff(want, tests(got)); diff != "" {
		t.Errorf("test rows (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	if _, err := Plain(2, 3, 1, 0); err == nil || !strings.Contains(err.Error(), "n_splits=3 greater than the number of samples: n_samples=2") {
		t.Errorf("too few rows: %v", err)
	}
	if _, err := Stratified([]float32{0, 1, 0}, 3, 1, 0); err == nil || !strings.Contains(err.Error(), "n_splits=3 cannot be greater") {
		t.Errorf("too few rows of each class: %v", err)
	}
	if _, err := Stratified([]float32{0, .5, 0}, 2, 1, 0); err == nil || !strings.Contains(err.Error(), "Got 'continuous'") {
		t.Errorf("labels that are no classes: %v", err)
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	if got := Mode([]float64{2, 1, 2, 1, 0}); got != 1 {
		t.Errorf("Mode = %v, want the smallest of equals, 1", got)
	}
}
