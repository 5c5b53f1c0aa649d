package value

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The public package's types, by other names.
type (
	file string
	dir  string
)

var types = Types{File: reflect.TypeFor[file](), Dir: reflect.TypeFor[dir]()}

type (
	myInt      int
	myUint8    uint8
	myFloat    float32
	myBool     bool
	myString   string
	myBytes    []byte
	myDuration time.Duration
	layer      struct {
		Units int     `json:"units"`
		Act   string  `json:"act,omitempty"`
		Drop  float64 `json:"drop"`
	}
	upper string // comes back in lower case, goes out in upper case
	point struct{ x, y int }
	opt   struct {
		Rate  float64
		Decay *float64
	}
)

func (u upper) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(u))), nil }
func (u *upper) UnmarshalText(b []byte) error {
	*u = upper(strings.ToLower(string(b)))
	return nil
}

func (p point) MarshalJSON() ([]byte, error)  { return fmt.Appendf(nil, "[%d,%d]", p.x, p.y), nil }
func (p *point) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[2]*int{&p.x, &p.y}) }

// trip is one value and the text in which it must travel; the texts were written down by hand.
type trip struct {
	name string
	want string
	run  func(*testing.T) (text string, diff string)
}

func of[T any](want string, v T) trip {
	return trip{fmt.Sprintf("%T %.20s", v, want), want, func(t *testing.T) (string, string) {
		type box struct{ V T }
		s := mustOf[box](t)
		values, err := s.Encode(box{v})
		if err != nil {
			t.Fatal(err)
		}
		text, sent := values.Params["v"]
		if !sent {
			text, sent = values.Files["v"]
		}
		if !sent {
			text = "(not sent)"
		}
		if _, err := s.Complete(values); err != nil {
			t.Errorf("check of own text: %v", err)
		}
		var back box
		if err := s.Decode(&back, values); err != nil {
			t.Fatal(err)
		}
		return text, cmp.Diff(v, back.V, equal...)
	}}
}

var equal = cmp.Options{
	cmp.AllowUnexported(point{}),
	cmp.Comparer(func(a, b float64) bool {
		return a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b)
	}),
	cmp.Comparer(func(a, b *big.Int) bool { return a == nil && b == nil || a != nil && b != nil && a.Cmp(b) == 0 }),
	cmp.Comparer(func(a, b big.Int) bool { return a.Cmp(&b) == 0 }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b regexp.Regexp) bool { return a.String() == b.String() }),
}

func mustOf[T any](t testing.TB) *Schema {
	t.Helper()
	s, err := Of(reflect.TypeFor[T](), types)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	huge, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	for _, c := range []trip{
		of("0", 0), of("-1", -1), of("127", int8(127)), of("-128", int8(-128)), of("32767", int16(32767)), of("-2147483648", int32(math.MinInt32)),
		of("9223372036854775807", int64(math.MaxInt64)), of("-9223372036854775808", int64(math.MinInt64)),
		of("7", uint(7)), of("255", uint8(255)), of("65535", uint16(65535)), of("4294967295", uint32(math.MaxUint32)),
		of("18446744073709551615", uint64(math.MaxUint64)), of("5", myInt(5)), of("200", myUint8(200)),
		of("0.1", 0.1), of("0.1", float32(0.1)), of("0", 0.0), of("-0", math.Copysign(0, -1)), of("5e-324", math.SmallestNonzeroFloat64),
		of("1.7976931348623157e+308", math.MaxFloat64), of("1e-45", float32(math.SmallestNonzeroFloat32)), of("3.4028235e+38", float32(math.MaxFloat32)),
		of("0.30000000000000004", 0.1+func() float64 { return 0.2 }()), of("nan", math.NaN()), of("inf", math.Inf(1)), of("-inf", float32(math.Inf(-1))),
		of("2.5", myFloat(2.5)), of("true", true), of("false", false), of("true", myBool(true)),
		of("", ""), of("adam", "adam"), of("sgd", myString("sgd")),
		of("1h30m0s", 90*time.Minute), of("0s", time.Duration(0)), of("1ns", time.Nanosecond), of("-2562047h47m16.854775808s", time.Duration(math.MinInt64)),
		of("90", myDuration(90)),
		of("2024-02-29T12:30:00.123456789Z", time.Date(2024, 2, 29, 12, 30, 0, 123456789, time.UTC)),
		of("2024-02-29T12:30:00+05:30", time.Date(2024, 2, 29, 12, 30, 0, 0, time.FixedZone("", 19800))), of("0001-01-01T00:00:00Z", time.Time{}),
		of("ABC", upper("abc")), of("WARN", slog.LevelWarn), of("10.0.0.1", netip.MustParseAddr("10.0.0.1")), of("", netip.Addr{}), of("::1", net.ParseIP("::1")),
		of(huge.String(), *huge), of(huge.String(), huge), of("(not sent)", (*big.Int)(nil)), of("a+b", regexp.MustCompile("a+b")),
		of("[1,2,3]", []int{1, 2, 3}), of("[]", []int{}), of("null", []int(nil)), of("[0.5,1]", []float64{0.5, 1}), of("[0.1]", []float32{0.1}),
		of(`["a,b","<&>","\u2028"]`, []string{"a,b", "<&>", "\u2028"}), of("[true,false]", [2]bool{true, false}), of("[[1],[2,3],null]", [][]int{{1}, {2, 3}, nil}),
		of(`"AAEC/w=="`, []byte{0, 1, 2, 255}), of("null", []byte(nil)), of(`"/w=="`, myBytes{255}), of("[1,2]", [2]byte{1, 2}),
		of(`{"a":1,"b":2}`, map[string]int{"b": 2, "a": 1}), of(`{"-3":"x"}`, map[int8]string{-3: "x"}), of("{}", map[string]bool{}), of("null", map[string]bool(nil)),
		of(`{"10.0.0.1":[1.5]}`, map[netip.Addr][]float64{netip.MustParseAddr("10.0.0.1"): {1.5}}), of(`{"__proto__":"y"}`, map[myString]string{"__proto__": "y"}),
		of(`[{"units":3,"drop":0.5},{"units":1,"act":"relu","drop":0}]`, []layer{{Units: 3, Drop: 0.5}, {1, "relu", 0}}),
		of(`{"in":{"units":9,"drop":0}}`, map[string]layer{"in": {Units: 9}}), of("[1,null]", []*int{new(1), nil}), of(`["1ns"]`, []string{"1ns"}),
		of("[1000000000]", []time.Duration{time.Second}), of(`["2024-02-29T00:00:00Z"]`, []time.Time{time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)}),
		of("[18446744073709551615,0]", [2]uint64{math.MaxUint64, 0}), of("[9223372036854775807]", []int64{math.MaxInt64}), of("[-0]", []float64{math.Copysign(0, -1)}),
		of("[5e-324]", []float64{math.SmallestNonzeroFloat64}), of("[3,-4]", point{3, -4}), of(`{"a":[1,-2]}`, map[string]point{"a": {1, -2}}),
		of(`{"k":[1,"x",null]}`, json.RawMessage(`{"k":[1,"x",null]}`)), of("null", json.RawMessage(nil)), of("[{}]", []json.RawMessage{json.RawMessage("{}")}),
		of("0", new(0)), of("", new("")), of("false", new(false)), of("(not sent)", (*int)(nil)), of("[1]", new([]int{1})), of("2m0s", new(2*time.Minute)),
		of("0.5", new(0.5)), of("{}", new(map[string]int{})), of("data/train.csv", file("data/train.csv")), of("s3://b/p/", dir("s3://b/p/")), of("x", new(file("x"))),
		of("(not sent)", (*dir)(nil)),
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, diff := c.run(t)
			if text != c.want {
				t.Errorf("travels as %q, want %q", text, c.want)
			}
			if diff != "" {
				t.Errorf("(-sent +came back)\n%s", diff)
			}
		})
	}
}

// Everything a person can put into a text, as a text of its own and inside of others.
func TestHostileStrings(t *testing.T) {
	t.Parallel()
	type box struct {
		S string
		L []string
		M map[string]string
		P *string
		U upper
	}
	s := mustOf[box](t)
	for _, text := range []string{
		"", " ", "\n", "a\nb\r\nc", "\x00\x01\x1f\x7f", "\t", `"`, `'`, "`id`", `$(id)`, `\`, `\n`, `a\"b`, "--lr", "-x", "-", "__proto__", "constructor", "null", "true", "NaN",
		"[1,2", `{"a":`, "{{.}}", "%s%n", "a,b=c|d", "日本語", "é", "e\u0301", "👩‍👩‍👧‍👦", "\u202e\u2066", "\u0085\u2028\u2029", "\ufeff", "\ufffd", "<script>&amp;",
		"../../etc/passwd", "s3://b/k", "; rm -rf /", "sagemaker_program", strings.Repeat("x", 2500), strings.Repeat("x", 2501), strings.Repeat("é", 2500),
		strings.Repeat("👍", 1250), strings.Repeat("👍", 1251), strings.Repeat("\n", 10000),
	} {
		in := box{text, []string{text, text}, map[string]string{text: text}, &text, upper(strings.ToLower(text))}
		values, err := s.Encode(in)
		if err != nil {
			t.Fatalf("%.40q: %v", text, err)
		}
		if values.Params["s"] != text || values.Params["p"] != text {
			t.Errorf("%.40q travels as %.40q and %.40q", text, values.Params["s"], values.Params["p"])
		}
		carried, spec := Split(values.Params, 0)
		joined := newValues()
		for _, part := range []map[string]string{carried, wire(t, spec)} {
			for name, v := range part {
				joined.Params[name] = v
			}
		}
		var back box
		if err := s.Decode(&back, joined); err != nil {
			t.Fatalf("%.40q: %v", text, err)
		}
		if d := cmp.Diff(in, back); d != "" {
			t.Errorf("%.40q (-sent +came back)\n%s", text, d)
		}
	}
}

// wire is a map after its way through JSON, as the spec channel carries it.
func wire(t *testing.T, m map[string]string) (out map[string]string) {
	t.Helper()
	data, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type common struct {
	Seed int `sagefly:"default=7"`
}

type config struct {
	common
	Optimizer opt
	Inlined   struct{ Alpha int } `sagefly:",inline"`
	Deep      struct {
		Er struct{ MaxDepth int } `sagefly:"inner"`
	}
	Maybe   *opt
	More    *struct{ Inner *opt }
	Skipped chan int `sagefly:"-"`
	hidden  int
}

func TestNested(t *testing.T) {
	t.Parallel()
	s := mustOf[config](t)
	in := config{common: common{3}, Optimizer: opt{Rate: 0.5, Decay: new(0.0)}, Maybe: &opt{Rate: 2}, hidden: 1}
	in.Deep.Er.MaxDepth = 4
	values, err := s.Encode(&in)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"seed": "3", "optimizer.rate": "0.5", "optimizer.decay": "0", "deep.inner.max_depth": "4", "alpha": "0", "maybe.rate": "2"}
	if d := cmp.Diff(want, values.Params); d != "" {
		t.Error(d)
	}
	var back config
	if err := s.Decode(&back, values); err != nil {
		t.Fatal(err)
	}
	in.hidden = 0
	if !reflect.DeepEqual(in, back) {
		t.Errorf("%+v came back as %+v", in, back)
	}
	if back.More != nil {
		t.Error("a group of which nothing was sent was made")
	}
	in.More = &struct{ Inner *opt }{&opt{Rate: 1}}
	values, _ = s.Encode(in)
	back = config{}
	if err := s.Decode(&back, values); err != nil || back.More.Inner.Rate != 1 || values.Params["more.inner.rate"] != "1" {
		t.Errorf("%+v, %v", back.More, err)
	}
}
