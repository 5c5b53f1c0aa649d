package container

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
)

// hyperparameterText is the string of one value of hyperparameters.json. The service writes strings only; files made by
// hand have numbers and lists, which count as their JSON text. null is "".
func hyperparameterText(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil { // null leaves ""
		return s
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return string(raw)
	}
	return b.String()
}

// Decode is the training toolkit's rule for a hyperparameter's text: JSON where it parses (number, true, list, a quoted
// string, …), else the text itself; ok says which. Numbers are json.Number when they are integers, float64 otherwise;
// NaN, Infinity and -Infinity are numbers, as they are to Python.
func Decode(text string) (value any, ok bool) {
	switch strings.Trim(text, " \t\r\n") {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return text, false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return text, false
	}
	return floats(value), true
}

// floats turns every number with a fraction or exponent into a float64.
func floats(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v
		}
		f, _ := v.Float64() // out of range is ±Inf or 0, as in Python
		return f
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = floats(v[k])
		}
	}
	return v
}
