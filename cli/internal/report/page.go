package report

import (
	"fmt"
	"strconv"
	"strings"
)

// tableRows is how many rows of the table are shown at a time.
const tableRows = 200

// page is what the template shows.
type page struct {
	search  *Search
	axes    []axis
	ranking *ranking
	plan    *schedule
	bars    []bar
}

func newPage(s *Search) *page {
	p := &page{search: s, axes: []axis{}, ranking: rank(s), plan: plan(s)}
	for i := range s.Parameters {
		p.axes = append(p.axes, newAxis(&s.Parameters[i], s.Trials))
	}
	p.bars = importance(s, p.axes)
	return p
}

func (p *page) metric() string {
	if p.search.Metric == "" {
		return "objective"
	}
	return p.search.Metric
}

// best is the best trial; there has to be one with a value.
func (p *page) best() *Trial { return &p.search.Trials[p.ranking.order[0]] }

func (p *page) bestValue() float64 {
	v, _ := p.best().value()
	return v
}

// pair is a name with its value.
type pair struct{ Name, Value string }

// facts are the headline's figures.
func (p *page) facts() []pair {
	facts := []pair{{"Best " + p.metric(), "–"}, {"Trials", p.counts()}, {"Wall time", "–"}}
	if p.ranking.values > 0 {
		facts[0].Value = digits(p.bestValue())
		facts = append(facts, pair{"Best trial", strings.TrimSpace(strconv.Itoa(p.best().Number) + " " + p.best().Name)})
	}
	if !p.plan.first.IsZero() {
		facts[2].Value = lasting(p.wall())
		facts = append(facts, pair{"Began", p.plan.first.UTC().Format("2006-01-02 15:04 UTC")})
	}
	return facts
}

func (p *page) counts() string {
	var n [halted + 1]int
	for i := range p.search.Trials {
		n[p.search.Trials[i].state()]++
	}
	var parts []string
	for i, word := range []string{"finished", "stopped early", "failed", "running", "stopped with the search"} {
		if n[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[i], word))
		}
	}
	text := strconv.Itoa(len(p.search.Trials))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// line says what kind of search it is.
func (p *page) line() string {
	parts := []string{p.search.Strategy + " search", p.search.Status, p.metric() + ", " + p.better()}
	if p.search.Strategy == "" {
		parts[0] = "Search"
	}
	if p.search.Status == "" {
		parts = append(parts[:1], parts[2])
	}
	return strings.Join(parts, " · ")
}

func (p *page) bestPairs() (pairs []pair) {
	if p.ranking.values == 0 {
		return nil
	}
	for i := range p.axes {
		if text := p.axes[i].text(p.best()); text != "" {
			pairs = append(pairs, pair{p.axes[i].Name, text})
		}
	}
	return pairs
}

// row is a trial in the table, as the script writes it, too.
type row struct {
	Number                                int
	Name, Status, Objective, Took, Reason string
	State                                 state
	Values                                []string
	Best                                  bool
}

func (p *page) rows() []row {
	rows := make([]row, 0, tableRows)
	for n, i := range p.ranking.order[:min(len(p.ranking.order), tableRows)] {
		t := &p.search.Trials[i]
		r := row{Number: t.Number, Name: t.Name, Status: t.status(), State: t.state(), Reason: shortened(t.Reason, 600), Best: n == 0 && p.ranking.values > 0}
		if t.Objective != nil {
			r.Objective = digits(*t.Objective)
		}
		if d, ok := p.plan.took(i); ok {
			r.Took = lasting(d)
		}
		for k := range p.axes {
			r.Values = append(r.Values, p.axes[k].text(t))
		}
		rows = append(rows, r)
	}
	return rows
}
