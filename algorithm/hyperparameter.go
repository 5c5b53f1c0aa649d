package algorithm

import (
	"slices"
	"strconv"
	"strings"
)

// Type is how a hyperparameter's text is read. The first four are the API's ParameterType; the container's lists and tuples are
// FreeText there.
type Type string

// The types of hyperparameters.
const (
	Integer     Type = "Integer"
	Continuous  Type = "Continuous"
	Categorical Type = "Categorical"
	FreeText    Type = "FreeText"
	List        Type = "List"       // values with commas between them
	Tuple       Type = "Tuple"      // a Python tuple or list of numbers
	NestedList  Type = "NestedList" // a Python list of lists of numbers
)

// Hyperparameter describes one hyperparameter of one version.
type Hyperparameter struct {
	// Name as the container knows it, and the other names that mean the same.
	Name    string
	Aliases []string `json:",omitempty"`
	Type    Type
	// Range is what the container accepts.
	Range Range
	// Recommended is the range that AWS suggests for tuning; nil when the hyperparameter cannot be tuned.
	Recommended *Recommended `json:",omitempty"`
	Required    bool         `json:",omitempty"`
	// Hidden hyperparameters are accepted but not documented by AWS; the service or its tools set them.
	Hidden bool `json:",omitempty"`
	// Default is the value that the library takes when the request has none, as text; empty when there is none or it depends on
	// the data or the objective. The container itself fills in nothing.
	Default string `json:",omitempty"`
	// Description says in one or two sentences what the hyperparameter does.
	Description string
	// DependsOn names the hyperparameters that the container looks at when it checks this one, and Dependency says what must
	// hold.
	DependsOn  []string `json:",omitempty"`
	Dependency string   `json:",omitempty"`

	// contains replaces the plain membership test of the range for one value (one element, for a list).
	contains func(r Range, value string) (bool, error)
	// depends checks the value against the hyperparameters of DependsOn that are set.
	depends func(value Value, others map[string]Value) error
}

// Tunable reports whether AWS lists the hyperparameter as tunable.
func (h Hyperparameter) Tunable() bool { return h.Recommended != nil }

// Recommended is a range for tuning. For integers both bounds are whole numbers.
type Recommended struct {
	Min, Max float64
	Scale    string // Linear, Logarithmic, ReverseLogarithmic or Auto
}

// Range is what a hyperparameter accepts: Values, or an interval. A zero Range accepts everything.
type Range struct {
	// Text is the range as the container prints it in messages: "[0, 1]", "(0, +inf)", "['row', 'col']".
	Text string
	// Values are the choices of categorical hyperparameters and lists, or the elements of a tuple, in the container's order and
	// with its repetitions.
	Values []string `json:",omitempty"`
	// Min and Max are an interval's bounds, nil for none; an open bound is itself outside.
	Min     *float64 `json:",omitempty"`
	Max     *float64 `json:",omitempty"`
	MinOpen bool     `json:",omitempty"`
	MaxOpen bool     `json:",omitempty"`
}

// Holds reports whether a number is within an interval. NaN is within every interval, as in the container, whose comparisons with
// NaN are all false.
func (r Range) Holds(f float64) bool {
	return !(r.Min != nil && (f < *r.Min || r.MinOpen && f == *r.Min) ||
		r.Max != nil && (f > *r.Max || r.MaxOpen && f == *r.Max))
}

// choice makes a range of values.
func choice(values ...string) Range {
	return Range{Text: reprStrings(values), Values: values}
}

// interval makes a range from the text that the container prints for it, such as "(0, 1]" or "[1, +inf)".
func interval(text string) Range {
	r := Range{Text: text}
	lower, upper, _ := strings.Cut(text[1:len(text)-1], ", ")
	if f, err := strconv.ParseFloat(lower, 64); err == nil && lower != "-inf" {
		r.Min, r.MinOpen = &f, text[0] == '('
	}
	if f, err := strconv.ParseFloat(upper, 64); err == nil && upper != "+inf" {
		r.Max, r.MaxOpen = &f, strings.HasSuffix(text, ")")
	}
	return r
}

// holdsChoice is the membership test of categorical values and list elements.
func (h Hyperparameter) holdsChoice(value string) (bool, error) {
	if h.contains != nil {
		return h.contains(h.Range, value)
	}
	return h.Range.Values == nil || slices.Contains(h.Range.Values, value), nil
}
