package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A finding says in words what a chart shows: it is the chart's caption and its text alternative.

const noValues = "No trial has a value yet."

func (p *page) better() string {
	if p.search.Maximize {
		return "higher is better"
	}
	return "lower is better"
}

func (p *page) historyFinding() string {
	n, r := len(p.search.Trials), p.ranking
	if r.values == 0 {
		return noValues
	}
	said := []string{fmt.Sprintf("%s of %s, %s: best %s at trial %d.", p.metric(), count(n, "trial", "trials"), p.better(), digits(p.bestValue()), p.best().Number)}
	if at := p.near(); at != p.best().Number {
		said = append(said, fmt.Sprintf("Within 1 %% of it from trial %d on.", at))
	}
	if missing := n - r.values; missing > 0 {
		said = append(said, count(missing, "trial has no value and stands", "trials have no value and stand")+" below the axis.")
	}
	if r.beyond > 0 {
		said = append(said, count(r.beyond, "value is", "values are")+" worse than the axis shows and drawn at its end.")
	}
	return strings.Join(said, " ")
}

// near is the number of the first trial, in order of numbers, that came within a hundredth of the best value.
func (p *page) near() int {
	best := p.bestValue()
	number := p.best().Number
	for i := range p.search.Trials {
		t := &p.search.Trials[i]
		if v, ok := t.value(); ok && math.Abs(v-best) <= math.Abs(best)/100 {
			number = min(number, t.Number)
		}
	}
	return number
}

func (p *page) sliceFinding() string {
	top := p.ranking.top()
	if len(top) == 0 {
		return noValues
	}
	var said []string
	for i := range p.axes {
		if text := p.where(&p.axes[i], top); text != "" && len(said) < findingMost {
			said = append(said, p.axes[i].Name+" "+text)
		}
	}
	text := p.metric() + " by each parameter."
	if len(said) > 0 {
		text += fmt.Sprintf(" The best %s: %s.", count(len(top), "trial has", "trials have"), strings.Join(said, "; "))
	}
	return text + p.subset()
}

// findingMost is how many parameters a sentence lists.
const findingMost = 8

// where says which values of the parameter the trials have; nothing when that is no news: a constant, or many categories.
func (p *page) where(a *axis, top []int) string {
	low, high := math.Inf(1), math.Inf(-1)
	var names []string
	for _, i := range top {
		text, ok := p.search.Trials[i].Values[a.Name]
		if v, is := number(text); ok && is {
			low, high = min(low, v), max(high, v)
		}
		if ok && !slices.Contains(names, text) {
			names = append(names, text)
		}
	}
	switch {
	case len(names) == 0 || len(names) > 3 && a.Values != nil || a.Min == a.Max && a.Values == nil:
		return ""
	case a.Values != nil || math.IsInf(low, 1):
		return strings.Join(names, " or ")
	case low == high:
		return digits(low)
	}
	return digits(low) + " to " + digits(high)
}

// subset says what a chart of a long search leaves out.
func (p *page) subset() string {
	if len(p.search.Trials) <= chartMost {
		return ""
	}
	return fmt.Sprintf(" Drawn are %d of %d trials: the best %d, and the others evenly thinned.", chartMost, len(p.search.Trials), chartMost/4)
}

func (p *page) parallelFinding() string {
	if len(p.search.Trials) == 0 {
		return "There are no trials yet."
	}
	return fmt.Sprintf("Each line is a trial, through its parameters to its %s; the boldest are the best. Drag along an axis, or move its two handles with the arrow keys, to pick trials: all charts and the table follow.", p.metric()) + p.subset()
}

func (p *page) timelineFinding() string {
	n := 0
	for i := range p.search.Trials {
		if p.plan.lane[i] >= 0 {
			n++
		}
	}
	if n == 0 {
		return "No trial has begun yet."
	}
	return fmt.Sprintf("%s in %s, up to %d at a time; one after another they would have taken %s.",
		count(n, "trial", "trials"), lasting(p.plan.last.Sub(p.plan.first)), p.plan.lanes, lasting(p.plan.busy))
}

func (p *page) curvesFinding() string {
	var cut, whole []int
	with := 0 // stopped with the search
	for i := range p.search.Trials {
		switch t := &p.search.Trials[i]; {
		case len(t.Curve) == 0:
		case t.state() == stopped:
			cut = append(cut, len(t.Curve))
		case t.state() == halted:
			with++
		default:
			whole = append(whole, len(t.Curve))
		}
	}
	reported := len(cut) + len(whole) + with
	if reported == 0 {
		return "No trial has reported values on the way."
	}
	text := fmt.Sprintf("%s over the values that %s reported.", p.metric(), count(reported, "trial", "trials"))
	if len(cut) > 0 {
		text += fmt.Sprintf(" %s stopped early, in the middle after %s", count(len(cut), "was", "were"), count(middle(cut), "value", "values"))
		if len(whole) > 0 {
			text += fmt.Sprintf(" where the others reported %d", middle(whole))
		}
		text += "."
	}
	if with > 0 {
		text += fmt.Sprintf(" %s stopped with the search.", count(with, "was", "were"))
	}
	return text + p.subset()
}

func middle(v []int) int {
	slices.Sort(v)
	return v[len(v)/2]
}

func (p *page) importanceFinding() string {
	switch {
	case len(p.bars) == 0 && p.ranking.values < 8:
		return "It takes at least eight trials with a value to tell which parameters matter."
	case len(p.bars) == 0:
		return "Which parameters matter cannot be told from these trials."
	}
	left := 1.0
	var said []string
	for _, b := range p.bars {
		left -= b.Share
		if len(said) < 3 && b.Share >= 0.005 {
			said = append(said, b.Name+" "+percent(b.Share))
		}
	}
	if len(said) == 0 {
		return fmt.Sprintf("No parameter explains how %s varies.", p.metric())
	}
	text := fmt.Sprintf("How far each parameter explains %s: %s.", p.metric(), strings.Join(said, ", "))
	if left >= 0.005 {
		text += fmt.Sprintf(" %s is noise, or not to be known from these trials.", percent(left))
	}
	return text
}

func (p *page) tableFinding() string {
	n := len(p.search.Trials)
	text := count(n, "trial", "trials") + ", the best first."
	if n > tableRows {
		text = fmt.Sprintf("%d trials, the best first; without scripts the best %d.", n, tableRows)
	}
	return text
}

// wall is how long the search took, as far as is known.
func (p *page) wall() time.Duration { return p.plan.last.Sub(p.plan.first) }
