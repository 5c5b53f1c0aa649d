package value

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type knobs struct {
	Train  dir
	Base   *file
	Epochs int     `sagefly:"default=5"`
	Rate   float64 `sagefly:"learning_rate,required"`
	Mode   mode    `sagefly:"enum=fast|slow,default=fast"`
	Depth  *int    `sagefly:"default=6"`
	Note   string  `sagefly:",omitzero"`
	Layers []int   `sagefly:",omitzero"`
	Tuning *struct {
		Steps int     `sagefly:"required"`
		Scale float64 `sagefly:"default=2"`
	}
}

func TestEncodeDefaults(t *testing.T) {
	t.Parallel()
	s := mustOf[knobs](t)
	got, err := s.Encode(knobs{Train: "here", Rate: 1, Depth: new(0)})
	if err != nil {
		t.Fatal(err)
	}
	want := Values{Files: map[string]string{"train": "here"}, Params: map[string]string{"epochs": "5", "learning_rate": "1", "mode": "fast", "depth": "0"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got, _ = s.Encode(knobs{Train: "here", Rate: 1, Epochs: 9, Note: "x"})
	if got.Params["depth"] != "6" || got.Params["epochs"] != "9" || got.Params["note"] != "x" {
		t.Errorf("%v", got.Params)
	}
	// An optional group brings its defaults along only when it is there.
	in := knobs{Train: "here", Rate: 1}
	in.Tuning = &struct {
		Steps int     `sagefly:"required"`
		Scale float64 `sagefly:"default=2"`
	}{Steps: 3}
	got, _ = s.Encode(in)
	if got.Params["tuning.scale"] != "2" || got.Params["tuning.steps"] != "3" {
		t.Errorf("%v", got.Params)
	}
}

// lines are an error's problems.
func lines(t *testing.T, err error) []string {
	t.Helper()
	ps, ok := errors.AsType[Problems](err)
	if !ok {
		t.Fatalf("%v is no list of problems", err)
	}
	var out []string
	for _, p := range ps {
		out = append(out, p.String())
	}
	return out
}

func TestEncodeProblems(t *testing.T) {
	t.Parallel()
	s := mustOf[knobs](t)
	in := knobs{Mode: "medium"}
	in.Tuning = &struct {
		Steps int     `sagefly:"required"`
		Scale float64 `sagefly:"default=2"`
	}{}
	_, err := s.Encode(in)
	want := []string{
		`field Train is required: a folder: a path or an s3:// prefix`,
		`field Rate is required: a number`,
		`field Mode = "medium" is not one of fast, slow`,
		`field Tuning.Steps is required: a whole number`,
	}
	if d := cmp.Diff(want, lines(t, err)); d != "" {
		t.Error(d)
	}
	type bad struct {
		F []float64
		S string
		M map[string]map[string]float64
		L []string
		R json.RawMessage
		T time.Time
	}
	_, err = mustOf[bad](t).Encode(bad{
		F: []float64{1, math.NaN()}, S: "a\xffb", M: map[string]map[string]float64{"a": {"b": math.Inf(1)}}, L: []string{"ok", "\xc3"},
		R: json.RawMessage("{"), T: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	got := lines(t, err)
	for i, words := range []string{"F cannot be carried: JSON cannot carry NaN", "S cannot be carried: the text is not valid UTF-8", "M cannot be carried: JSON cannot carry +Inf", "L cannot be carried: the text is not valid", "R cannot be carried", "T cannot be carried"} {
		if i >= len(got) || !strings.Contains(got[i], words) {
			t.Errorf("no %q in %q", words, got)
		}
	}
	if _, err := s.Encode(7); err == nil {
		t.Error("an int was taken apart")
	}
	if _, err := s.Encode((*knobs)(nil)); err == nil {
		t.Error("nil was taken apart")
	}
}

func TestDecodeProblems(t *testing.T) {
	t.Parallel()
	s := mustOf[knobs](t)
	var in knobs
	err := s.Decode(&in, Values{
		Params: map[string]string{"epochs": "five", "learning_rate": "1e999", "mode": "medium", "layers": `[1,"a"]`, "epoch": "3", "base": "x"},
		Files:  map[string]string{"trian": "x", "mode": "y"},
	})
	want := []string{
		`value "base" = "x" belongs to a file, not to a plain field`,
		`value "epoch" = "3" belongs to no field; near it: epochs`,
		`value "mode" = "y" belongs to a plain field, not to a file`,
		`value "trian" = "x" belongs to no field; near it: train`,
		`field Epochs = "five" is not a whole number`,
		`field Rate = "1e999" is not a number`,
		`field Mode = "medium" is not one of fast, slow`,
	}
	got := lines(t, err)
	if d := cmp.Diff(want, got[:len(got)-1]); d != "" {
		t.Error(d)
	}
	if last := got[len(got)-1]; !strings.HasPrefix(last, `field Layers = "[1,\"a\"]" is not a JSON list of int: cannot unmarshal string`) {
		t.Error(last)
	}
	if err := s.Decode(in, Values{}); err == nil {
		t.Error("a struct that is no pointer was filled")
	}
}

func TestDecodeStrict(t *testing.T) {
	t.Parallel()
	type box struct {
		I8    int8
		U     uint16
		B     bool
		D     time.Duration
		T     time.Time
		A     [2]int
		L     []layer
		Raw   json.RawMessage
		Bytes []byte
		F     float32
	}
	s := mustOf[box](t)
	for name, texts := range map[string][]string{
		"i8": {"", "128", "-129", "1.0", " 1", "0x1", "1_0", "１"}, "u": {"-1", "65536", "+-1"}, "b": {"", "yes", "2"}, "d": {"5", "1 h", ""}, "t": {"2024-01-01", "", "yesterday"},
		"a": {"[1]", "[1,2,3]", "1", "", "[1,2] x"}, "l": {`[{"unit":1}]`, "{}", `[{"units":"1"}]`}, "raw": {"", "{", "1 2"}, "bytes": {"AAEC", `"?"`}, "f": {"", "1e39", "one"},
	} {
		for _, text := range texts {
			if err := s.Decode(new(box), Values{Params: map[string]string{name: text}}); err == nil {
				t.Errorf("%s took %q", name, text)
			}
		}
	}
	// Spellings of other programs.
	var in box
	err := s.Decode(&in, Values{Params: map[string]string{"b": "True", "f": "NaN", "i8": "+7", "a": " [1, 2] ", "raw": "null"}})
	if err != nil || !in.B || !math.IsNaN(float64(in.F)) || in.I8 != 7 || in.A[1] != 2 || in.Raw != nil {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestDecodeDefaults(t *testing.T) {
	t.Parallel()
	in := knobs{Note: "stays"}
	if err := mustOf[knobs](t).Decode(&in, Values{}); err != nil {
		t.Fatal(err)
	}
	if in.Epochs != 5 || in.Mode != "fast" || *in.Depth != 6 || in.Note != "stays" || in.Tuning != nil {
		t.Errorf("%+v", in)
	}
	if err := mustOf[knobs](t).Decode(&in, Values{Params: map[string]string{"tuning.steps": "1", "mode": "slow"}}); err != nil || in.Tuning.Scale != 2 || in.Mode != "slow" {
		t.Errorf("%+v, %v", in.Tuning, err)
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	s := mustOf[knobs](t)
	got, err := s.Complete(s.Sort(map[string]string{"train": "x", "learning_rate": "1.50", "layers": "[1, 2]", "tuning.steps": "+1"}))
	want := Values{Files: map[string]string{"train": "x"}, Params: map[string]string{
		"learning_rate": "1.5", "layers": "[1,2]", "epochs": "5", "mode": "fast", "depth": "6", "tuning.steps": "1", "tuning.scale": "2",
	}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	err = s.Check(s.Sort(map[string]string{"train": "", "learning_rat": "1", "epochs": strings.Repeat("9", 200), "tuning.scale": "3", "note": "\xff"}))
	wants := []string{
		`value "learning_rat" = "1" belongs to no field; near it: learning_rate`,
		`field Train is required: a folder: a path or an s3:// prefix`,
		`field Epochs = "` + strings.Repeat("9", 80) + `"… (200 characters) is not a whole number`,
		`field Rate is required: a number`,
		`field Note = "\xff" is not text in UTF-8: the text is not valid UTF-8, and the API carries nothing else; use []byte for bytes`,
		`field Tuning.Steps is required: a whole number`,
	}
	if d := cmp.Diff(wants, lines(t, err)); d != "" {
		t.Error(d)
	}
}
