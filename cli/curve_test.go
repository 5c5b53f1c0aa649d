//go:build !sagefly_task

package cli

import (
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The lines come host by host, as logs are read. One host's values are the trial's curve: the one that printed a value first.
func TestCurveIsOfOneHost(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1764061147000)
	line := func(host string, ms int, text string) logLine {
		return logLine{at: at.Add(time.Duration(ms) * time.Millisecond), host: host, text: text}
	}
	for name, tt := range map[string]struct {
		log  []logLine
		want []float64
	}{
		"the second host": {[]logLine{
			line("algo-1", 0, "starts"), line("algo-1", 20, "loss=8"), line("algo-1", 40, "loss=7"), line("algo-2", 10, "loss=2"), line("algo-2", 30, "loss=1"),
		}, []float64{2, 1}},
		"the first host":         {[]logLine{line("algo-1", 10, "loss=8"), line("algo-1", 40, "loss=7"), line("algo-2", 20, "loss=2")}, []float64{8, 7}},
		"in the same ms":         {[]logLine{line("algo-10", 10, "loss=10"), line("algo-2", 10, "loss=2"), line("algo-2", 10, "loss=1")}, []float64{2, 1}},
		"what is no number, too": {[]logLine{line("algo-1", 10, "loss=none"), line("algo-1", 30, "loss=9"), line("algo-2", 20, "loss=nan"), line("algo-2", 40, "loss=1")}, []float64{math.NaN(), 1}},
		"none":                   {[]logLine{line("algo-1", 0, "starts")}, nil},
	} {
		if diff := cmp.Diff(tt.want, curveOf(tt.log, regexp.MustCompile(`loss=(\S+)`)), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The groups are those of XGBoost's own definitions, which take in what follows the number. The engine counts what is no finite number as a value.
func TestLeadingNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"2.5": 2.5, "2.5#011validation-mae:1": 2.5, " -1e-3,": -0.001, ".5%": 0.5, "nan": math.NaN(), "-inf": math.Inf(-1), "1e400": math.Inf(1),
	} {
		if got, ok := leadingNumber(text); !ok || !cmp.Equal(got, want, cmpopts.EquateNaNs()) {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
	if got, ok := leadingNumber("none"); ok {
		t.Errorf("none: %v", got)
	}
}
