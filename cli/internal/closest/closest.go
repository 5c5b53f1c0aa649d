// Package closest finds the lines of a log that came closest to a metric which no line had, and the expression that would
// have found it there.
package closest

import (
	"cmp"
	"regexp"
	"slices"
)

// Line is a line of a log that nearly has a metric.
type Line struct {
	Text  string // as stored
	Value string // the number that is probably meant
	// Pattern is an expression (RE2) whose only group is that number in this line; "" where the value is no number.
	Pattern string
}

// most is how many lines are worth a look.
const most = 5

// Lines returns at most five lines of the log that have a number after the metric's name or words of it, best first. Of lines that
// differ in their numbers alone it is the last.
func Lines(log []string, metric string) []Line {
	wanted := wordsOf(metric)
	found := map[string]candidate{}
	for i, text := range log {
		c, ok := best(text, wanted)
		if !ok {
			continue
		}
		c.at = i
		if old, twice := found[c.shape()]; !twice || c.score >= old.score {
			found[c.shape()] = c
		}
	}
	var list []candidate
	for _, c := range found {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.at, a.at)) })
	if len(list) > 0 && list[0].telling {
		list = slices.DeleteFunc(list, func(c candidate) bool { return !c.telling })
	}
	var lines []Line
	for _, c := range list[:min(most, len(list))] {
		lines = append(lines, Line{Text: c.text, Value: c.text[c.number.from:c.number.to], Pattern: c.pattern()})
	}
	return lines
}

// candidate is a number in a line and how much before it speaks for the metric.
type candidate struct {
	text    string
	at      int  // of the line in the log
	number  span // in text
	anchor  int  // where what speaks for it begins
	score   float64
	telling bool // a word of the metric that others do not share
}

// span is a part of a text.
type span struct{ from, to int }

var digits = regexp.MustCompile(`[0-9]+`)

// shape is the line without its numbers.
func (c candidate) shape() string { return digits.ReplaceAllString(c.text, "0") }
