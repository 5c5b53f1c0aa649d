package value

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type all struct {
	I    int64
	U    uint64
	F    float64
	F32  float32
	B    bool
	S    string
	D    time.Duration
	Raw  []byte
	L    []float64
	M    map[string]int16
	A    [3]uint8
	Z    []layer
	P    *int
	PS   *string
	In   struct{ X, Y float32 }
	Or   *struct{ Name string }
	F1   file `sagefly:",omitzero"`
	Rank map[int]string
}

func drawAll(t *rapid.T) all {
	v := all{
		I: rapid.Int64().Draw(t, "I"), U: rapid.Uint64().Draw(t, "U"), F: rapid.Float64().Draw(t, "F"), F32: rapid.Float32().Draw(t, "F32"), B: rapid.Bool().Draw(t, "B"),
		S: rapid.String().Draw(t, "S"), D: time.Duration(rapid.Int64().Draw(t, "D")), Raw: rapid.SliceOf(rapid.Byte()).Draw(t, "Raw"),
		L: rapid.SliceOf(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64)).Draw(t, "L"), M: rapid.MapOf(rapid.String(), rapid.Int16()).Draw(t, "M"),
		A: [3]uint8(rapid.SliceOfN(rapid.Uint8(), 3, 3).Draw(t, "A")), P: rapid.Ptr(rapid.Int(), true).Draw(t, "P"), PS: rapid.Ptr(rapid.String(), true).Draw(t, "PS"),
		F1: file(rapid.String().Draw(t, "F1")), Rank: rapid.MapOf(rapid.Int(), rapid.String()).Draw(t, "Rank"),
	}
	v.In.X, v.In.Y = rapid.Float32().Draw(t, "X"), rapid.Float32().Draw(t, "Y")
	if rapid.Bool().Draw(t, "or") {
		v.Or = &struct{ Name string }{rapid.String().Draw(t, "Name")}
	}
	v.Z = rapid.SliceOf(rapid.Custom(func(t *rapid.T) layer {
		return layer{rapid.Int().Draw(t, "units"), rapid.String().Draw(t, "act"), rapid.Float64Range(-1e300, 1e300).Draw(t, "drop")}
	})).Draw(t, "Z")
	return v
}

// Whatever the struct holds, it comes back bit by bit, over the API and the spec channel together; and its own texts are the canonical ones.
func TestPropertyRoundTrip(t *testing.T) {
	t.Parallel()
	s := mustOf[all](t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawAll(t)
		values, err := s.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		carried, spec := Split(values.Params, rapid.IntRange(0, 100).Draw(t, "reserved"))
		for name, text := range spec {
			if _, twice := carried[name]; twice {
				t.Fatalf("%s is in both", name)
			}
			carried[name] = text
		}
		var back all
		if err := s.Decode(&back, Values{Params: carried, Files: values.Files}); err != nil {
			t.Fatal(err)
		}
		if math.IsNaN(in.F) != math.IsNaN(back.F) || !math.IsNaN(in.F) && !reflect.DeepEqual(in, back) {
			t.Fatalf("%+v\ncame back as\n%+v", in, back)
		}
		again, err := s.Complete(values)
		if err != nil || !reflect.DeepEqual(again, values) {
			t.Fatalf("own texts are not canonical: %v\n%v\n%v", err, values, again)
		}
	})
}

func FuzzTag(f *testing.F) {
	for _, text := range []string{"", "-", "a,required", "default=1,2", "a,enum=x|y,help=a, b,default=", "a,help=,", ",,", "a,omitzero,omitzero"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag, err := parseTag(text)
		if err != nil || tag.skip {
			return
		}
		if tag.name != "" && checkName(tag.name) != nil {
			t.Errorf("%q has the name %q", text, tag.name)
		}
		if tag.required && (tag.hasDefault || tag.omitZero) {
			t.Errorf("%q contradicts itself", text)
		}
	})
}

// What Decode takes, Encode prints in the canonical form, and that decodes to the same.
func FuzzDecode(f *testing.F) {
	f.Add("i", "12")
	f.Add("f", "-0x1p-2")
	f.Add("z", `[{"units":1,"drop":1e-7}]`)
	f.Add("a", "[1,2,3]")
	f.Add("m", `{"a":null,"a":7}`)
	f.Add("or.name", "\u2028")
	f.Add("d", "1.5h")
	f.Add("raw", `"AA=="`)
	s, err := Of(reflect.TypeFor[all](), types)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		in := s.Sort(map[string]string{name: text})
		var v all
		err := s.Decode(&v, in)
		if (err == nil) != (s.Check(in) == nil) && text != "" {
			t.Fatalf("decode says %v, check %v", err, s.Check(in))
		}
		if err != nil {
			return
		}
		values, err := s.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		var back all
		if err := s.Decode(&back, values); err != nil {
			t.Fatal(err)
		}
		again, err := s.Encode(back)
		if err != nil || !reflect.DeepEqual(values, again) {
			t.Fatalf("%v\n%v\n%v", err, values, again)
		}
	})
}
