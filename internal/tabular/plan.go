package tabular

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// plan is the way from a row of the input to a row of the output.
type plan struct {
	label   *Column
	classes []string // of a text label: the value's place is its number; nil = the label is a number
	columns []planned
}

// planned is one column after the label, in the input's order.
type planned struct {
	from   *Column
	values []string // categories of a one-hot encoded column, sorted; nil = the cell passes
}

// makePlan resolves the options against the file. A column is named by its header or by its 1-based number; −1 is the
// last one. A name wins over a number.
func makePlan(r *Report, o Options) (*plan, error) {
	p := &plan{}
	if err := p.setLabel(r, o.Label); err != nil {
		return nil, err
	}
	encode, err := r.resolveAll(o.OneHot, "--onehot")
	if err != nil {
		return nil, err
	}
	drop, err := r.resolveAll(o.Drop, "--drop")
	if err != nil {
		return nil, err
	}
	for _, c := range append(slices.Clone(encode), drop...) {
		if c == p.label {
			return nil, r.problem("column %s is the label", c, "it cannot be encoded or dropped as well")
		}
	}
	for _, c := range r.Columns {
		if c == p.label || slices.Contains(drop, c) {
			continue
		}
		next := planned{from: c}
		if slices.Contains(encode, c) {
			if next.values = c.Values(); next.values == nil {
				return nil, r.problem("column %s cannot be one-hot encoded", c,
					fmt.Sprintf("it has more than %d different values, and each would become a column", MaxDistinct), "--drop", c.Flag())
			}
		} else if err := r.mustBeNumber(c); err != nil {
			return nil, err
		}
		p.columns = append(p.columns, next)
	}
	if len(p.columns) == 0 {
		return nil, &Error{What: "no column is left beside the label", File: r.Path}
	}
	return p, nil
}

// setLabel reads NAME|N, or NAME|N=class,class,… for a text label.
func (p *plan) setLabel(r *Report, flag string) error {
	if flag == "" {
		flag = "1"
	}
	c, err := r.resolve(flag, "--label")
	if err != nil {
		ref, classes, found := strings.Cut(flag, "=")
		if !found {
			return err
		}
		if c, err = r.resolve(ref, "--label"); err != nil {
			return err
		}
		p.classes = strings.Split(classes, ",")
	}
	p.label = c
	if p.classes != nil {
		return r.classesCover(c, p.classes)
	}
	if c.Missing > 0 {
		return r.problemAt(c.MissingLine, "column %s has rows without a label", c, fmt.Sprintf("%d rows have none", c.Missing))
	}
	if c.Texts > 0 {
		flags := []string(nil)
		if n, ok := c.Distinct(); ok && n <= maxSuggested {
			flags = []string{"--label", c.labelFlag()}
		}
		e := r.problemAt(c.TextLine, "label column %s is text", c, fmt.Sprintf("%q is not a number", c.Text))
		e.Flags = flags
		return e
	}
	return r.mustBeNumber(c)
}

func (r *Report) classesCover(c *Column, classes []string) error {
	values := c.Values()
	if values == nil || c.Missing > 0 && !slices.Contains(classes, "") {
		return r.problemAt(max(c.MissingLine, 1), "column %s cannot be a label of classes", c,
			fmt.Sprintf("%d rows have none, or there are more than %d different ones", c.Missing, MaxDistinct))
	}
	for _, v := range values {
		if !slices.Contains(classes, v) {
			e := r.problem("column %s has a value that is no class", c, fmt.Sprintf("%q is not one of %s", v, strings.Join(classes, ", ")))
			e.Flags = []string{"--label", c.Flag() + "=" + strings.Join(values, ",")}
			return e
		}
	}
	return nil
}

// mustBeNumber refuses what the output cannot hold.
func (r *Report) mustBeNumber(c *Column) error {
	switch {
	case c.DecimalComma > 0:
		e := r.problemAt(c.TextLine, "column %s has decimal commas", c, fmt.Sprintf("%q is not a number", c.Text))
		e.Fix = []string{"write decimal points"}
		return e
	case c.Texts > 0:
		e := r.problemAt(c.TextLine, "column %s is text", c, fmt.Sprintf("%q is not a number", c.Text))
		e.Flags = []string{"--onehot", c.Flag()}
		if n, ok := c.Distinct(); !ok || n > maxSuggested {
			e.Flags[0] = "--drop"
		}
		return e
	case c.InfLine > 0:
		e := r.problemAt(c.InfLine, "column %s has an infinite value", c, "the training program refuses inf")
		e.Fix = []string{"leave the cell empty (a missing value) or write a number"}
		return e
	}
	return nil
}

func (r *Report) problem(what string, c *Column, why string, flags ...string) *Error {
	return &Error{What: fmt.Sprintf(what, c.Label()), File: r.Path, Why: why, Flags: flags}
}

func (r *Report) problemAt(line int, what string, c *Column, why string) *Error {
	e := r.problem(what, c, why)
	e.Line = line
	return e
}

func (r *Report) resolveAll(refs []string, flag string) ([]*Column, error) {
	var out []*Column
	for _, ref := range refs {
		c, err := r.resolve(ref, flag)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// resolve finds a column by name or number.
func (r *Report) resolve(ref, flag string) (*Column, error) {
	var named []*Column
	for _, c := range r.Columns {
		if r.Header && c.Name == ref {
			named = append(named, c)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		return nil, &Error{
			What: fmt.Sprintf("%s %s names %d columns", flag, ref, len(named)), File: r.Path,
			Why: "two columns of the header have this name", Fix: []string{fmt.Sprintf("use a number: %s %d", flag, named[0].Index)},
		}
	}
	n, err := strconv.Atoi(ref)
	if err == nil && n < 0 {
		n += len(r.Columns) + 1
	}
	if c := r.Column(n); err == nil && c != nil {
		return c, nil
	}
	return nil, r.noColumn(ref, flag)
}

func (r *Report) noColumn(ref, flag string) error {
	e := &Error{What: fmt.Sprintf("%s %s: no such column", flag, ref), File: r.Path}
	if !r.Header {
		e.Why = fmt.Sprintf("the file has no header; its columns are 1 to %d", len(r.Columns))
		return e
	}
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = c.Name
	}
	e.Why = "the columns are " + list(names)
	for _, name := range names {
		if strings.EqualFold(strings.TrimSpace(ref), name) {
			e.Flags = []string{flag, name}
		}
	}
	return e
}
