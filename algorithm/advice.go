package algorithm

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/internal/nearest"
)

// Finding is something to say about one hyperparameter of a request, in the pieces that a command line shows.
type Finding struct {
	// Fatal findings end the job when it runs; others are advice.
	Fatal bool
	// Name and Value are where: the hyperparameter as the request has it. Value is empty when it is missing.
	Name  string
	Value string
	// Why says what is wrong, Fix what to do; both are phrases without a full stop. Nearest are known names or values that may
	// have been meant, best first.
	Why     string
	Fix     string
	Nearest []string
}

// Advise looks at a request's hyperparameters and returns everything worth saying, fatal findings first, then by name. It is wider
// than [Version.Validate]: it does not stop at the first fault, suggests names and values, and warns of what is accepted but
// unwise. Without a fatal finding Validate accepts the request.
func (v Version) Advise(raw map[string]string) []Finding {
	var found []Finding
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		h, ok := v.Hyperparameter(name)
		if !ok {
			found = append(found, v.unknown(name, raw[name]))
			continue
		}
		found = append(found, h.advise(name, raw[name])...)
	}
	for _, h := range v.Hyperparameters {
		if h.Required && !h.set(raw) {
			found = append(found, Finding{Fatal: true, Name: h.Name, Why: "it is required and not set", Fix: "set it to " + h.accepted()})
		}
	}
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Fatal }) {
		found = append(found, v.adviseTogether(raw)...)
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		switch {
		case a.Fatal == b.Fatal:
			return 0
		case a.Fatal:
			return -1
		}
		return 1
	})
	return found
}

// adviseTogether looks at values that are each right: the container's own rules, then the traps that it does not mention.
func (v Version) adviseTogether(raw map[string]string) []Finding {
	params, err := v.Validate(raw)
	if err == nil {
		if v.traps == nil {
			return nil
		}
		return v.traps(v, params)
	}
	f := Finding{Fatal: true, Why: strings.TrimSuffix(err.Error(), ".")}
	for _, h := range v.Hyperparameters {
		if h.depends != nil && h.set(raw) && v.breaks(h, raw) {
			f.Name, f.Value, f.Fix = h.Name, raw[h.Name], strings.TrimSuffix(h.Dependency, ".")
			break
		}
	}
	return []Finding{f}
}

// breaks reports whether the rules are broken because of h: without it they hold.
func (v Version) breaks(h Hyperparameter, raw map[string]string) bool {
	raw = maps.Clone(raw)
	delete(raw, h.Name)
	_, err := v.Validate(raw)
	return err == nil
}

func (v Version) unknown(name, value string) Finding {
	var names []string
	for _, h := range v.Hyperparameters {
		if !h.Hidden {
			names = append(append(names, h.Name), h.Aliases...)
		}
	}
	f := Finding{
		Fatal: true, Name: name, Value: value, Nearest: nearest.Words(name, names),
		Why: fmt.Sprintf("%s %s has no such hyperparameter", v.Algorithm, v.Tag),
		Fix: "remove it",
	}
	if len(f.Nearest) > 0 {
		f.Fix = "use " + strings.Join(f.Nearest, " or ") + ", or remove it"
	}
	return f
}

// advise looks at one value.
func (h Hyperparameter) advise(name, text string) []Finding {
	fatal := Finding{Fatal: true, Name: name, Value: text, Fix: "give " + h.accepted()}
	value, err := h.parse(text)
	if err != nil {
		fatal.Why = "it is not " + h.kind()
		return []Finding{fatal}
	}
	if err := h.checkRange(value); err != nil {
		fatal.Why = "it is not in the accepted range"
		if h.contains != nil || h.Range.Values != nil && h.Type != Tuple {
			fatal.Why = "it is not one of the accepted values"
			fatal.Nearest = nearest.Words(strings.TrimSpace(text), slices.Compact(slices.Clone(h.Range.Values)))
		}
		return []Finding{fatal}
	}
	if f, ok := value.Float(); ok && h.Recommended != nil && !(f >= h.Recommended.Min && f <= h.Recommended.Max) {
		return []Finding{{
			Name: name, Value: text, Why: "it is outside the range that AWS recommends for tuning",
			Fix: fmt.Sprintf("consider %s to %s", number(h.Recommended.Min), number(h.Recommended.Max)),
		}}
	}
	return nil
}

func (h Hyperparameter) set(raw map[string]string) bool {
	for _, name := range append([]string{h.Name}, h.Aliases...) {
		if _, ok := raw[name]; ok {
			return true
		}
	}
	return false
}

// kind names the type in words.
func (h Hyperparameter) kind() string {
	switch h.Type {
	case Integer:
		return "a whole number"
	case Continuous:
		return "a number"
	case List:
		return "a list with commas"
	case Tuple:
		return "a list of numbers such as (1,0,-1)"
	case NestedList:
		return "a list of lists such as [[1,2],[3,4]]"
	}
	return "text"
}

// accepted says in words what may be given.
func (h Hyperparameter) accepted() string {
	switch {
	case h.Type == Tuple:
		return h.kind() + " with the elements " + strings.Join(h.Range.Values, ", ")
	case h.Range.Values != nil:
		values := slices.Clone(h.Range.Values)
		slices.Sort(values)
		some := "one of "
		if h.Type == List {
			some = "some of "
		}
		return some + strings.Join(slices.Compact(values), ", ")
	case h.Range.Text != "":
		return h.kind() + " in " + h.Range.Text
	}
	return h.kind()
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// Explain describes a hyperparameter, by name or alias, or a metric, by its name or as an objective, in a few lines for people; ok is
// false when the version has neither.
func (v Version) Explain(name string) (text string, ok bool) {
	if h, ok := v.Hyperparameter(name); ok {
		return h.explain(), true
	}
	if m, ok := v.Metric(name); ok {
		return fmt.Sprintf("%s: metric, %s, computed by the %s; as an objective %s\n", m.Name, strings.ToLower(m.Direction), m.By,
			m.ObjectiveName()), true
	}
	return "", false
}

func (h Hyperparameter) explain() string {
	var b strings.Builder
	b.WriteString(h.Name)
	if len(h.Aliases) > 0 {
		fmt.Fprintf(&b, " (also %s)", strings.Join(h.Aliases, ", "))
	}
	fmt.Fprintf(&b, ": %s\n", h.accepted())
	fmt.Fprintf(&b, "%s\n", h.Description)
	if h.Dependency != "" {
		fmt.Fprintf(&b, "Rule: %s\n", h.Dependency)
	}
	switch {
	case h.Required:
		fmt.Fprintf(&b, "Required.\n")
	case h.Default != "":
		fmt.Fprintf(&b, "Default: %s\n", h.Default)
	}
	if r := h.Recommended; r != nil {
		fmt.Fprintf(&b, "For tuning: %s to %s, %s scale\n", number(r.Min), number(r.Max), strings.ToLower(r.Scale))
	}
	return b.String()
}
