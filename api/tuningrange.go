package api

import (
	"math"
	"strconv"
	"strings"
)

const (
	maxTunable         = 30  // hyperparameters in ranges (API reference, ParameterRanges)
	maxHyperparameters = 100 // static and tunable ones, and the service's own (developer guide, Define Hyperparameter Ranges)
)

// ObjectiveParameter is the hyperparameter by which the service tells each training job the tuning job's metric. It
// counts against the limit of 100.
const ObjectiveParameter = "_tuning_objective_metric"

// rangeLists are the members of ParameterRanges that name hyperparameters.
var rangeLists = [...]string{"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges", "AutoParameters"}

// tunable counts the hyperparameters of ParameterRanges, with those whose range the service chooses.
func tunable(ranges map[string]any) int {
	n := 0
	for _, name := range rangeLists {
		n += len(list(ranges, name))
	}
	return n
}

func checkRanges(s search, auto bool) *Error {
	chosen := len(list(s.ranges, "AutoParameters"))
	switch total := tunable(s.ranges); {
	case total == 0 && !auto:
		return refuse(s.rangesAt, "A hyperparameter tuning job must have at least one hyperparameter range.")
	case chosen > 0 && !auto:
		return refuse(below(s.rangesAt, "AutoParameters"), "AutoParameters can be used with Autotune only.")
	case total-chosen > maxTunable:
		return refuse(s.rangesAt, "A hyperparameter tuning job can search over at most "+strconv.Itoa(maxTunable)+" hyperparameters.")
	case total+statics(s.definition) > maxHyperparameters:
		return refuse(s.rangesAt, "A hyperparameter tuning job can have at most "+strconv.Itoa(maxHyperparameters)+
			" hyperparameters, static, tunable and "+ObjectiveParameter+" together.")
	}
	if err := checkParameterNames(s); err != nil {
		return err
	}
	return checkRangeValues(s)
}

// statics counts the static hyperparameters of a training job, with the one that the service adds.
func statics(definition map[string]any) int {
	static := object(definition, "StaticHyperParameters")
	if has(static, ObjectiveParameter) {
		return len(static)
	}
	return len(static) + 1
}

// checkParameterNames refuses a hyperparameter with two ranges or with a range and a value. What AWS answers to the
// latter is not known; whichever of the two counted, it would surprise somebody.
func checkParameterNames(s search) *Error {
	seen := map[string]bool{}
	static := object(s.definition, "StaticHyperParameters")
	for _, kind := range rangeLists {
		for i, r := range list(s.ranges, kind) {
			parameter, _ := r.(map[string]any)
			name, at := text(parameter, "Name"), below(s.rangesAt, kind, strconv.Itoa(i), "Name")
			switch {
			case name == "":
				return refuse(at, "The name of a hyperparameter range cannot be empty.")
			case seen[name]:
				return refuse(at, "The names of hyperparameter ranges must be unique: "+name+" is used more than once.")
			case name == ObjectiveParameter:
				return refuse(at, "The hyperparameter "+name+" is set by the service and cannot be tuned.")
			case has(static, name):
				return refuse(at, "The hyperparameter "+name+" cannot be both in StaticHyperParameters and in the hyperparameter ranges.")
			}
			seen[name] = true
		}
	}
	return nil
}

func checkRangeValues(s search) *Error {
	for _, check := range []struct {
		kind  string
		fault func(parameter map[string]any) (member, message string)
	}{
		{"IntegerParameterRanges", integerFault},
		{"ContinuousParameterRanges", continuousFault},
		{"CategoricalParameterRanges", categoricalFault},
	} {
		for i, r := range list(s.ranges, check.kind) {
			parameter, _ := r.(map[string]any)
			if member, message := check.fault(parameter); message != "" {
				return refuse(below(s.rangesAt, check.kind, strconv.Itoa(i), member), "Invalid range of hyperparameter "+text(parameter, "Name")+": "+message)
			}
		}
	}
	return nil
}

func integerFault(parameter map[string]any) (member, message string) {
	low, err := strconv.ParseInt(text(parameter, "MinValue"), 10, 64)
	if err != nil {
		return "MinValue", "MinValue must be an integer."
	}
	high, err := strconv.ParseInt(text(parameter, "MaxValue"), 10, 64)
	if err != nil {
		return "MaxValue", "MaxValue must be an integer."
	}
	scale := text(parameter, "ScalingType")
	switch {
	case low >= high:
		return "MaxValue", mustBeLess
	case scale == "Logarithmic" && low <= 0:
		return "ScalingType", needsPositive
	case scale == "ReverseLogarithmic":
		return "ScalingType", "ScalingType ReverseLogarithmic can be used with continuous ranges only."
	}
	return "", ""
}

// AWS refuses an empty range and one of a single number (aws/amazon-sagemaker-feedback 195), in words that are not known.
const (
	mustBeLess    = "MinValue must be less than MaxValue."
	needsPositive = "ScalingType Logarithmic needs a MinValue greater than 0."
)

func continuousFault(parameter map[string]any) (member, message string) {
	low, ok := finite(text(parameter, "MinValue"))
	if !ok {
		return "MinValue", "MinValue must be a number."
	}
	high, ok := finite(text(parameter, "MaxValue"))
	if !ok {
		return "MaxValue", "MaxValue must be a number."
	}
	scale := text(parameter, "ScalingType")
	switch {
	case low >= high:
		return "MaxValue", mustBeLess
	case scale == "Logarithmic" && low <= 0:
		return "ScalingType", needsPositive
	case scale == "ReverseLogarithmic" && (low < 0 || high >= 1):
		return "ScalingType", "ScalingType ReverseLogarithmic needs a range within 0 <= x < 1."
	}
	return "", ""
}

// finite reads a decimal number; hexadecimal ones, infinities and NaN are none.
func finite(s string) (float64, bool) {
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) && !strings.ContainsAny(s, "xX_")
}

func categoricalFault(parameter map[string]any) (member, message string) {
	seen := map[string]bool{}
	for _, v := range list(parameter, "Values") {
		value, _ := v.(string)
		if value == "" {
			return "Values", "a value cannot be empty."
		}
		if seen[value] {
			return "Values", "values must be unique: " + value + " is used more than once."
		}
		seen[value] = true
	}
	return "", ""
}
