package api

import (
	"fmt"
	"strings"
)

// Violation is one broken constraint of the service model.
//
// Path leads to the value: member names as on the wire, list positions from 0 ("InputDataConfig", "0", "InputMode")
// and map keys. A rule about the elements of a list or map of plain values points to the list or map, as AWS's texts do.
type Violation struct {
	Path       []string
	Value      string // as the text repeats it, with its quotes; "null" for a missing required member
	Constraint string // "Member must not be null"
	where      string // the path in AWS's spelling, "inputDataConfig.1.member.inputMode"
}

// String is AWS's sentence about the violation.
func (v Violation) String() string {
	return "Value " + v.Value + " at '" + v.where + "' failed to satisfy constraint: " + v.Constraint
}

// WarningKind tells what a Warning is about.
type WarningKind string

// The kinds of Warning.
const (
	UnknownMember        WarningKind = "unknown member"         // the wire ignores it; a job file should refuse it
	UnlistedInstanceType WarningKind = "unlisted instance type" // well formed, but newer than the table
)

// Warning is something that the service would pass and a person may want to know.
type Warning struct {
	Kind    WarningKind
	Path    []string // as in Violation
	Text    string   // one sentence
	Members []string // for UnknownMember: the names that the structure does have, in model order
}

// maxFindings bounds the violations and the warnings of one report; nobody reads more, and bodies can be large.
const maxFindings = 100

// Report is what Validate found. The zero Report is a request without faults.
type Report struct {
	Malformed  *Error // a value of the wrong JSON type, with its Path; AWS stops there, so Violations are empty then
	Violations []Violation
	Warnings   []Warning
}

// Err is AWS's answer to the request: nil, a SerializationException for a wrong JSON type, or a ValidationException
// that lists every violation. Warnings are no errors.
func (r Report) Err() error {
	switch n := len(r.Violations); {
	case r.Malformed != nil:
		return r.Malformed
	case n == 0:
		return nil
	case n == 1:
		return ValidationError("1 validation error detected: " + r.Violations[0].String())
	default:
		texts := make([]string, n)
		for i, v := range r.Violations {
			texts[i] = v.String()
		}
		return clientError("ValidationException",
			fmt.Sprintf("%d validation errors detected: %s", n, strings.Join(texts, "; ")))
	}
}
