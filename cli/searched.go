//go:build !sagefly_task

package cli

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/tuner"
)

// searched is what a search tries.
type searched struct {
	title  string // "" = searches
	varied []*varied
	start  []sagefly.Point // tried first
}

// lines are said before the search begins. amazon: AWS's own tuner searches.
func (s searched) lines(amazon bool) []string {
	if len(s.varied) == 0 {
		return nil
	}
	rows := s.rows(amazon)
	for _, row := range rows {
		row[0] = "  " + row[0]
	}
	lines := append([]string{cmp.Or(s.title, "searches")}, table(rows)...)
	for _, p := range s.start {
		var parts []string
		for _, v := range s.varied {
			if value, ok := p[v.name]; ok {
				parts = append(parts, v.name+"="+value)
			}
		}
		lines = append(lines, "tries first: "+strings.Join(parts, " "))
	}
	return lines
}

// rows are the ranges: name, values with the scale on which they are looked through, condition. Which scale AWS's tuner chooses is not known.
func (s searched) rows(amazon bool) [][]string {
	var rows [][]string
	for _, v := range s.varied {
		row := []string{v.name, choose(amazon, v.rangeText(), v.resolvedText())}
		if v.parent != "" {
			row = append(row, "where "+v.parent+" is "+strings.Join(v.in, " or "))
		}
		rows = append(rows, row)
	}
	return rows
}

// resolvedText is the range with the scale that our tuner has for it, also where none is given.
func (v *varied) resolvedText() string {
	if v.words != nil || v.scale != scaleAuto {
		return v.rangeText()
	}
	p := v.parameter()
	switch scale, shift := p.Resolve(); {
	case scale == tuner.Logarithmic && shift > 0:
		return fmt.Sprintf("%s log(x+%s)", v.rangeText(), trim(shift))
	case scale == tuner.Logarithmic:
		return v.rangeText() + " " + string(scaleLog)
	case scale == tuner.ReverseLogarithmic:
		return v.rangeText() + " " + string(scaleReverse)
	}
	return v.rangeText()
}

// parameter is the range as the tuner has it.
func (v *varied) parameter() tuner.Parameter {
	p := tuner.Parameter{Name: v.name, Kind: tuner.Continuous, Min: v.low, Max: v.high, Scale: v.scale.tuner()}
	switch {
	case v.words != nil:
		p.Kind, p.Values = tuner.Categorical, v.words
	case v.whole:
		p.Kind = tuner.Integer
	}
	if v.parent != "" {
		p.When = &tuner.When{Parameter: v.parent, In: v.in}
	}
	return p
}

// size is the number of different points, +Inf where there is no end of them, 0 where that is not known.
func (s searched) size() float64 {
	list := make([]tuner.Parameter, len(s.varied))
	for i, v := range s.varied {
		list[i] = v.parameter()
	}
	space, err := tuner.NewSpace(list...)
	if err != nil {
		return 0
	}
	return space.Size()
}

// limitNote says how many trials there are, and how many at a time.
func (s searched) limitNote(c *types.HyperParameterTuningJobConfig) string {
	l := c.ResourceLimits
	if l == nil {
		return ""
	}
	most := float64(deref(l.MaxNumberOfTrainingJobs))
	if l.MaxNumberOfTrainingJobs == nil && c.Strategy == types.HyperParameterTuningJobStrategyTypeGrid {
		most = s.size()
	}
	note := ""
	if most >= 1 && !math.IsInf(most, 1) {
		note = " in " + plural(int(most), "trial")
	}
	return fmt.Sprintf("%s, %d at a time, strategy %s", note, max(deref(l.MaxParallelTrainingJobs), 1), c.Strategy)
}

// searchedIn is what a tuning job searches, with the conditions that are in its spec channel.
func searchedIn(job *tuningJob, extra *container.Search) searched {
	s := searched{varied: variedOf(searchedRanges(job))}
	if extra == nil {
		return s
	}
	for name, c := range extra.Conditions {
		if v := find(s.varied, name); v != nil {
			v.parent, v.in = c.Parameter, c.In
		}
	}
	for _, p := range extra.Start {
		s.start = append(s.start, sagefly.Point(p))
	}
	return s
}
