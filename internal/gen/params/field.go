package main

import (
	"slices"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
)

// field is one hyperparameter over all versions that have it.
type field struct {
	newest   algorithm.Hyperparameter // as the default version has it, else the newest that does
	in       []string                 // tags that have it, oldest first
	defaults []string                 // of each of these, "" where the library decides by the data or there is none
}

// setByService is the one hyperparameter that is no user's to set.
const setByService = "_tuning_objective_metric"

// fields are the union over all versions whose container is open: in the order of the default version, and then what only
// others have, by age.
func fields(a algorithm.Algorithm) []field {
	order := open(a)
	standard, _ := a.Version("")
	list := []field{}
	for _, v := range append([]algorithm.Version{standard}, reversed(order)...) {
		for _, h := range v.Hyperparameters {
			if h.Name != setByService && !slices.ContainsFunc(list, func(f field) bool { return f.newest.Name == h.Name }) {
				list = append(list, over(order, h))
			}
		}
	}
	return list
}

// over collects what the versions say of a hyperparameter.
func over(versions []algorithm.Version, h algorithm.Hyperparameter) field {
	f := field{newest: h}
	for _, v := range versions {
		if at, ok := v.Hyperparameter(h.Name); ok {
			f.in = append(f.in, v.Tag)
			f.defaults = append(f.defaults, at.Default)
		}
	}
	return f
}

func open(a algorithm.Algorithm) []algorithm.Version {
	return slices.DeleteFunc(slices.Clone(a.Versions), func(v algorithm.Version) bool { return len(v.Hyperparameters) == 0 })
}

func reversed(list []algorithm.Version) []algorithm.Version {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// goName is the name in Go's manner: _num_cv_round → NumCVRound.
func (f field) goName() string {
	words := strings.FieldsFunc(f.newest.Name, func(r rune) bool { return r == '_' })
	for i, w := range words {
		words[i] = word(w)
	}
	return strings.Join(words, "")
}

func word(w string) string {
	switch w {
	case "csv", "aft", "cv", "gpu":
		return strings.ToUpper(w)
	case "nthread", "dsplit", "kfold", "nfold":
		return strings.ToUpper(w[:2]) + w[2:]
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// goType is the field's type. Zero is not sent, so where zero is a value of its own the field is a pointer.
func (f field) goType() string {
	plain := f.plainType()
	if f.zeroMeans() {
		return "*" + plain
	}
	return plain
}

func (f field) plainType() string {
	h := f.newest
	switch h.Type {
	case algorithm.Integer:
		return "int"
	case algorithm.Continuous:
		return "float64"
	case algorithm.List:
		return "Names"
	case algorithm.Tuple:
		return "Signs"
	case algorithm.NestedList:
		return "[][]int"
	}
	if slices.Equal(h.Range.Values, []string{"true", "false"}) {
		return "bool"
	}
	return "string"
}

// uselessZeros are accepted by the container and good for nothing, so they need no pointer.
func uselessZeros() map[string]string {
	return map[string]string{
		"eta":                         "nothing would be learned",
		"max_bin":                     "the library refuses it",
		"aft_loss_distribution_scale": "a distribution without width",
	}
}

// zeroMeans reports whether zero is accepted, differs from a version's default and does something.
func (f field) zeroMeans() bool {
	if _, useless := uselessZeros()[f.newest.Name]; useless {
		return false
	}
	zero := "0"
	switch f.plainType() {
	case "int", "float64":
		if !f.newest.Range.Holds(0) {
			return false
		}
	case "bool":
		zero = "false"
	default:
		return false
	}
	return slices.ContainsFunc(f.defaults, func(d string) bool { return d != zero })
}
