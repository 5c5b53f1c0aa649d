package value

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitTexts(t *testing.T) {
	t.Parallel()
	for text, fits := range map[string]bool{
		"a": true, " ": true, "-x": true, "é": true, "": false, "a\nb": false, "a\r": false, "\t": false, "\x00": false, "\u0085": false, "\u2028": false, "\u2029": false,
		"\x7f": false, "\xff": false, strings.Repeat("x", 2500): true, strings.Repeat("x", 2501): false,
		strings.Repeat("é", 2500): true, strings.Repeat("👍", 1250): true, strings.Repeat("👍", 1250) + "x": false, // two UTF-16 units each
	} {
		carried, spec := Split(map[string]string{"a": text}, 0)
		if _, ok := carried["a"]; ok != fits || len(carried)+len(spec) != 1 {
			t.Errorf("%.20q: carried %v, want %v", text, ok, fits)
		}
	}
	for name, fits := range map[string]bool{strings.Repeat("n", 256): true, strings.Repeat("n", 257): false, "a\nb": false, "": false} {
		if carried, _ := Split(map[string]string{name: "1"}, 0); (len(carried) == 1) != fits {
			t.Errorf("name %.20q: carried %v", name, carried)
		}
	}
}

func TestSplitCount(t *testing.T) {
	t.Parallel()
	params := map[string]string{}
	for i := range 110 {
		params[fmt.Sprintf("p%03d", i)] = "x"
	}
	params["p050"], params["p007"], params["p000"] = "long one", "longer one", "not\none"
	carried, spec := Split(params, 6)
	// 94 are left of 100; of the 109 that fit, the two longest and the last thirteen by name are over.
	want := []string{"p000", "p007", "p050"}
	for i := 97; i < 110; i++ {
		want = append(want, fmt.Sprintf("p%03d", i))
	}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(spec))); d != "" || len(carried) != 94 {
		t.Errorf("%d carried\n%s", len(carried), d)
	}
	again, _ := Split(params, 6)
	if d := cmp.Diff(carried, again); d != "" {
		t.Error(d)
	}
	if carried, spec := Split(params, 101); len(carried) != 0 || len(spec) != 110 {
		t.Errorf("%d, %d", len(carried), len(spec))
	}
}
