// Package metric finds metric values in log lines, as SageMaker does: each definition's regular expression is matched
// against the line as CloudWatch shows it (a TAB is "#011"), and its first group is the number.
package metric

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Definition is one MetricDefinition of a job.
type Definition struct{ Name, Regex string }

// Point is one value that a line carried.
type Point struct {
	Name  string
	Value float64
	Time  time.Time
}

// Scanner matches lines. It is not safe for concurrent use.
type Scanner struct {
	definitions []definition
	last        map[string]Point
}

type definition struct {
	name    string
	literal string // in every text that regex matches; "" = nothing is known
	regex   *regexp.Regexp
}

// New compiles the definitions. Expressions are RE2: look-around and back-references, which RE2 lacks, are an error
// that names the definition.
func New(definitions []Definition) (*Scanner, error) {
	s := &Scanner{last: map[string]Point{}}
	for _, d := range definitions {
		re, err := regexp.Compile(d.Regex)
		if err != nil {
			return nil, fmt.Errorf("metric definition %q: %w", d.Name, err)
		}
		s.definitions = append(s.definitions, definition{d.Name, literalOf(d.Regex), re})
	}
	return s, nil
}

// literalOf is the longest text that every match of an expression has in it. A job of XGBoost has some thirty definitions, of which a line
// matches two, and looking for a word is far faster than matching an expression that begins with `.*`.
func literalOf(expression string) string {
	tree, err := syntax.Parse(expression, syntax.Perl) // as regexp.Compile does
	if err != nil {
		return ""
	}
	return longestLiteral(tree)
}

func longestLiteral(re *syntax.Regexp) (longest string) {
	switch re.Op {
	case syntax.OpLiteral:
		// The replacement rune also matches bytes that are no UTF-8.
		if re.Flags&syntax.FoldCase == 0 && !slices.Contains(re.Rune, utf8.RuneError) {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return longestLiteral(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return longestLiteral(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, part := range re.Sub {
			if text := longestLiteral(part); len(text) > len(longest) {
				longest = text
			}
		}
	}
	return longest
}

// Scan returns the points of one line, in the order of the definitions. Text that is not a number is no point.
func (s *Scanner) Scan(line string, at time.Time) []Point {
	var points []Point
	for _, d := range s.definitions {
		if !strings.Contains(line, d.literal) {
			continue
		}
		m := d.regex.FindStringSubmatch(line)
		if len(m) < 2 {
			continue
		}
		v, ok := number(m[1])
		if !ok {
			continue
		}
		p := Point{Name: d.name, Value: v, Time: at}
		s.last[p.Name] = p
		points = append(points, p)
	}
	return points
}

// leading is a number at the start of a group. The group may go on: the service's own expression for XGBoost,
// `.*\[[0-9]+\].*#011train-rmse:(\S+)`, takes in the next metric of the line as well, since "#011" is no white space,
// and yet its jobs have the right values.
var leading = regexp.MustCompile(`^\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:nan|inf(?:inity)?))`)

func number(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(leading.FindString(text)), 64)
	return v, err == nil || math.IsInf(v, 0)
}

// Final returns the last point of every metric that has one, in the order of the definitions. Values are rounded to
// float32, as FinalMetricDataList shows them, and times to the second.
func (s *Scanner) Final() []Point {
	var final []Point
	seen := map[string]bool{}
	for _, d := range s.definitions {
		p, ok := s.last[d.name]
		if !ok || seen[d.name] {
			continue
		}
		seen[d.name] = true
		p.Value = float64(float32(p.Value))
		p.Time = p.Time.Truncate(time.Second)
		final = append(final, p)
	}
	return final
}
