//go:build !sagefly_task

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/nearest"
)

// builtinSpace is what a search with a built-in algorithm varies, as the catalogue has it.
type builtinSpace struct {
	version algorithm.Version
	set     map[string]string
	varied  []*varied
}

// space are the ranges of --vary, else the recommended ones of every hyperparameter that can be tuned and is not set.
func (b builtin) space(given []*varied) (*builtinSpace, error) {
	s := &builtinSpace{b.version, b.set, given}
	if len(given) == 0 {
		s.recommend()
	}
	if len(s.varied) == 0 {
		return nil, refused("nothing is left to search", "every hyperparameter with a recommended range is set", varySample)
	}
	for _, v := range s.varied {
		if err := s.settle(v); err != nil {
			return nil, err
		}
	}
	for _, v := range s.varied {
		if err := s.check(v); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *builtinSpace) recommend() {
	for _, h := range s.version.Hyperparameters {
		if r := h.Recommended; r != nil && !s.isSet(h) {
			s.varied = append(s.varied, &varied{name: h.Name, low: r.Min, high: r.Max, whole: h.Type == algorithm.Integer, scale: catalogueScale(r.Scale)})
		}
	}
}

func catalogueScale(s string) varyScale {
	switch s {
	case "Linear":
		return scaleLinear
	case "Logarithmic":
		return scaleLog
	case "ReverseLogarithmic":
		return scaleReverse
	}
	return scaleAuto
}

func (s *builtinSpace) isSet(h algorithm.Hyperparameter) bool {
	return slices.ContainsFunc(append([]string{h.Name}, h.Aliases...), func(name string) bool { _, set := s.set[name]; return set })
}

// settle takes the kind of values from the catalogue, and refuses what is no hyperparameter or has a value already.
func (s *builtinSpace) settle(v *varied) error {
	h, known := s.version.Hyperparameter(v.name)
	if !known {
		p := refused(fmt.Sprintf("unknown hyperparameter %q", v.name), fmt.Sprintf("%s %s has none of this name", s.version.Algorithm, s.version.Tag))
		p.Where = v.where()
		for _, near := range nearest.Words(v.name, hyperparameterNames(s.version)) {
			p.Fix = append(p.Fix, fmt.Sprintf("--vary %s=%s", near, v.given))
		}
		p.Fix = append(p.Fix, "all of them:  sagefly algorithms "+s.version.Algorithm)
		return p
	}
	for _, other := range s.varied {
		if own, _ := s.version.Hyperparameter(other.name); other != v && own.Name == h.Name {
			return usage(fmt.Sprintf("--vary %s and --vary %s are the same hyperparameter", other.name, v.name), "")
		}
	}
	for _, name := range append([]string{h.Name}, h.Aliases...) {
		if value, set := s.set[name]; set {
			return bothSetAndVaried(v, name, value)
		}
	}
	switch {
	case v.words != nil:
	case h.Type == algorithm.Categorical:
		p := v.wrong(h.Name+" is one of words", strings.Join(distinct(h.Range.Values), ","))
		return p
	case h.Type == algorithm.Continuous:
		v.whole = false
	case h.Type == algorithm.Integer && !v.whole:
		return v.wrong(h.Name+" is a whole number", recommendedText(h)...)
	}
	return nil
}

// bothSetAndVaried refuses a name that has a value and is searched: what would hold?
func bothSetAndVaried(v *varied, name, value string) error {
	p := usage(fmt.Sprintf("%s is both set and varied", v.name), "a value that is set is the same in every trial")
	p.Where = fmt.Sprintf("--set %s=%s, %s", name, value, v.where())
	p.Fix = []string{"leave one of the two out"}
	return p
}

// where is the flag as it was given, or as it would be.
func (v *varied) where() string {
	return fmt.Sprintf("--vary %s=%s", v.name, cmp.Or(v.given, v.flagText()))
}

func distinct(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// recommendedText is the recommended range as --vary has it, none for hyperparameters that AWS does not tune.
func recommendedText(h algorithm.Hyperparameter) []string {
	if h.Recommended == nil {
		return nil
	}
	return []string{trim(h.Recommended.Min) + ".." + trim(h.Recommended.Max)}
}

// check makes the container's own checks at the ends of a range, or of each of its choices.
func (s *builtinSpace) check(v *varied) error {
	for _, end := range v.ends() {
		err := checkHyperparameters(s.version, s.trial(v, end))
		if err == nil {
			continue
		}
		problem, ok := errors.AsType[*Problem](err)
		if !ok {
			return err
		}
		return s.explain(v, end, problem)
	}
	return nil
}

// explain says in terms of the flags what the container has against a value.
func (s *builtinSpace) explain(v *varied, end string, p *Problem) error {
	h, _ := s.version.Hyperparameter(v.name)
	if !strings.Contains(p.What, h.Name) && !strings.Contains(p.Where, v.name+"=") {
		for _, other := range s.varied { // it is of another hyperparameter, to which the check gave a value
			if strings.HasPrefix(p.Where, "--set "+other.name+"=") {
				p.Where = other.where()
			}
		}
		return p
	}
	p.Where = v.where()
	p.Why = fmt.Sprintf("%s accepts %s", h.Name, h.Range.Text)
	p.Fix = nil
	if texts := recommendedText(h); texts != nil {
		p.Why += fmt.Sprintf("; recommended is %s", usual(h))
		p.Fix = append(p.Fix, fmt.Sprintf("--vary %s=%s", v.name, texts[0]))
	} else if v.words != nil {
		p.Fix = append(p.Fix, fmt.Sprintf("leave %s out of its values", end))
	}
	p.Fix = append(p.Fix, fmt.Sprintf("look it up:  sagefly algorithms %s %s", s.version.Algorithm, h.Name))
	return p
}

// trial are the hyperparameters of a trial in which a parameter has a value, and others what they can have then.
func (s *builtinSpace) trial(v *varied, value string) map[string]string {
	out := maps.Clone(s.set)
	fixed := map[string]string{v.name: value}
	for up := v; up.parent != ""; up = find(s.varied, up.parent) {
		fixed[up.parent] = up.in[0]
	}
	for range s.varied { // as deep as conditions can go
		for _, other := range s.varied {
			text, own := fixed[other.name]
			if !own {
				text = s.ordinary(other)
			}
			if other.parent == "" || slices.Contains(other.in, out[other.parent]) {
				out[other.name] = text
			}
		}
	}
	return out
}

// ordinary is a value that is nothing special: the default where the range has it.
func (s *builtinSpace) ordinary(v *varied) string {
	h, _ := s.version.Hyperparameter(v.name)
	if h.Default != "" && v.holds(h.Default) {
		return h.Default
	}
	return v.ends()[0]
}

// fallback is the value that a start point has for a parameter that it does not name: the default.
func (s *builtinSpace) fallback(v *varied) (string, bool) {
	h, _ := s.version.Hyperparameter(v.name)
	return h.Default, h.Default != ""
}
