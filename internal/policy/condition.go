package policy

import (
	"maps"
	"slices"
	"strings"
)

// hold says whether every condition holds.
func (c Conditions) hold(r Request) truth {
	all := yes
	for operator, keys := range c {
		for key, values := range keys {
			all = and(all, r.holds(operator, key, values))
		}
	}
	return all
}

// holds decides one condition. The prefixes ForAnyValue: and ForAllValues: matter only for keys with several values, the suffix
// IfExists for keys that the request does not have.
func (r Request) holds(operator, key string, want List) truth {
	have, known := r.values(key)
	operator, each := strings.CutPrefix(operator, "ForAllValues:")
	operator, some := strings.CutPrefix(operator, "ForAnyValue:")
	operator, optional := strings.CutSuffix(operator, "IfExists")
	if operator == "Null" {
		return r.null(known, want)
	}
	test, negated, served := compare(operator)
	switch {
	case !served || !known && !r.Complete:
		return maybe
	case !known:
		return truly(optional || each || negated && !some)
	}
	found := truly(each || negated && !some) // the answer for no values
	combine := map[bool]func(a, b truth) truth{true: and, false: or}[found == yes]
	for _, value := range have {
		one := no
		for _, pattern := range want {
			one = or(one, test(pattern, value))
		}
		if negated {
			one = not(one)
		}
		found = combine(found, one)
	}
	return found
}

func (r Request) null(known bool, want List) truth {
	if !known && !r.Complete {
		return maybe
	}
	return truly(slices.Contains(want, "true") != known)
}

func (r Request) values(key string) ([]string, bool) {
	for name := range maps.Keys(r.Context) { // condition keys have no case
		if strings.EqualFold(name, key) {
			return r.Context[name], true
		}
	}
	return nil, false
}

// compare is the test of an operator with its negation taken off.
func compare(operator string) (test func(pattern, value string) truth, negated, served bool) {
	positive := strings.Replace(operator, "Not", "", 1)
	negated = positive != operator
	exact := func(pattern, value string) truth {
		if strings.Contains(pattern, "${") {
			return maybe
		}
		return truly(pattern == value)
	}
	switch positive {
	case "StringEquals":
		return exact, negated, true
	case "StringEqualsIgnoreCase", "Bool":
		return func(pattern, value string) truth { return exact(strings.ToLower(pattern), strings.ToLower(value)) }, negated, true
	case "StringLike", "ArnLike", "ArnEquals": // ArnEquals takes wildcards too
		return like, negated, true
	}
	return nil, false, false
}
