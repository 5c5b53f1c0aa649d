//go:build !sagefly_task

package cli

import (
	"encoding/json"
	"io"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
)

type outputs struct {
	Score  float64
	Worst  float32
	Best   *float64
	Big    *big.Int
	Took   time.Duration
	Layers []int
	Deep   struct{ A, B float64 }
	None   *int
	HTML   string
	hidden int
}

// JSON has no NaN; everything else is as encoding/json has it, in the struct's order.
func TestOutputJSON(t *testing.T) {
	t.Parallel()
	out := &outputs{
		Score: math.NaN(), Worst: float32(math.Inf(-1)), Best: new(0.5), Big: big.NewInt(7), Took: time.Second, Layers: []int{1},
		HTML: "<a>", hidden: 1,
	}
	out.Deep.A, out.Deep.B = 1, math.Inf(1)
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(outputJSON(out)); err != nil {
		t.Fatal(err)
	}
	want := `{"Score":"NaN","Worst":"-Inf","Best":0.5,"Big":7,"Took":1000000000,"Layers":[1],"Deep":{"A":1,"B":"+Inf"},"None":null,"HTML":"<a>"}` + "\n"
	if strings.ReplaceAll(b.String(), `\u003ca\u003e`, "<a>") != want {
		t.Errorf("%s", b.String())
	}
	rows := [][]string{{"Score", "NaN"}, {"Worst", "-Inf"}, {"Best", "0.5"}, {"Big", "7"}, {"Took", "1s"}, {"Layers", "[1]"}, {"Deep.A", "1"}, {"Deep.B", "+Inf"}, {"HTML", "<a>"}}
	if d := cmp.Diff(rows, outputRows(out)); d != "" {
		t.Error(d)
	}
}

func TestFieldFlags(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return nil }}
	fields := []sagefly.FieldDescription{{Name: "learning_rate", Kind: "float"}, {Name: "a_b"}, {Name: "a-b"}, {Name: "out"}, {Name: "fast", Kind: "bool"}, {Name: "opt.rate"}}
	all := addFieldFlags(cmd, fields, []string{"out"})
	cmd.SetArgs([]string{"--learning-rate", "-1", "--a_b=1", "--a-b=2", "--input-out", "", "--fast", "--opt.rate", "--x"})
	cmd.SetOut(io.Discard)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"learning_rate": "-1", "a_b": "1", "a-b": "2", "out": "", "fast": "true", "opt.rate": "--x"}
	if d := cmp.Diff(want, (&runFlags{fields: all}).values()); d != "" {
		t.Error(d)
	}
}

// Hints are commands that the user can type, in whichever program they stand.
func TestHint(t *testing.T) {
	t.Parallel()
	s := &screen{program: "./digits"}
	for text, want := range map[string]string{
		"look:  sagefly show a": "look:  ./digits show a", `eval "$(sagefly env)"`: `eval "$(./digits env)"`, "sagefly xgboost install": "sagefly xgboost install",
		"s3://sagefly/jobs": "s3://sagefly/jobs", "sagefly logs -f a   stop it:  sagefly stop a": "./digits logs -f a   stop it:  ./digits stop a",
	} {
		if got := s.hint(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFailureCodes(t *testing.T) {
	t.Parallel()
	for class, want := range map[sagefly.Class]int{
		sagefly.UserError: 3, sagefly.OutOfMemory: 3, sagefly.Stopped: 5, sagefly.MaxRuntime: 5, sagefly.Capacity: 8, sagefly.NotCaptured: 1,
	} {
		_, code := explain(&sagefly.Error{Job: "a", Class: class, Hosts: []sagefly.HostError{{Host: "algo-2", Class: class, Message: "m", ExitCode: 7}}})
		if code != want {
			t.Errorf("%s: exit code %d, want %d", class, code, want)
		}
	}
}
