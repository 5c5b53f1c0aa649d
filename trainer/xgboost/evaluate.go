package xgboost

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/metric"
)

// dataset is a matrix that is evaluated each round, with the name it has in metric lines.
type dataset struct {
	name   string
	matrix *capi.Matrix
	labels []float32
}

// score is one printed value.
type score struct {
	metric string
	value  float64
}

// scores are the values of one round: for each data set in order, its metrics in order.
type scores struct {
	names  []string
	values map[string][]score
}

// parseScores reads an evaluation line, such as "[0]\ttrain-rmse:1.5\tvalidation-rmse:1.6", and groups it by data set.
func parseScores(line string) (scores, error) {
	s := scores{values: map[string][]score{}}
	fields := strings.Fields(line)
	for _, field := range fields[min(1, len(fields)):] {
		name, text, ok := strings.Cut(field, ":")
		data, metric, named := strings.Cut(name, "-")
		value, err := parseScore(text)
		if !ok || !named || err != nil {
			return scores{}, fmt.Errorf("evaluation line %q: %q is no metric", line, field)
		}
		if _, seen := s.values[data]; !seen {
			s.names = append(s.names, data)
		}
		s.set(data, metric, value)
	}
	return s, nil
}

// set adds a value. A name that occurs twice keeps its place and gets the later value: that is how a metric of the container replaces
// the library's default metric of the same name.
func (s scores) set(data, metric string, value float64) {
	for i, v := range s.values[data] {
		if v.metric == metric {
			s.values[data][i].value = value
			return
		}
	}
	s.values[data] = append(s.values[data], score{metric, value})
}

// parseScore reads a number as Python's float() does, for the forms that C prints.
func parseScore(text string) (float64, error) {
	if strings.EqualFold(strings.TrimLeft(text, "+-"), "nan") {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(text, 64)
}

// get returns the last value of a metric.
func (s scores) get(data, name string) (float64, error) {
	if _, ok := s.values[data]; !ok {
		return 0, fmt.Errorf("No dataset named: %s", data)
	}
	for _, v := range s.values[data] {
		if v.metric == name {
			return v.value, nil
		}
	}
	return 0, fmt.Errorf("No metric named: %s", name)
}

// line is what the container prints: five decimals, all metrics of a data set together.
func (s scores) line(round int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%d]", round)
	for _, data := range s.names {
		for _, v := range s.values[data] {
			fmt.Fprintf(&b, "\t%s-%s:%s", data, v.metric, fixed(v.value, 5))
		}
	}
	return b.String()
}

// fixed formats a number as Python's %.Nf does.
func fixed(v float64, decimals int) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// evaluation is what happens to the data sets after each round of a booster.
type evaluation struct {
	job      *job
	sets     []dataset
	matrices []*capi.Matrix
	names    []string
	// hidden, from the first round on: the container's metrics replace all of the library's, so that the library need not compute them. It is so in a tuning job for
	// rmse, the library's default.
	hidden bool
}

func (j *job) evaluation(sets []dataset) *evaluation {
	e := &evaluation{job: j, sets: sets}
	for _, s := range sets {
		e.matrices, e.names = append(e.matrices, s.matrix), append(e.names, s.name)
	}
	return e
}

// after runs the library's metrics and the container's own on all data sets.
func (e *evaluation) after(b *capi.Booster, round int) (scores, error) {
	line := fmt.Sprintf("[%d]", round)
	if !e.hidden {
		var err error
		if line, err = b.Eval(round, e.matrices, e.names); err != nil {
			return scores{}, err
		}
	}
	if len(e.job.metrics.own) == 0 {
		return parseScores(line)
	}
	own, err := e.job.ownMetrics(b, e.sets)
	if err != nil {
		return scores{}, err
	}
	all, err := parseScores(line + own)
	if err != nil || round > 0 {
		return all, err
	}
	alone, err := parseScores(fmt.Sprintf("[%d]", round) + own)
	e.hidden = alone.line(round) == all.line(round)
	return all, err
}

// ownMetrics computes what the container computes with scikit-learn, printed with six decimals as it is there.
func (j *job) ownMetrics(b *capi.Booster, sets []dataset) (string, error) {
	kind := capi.Transformed
	if j.profile.marginMetrics {
		kind = capi.Margin
	}
	var out strings.Builder
	for _, s := range sets {
		p, err := b.Predict(s.matrix, kind)
		if err != nil {
			return "", err
		}
		for _, name := range j.metrics.own {
			v, err := metric.Compute(name, s.labels, metric.Predictions{Values: p.Values, Columns: p.Columns, Table: p.Matrix})
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&out, "\t%s-%s:%s", s.name, name, fixed(v, 6))
		}
	}
	return out.String(), nil
}
