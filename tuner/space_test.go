package tuner

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpaceIsChecked(t *testing.T) {
	t.Parallel()
	cat := func(name string, values ...string) Parameter {
		return Parameter{Name: name, Kind: Categorical, Values: values}
	}
	for want, parameters := range map[string][]Parameter{
		"at least one parameter":                 {},
		"has no name":                            {{Max: 1}},
		"parameter a: the range 2..1 is empty":   {{Name: "a", Min: 2, Max: 1}},
		"parameter a: the range NaN":             {{Name: "a", Min: math.NaN(), Max: 1}},
		"parameter a: the range 0..+Inf":         {{Name: "a", Max: math.Inf(1)}},
		"no whole numbers":                       {{Name: "a", Kind: Integer, Min: 0.5, Max: 3}},
		"needs a lowest value above 0, not 0":    {{Name: "a", Max: 1, Scale: Logarithmic}},
		"inside [0, 1), not 0..1":                {{Name: "a", Max: 1, Scale: ReverseLogarithmic}},
		"parameter a: a categorical parameter":   {cat("a")},
		`parameter a: the value "x" is there`:    {cat("a", "x", "y", "x")},
		"parameter a is there twice":             {{Name: "a", Max: 1}, {Name: "a", Max: 2}},
		`parameter a depends on "b", which`:      {{Name: "a", Max: 1, When: &When{"b", []string{"x"}}}},
		"which is continuous":                    {{Name: "b", Max: 1}, {Name: "a", Max: 1, When: &When{"b", []string{"1"}}}},
		`parameter a depends on b being "z"`:     {cat("b", "x"), {Name: "a", Max: 1, When: &When{"b", []string{"z"}}}},
		"parameter a is never active":            {cat("b", "x"), {Name: "a", Max: 1, When: &When{"b", nil}}},
		"depends on itself":                      {{Name: "a", Kind: Integer, Max: 2, When: &When{"b", []string{"1"}}}, {Name: "b", Kind: Integer, Max: 2, When: &When{"a", []string{"1"}}}},
		"parameter self depends on itself":       {{Name: "self", Kind: Integer, Max: 2, When: &When{"self", []string{"1"}}}},
		"parameter p depends on b being \"1.5\"": {{Name: "b", Kind: Integer, Max: 2}, {Name: "p", Max: 1, When: &When{"b", []string{"1.5"}}}},
	} {
		if _, err := NewSpace(parameters...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", parameters, err, want)
		}
	}
}

// The documented rule, one line each.
func TestAutoScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    Parameter
		want Scale
	}{
		{Parameter{Min: 0.01, Max: 1}, Logarithmic},
		{Parameter{Min: 0.011, Max: 1}, Linear},
		{Parameter{Min: 0, Max: 1000}, Logarithmic},
		{Parameter{Min: 0, Max: 99}, Linear},
		{Parameter{Min: 0.5, Max: 0.996}, ReverseLogarithmic},
		{Parameter{Min: 0, Max: 0.98}, Linear},
		{Parameter{Min: -5, Max: 500}, Linear},
		{Parameter{Kind: Integer, Min: 1, Max: 64}, Logarithmic},
		{Parameter{Kind: Integer, Min: 1, Max: 63}, Linear},
		{Parameter{Kind: Integer, Min: 0, Max: 127}, Logarithmic},
		{Parameter{Min: 0.01, Max: 1, Scale: Linear}, Linear},
		{Parameter{Min: 1, Max: 2, Scale: Logarithmic}, Logarithmic},
	} {
		if got, _ := c.p.Resolve(); got != c.want {
			t.Errorf("%+v: scale %d, want %d", c.p, got, c.want)
		}
	}
}

// Half of a logarithmic range is its geometric mean; half of a reverse one, 1 less that of the rest.
func TestScalesMeetInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    Parameter
		want float64
	}{
		{Parameter{Min: 2, Max: 4, Scale: Linear}, 3},
		{Parameter{Min: 1e-4, Max: 1, Scale: Logarithmic}, 1e-2},
		{Parameter{Min: 0, Max: 0.9999, Scale: ReverseLogarithmic}, 0.99},
		{Parameter{Kind: Integer, Min: 1, Max: 3, Scale: Linear}, 2},
		{Parameter{Min: 7, Max: 7, Scale: Linear}, 7},
		{Parameter{Min: -1e308, Max: 1e308}, 0}, // wider than the greatest number
		{Parameter{Max: math.MaxFloat64, Scale: Linear}, math.MaxFloat64 / 2},
		{Parameter{Max: math.MaxFloat64}, (math.Sqrt(0.001*1.001) - 0.001) * math.MaxFloat64}, // shifted by a thousandth
	} {
		if got := newAxis(&c.p).at(0.5); math.Abs(got-c.want) > 1e-12*max(1, c.want) {
			t.Errorf("%+v: middle %g, want %g", c.p, got, c.want)
		}
	}
}

// Zero is "0" in every range that has it: it was "-0" in −7..3, where the middle of its cell was rounded from below, and where a bound was −0.
func TestZeroHasNoSign(t *testing.T) {
	t.Parallel()
	check := func(p Parameter) {
		v, err := space(t, p).encode(Point{"k": "0"})
		if err != nil {
			t.Fatal(err)
		}
		if got := space(t, p).decode(v)["k"]; got != "0" {
			t.Errorf("0 of %g..%g reads back as %s", p.Min, p.Max, got)
		}
	}
	for low := -20.0; low < 0; low++ {
		for high := 1.0; high < 20; high++ {
			check(Parameter{Name: "k", Kind: Integer, Min: low, Max: high})
		}
	}
	minus := math.Copysign(0, -1)
	for _, kind := range []Kind{Integer, Continuous} {
		check(Parameter{Name: "k", Kind: kind, Min: minus, Max: minus})
		check(Parameter{Name: "k", Kind: kind, Min: -1, Max: minus})
		check(Parameter{Name: "k", Kind: kind, Min: minus, Max: 1})
	}
}

// The size of a space with conditions is the number of points that counting meets, all different.
func TestSizeIsTheNumberOfPoints(t *testing.T) {
	t.Parallel()
	pick := func(name string, n int, when *When) Parameter {
		return Parameter{Name: name, Kind: Integer, Min: 1, Max: float64(n), When: when}
	}
	for _, c := range []struct {
		space *Space
		want  float64
	}{
		{space(t, pick("a", 3, nil), pick("b", 4, nil)), 12},
		{space(t, pick("a", 3, nil), pick("b", 4, &When{"a", []string{"2"}})), 2 + 4},
		{space(t, pick("a", 3, nil), pick("b", 4, &When{"a", []string{"2", "3", "3"}}), pick("c", 5, &When{"a", []string{"3"}})), 1 + 4 + 20},
		{space(t, pick("a", 3, nil), pick("b", 4, &When{"a", []string{"2"}}), pick("c", 5, &When{"b", []string{"1", "4"}})), 2 + 2 + 10},
		{space(t, Parameter{Name: "a", Kind: Categorical, Values: []string{"x", "y"}}, Parameter{Name: "c", Min: 2, Max: 2}), 2},
	} {
		seen := map[string]bool{}
		c.space.points(func(v vector) bool {
			seen[c.space.key(v)] = true
			return true
		})
		if c.space.Size() != c.want || len(seen) != int(c.want) {
			t.Errorf("size %g, %d points, want %g", c.space.Size(), len(seen), c.want)
		}
	}
	if size := mixed(t).Size(); !math.IsInf(size, 1) {
		t.Errorf("a space with continuous parameters has size %g", size)
	}
}

// A point's texts read back as the point, in every part of a mixed space, and inactive parameters are absent.
func TestPointsReadBack(t *testing.T) {
	t.Parallel()
	s := mixed(t)
	r := rand.New(rand.NewPCG(8, 9))
	for range 2000 {
		p := s.decode(s.uniform(r))
		v, err := s.encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if again := s.decode(v); !cmp.Equal(p, again) && !near(p, again) {
			t.Fatalf("%v reads back as %v", p, again)
		}
		_, depth := p["depth"]
		_, drop := p["drop"]
		_, grow := p["grow"]
		if depth != (p["booster"] != "gblinear") || drop != (p["booster"] == "dart") || grow != (p["depth"] == "3" || p["depth"] == "4") {
			t.Fatalf("active parameters of %v", p)
		}
	}
}

// near allows the last digit of a number that went through its scale.
func near(a, b Point) bool {
	for name := range a {
		x, errX := strconv.ParseFloat(a[name], 64)
		y, errY := strconv.ParseFloat(b[name], 64)
		if a[name] != b[name] && (errX != nil || errY != nil || math.Abs(x-y) > 1e-12*math.Abs(x)) {
			return false
		}
	}
	return len(a) == len(b)
}

func TestPointsAreChecked(t *testing.T) {
	t.Parallel()
	s := mixed(t)
	for want, p := range map[string]Point{
		"parameter eta is missing":           {"booster": "gblinear"},
		"parameter depth has a value where":  {"booster": "gblinear", "depth": "3", "eta": "0.1"},
		`depth = "2.5" is outside its range`: {"booster": "gbtree", "depth": "2.5", "eta": "0.1"},
		`depth = "6" is outside`:             {"booster": "gbtree", "depth": "6", "eta": "0.1"},
		`eta = "NaN" is outside`:             {"booster": "gblinear", "eta": "NaN"},
		`booster = "linear" is outside`:      {"booster": "linear", "eta": "0.1"},
		"there is no parameter gamma":        {"booster": "gblinear", "eta": "0.1", "gamma": "1"},
	} {
		if err := s.Check(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", p, err, want)
		}
	}
	if err := s.Check(Point{"booster": "gbtree", "depth": "3.0", "grow": "a", "eta": "1e-2"}); err != nil {
		t.Error(err)
	}
}
