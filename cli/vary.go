//go:build !sagefly_task

package cli

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/tuner"
)

// varied is a hyperparameter that is searched: an interval of numbers, or a choice of words.
type varied struct {
	name      string
	given     string    // behind "=" of --vary; "" = recommended, nobody gave it
	low, high float64   // of an interval
	whole     bool      // only whole numbers of it
	scale     varyScale //
	words     []string  // a choice; nil = an interval
	parent    string    // the parameter that decides whether there is one, "" = there always is
	in        []string  // the parent's values with which there is
}

// varyScale is how an interval is looked through.
type varyScale string

const (
	scaleAuto    varyScale = ""
	scaleLinear  varyScale = "linear"
	scaleLog     varyScale = "log"
	scaleReverse varyScale = "reverselog"
)

var (
	// varyNumber is a number as people write it. Hexadecimal, Inf and NaN are none.
	varyNumber = regexp.MustCompile(`^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$`)
	wholeText  = regexp.MustCompile(`^[-+]?[0-9]+$`)
	// varyCondition is @PARENT=value,value at the end.
	varyCondition = regexp.MustCompile(`^(.*)@([A-Za-z0-9_.-]+)=(.*)$`)
)

const (
	maxChoices = 30 // of the API
	varySample = "--vary eta=0.01..0.3:log"
)

// parseVary reads NAME=LO..HI[:log|:linear|:reverselog] or NAME=a,b,c, either with @PARENT=x,y behind it. Numbers that are whole in both
// ends make a range of whole numbers.
func parseVary(text string) (*varied, error) {
	name, rest, ok := strings.Cut(text, "=")
	if !ok || name == "" || rest == "" {
		return nil, usage(fmt.Sprintf("--vary %s is not NAME=LO..HI or NAME=a,b,c", text), "", varySample, "--vary max_depth=2..10", "--vary booster=gbtree,dart")
	}
	v := &varied{name: name, given: rest}
	if m := varyCondition.FindStringSubmatch(rest); m != nil {
		rest, v.parent = m[1], m[2]
		v.in = strings.Split(m[3], ",")
		if slices.Contains(v.in, "") {
			return nil, v.wrong("the condition has an empty value", "@"+v.parent+"=a,b")
		}
	}
	low, high, isRange := strings.Cut(rest, "..")
	if isRange && !strings.Contains(rest, ",") {
		high, scale, _ := strings.Cut(high, ":")
		return v, v.interval(low, high, scale)
	}
	return v, v.choice(rest)
}

// wrong is a problem with the flag.
func (v *varied) wrong(why string, fix ...string) *Problem {
	p := usage(fmt.Sprintf("--vary %s=%s cannot be searched", v.name, v.given), why)
	for _, f := range fix {
		p.Fix = append(p.Fix, fmt.Sprintf("--vary %s=%s", v.name, f))
	}
	return p
}

func (v *varied) interval(low, high, scale string) error {
	for _, text := range []string{low, high} {
		if !varyNumber.MatchString(text) {
			return v.wrong(fmt.Sprintf("%q is no number", text), "LO..HI")
		}
	}
	v.low, _ = strconv.ParseFloat(low, 64)
	v.high, _ = strconv.ParseFloat(high, 64)
	v.whole = wholeText.MatchString(low) && wholeText.MatchString(high)
	v.scale = varyScale(scale)
	switch {
	case math.IsInf(v.low, 0) || math.IsInf(v.high, 0), v.whole && max(math.Abs(v.low), math.Abs(v.high)) > 1<<53:
		return v.wrong("a number is too large")
	case v.low > v.high:
		return v.wrong("the smaller number comes first", high+".."+low)
	case v.low == v.high:
		p := v.wrong("one value is no search")
		p.Fix = []string{fmt.Sprintf("--set %s=%s", v.name, low)}
		return p
	}
	return v.checkScale()
}

// checkScale refuses a scale that the interval does not have.
func (v *varied) checkScale() error {
	ends := trim(v.low) + ".." + trim(v.high)
	switch v.scale {
	case scaleAuto, scaleLinear:
	case scaleLog:
		if v.low <= 0 {
			return v.wrong("log needs numbers above 0", "0.001.."+trim(v.high)+":log", ends)
		}
	case scaleReverse:
		if v.whole || v.low < 0 || v.high >= 1 {
			return v.wrong("reverselog is for continuous numbers from 0 to below 1", "0.9..0.999:reverselog", ends)
		}
	default:
		return v.wrong(fmt.Sprintf("%q is no scale", v.scale), ends+":log", ends+":linear", ends+":reverselog")
	}
	return nil
}

func (v *varied) choice(text string) error {
	v.words = strings.Split(text, ",")
	seen := map[string]bool{}
	for _, w := range v.words {
		switch {
		case w == "":
			return v.wrong("a value is empty", "a,b,c")
		case seen[w]:
			return v.wrong(fmt.Sprintf("%q is there twice", w))
		}
		seen[w] = true
	}
	switch {
	case len(v.words) == 1:
		p := v.wrong("one value is no search", "LO..HI", v.words[0]+",OTHER")
		p.Fix = append(p.Fix, fmt.Sprintf("or do not search it:  --set %s=%s", v.name, shellQuote(v.words[0])))
		return p
	case len(v.words) > maxChoices:
		return v.wrong(fmt.Sprintf("%d values, and a search takes %d", len(v.words), maxChoices))
	}
	return nil
}

// parseVaries reads all of them and what they say of each other.
func parseVaries(list []string) ([]*varied, error) {
	var all []*varied
	for _, text := range list {
		v, err := parseVary(text)
		if err != nil {
			return nil, err
		}
		if find(all, v.name) != nil {
			return nil, usage(fmt.Sprintf("--vary %s is given twice", v.name), "")
		}
		all = append(all, v)
	}
	for _, v := range all {
		if err := v.checkParent(all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func find(all []*varied, name string) *varied {
	for _, v := range all {
		if v.name == name {
			return v
		}
	}
	return nil
}

// checkParent refuses a condition that no trial, or not this search, could meet.
func (v *varied) checkParent(all []*varied) error {
	if v.parent == "" {
		return nil
	}
	parent := find(all, v.parent)
	switch {
	case v.parent == v.name:
		return v.wrong("it would depend on itself")
	case parent == nil:
		p := v.wrong(fmt.Sprintf("it depends on %q, which is not varied", v.parent))
		p.Fix = []string{fmt.Sprintf("--vary %s=%s", v.parent, strings.Join(append(slices.Clone(v.in), "…"), ","))}
		return p
	case parent.words == nil && !parent.whole:
		return v.wrong(fmt.Sprintf("it depends on %q, which is neither a choice nor a whole number", v.parent))
	}
	for _, text := range v.in {
		if !parent.holds(text) {
			return v.wrong(fmt.Sprintf("%s never is %q: it is %s", v.parent, text, parent.rangeText()))
		}
	}
	for up, steps := parent, 0; up != nil; up, steps = find(all, up.parent), steps+1 {
		if steps > len(all) {
			return v.wrong("conditions go round in a circle")
		}
	}
	return nil
}

// holds reports whether a text is a value of it.
func (v *varied) holds(text string) bool {
	if v.words != nil {
		return slices.Contains(v.words, text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || v.whole && f != math.Trunc(f) {
		return false
	}
	return f >= v.low && f <= v.high
}

// rangeText is the range in a few characters: 0.01 … 0.3 log, or gbtree, dart.
func (v *varied) rangeText() string {
	if v.words != nil {
		return strings.Join(v.words, ", ")
	}
	text := trim(v.low) + " … " + trim(v.high)
	if v.scale != scaleAuto && v.scale != scaleLinear {
		text += " " + string(v.scale)
	}
	return text
}

// flagText is the range as --vary has it.
func (v *varied) flagText() string {
	if v.words != nil {
		return strings.Join(v.words, ",")
	}
	text := v.format(v.low) + ".." + v.format(v.high)
	if v.scale != scaleAuto {
		text += ":" + string(v.scale)
	}
	return text
}

// ends are the values that the rest lies between, as texts: both ends of an interval, or each choice.
func (v *varied) ends() []string {
	if v.words != nil {
		return v.words
	}
	return []string{v.format(v.low), v.format(v.high)}
}

func (v *varied) format(f float64) string {
	if v.whole {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return trim(f)
}

// library is the range as the library has it.
func (v *varied) library() sagefly.Range {
	var r sagefly.Range
	switch {
	case v.words != nil:
		r = sagefly.Choice(v.words...)
	case v.whole:
		r = sagefly.Int(int(v.low), int(v.high))
	default:
		r = sagefly.Float(v.low, v.high)
	}
	switch v.scale {
	case scaleLinear:
		r = r.Linear()
	case scaleLog:
		r = r.Log()
	case scaleReverse:
		r = r.ReverseLog()
	}
	if v.parent != "" {
		r = r.When(v.parent, v.in...)
	}
	return r
}

// tuner is the scale as the tuner has it.
func (s varyScale) tuner() tuner.Scale {
	switch s {
	case scaleLinear:
		return tuner.Linear
	case scaleLog:
		return tuner.Logarithmic
	case scaleReverse:
		return tuner.ReverseLogarithmic
	}
	return tuner.Auto
}

func ranges(all []*varied) sagefly.Ranges {
	out := sagefly.Ranges{}
	for _, v := range all {
		out[v.name] = v.library()
	}
	return out
}
