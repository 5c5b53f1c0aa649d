// Package tabular turns a CSV file as people have it (a header, the label anywhere, text columns, quotes) into the
// files a built-in algorithm reads: label first, numbers only, no header, commas.
//
// [Inspect] reads a file once and reports facts about it, [Check] compares them with what an algorithm needs, and
// [Prepare] writes train.csv, validation.csv and manifest.json. All three read the file as a stream: memory grows with
// the number of columns and of different values (at most [MaxDistinct] a column), not with the number of rows.
package tabular

import (
	"fmt"
	"strings"
)

// MaxDistinct is the number of different values of a column that are remembered. A column with more of them cannot be
// one-hot encoded.
const MaxDistinct = 1000

// Error says what is wrong with a file, where, why that matters and what mends it. Line is 1-based, 0 where no line is
// meant. Flags are command-line flags (name, value, name, value, …) that mend it, nil when only an edit does.
type Error struct {
	What  string   // stands alone: `column 1 is text`
	File  string   // path as the caller gave it
	Line  int      //
	Why   string   // the fact that was checked
	Fix   []string // edits that mend it
	Flags []string //
}

// Error is one line: file:line: what: why.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.What)
	if e.Why != "" {
		b.WriteString(": " + e.Why)
	}
	return b.String()
}
