package sagefly

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// LogMetric writes a metric's value to the job's log, where the platform finds it by a definition that the launcher made
// (CloudWatch, FinalMetricDataList). name is one of TrainingConfig.Metrics, or of a number that the function returns; a name
// that is not among them is printed and found by nobody, which a line in the log says once. When several hosts of a trial log
// the objective, the values of the host that logged one first are the trial's learning curve, by which it may be stopped early.
// In a job the line goes to standard output, in a [Training.Call] and in contexts that belong to no job to standard error, in
// one write each, so that concurrent callers do not mix:
//
//	metric: validation:accuracy=0.97
//
// A name that no definition could carry (white space, "=", more than 255 characters) is not printed.
func LogMetric(ctx context.Context, name string, value float64) {
	s := sessionFrom(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.knows(name) && !s.warned[name] {
		s.warned[name] = true
		fmt.Fprintf(s.notes, "sagefly: metric %q is not among the Metrics of task %q: nobody will find it\n", name, s.task.name)
	}
	if isMetricName(name) {
		fmt.Fprintf(s.metrics, "metric: %s=%s\n", name, metricText(value))
	}
}

// metricText is the shortest text that reads back, and nan, inf and -inf as every reader of numbers knows them.
func metricText(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// metricPattern is the expression that finds what LogMetric prints. It is read by Go here and by another engine at AWS.
func metricPattern(name string) string {
	return `metric: ` + regexp.QuoteMeta(name) + `=(\S+)`
}
