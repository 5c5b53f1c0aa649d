//go:build !sagefly_task

package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0.0 s", 420 * time.Millisecond: "0.4 s", 12 * time.Second: "12 s",
		185 * time.Second: "3:05", 3723 * time.Second: "1:02:03", 24 * time.Hour: "24:00:00",
	} {
		if got := duration(in); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]string{
		-time.Hour: "now", 0: "now", 59 * time.Second: "59 s ago", 5 * time.Minute: "5 min ago", 47 * time.Hour: "47 h ago", 49 * time.Hour: "2 d ago",
	} {
		if got := age(in); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for in, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 33_000: "33 kB", 61_400_000: "61 MB", 2_500_000_000: "2.5 GB", 999_600: "1.0 MB"} {
		if got := size(in); got != want {
			t.Errorf("%d: %q, want %q", in, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[float32]string{2.19042: "2.19042", 1.5366: "1.53660", 7: "7.00000", 0.123456789: "0.12345679", 1e-9: "1e-09"} {
		if got := number(in); got != want {
			t.Errorf("%g: %q, want %q", in, got, want)
		}
	}
}

func TestShellLine(t *testing.T) {
	t.Parallel()
	got := shellLine([]string{"sagefly", "--label", "ring count", "--set", "a=b", "it's", ""})
	if want := `sagefly --label 'ring count' --set a=b 'it'\''s' ''`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	got := table([][]string{{"NAME", "STATUS", ""}, {"a", paint(true).green("✓ Completed"), "x"}, {"long name", "y"}})
	for i := range got {
		got[i] = stripEscapes(got[i])
	}
	want := []string{"NAME       STATUS", "a          ✓ Completed  x", "long name  y"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"[0]#011train-rmse:1":             "[0]\ttrain-rmse:1",
		"10%\r50%\r100%\r":                "100%",
		"a#015b":                          "b",
		"\x1b[31mred\x1b[0m":              "red",
		"\x1b]0;title\x07text":            "text",
		"#033[2Jgone":                     "gone",
		"bell\a and \u009b8m c1 controls": "bell and 8m c1 controls",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[1;31mred\x1b]0;t\x07#011\r")
	f.Fuzz(func(t *testing.T, in string) {
		if out := clean(in); strings.IndexFunc(out, isControl) >= 0 {
			t.Errorf("%q: a control character is left: %q", in, out)
		}
	})
}
