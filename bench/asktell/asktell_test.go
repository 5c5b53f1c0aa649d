package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// talk sends the lines and returns the answers.
func talk(t *testing.T, lines ...string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := serve(strings.NewReader(strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

const coin = `{"parameters":[{"name":"c","type":"categorical","values":["a","b"]}],"strategy":"grid"}`

// The whole protocol on a space of two points, whose order Grid fixes.
func TestProtocol(t *testing.T) {
	t.Parallel()
	got := talk(
		t, coin,
		`{"suggest":true}`, `{"suggest":true}`, `{"suggest":true}`, // both run side by side, and there is no third
		`{"observe":{"trial":1,"value":0.25}}`,
		`{"observe":{"trial":1,"value":0.5}}`,
		`{"observe":{"trial":2,"value":0.5}}`,
		`{"observe":{"trial":0,"failed":true}}`,
	)
	want := []string{
		`{"ready":true,"size":2}`,
		`{"trial":0,"point":{"c":"a"}}`, `{"trial":1,"point":{"c":"b"}}`,
		`{"error":"suggest: every point of the space has been tried","exhausted":true}`,
		`{"observed":1}`,
		`{"error":"observe: trial 1 has ended before"}`,
		`{"error":"observe: there is no trial 2"}`,
		`{"observed":0}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// A line that cannot be done changes nothing: what follows is answered as if it had not been there.
func TestErrorsAreLinesAndChangeNothing(t *testing.T) {
	t.Parallel()
	bad := []struct{ line, says string }{
		{`{`, "request: unexpected EOF"},
		{`{}`, `request: a line is {"suggest":true} or {"observe":{…}}`},
		{`{"suggest":true} {"suggest":true}`, "request: a line is one JSON object"},
		{`{"suggest":true,"observe":{"trial":0,"value":1}}`, `request: a line is {"suggest":true} or {"observe":{…}}`},
		{`{"sugest":true}`, `request: json: unknown field "sugest"`},
		{`{"observe":{"trial":0,"value":1,"failed":true}}`, "observe: needs either a value or failed"},
		{`{"observe":{"trial":0}}`, "observe: needs either a value or failed"},
		{`{"observe":{"value":1}}`, "observe: needs either a trial or a point"},
		{`{"observe":{"trial":-1,"value":1}}`, "observe: there is no trial -1"},
		{`{"observe":{"point":{"c":"z"},"value":1}}`, `observe: point: c = "z" is outside its range`},
	}
	for _, b := range bad {
		got := talk(t, coin, b.line, `{"suggest":true}`)
		var f failure
		if err := json.Unmarshal([]byte(got[1]), &f); err != nil || f.Error != b.says || f.Exhausted {
			t.Errorf("%s: answered %s, want the error %q", b.line, got[1], b.says)
		}
		if got[2] != `{"trial":0,"point":{"c":"a"}}` {
			t.Errorf("after %s the first suggestion is %s", b.line, got[2])
		}
	}
}

// A trial made elsewhere counts: it has a number and its point is not suggested again.
func TestTrialMadeElsewhere(t *testing.T) {
	t.Parallel()
	got := talk(t, coin, `{"observe":{"point":{"c":"a"},"value":3}}`, `{"suggest":true}`)
	if diff := cmp.Diff([]string{`{"ready":true,"size":2}`, `{"observed":0}`, `{"trial":1,"point":{"c":"b"}}`}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// Points to start from come first, in their order.
func TestStart(t *testing.T) {
	t.Parallel()
	space := `{"parameters":[{"name":"x","type":"continuous","min":0,"max":1},{"name":"n","type":"integer","min":1,"max":9}],` +
		`"start":[{"x":"0.25","n":"3"},{"x":"1","n":"9"}]}`
	got := talk(t, space, `{"suggest":true}`, `{"suggest":true}`)
	want := []string{`{"ready":true,"size":null}`, `{"trial":0,"point":{"n":"3","x":"0.25"}}`, `{"trial":1,"point":{"n":"9","x":"1"}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// Values go into the search as they are meant: of two searches over one range that learn opposite things, each goes where it is rewarded.
func TestMaximize(t *testing.T) {
	t.Parallel()
	for _, maximize := range []bool{false, true} {
		in := []string{fmt.Sprintf(`{"parameters":[{"name":"x","type":"continuous","min":0,"max":1}],"seed":3,"maximize":%v}`, maximize)}
		for i := range 9 {
			in = append(in, fmt.Sprintf(`{"observe":{"point":{"x":"%g"},"value":%d}}`, float64(i)/8*0.8+0.1, i))
		}
		got := talk(t, append(in, `{"suggest":true}`)...)
		var s struct {
			Point struct {
				X float64 `json:",string"`
			}
		}
		if err := json.Unmarshal([]byte(got[len(got)-1]), &s); err != nil || (s.Point.X > 0.5) != maximize {
			t.Errorf("maximize %v: suggested %s, %v", maximize, got[len(got)-1], err)
		}
	}
}

// A space that is none ends the program, with an error line as the answer.
func TestBadSpace(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		`{"parameters":[]}`: `space: .*`,
		`{"parameters":[{"name":"x","type":"float","min":0,"max":1}]}`:                          `space: parameter x: type "float" is none of .*`,
		`{"parameters":[{"name":"x","type":"integer","min":0}]}`:                                `space: parameter x: a number needs min and max`,
		`{"parameters":[{"name":"x","type":"continuous","min":0,"max":1,"scale":"ln"}]}`:        `space: parameter x: scale "ln" is none of .*`,
		`{"parameters":[{"name":"x","type":"continuous","min":0,"max":1,"scale":"log"}]}`:       `space: parameter x: a logarithmic scale needs .*`,
		`{"parameters":[{"name":"c","type":"categorical","values":["a"]}],"strategy":"x"}`:      `space: strategy "x" is none of .*`,
		`{"parameters":[{"name":"c","type":"categorical","values":["a"]}],"start":[{"c":"b"}]}`: `space: start 0: point: c = "b" is outside its range`,
		`{"suggest":true}`: `space: json: unknown field "suggest"`,
	} {
		var out bytes.Buffer
		err := serve(strings.NewReader(line+"\n"), &out)
		var f failure
		if bad := json.Unmarshal(out.Bytes(), &f); err == nil || bad != nil || !regexp.MustCompile("^"+says+"$").MatchString(f.Error) {
			t.Errorf("%s: answered %s, error %v; want %s", line, out.String(), err, says)
		}
	}
}

// The conversation in the package comment is one that the program can have.
func TestConditionalSpaceOfTheComment(t *testing.T) {
	t.Parallel()
	space := `{"parameters":[{"name":"eta","type":"continuous","min":0.01,"max":1,"scale":"log"},{"name":"depth","type":"integer","min":2,"max":12},` +
		`{"name":"booster","type":"categorical","values":["gbtree","dart"]},` +
		`{"name":"rate_drop","type":"continuous","min":0,"max":1,"when":{"parameter":"booster","in":["dart"]}}],"seed":7}`
	lines := []string{space}
	for range 8 {
		lines = append(lines, `{"suggest":true}`)
	}
	got := talk(t, lines...)
	if diff := cmp.Diff(got, talk(t, lines...)); diff != "" {
		t.Errorf("the same lines get other answers:\n%s", diff)
	}
	seen := map[string]bool{}
	for i, line := range got[1:] {
		var s suggestion
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Trial != i {
			t.Fatalf("answer %d is %s: %v", i, line, err)
		}
		_, dropped := s.Point["rate_drop"]
		if dropped != (s.Point["booster"] == "dart") {
			t.Errorf("rate_drop in %v", s.Point)
		}
		seen[fmt.Sprint(s.Point)] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d different points in 8 suggestions side by side", len(seen))
	}
}

// Whatever comes in, each line gets one line of JSON, and the program does not fall over.
func FuzzLines(f *testing.F) {
	f.Add(coin + "\n{\"suggest\":true}\n{\"observe\":{\"trial\":0,\"value\":1}}\n")
	f.Add(`{"parameters":[{"name":"x","type":"continuous","min":0,"max":1}],"start":[{"x":"1"}]}` + "\n{\"observe\":{\"point\":{\"x\":\"0.5\"},\"failed\":true}}\n")
	f.Add("{\"parameters\":[{\"name\":\"n\",\"type\":\"integer\",\"min\":1,\"max\":3,\"scale\":\"log\"}]}\n{\n\n")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Count(in, "\n") > 20 {
			t.Skip()
		}
		var out bytes.Buffer
		err := serve(strings.NewReader(in), &out)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for _, line := range lines {
			if out.Len() > 0 && !json.Valid([]byte(line)) {
				t.Errorf("answer %q is no JSON", line)
			}
		}
		asked := len(strings.Split(strings.TrimSuffix(in, "\n"), "\n"))
		if in != "" && err == nil && len(lines) != asked {
			t.Errorf("%d answers to %d lines", len(lines), asked)
		}
	})
}
