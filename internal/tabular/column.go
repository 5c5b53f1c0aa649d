package tabular

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Column is what is known of one column, the header row left out. Lines are 1-based places in the file, 0 for never.
type Column struct {
	Index int    // 1-based place in the file
	Name  string // from the header, "" without one

	Numbers      int // cells that are numbers, quoted ones included
	Quoted       int // cells that are numbers in quotes
	Texts        int // cells that are neither numbers nor missing
	Missing      int // empty cells and NA, N/A, NaN, null, None, ?
	Blank        int // cells that hold only spaces; counted as missing too
	DecimalComma int // cells like 1,5; counted as text too

	Min, Max float64 // of the numbers; 0 when there are none
	Integers bool    // every number is whole
	Counts   bool    // the numbers are consecutive integers in file order: a row number

	TextLine    int    // first text cell
	Text        string // and its value
	QuotedLine  int
	MissingLine int
	BlankLine   int
	InfLine     int

	values   map[string]bool
	overflow bool
	previous float64
}

func newColumn(index int) *Column {
	return &Column{Index: index, Integers: true, Counts: true, values: map[string]bool{}}
}

// Distinct returns how many different values the column has; ok is false when there are more than [MaxDistinct].
func (c *Column) Distinct() (n int, ok bool) { return len(c.values), !c.overflow }

// Values returns the different values, sorted as bytes, without the empty one. It returns nil when there are more than
// [MaxDistinct].
func (c *Column) Values() []string {
	if c.overflow {
		return nil
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.values)), func(s string) bool { return s == "" })
}

// Label names the column for people: the header's name, else its number.
func (c *Column) Label() string {
	if c.Name != "" {
		return strconv.Quote(c.Name)
	}
	return strconv.Itoa(c.Index)
}

// Flag names the column as a flag value: its name where there is one, else its number.
func (c *Column) Flag() string {
	if c.Name != "" {
		return c.Name
	}
	return strconv.Itoa(c.Index)
}

// OutputName is the column's name in a manifest.
func (c *Column) OutputName() string {
	if c.Name != "" {
		return c.Name
	}
	return fmt.Sprintf("column%d", c.Index)
}

// numeric reports whether the column is numbers, with missing cells or not.
func (c *Column) numeric() bool { return c.Texts == 0 && c.Numbers > 0 }

func (c *Column) add(f field, line int) {
	k, v := classify(f.text)
	switch k {
	case number:
		c.addNumber(v)
		if f.quoted {
			c.Quoted++
			earliest(&c.QuotedLine, line)
		}
	case missing:
		c.Missing++
		earliest(&c.MissingLine, line)
		if f.blank {
			c.Blank++
			earliest(&c.BlankLine, line)
		}
	case infinite:
		c.addNumber(0)
		earliest(&c.InfLine, line)
	case text:
		c.addText(f.text, line)
	}
	if k != number {
		c.Counts = false
	}
	c.remember(f.text)
}

func (c *Column) addNumber(v float64) {
	if c.Numbers == 0 || v < c.Min {
		c.Min = v
	}
	if c.Numbers == 0 || v > c.Max {
		c.Max = v
	}
	whole := v == math.Trunc(v)
	c.Integers = c.Integers && whole
	c.Counts = c.Counts && whole && (c.Numbers == 0 || v == c.previous+1)
	c.previous = v
	c.Numbers++
}

func (c *Column) addText(b []byte, line int) {
	c.Texts++
	if decimalComma(b) {
		c.DecimalComma++
	}
	if c.TextLine == 0 || line < c.TextLine {
		c.TextLine, c.Text = line, string(b)
	}
}

func (c *Column) remember(b []byte) {
	if c.overflow || c.values[string(b)] {
		return
	}
	if len(c.values) == MaxDistinct {
		c.overflow = true
		return
	}
	c.values[string(b)] = true
}

// addFirst adds the file's first row after all others.
func (c *Column) addFirst(f field, line int) {
	counts := c.Counts
	_, v := classify(f.text)
	first := c.previous - float64(c.Numbers) + 1
	n := c.Numbers
	c.add(f, line)
	c.Counts = counts && c.Numbers == n+1 && (n == 0 || v == first-1)
}

func earliest(at *int, line int) {
	if *at == 0 || line < *at {
		*at = line
	}
}
