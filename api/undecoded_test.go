package api

import (
	"encoding/json"
	"testing"
)

// The texts are those of TestMistyped.
func TestUndecoded(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"Text":1}`:          "NUMBER_VALUE can not be converted to a String",
		`{"Text":true}`:       "TRUE_VALUE can not be converted to a String",
		`{"Text":[]}`:         "Start of list found where not expected",
		`{"Text":{}}`:         "Start of structure or map found where not expected.",
		`{"Whole":"1"}`:       "STRING_VALUE can not be converted to an Integer",
		`{"Whole":1.5}`:       "NUMBER_VALUE can not be converted to an Integer",
		`{"Whole":1e99}`:      "NUMBER_VALUE can not be converted to an Integer",
		`{"Long":9e99}`:       "NUMBER_VALUE can not be converted to a Long",
		`{"Float":1e39}`:      "NUMBER_VALUE can not be converted to a Float",
		`{"Double":1e400}`:    "NUMBER_VALUE can not be converted to a Double",
		`{"Flag":"yes"}`:      "STRING_VALUE can not be converted to a Boolean",
		`{"List":"x"}`:        "Expected list or null",
		`{"Inner":"x"}`:       "Expected null",
		`{"Inner":[]}`:        "Start of list found where not expected",
		`{"Inner":{"Map":1}}`: "Expected map or null",
		`[]`:                  "Start of list found where not expected",
		`{"Text":`:            "",
	} {
		var in struct {
			Text   *string
			Whole  *int32
			Long   int64
			Float  *float32
			Double float64
			Flag   bool
			List   []string
			Inner  *struct{ Map map[string]string }
		}
		err := json.Unmarshal([]byte(body), &in)
		if err == nil {
			t.Errorf("%s decodes", body)
			continue
		}
		if got := Undecoded(err); got.Code != "SerializationException" || got.Message != want {
			t.Errorf("%s: %v, want %q", body, got, want)
		}
	}
}
