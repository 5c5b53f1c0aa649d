package nearest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	t.Parallel()
	names := []string{"train", "stop", "show", "serve", "jobs"}
	for word, want := range map[string][]string{"trian": {"train"}, "job": {"jobs"}, "shwo": {"show"}, "zzz": nil, "ser": {"serve"}, "": nil} {
		if d := cmp.Diff(want, Words(word, names)); d != "" {
			t.Errorf("%q (-want +got):\n%s", word, d)
		}
	}
	many := []string{"aaab", "aaac", "aaad", "aaae", "aaaa"}
	if d := cmp.Diff([]string{"aaaa", "aaab", "aaac"}, Words("aaaa", many)); d != "" {
		t.Errorf("at most three (-want +got):\n%s", d)
	}
}

// Counted by hand.
func TestDistance(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]int{
		{"", "abc"}: 3, {"eta", "eta"}: 0, {"eat", "eta"}: 1, {"gama", "gamma"}: 1, {"kitten", "sitting"}: 3,
	} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("distance(%s, %s) = %d, want %d", pair[0], pair[1], got, want)
		}
	}
}
