package tuner

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Point is one choice of values: a text for every active parameter, numbers in their shortest form that reads back.
type Point map[string]string

// Space is the set of all points. It does not change and is safe for concurrent use.
type Space struct {
	parameters []Parameter // a parameter comes after the one it depends on
	axes       []axis      // of the numbers
	parent     []int       // index of the parameter that decides about this one; −1
	size       float64     // number of points; +Inf
}

// NewSpace makes a space. Errors name the parameter.
func NewSpace(parameters ...Parameter) (*Space, error) {
	if len(parameters) == 0 {
		return nil, errors.New("a space needs at least one parameter")
	}
	names := map[string]int{}
	for i := range parameters {
		p := &parameters[i]
		if err := p.check(); err != nil {
			return nil, err
		}
		if _, twice := names[p.Name]; twice {
			return nil, fmt.Errorf("parameter %s is there twice", p.Name)
		}
		names[p.Name] = i
	}
	for i := range parameters {
		if err := checkWhen(parameters, names, i); err != nil {
			return nil, err
		}
	}
	return build(slices.Clone(parameters)), nil
}

func checkWhen(parameters []Parameter, names map[string]int, i int) error {
	p := &parameters[i]
	if p.When == nil {
		return nil
	}
	at, known := names[p.When.Parameter]
	if !known {
		return fmt.Errorf("parameter %s depends on %q, which is none", p.Name, p.When.Parameter)
	}
	parent := &parameters[at]
	if parent.Kind == Continuous {
		return fmt.Errorf("parameter %s depends on %s, which is continuous: a condition needs a categorical or integer one", p.Name, parent.Name)
	}
	for _, v := range p.When.In {
		if !parent.has(v) {
			return fmt.Errorf("parameter %s depends on %s being %q, which it never is", p.Name, parent.Name, v)
		}
	}
	for n := 0; parent.When != nil; n++ {
		if n > len(parameters) || parent.When.Parameter == p.Name {
			return fmt.Errorf("parameter %s depends on itself", p.Name)
		}
		at, known = names[parent.When.Parameter]
		if !known {
			break // its own check says so
		}
		parent = &parameters[at]
	}
	if len(p.When.In) == 0 || p.When.Parameter == p.Name {
		return fmt.Errorf("parameter %s is never active", p.Name)
	}
	return nil
}

// has says whether the text is one of the parameter's values.
func (p *Parameter) has(text string) bool {
	_, ok := p.number(text)
	return ok
}

// number is what the text says: a number, or a value's index; ok is false when the parameter does not have it.
func (p *Parameter) number(text string) (v float64, ok bool) {
	if p.Kind == Categorical {
		at := slices.Index(p.Values, text)
		return float64(at), at >= 0
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v >= p.Min && v <= p.Max && (p.Kind != Integer || v == math.Trunc(v))
}

// build sorts the parameters, parents first, and otherwise by name, so that a space does not depend on the order it was written in.
func build(parameters []Parameter) *Space {
	slices.SortFunc(parameters, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	s := &Space{}
	index := map[string]int{}
	for len(s.parameters) < len(parameters) {
		for _, p := range parameters {
			_, done := index[p.Name]
			parent := -1
			if p.When != nil {
				at, ready := index[p.When.Parameter]
				done = done || !ready
				parent = at
			}
			if done {
				continue
			}
			index[p.Name] = len(s.parameters)
			s.parameters = append(s.parameters, p)
			s.parent = append(s.parent, parent)
			s.axes = append(s.axes, newAxis(&p))
		}
	}
	s.size = s.count()
	return s
}

// Size is the number of different points, +Inf with an active continuous parameter.
func (s *Space) Size() float64 { return s.size }

// count multiplies the ways of the parameters that depend on none: those of the others are among them.
func (s *Space) count() float64 {
	total := 1.0
	for i := range s.parameters {
		if s.parent[i] < 0 {
			total *= s.ways(i)
		}
	}
	return total
}

// ways is the number of choices of the parameter with all that depends on it.
func (s *Space) ways(i int) float64 {
	p := &s.parameters[i]
	levels := p.levels()
	if levels == 0 {
		return math.Inf(1)
	}
	var children []int
	for j := range s.parameters {
		if s.parent[j] == i {
			children = append(children, j)
		}
	}
	if len(children) == 0 {
		return levels
	}
	special := map[string]float64{} // values on which something depends
	for _, c := range children {
		for _, v := range s.parameters[c].When.In {
			special[s.canonical(i, v)] = 1
		}
	}
	for _, c := range children {
		n := s.ways(c)
		seen := map[string]bool{}
		for _, v := range s.parameters[c].When.In {
			if v = s.canonical(i, v); !seen[v] {
				special[v] *= n
				seen[v] = true
			}
		}
	}
	sum := levels - float64(len(special))
	for _, n := range special {
		sum += n
	}
	return sum
}

// canonical is the text that a point has for the value.
func (s *Space) canonical(i int, text string) string {
	if s.parameters[i].Kind == Categorical {
		return text
	}
	v, _ := strconv.ParseFloat(text, 64) // the caller has checked it
	return s.axes[i].text(s.axes[i].place(v))
}

// Check says what is wrong with a point: an inactive or unknown name, a missing one, a value outside the range.
func (s *Space) Check(p Point) error {
	_, err := s.encode(p)
	return err
}

// vector is a point inside the search: a place of [0, 1] for a number, an index for a category, NaN for an inactive parameter.
type vector []float64

func (v vector) active(i int) bool { return !math.IsNaN(v[i]) }

// activeIn says whether parameter i takes part, given the values of those before it.
func (s *Space) activeIn(v vector, i int) bool {
	parent := s.parent[i]
	if parent < 0 {
		return true
	}
	return v.active(parent) && s.holds(v, i)
}

func (s *Space) holds(v vector, i int) bool {
	text := s.text(v, s.parent[i])
	return slices.ContainsFunc(s.parameters[i].When.In, func(in string) bool { return s.canonical(s.parent[i], in) == text })
}

func (s *Space) text(v vector, i int) string {
	if p := &s.parameters[i]; p.Kind == Categorical {
		return p.Values[int(v[i])]
	}
	return s.axes[i].text(v[i])
}

// snap moves a vector onto the point it stands for: integers to the middle of their cells, inactive parameters to NaN.
func (s *Space) snap(v vector) {
	for i := range s.parameters {
		switch p := &s.parameters[i]; {
		case !s.activeIn(v, i):
			v[i] = math.NaN()
		case p.Kind == Integer || p.Min == p.Max && p.Kind == Continuous:
			v[i] = s.axes[i].place(s.axes[i].at(v[i]))
		}
	}
}

func (s *Space) decode(v vector) Point {
	p := Point{}
	for i := range s.parameters {
		if v.active(i) {
			p[s.parameters[i].Name] = s.text(v, i)
		}
	}
	return p
}

// worded is a point in its own words, for on a logarithmic axis 0.01 would come back as 0.009999999999999995; but a whole number has no fraction,
// whoever wrote 6.0, since programs that want one do not read it.
func (s *Space) worded(p Point) Point {
	p = maps.Clone(p)
	for i := range s.parameters {
		parameter := &s.parameters[i]
		if text, given := p[parameter.Name]; given && parameter.Kind == Integer {
			v, _ := parameter.number(text) // encode has checked it
			p[parameter.Name] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return p
}

func (s *Space) encode(p Point) (vector, error) {
	v := make(vector, len(s.parameters))
	known := 0
	for i := range s.parameters {
		name := s.parameters[i].Name
		text, given := p[name]
		if given {
			known++
		}
		switch active := s.activeIn(v, i); {
		case active && !given:
			return nil, fmt.Errorf("point: parameter %s is missing", name)
		case !active && given:
			return nil, fmt.Errorf("point: parameter %s has a value where it is not active", name)
		case !active:
			v[i] = math.NaN()
			continue
		}
		number, ok := s.parameters[i].number(text)
		if !ok {
			return nil, fmt.Errorf("point: %s = %q is outside its range", name, text)
		}
		if v[i] = number; s.parameters[i].Kind != Categorical {
			v[i] = s.axes[i].place(number)
		}
	}
	if known < len(p) {
		return nil, fmt.Errorf("point: there is no parameter %s", s.unknown(p))
	}
	return v, nil
}

// unknown is the first name in the point that is no parameter's.
func (s *Space) unknown(p Point) string {
	names := slices.Sorted(maps.Keys(p))
	return names[slices.IndexFunc(names, func(name string) bool {
		return !slices.ContainsFunc(s.parameters, func(p Parameter) bool { return p.Name == name })
	})]
}

// key is equal for vectors of the same texts: several places can be one number.
func (s *Space) key(v vector) string {
	b := make([]byte, 0, 8*len(v))
	for i, u := range v {
		if v.active(i) && s.parameters[i].Kind != Categorical {
			u = s.axes[i].at(u)
		}
		b = appendKey(b, u)
	}
	return string(b)
}

// ownKey is the key of a point with this vector in its own words: the number at a number's place may be its neighbour.
func (s *Space) ownKey(p Point, v vector) string {
	b := make([]byte, 0, 8*len(v))
	for i, u := range v {
		if v.active(i) {
			u, _ = s.parameters[i].number(p[s.parameters[i].Name])
		}
		b = appendKey(b, u)
	}
	return string(b)
}

func appendKey(b []byte, number float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(number+0)) // −0 and 0 are one
}
