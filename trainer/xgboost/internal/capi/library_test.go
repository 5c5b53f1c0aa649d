package capi

import (
	"runtime"
	"strings"
	"testing"
)

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	if _, err := Open("/nowhere/libxgboost.so"); err == nil || !strings.HasPrefix(err.Error(), "load /nowhere/libxgboost.so: ") {
		t.Errorf("missing file: %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	if _, err := Open("libm.so.6"); err == nil || !strings.Contains(err.Error(), "not an XGBoost library") {
		t.Errorf("another library: %v", err)
	}
}

// The library's JSON reader knows no \u escapes, so nothing but the short ones may be used.
func TestEscape(t *testing.T) {
	t.Parallel()
	if got, want := escape("a\"b\\c\td&é"), `a\"b\\c\td&é`; got != want {
		t.Errorf("escape = %q, want %q", got, want)
	}
}
