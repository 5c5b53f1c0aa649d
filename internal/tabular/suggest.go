package tabular

import (
	"slices"
	"strings"
)

// maxSuggested is the number of different values up to which one-hot encoding is the suggestion for a text column.
const maxSuggested = 50

// Suggest returns the flags (name, value, …) that make the file one an algorithm can read: always a label, and one-hot
// or drop for each text column. Which column is the label is the owner's knowledge: a column with a usual name is
// proposed first, then the first column when it fits, else the last one that does.
func Suggest(r *Report, needs Needs) []string {
	label := r.suggestLabel(needs)
	flags := []string{"--label", label.labelFlag()}
	for _, c := range r.Columns {
		if c == label || c.Texts == 0 {
			continue
		}
		flag := "--onehot"
		if n, ok := c.Distinct(); !ok || n > maxSuggested {
			flag = "--drop"
		}
		flags = append(flags, flag, c.Flag())
	}
	if first := r.Columns[0]; first != label && first.Counts && first.Numbers >= 5 {
		flags = append(flags, "--drop", first.Flag())
	}
	return flags
}

// labelFlag names the column and, when it is text, its classes in order.
func (c *Column) labelFlag() string {
	if c.Texts == 0 {
		return c.Flag()
	}
	return c.Flag() + "=" + strings.Join(c.Values(), ",")
}

func (r *Report) suggestLabel(needs Needs) *Column {
	for _, name := range []string{"label", "target", "class", "y", "outcome"} {
		i := slices.IndexFunc(r.Columns, func(c *Column) bool { return strings.EqualFold(c.Name, name) })
		if i >= 0 && r.Columns[i].canLabel() {
			return r.Columns[i]
		}
	}
	first := r.Columns[0]
	if !r.Header && first.fits(needs) {
		return first
	}
	for _, c := range slices.Backward(r.Columns) {
		if c.fits(needs) {
			return c
		}
	}
	last := r.Columns[len(r.Columns)-1]
	return last
}

// canLabel reports whether a column is numbers or a few words.
func (c *Column) canLabel() bool {
	n, ok := c.Distinct()
	return c.numeric() || ok && n <= maxSuggested
}

func (c *Column) fits(needs Needs) bool {
	return c.numeric() && c.Missing == 0 && !(c.Counts && c.Numbers >= 5) && outOfRange(c, needs) == ""
}
