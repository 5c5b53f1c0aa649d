// Command asktell puts package tuner behind lines of JSON, so that a harness in any language can drive it: one request a line on standard
// input, one answer a line on standard output, in turn.
//
//	go run ./bench/asktell
//
// The first line is the space:
//
//	{"parameters":[{"name":"eta","type":"continuous","min":0.01,"max":1,"scale":"log"},{"name":"depth","type":"integer","min":2,"max":12},{"name":"booster","type":"categorical","values":["gbtree","dart"]},{"name":"rate_drop","type":"continuous","min":0,"max":1,"when":{"parameter":"booster","in":["dart"]}}],"seed":7}
//	{"ready":true,"size":null}
//
// Its other fields are strategy (bayesian, which is the default, random or grid), maximize (default false) and start (a list of points to
// try first). A parameter's scale is auto (the default), linear, log or reverselog; when says for which values of another parameter it is
// there at all. size is the number of points of a finite space.
//
// Then suggestions and observations come in any order. Several suggestions before an observation are trials that run side by side:
//
//	{"suggest":true}
//	{"trial":0,"point":{"booster":"gbtree","depth":"7","eta":"0.1"}}
//	{"suggest":true}
//	{"trial":1,"point":{"booster":"dart","depth":"4","eta":"0.023","rate_drop":"0.7"}}
//	{"observe":{"trial":1,"value":0.25}}
//	{"observed":1}
//	{"observe":{"trial":0,"failed":true}}
//	{"observed":0}
//
// The values of a point are texts, as SageMaker's are. An observation with a point in place of a trial's number adds a trial that was made
// elsewhere, under the next number. What cannot be done is answered by {"error":"…"} and changes nothing; when a finite space has been tried
// whole, {"exhausted":true} is beside it. The same lines with the same seed get the same answers. The program ends at the end of its
// input, with exit code 1 when the space line was none.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sagefly/sagefly/tuner"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// longest is the most bytes a line may have.
const longest = 16 << 20

// serve answers line by line until the input ends. Errors are a space that is none, and input or output that breaks.
func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longest)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	var s *session
	for lines.Scan() {
		if s == nil {
			opened, err := open(lines.Bytes())
			if err != nil {
				return errors.Join(fmt.Errorf("space: %w", err), answers.Encode(failure{Error: "space: " + err.Error()}))
			}
			s = opened
			if err := answers.Encode(s.ready()); err != nil {
				return err
			}
			continue
		}
		if err := answers.Encode(s.answer(lines.Bytes())); err != nil {
			return err
		}
	}
	return lines.Err()
}

type failure struct {
	Error     string `json:"error"`
	Exhausted bool   `json:"exhausted,omitempty"`
}

func failed(err error) failure {
	return failure{Error: err.Error(), Exhausted: errors.Is(err, tuner.ErrExhausted)}
}
