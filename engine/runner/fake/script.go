package fake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Variable is the environment variable that carries a job's own script.
const Variable = "SAGEFLY_FAKE"

// Script is what a host does. Its zero value ends well at once.
type Script struct {
	Run   Duration `json:"run,omitempty"`   // from start to the program's own end; negative = it never ends by itself
	Exit  int      `json:"exit,omitempty"`  // exit code of its own end
	OOM   bool     `json:"oom,omitempty"`   // its own end was the out-of-memory killer's work; Exit should be 137
	Lines []Line   `json:"lines,omitempty"` // what it prints, in the order of their times
	// Files are written at the program's end, however it ends but by loss: path below /opt/ml → content.
	Files map[string]string `json:"files,omitempty"`

	StopAfter  Duration `json:"stop_after,omitempty"`  // how long it takes to end after SIGTERM
	StopExit   *int     `json:"stop_exit,omitempty"`   // exit code then; nil = 143, as without a handler
	IgnoreStop bool     `json:"ignore_stop,omitempty"` // it does not end by SIGTERM, only by SIGKILL

	LoseAfter   Duration `json:"lose_after,omitempty"`  // > 0: then the host is lost, as if its shim had crashed
	StartError  string   `json:"start_error,omitempty"` // Start returns this error: the platform failed
	Unstartable string   `json:"unstartable,omitempty"` // the program could not be started for this reason; Exit 0 becomes 127
}

// Line is one printed line.
type Line struct {
	After  Duration `json:"after,omitempty"`  // from start
	Stderr bool     `json:"stderr,omitempty"` // false = stdout
	Text   string   `json:"text"`
}

// Duration is a time.Duration that is written as "90s" in JSON; a bare number counts seconds.
type Duration time.Duration

// Seconds makes a duration.
func Seconds(s float64) Duration { return Duration(s * float64(time.Second)) }

// MarshalJSON writes "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "1m30s" or 90.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		*d = Seconds(seconds)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	v, err := time.ParseDuration(text)
	*d = Duration(v)
	return err
}

// FromEnv is the script in the host's own environment; without one it is the zero script.
func FromEnv(spec runner.Spec) (Script, error) {
	var s Script
	text := spec.Env[Variable]
	if text == "" {
		return s, nil
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields() // a misspelt member would play another script than was meant
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("script in %s: %w", Variable, err)
	}
	return s, nil
}

// Metric makes one line a second in the form that SageMaker's XGBoost prints: [0]#011name:value with a TAB, where the
// colon of a metric name like validation:rmse is a "-".
func Metric(name string, values ...float64) []Line {
	lines := make([]Line, len(values))
	for i, v := range values {
		text := fmt.Sprintf("[%d]\t%s:%.5f", i, strings.ReplaceAll(name, ":", "-"), v)
		lines[i] = Line{After: Seconds(float64(i + 1)), Text: text}
	}
	return lines
}
