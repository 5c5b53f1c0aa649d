// Package metric finds metric values in log lines, as SageMaker does: each definition's regular expression is matched
// against the line as CloudWatch shows it (a TAB is "#011"), and its first group is the number.
package metric

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
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
	names   []string
	regexes []*regexp.Regexp
	last    map[string]Point
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
		s.names, s.regexes = append(s.names, d.Name), append(s.regexes, re)
	}
	return s, nil
}

// Scan returns the points of one line, in the order of the definitions. Text that is not a number is no point.
func (s *Scanner) Scan(line string, at time.Time) []Point {
	var points []Point
	for i, re := range s.regexes {
		m := re.FindStringSubmatch(line)
		if len(m) < 2 {
			continue
		}
		v, ok := number(m[1])
		if !ok {
			continue
		}
		p := Point{Name: s.names[i], Value: v, Time: at}
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
	for _, name := range s.names {
		p, ok := s.last[name]
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		p.Value = float64(float32(p.Value))
		p.Time = p.Time.Truncate(time.Second)
		final = append(final, p)
	}
	return final
}
