package sagefly

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/value"
)

// checkSearch says what of a search around the task cannot work. The configuration comes back with ranges filled in, and texts in the form that the
// fields have them in.
func (d *definition) checkSearch(c TuningConfig) (TuningConfig, error) {
	if d.kind == KindBuiltin && c.Ranges == nil {
		ranges, err := d.recommended()
		if err != nil {
			return c, err
		}
		c.Ranges = ranges
	}
	var err error
	if c.Ranges, err = d.fitRanges(c.Ranges); err != nil {
		return c, fmt.Errorf("Ranges: %w", err)
	}
	if c.Start, err = d.fitPoints(c); err != nil {
		return c, err
	}
	if err := c.check(); err != nil {
		return c, err
	}
	return c, errors.Join(d.checkObjective(c.Objective), d.checkEpochs(c))
}

// recommended are the ranges that AWS recommends for an algorithm.
func (d *definition) recommended() (Ranges, error) {
	facts, err := builtinFacts(d.algorithm, d.tag)
	if err != nil {
		return nil, err
	}
	ranges := Ranges{}
	for _, h := range facts.Hyperparameters {
		if !h.Tunable() {
			continue
		}
		r := Float(h.Recommended.Min, h.Recommended.Max)
		if h.Type == algorithm.Integer {
			r = Int(int(h.Recommended.Min), int(h.Recommended.Max))
		}
		if h.Recommended.Scale != "Auto" {
			r.scale = rangeScale(h.Recommended.Scale)
		}
		ranges[h.Name] = r
	}
	return ranges, nil
}

// fitRanges checks ranges by the fields that they are of. A script has no fields.
func (d *definition) fitRanges(ranges Ranges) (Ranges, error) {
	if d.input == nil {
		return ranges, nil
	}
	fit := Ranges{}
	for _, name := range ranges.names() {
		f, err := d.searchedField(name)
		if err == nil {
			fit[name], err = ranges[name].fit(f, ranges)
		}
		if err == nil && d.kind == KindBuiltin {
			err = d.fitCatalogue(name, fit[name])
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, r := range fit { // conditions are on values as the parent's field has them
		for i, c := range r.conditions {
			if f, known := d.input.Field(c.parameter); known {
				fit[name].conditions[i].in = canonical(f, c.in)
			}
		}
	}
	return fit, nil
}

// searchedField is the field that a range is of.
func (d *definition) searchedField(name string) (value.Field, error) {
	f, known := d.input.Field(name)
	switch {
	case !known:
		return f, fmt.Errorf("%s %s has no such field%s", kindWord(d.kind), d.name, d.nearField(name))
	case f.IsChannel():
		return f, errors.New("it is a channel, and files are not searched: make it a field that says which")
	case d.kind == KindBuiltin && name == contentType:
		return f, errors.New("it says what the channels hold and is no hyperparameter")
	}
	return f, nil
}

func kindWord(kind string) string {
	if kind == KindBuiltin {
		return "the algorithm of task"
	}
	return "the input of task"
}

func (d *definition) nearField(name string) string {
	var names []string
	for _, f := range d.input.Fields {
		if f.Path == name { // the Go name
			return ": its name there is " + f.Name
		}
		if !f.IsChannel() {
			names = append(names, f.Name)
		}
	}
	if facts, err := builtinFacts(d.algorithm, d.tag); err == nil && d.kind == KindBuiltin {
		if h, ok := facts.Hyperparameter(name); ok {
			return ": its name there is " + h.Name
		}
	}
	return near(name, names)
}

// fit is the range with its texts in the field's own form.
func (r Range) fit(f value.Field, all Ranges) (Range, error) {
	if err := r.checkKind(f); err != nil {
		return r, err
	}
	if err := r.checkAbsence(f); err != nil {
		return r, err
	}
	texts := r.values
	if r.kind != rangeChoice {
		lo, hi := r.bounds()
		texts = []string{lo, hi}
	}
	for _, text := range texts {
		if _, err := f.Canonical(text); err != nil {
			return r, err
		}
	}
	if r.kind == rangeChoice {
		r.values = canonical(f, r.values)
	}
	if err := r.checkZero(f); err != nil {
		return r, err
	}
	r.conditions = slices.Clone(r.conditions)
	return r, nil
}

// checkKind says why a range's values are not the field's.
func (r Range) checkKind(f value.Field) error {
	switch {
	case r.kind == rangeChoice || r.kind == "": // the zero range is found by its own check
		return nil
	case f.Enum != nil:
		return fmt.Errorf("the field takes one of %s: use Choice", strings.Join(f.Enum, ", "))
	case r.kind == rangeFloat && f.Kind == value.Int:
		return errors.New("a Float, and the field is a whole number: use Int")
	case r.kind == rangeFloat && f.Kind != value.Float, r.kind == rangeInt && f.Kind != value.Int && f.Kind != value.Float:
		return fmt.Errorf("a range of numbers, and the field is %s: use Choice", f.Fits())
	}
	return nil
}

// checkZero says why a field cannot have one of the values: its Go value would be zero, which says that it has none, so that training with the search's
// best input would be another one.
func (r Range) checkZero(f value.Field) error {
	zero, has := r.zero(f)
	switch {
	case !has || f.Optional:
		return nil
	case f.HasDefault && f.Default != zero:
		return fmt.Errorf("it can be %q, and the field %s takes that for its default %s: make it a pointer, or leave %q out", zero, f.Path, f.Default, zero)
	case f.Required:
		return fmt.Errorf("it can be %q, and the field %s is required and takes that for no value: make it a pointer, or leave %q out", zero, f.Path, zero)
	}
	return nil
}

// zero is the text of the field's zero value, if the range has it.
func (r Range) zero(f value.Field) (text string, has bool) {
	switch f.Kind {
	case value.Int, value.Float:
		text = "0"
	case value.Bool:
		text = "false"
	case value.Duration:
		text = "0s"
	}
	switch r.kind {
	case rangeInt:
		return text, r.from <= 0 && r.to >= 0
	case rangeFloat:
		return text, r.low <= 0 && r.high >= 0
	}
	return text, slices.Contains(r.values, text)
}

// checkAbsence says why a field cannot be absent from some trials.
func (r Range) checkAbsence(f value.Field) error {
	switch {
	case len(r.conditions) == 0:
		return nil
	case f.Required:
		return fmt.Errorf("a condition, and the field %s is required: trials in which the condition does not hold would have none", f.Path)
	case f.Enum != nil && !f.HasDefault && !f.OmitZero && !f.Optional:
		return fmt.Errorf("a condition, and the field %s takes one of %s only: give it a default or omitzero for the trials in which the condition does not hold",
			f.Path, strings.Join(f.Enum, ", "))
	}
	return nil
}

// canonical are texts in the field's own form; those that it does not take stay as they are.
func canonical(f value.Field, texts []string) []string {
	out := slices.Clone(texts)
	for i, text := range texts {
		if own, err := f.Canonical(text); err == nil {
			out[i] = own
		}
	}
	return out
}

// fitPoints are the known points with texts in the form of the choices.
func (d *definition) fitPoints(c TuningConfig) ([]Point, error) {
	points := slices.Clone(c.Start)
	for i, p := range points {
		points[i] = maps.Clone(p)
		for name, text := range p {
			if d.input == nil || c.Ranges[name].kind != rangeChoice {
				continue
			}
			f, _ := d.input.Field(name)
			own, err := f.Canonical(text)
			if err != nil {
				return nil, fmt.Errorf("Start[%d]: %s: %w", i, name, err)
			}
			points[i][name] = own
		}
	}
	return points, nil
}

// fitCatalogue checks a range by what an algorithm accepts.
func (d *definition) fitCatalogue(name string, r Range) error {
	facts, err := builtinFacts(d.algorithm, d.tag)
	if err != nil {
		return err
	}
	h, known := facts.Hyperparameter(name)
	if !known {
		return fmt.Errorf("%s %s has no such hyperparameter", d.algorithm, facts.Tag)
	}
	texts := r.values
	if r.kind != rangeChoice {
		lo, hi := r.bounds()
		texts = []string{lo, hi}
	}
	for _, text := range texts {
		if !accepts(h, text) {
			return fmt.Errorf("%s: %s %s takes %s", text, d.algorithm, facts.Tag, h.Range.Text)
		}
	}
	return nil
}

// accepts reports whether a hyperparameter takes a value, as far as its range says it.
func accepts(h algorithm.Hyperparameter, text string) bool {
	switch h.Type {
	case algorithm.Integer, algorithm.Continuous:
		n, err := strconv.ParseFloat(text, 64)
		return err == nil && h.Range.Holds(n)
	case algorithm.Categorical:
		return h.Range.Values == nil || slices.Contains(h.Range.Values, text)
	}
	return true
}

// checkObjective says why trials would have no objective.
func (d *definition) checkObjective(o Objective) error {
	if d.kind == KindBuiltin {
		return d.checkBuiltinObjective(o)
	}
	names := append(d.metricNames(), slices.Sorted(maps.Keys(d.patterns))...)
	switch {
	case slices.Contains(names, o.metric):
		return nil
	case len(names) == 0 && d.kind == KindScript:
		return fmt.Errorf("Objective: %s is no metric of task %s: say in Patterns how to find it in what the script prints", o.metric, d.name)
	case len(names) == 0:
		return fmt.Errorf("Objective: %s is no metric of task %s: return it as a number, or name it in Metrics and log it", o.metric, d.name)
	}
	for _, f := range d.numbers() {
		if f.Path == o.metric { // the Go name
			return fmt.Errorf("Objective: %s is no metric of task %s: its name there is %s", o.metric, d.name, f.Name)
		}
	}
	return fmt.Errorf("Objective: %s is no metric of task %s, which has %s", o.metric, d.name, strings.Join(names, ", "))
}

func (d *definition) checkBuiltinObjective(o Objective) error {
	facts, err := builtinFacts(d.algorithm, d.tag)
	if err != nil {
		return err
	}
	m, known := facts.Metric(o.metric)
	switch {
	case !known && isMetric(facts, o.metric):
		return fmt.Errorf("Objective: %s: a search with %s %s is for a metric of the validation data: did you mean validation:%s?", o.metric, d.algorithm, facts.Tag, algorithm.BareMetric(o.metric))
	case !known:
		var names []string
		for _, m := range facts.Metrics {
			names = append(names, m.ObjectiveName())
		}
		return fmt.Errorf("Objective: %s is no metric of %s %s%s", o.metric, d.algorithm, facts.Tag, near(o.metric, names))
	case m.ObjectiveName() != o.metric:
		return fmt.Errorf("Objective: %s is named %s", o.metric, m.ObjectiveName())
	case (m.Direction == "Maximize") != o.maximize:
		return fmt.Errorf("Objective: %s is a metric to %s", o.metric, strings.ToLower(m.Direction))
	}
	return nil
}

// isMetric says that a name is a metric's, of other data than the validation data.
func isMetric(facts algorithm.Version, name string) bool {
	_, known := facts.Metric(algorithm.BareMetric(name))
	return known
}

// checkEpochs says when Hyperband would not know how long a trial is. What hyperparameters a script gets is known when it is launched.
func (d *definition) checkEpochs(c TuningConfig) error {
	if c.Strategy != Hyperband || c.MaxResource > 0 || d.input == nil {
		return nil
	}
	for _, name := range resourceNames {
		_, searched := c.Ranges[name]
		if f, known := d.input.Field(name); known && !f.IsChannel() && !searched {
			return nil
		}
	}
	return errNoResource
}

// resourceNames are the hyperparameters from which Hyperband takes its MaxResource when it is told none: api.EpochNames, for what runs inside a job
// does not link that package.
var resourceNames = []string{"epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs"}

var errNoResource = fmt.Errorf("Strategy Hyperband: MaxResource is not set, and no field that is not searched is named %s", strings.Join(resourceNames, ", "))
