package api

import (
	"errors"
	"fmt"
	"strings"
)

// CheckResponse verifies an answer against the output shape of its operation: required members, JSON types, lengths,
// ranges, patterns, enumerations, and no null and no member that the model lacks. It is for tests of whoever answers;
// the error lists everything found. Operations without output must answer an empty tree.
func CheckResponse(op string, tree map[string]any) error {
	o, ok := lookup(op)
	if !ok {
		return fmt.Errorf("check answer: %w", UnknownOperation(op))
	}
	if o.output == 0 {
		if len(tree) > 0 {
			return fmt.Errorf("check answer of %s: %d members where the operation has no output", op, len(tree))
		}
		return nil
	}
	report := validateShape(o.output, tree)
	var errs []error
	if report.Malformed != nil {
		errs = append(errs, fmt.Errorf("%s: %s", strings.Join(report.Malformed.Path, "."), report.Malformed.Message))
	}
	for _, v := range report.Violations {
		errs = append(errs, errors.New(v.String()))
	}
	for _, w := range report.Warnings {
		if w.Kind == UnknownMember {
			errs = append(errs, fmt.Errorf("%s: %s", strings.Join(w.Path, "."), w.Text))
		}
	}
	errs = append(errs, nulls(tree, "")...)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("check answer of %s: %w", op, err)
	}
	return nil
}

// nulls finds members that are null; the service leaves absent members out.
func nulls(v any, at string) []error {
	var errs []error
	switch x := v.(type) {
	case nil:
		return []error{fmt.Errorf("%s: null instead of absent", strings.TrimPrefix(at, "."))}
	case []any:
		for i, e := range x {
			errs = append(errs, nulls(e, fmt.Sprintf("%s.%d", at, i))...)
		}
	case map[string]any:
		for k, e := range x {
			errs = append(errs, nulls(e, at+"."+k)...)
		}
	}
	return errs
}
