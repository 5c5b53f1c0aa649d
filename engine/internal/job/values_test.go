package job

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/metric"
)

// A host's log as the platform writes it: milliseconds, stream, text.
const (
	silent = "1764061147000 o algo says nothing\n"
	early  = "1764061147100 o loss=1\n1764061147200 o loss=2\n"
	late   = "1764061147101 o loss=10\n1764061147150 o loss=20\n"
	also   = "1764061147100 o loss=100\n"
)

// What was printed first decides whose values a trial's are, and not who is looked at first: a reader that begins again when all is printed, as
// after a crash, finds the same.
func TestValuesAreOfTheHostThatPrintedFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		looks [][2]string // what has been added to the logs of algo-1 and algo-2 at each look
		want  []float64
	}{
		"one after the other": {[][2]string{{silent, ""}, {silent, early}, {late, ""}}, []float64{1, 2}},
		"all at once":         {[][2]string{{silent + late, silent + early}}, []float64{1, 2}},
		"the first host":      {[][2]string{{early, late}}, []float64{1, 2}},
		"the same time":       {[][2]string{{early, also}}, []float64{1, 2}},
		"one that goes on":    {[][2]string{{early, ""}, {"1764061147300 o loss=3\n", late}}, []float64{1, 2, 3}},
		"none":                {[][2]string{{silent, silent}, {"", silent}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scanner, err := metric.New([]metric.Definition{{Name: "loss", Regex: `loss=(\S+)`}})
			if err != nil {
				t.Fatal(err)
			}
			files := []string{filepath.Join(t.TempDir(), "algo-1.log"), filepath.Join(t.TempDir(), "algo-2.log")}
			var got []float64
			w := &valueReader{scanner: scanner, files: files, offsets: make([]int64, 2), value: func(_ time.Time, x float64) { got = append(got, x) }}
			for _, look := range tt.looks {
				add(t, files[0], look[0])
				add(t, files[1], look[1])
				if err := w.read(); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

// add appends to a log. A host that has not started has none.
func add(t *testing.T, path, text string) {
	t.Helper()
	if text == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
