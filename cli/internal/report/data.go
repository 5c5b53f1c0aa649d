package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits that keep the page of a very long search below 5 MB.
const (
	cellsExact  = 50_000  // values of parameters that are kept to the last digit; of more, six digits
	curvePoints = 120_000 // points of all learning curves
	reasonText  = 300_000 // letters of all reasons
)

// data is what the script draws from, columns of one entry a trial.
type data struct {
	Metric     string      `json:"metric"`
	Maximize   bool        `json:"maximize"`
	Scale      *[2]float64 `json:"scale"` // ends of the objective's axis; null: no values
	Span       float64     `json:"span"`  // seconds from the first beginning to the last end
	Lanes      int         `json:"lanes"`
	Best       int         `json:"best"` // −1: none
	Parameters []axis      `json:"parameters"`
	Importance []bar       `json:"importance"`
	Order      []int       `json:"order"` // best first
	Shown      []int       `json:"shown"` // in charts that cannot show all
	Rows       int         `json:"rows"`  // of the table at a time
	Trials     columns     `json:"trials"`
}

type columns struct {
	Number    []int     `json:"number"`
	Name      []string  `json:"name"`
	State     []state   `json:"state"`
	Status    []string  `json:"status"`
	Reason    []string  `json:"reason"`
	Objective []any     `json:"objective"` // number; text of one that does not count; null
	Began     []float64 `json:"began"`     // seconds
	Took      []any     `json:"took"`      // seconds; null: did not begin
	Lane      []int     `json:"lane"`
	Values    [][]any   `json:"values"` // a column for each parameter
	Curves    [][]any   `json:"curve"`
}

func (p *page) json() ([]byte, error) {
	d := data{
		Metric: p.search.Metric, Maximize: p.search.Maximize, Span: p.plan.last.Sub(p.plan.first).Seconds(), Lanes: p.plan.lanes, Best: -1,
		Parameters: p.axes, Importance: p.bars, Order: p.ranking.order, Shown: p.ranking.shown(), Rows: tableRows, Trials: p.columns(),
	}
	if p.ranking.values > 0 {
		d.Scale, d.Best = &[2]float64{p.ranking.low, p.ranking.high}, p.ranking.order[0]
	}
	return json.Marshal(d) // which has no <, >, & and no U+2028 outside of escapes
}

func (p *page) columns() columns {
	n := len(p.search.Trials)
	c := columns{
		Number: make([]int, 0, n), Name: make([]string, 0, n), State: make([]state, 0, n), Status: make([]string, 0, n), Reason: make([]string, 0, n),
		Objective: make([]any, 0, n), Began: make([]float64, 0, n), Took: make([]any, 0, n), Lane: make([]int, 0, n), Values: make([][]any, 0, len(p.axes)),
	}
	reasons := p.reasonLength()
	for i := range p.search.Trials {
		t := &p.search.Trials[i]
		c.Number = append(c.Number, t.Number)
		c.Name = append(c.Name, t.Name)
		c.State = append(c.State, t.state())
		c.Status = append(c.Status, t.status())
		c.Reason = append(c.Reason, shortened(t.Reason, reasons))
		c.Objective = append(c.Objective, objective(t))
		c.Began = append(c.Began, seconds(p.plan.began[i]))
		c.Took = append(c.Took, p.took(i))
		c.Lane = append(c.Lane, p.plan.lane[i])
	}
	for i := range p.axes {
		c.Values = append(c.Values, p.cells(&p.axes[i]))
	}
	c.Curves = p.curves()
	return c
}

func (p *page) cells(a *axis) []any {
	rounds := len(p.search.Trials)*len(p.axes) > cellsExact
	out := make([]any, len(p.search.Trials))
	for i := range out {
		out[i] = a.cell(&p.search.Trials[i])
		if v, ok := out[i].(float64); ok && rounds {
			out[i] = rounded(v)
		}
	}
	return out
}

// rounded has six significant digits, so that its JSON is short.
func rounded(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	if math.IsInf(scale, 0) || scale == 0 {
		return v
	}
	return math.Round(v*scale) / scale
}

func objective(t *Trial) any {
	if v, ok := t.value(); ok {
		return v
	}
	if t.Objective != nil {
		return digits(*t.Objective)
	}
	return nil
}

// seconds to the millisecond.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

func (p *page) took(i int) any {
	if d, ok := p.plan.took(i); ok {
		return seconds(d)
	}
	return nil
}

// curves are the learning curves of the trials that are shown, thinned where there are many; [step, value] flattened, null for a value that
// is none.
func (p *page) curves() [][]any {
	out := make([][]any, len(p.search.Trials))
	shown := slices.DeleteFunc(p.ranking.shown(), func(i int) bool { return len(p.search.Trials[i].Curve) == 0 })
	if len(shown) == 0 {
		return nil
	}
	most := min(max(curvePoints/len(shown), 16), 400)
	for _, i := range shown {
		out[i] = thinned(p.search.Trials[i].Curve, most)
	}
	return out
}

func thinned(curve []float64, most int) []any {
	n := min(len(curve), most)
	out := make([]any, 0, 2*n)
	for k := range n {
		at := len(curve) - 1
		if n > 1 {
			at = k * (len(curve) - 1) / (n - 1)
		}
		if v, ok := finite(&curve[at]); ok {
			out = append(out, at+1, rounded(v))
		} else {
			out = append(out, at+1, nil)
		}
	}
	return out
}

func (p *page) reasonLength() int {
	n := 0
	for i := range p.search.Trials {
		if p.search.Trials[i].Reason != "" {
			n++
		}
	}
	return min(max(reasonText/max(n, 1), 60), 600)
}

func shortened(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
