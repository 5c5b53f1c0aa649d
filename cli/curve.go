//go:build !sagefly_task

package cli

import (
	"cmp"
	"context"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// curve are the values of the objective that a trial reported on the way.
func (t *target) curve(ctx context.Context, name, metric string) ([]float64, error) {
	job, err := t.describe(ctx, name)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(patternOf(job, metric))
	if err != nil || re.NumSubexp() == 0 {
		return nil, nil
	}
	var log []logLine
	if err := newLogReader(t, name).read(ctx, hosts(job), func(l logLine) { log = append(log, l) }); err != nil {
		return nil, err
	}
	return curveOf(log, re), nil
}

// curveOf are the values of one host, the one whose first value is the earliest, as the engine counts them when it stops trials early.
func curveOf(log []logLine, re *regexp.Regexp) []float64 {
	values := map[string][]float64{}
	var first logLine
	for _, l := range log {
		found := re.FindStringSubmatch(l.text)
		if found == nil {
			continue
		}
		v, ok := leadingNumber(found[1])
		if !ok {
			continue
		}
		if len(values) == 0 || earlier(l, first) {
			first = l
		}
		values[l.host] = append(values[l.host], v)
	}
	return values[first.host]
}

// earlier orders lines by their times, and those of the same millisecond by their hosts: algo-2 before algo-10.
func earlier(a, b logLine) bool {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(len(a.host), len(b.host)), strings.Compare(a.host, b.host)) < 0
}

// leading is a number at the start of a metric's group, which may go on: see the engine's own reading of metrics, which takes nan for a value, too.
var leading = regexp.MustCompile(`^\s*[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|(?i:nan|inf(?:inity)?))`)

func leadingNumber(text string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(leading.FindString(text)), 64)
	return f, err == nil || math.IsInf(f, 0)
}
