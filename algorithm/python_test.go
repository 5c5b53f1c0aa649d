package algorithm

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// pythonAnswers is testdata/python.json, written by Python itself (testdata/python.py). An answer that begins with ! names the
// exception.
type pythonAnswers struct {
	Int, Float, Literal, Repr map[string]string
}

func readPython(t *testing.T) (answers pythonAnswers) {
	t.Helper()
	data, err := os.ReadFile("testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestNumbersAsPython(t *testing.T) {
	t.Parallel()
	answers := readPython(t)
	for text, want := range answers.Int {
		got := "!ValueError"
		if n, ok := parsePythonInt(text); ok {
			got = intValue(n).repr()
		}
		if got != want {
			t.Errorf("int(%q) = %s, Python gives %s", text, got, want)
		}
	}
	for text, want := range answers.Float {
		got := "!ValueError"
		if f, ok := parsePythonFloat(text); ok {
			got = floatValue(f).repr()
		}
		if got != want {
			t.Errorf("float(%q) = %s, Python gives %s", text, got, want)
		}
	}
}

func TestLiteralsAsPython(t *testing.T) {
	t.Parallel()
	for text, want := range readPython(t).Literal {
		v, err := parseLiteral(text)
		got := v.repr()
		switch {
		case errors.Is(err, errSyntax):
			got = "!SyntaxError"
		case err != nil:
			got = "!ValueError"
		}
		if got != want {
			t.Errorf("literal_eval(%q) = %s, Python gives %s", text, got, want)
		}
	}
}

func TestStringsAsPython(t *testing.T) {
	t.Parallel()
	for text, want := range readPython(t).Repr {
		if got := reprString(text); got != want {
			t.Errorf("repr(%q) = %s, Python gives %s", text, got, want)
		}
	}
}

func TestReprFloat(t *testing.T) {
	t.Parallel()
	// Python's repr of these floats.
	for v, want := range map[float64]string{
		0.3138978741222915: "0.3138978741222915", 1: "1.0", 0: "0.0", 1e-5: "1e-05", 1.5e-7: "1.5e-07", 1e16: "1e+16", 123456: "123456.0", 0.0001: "0.0001",
	} {
		if got := ReprFloat(v); got != want {
			t.Errorf("ReprFloat(%v) = %q, want %q", v, got, want)
		}
	}
}
