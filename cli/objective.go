//go:build !sagefly_task

package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/nearest"
)

// direction is whether small or large values are better.
type direction string

const (
	minimize direction = "minimize"
	maximize direction = "maximize"
)

// readObjective reads [minimize:|maximize:]METRIC. Without a direction that is "".
func readObjective(text string) (d direction, metric string, err error) {
	first, rest, _ := strings.Cut(text, ":")
	switch strings.ToLower(first) {
	case "min", string(minimize):
		d, metric = minimize, rest
	case "max", string(maximize):
		d, metric = maximize, rest
	default:
		metric = text
		if meant := nearest.Words(first, []string{string(minimize), string(maximize)}); len(meant) > 0 && rest != "" {
			return "", "", usage(fmt.Sprintf("--objective %s: %q is no direction", text, first), "", "--objective "+meant[0]+":"+rest)
		}
	}
	if metric == "" {
		return "", "", usage(fmt.Sprintf("--objective %s names no metric", text), "", "--objective minimize:validation:rmse")
	}
	return d, metric, nil
}

func (d direction) objective(metric string) sagefly.Objective {
	if d == maximize {
		return sagefly.Maximize(metric)
	}
	return sagefly.Minimize(metric)
}

// scriptObjective is the objective of a script, whose metrics are what --metric finds.
func scriptObjective(text string, patterns map[string]string) (sagefly.Objective, error) {
	names := slices.Sorted(maps.Keys(patterns))
	if text == "" {
		return sagefly.Objective{}, noObjective(names)
	}
	d, metric, err := readObjective(text)
	if err != nil {
		return sagefly.Objective{}, err
	}
	if d == "" {
		return sagefly.Objective{}, usage("--objective does not say whether small or large values are better", "nothing is known of "+metric,
			"--objective minimize:"+metric, "--objective maximize:"+metric)
	}
	if _, known := patterns[metric]; known {
		return d.objective(metric), nil
	}
	p := refused(fmt.Sprintf("no --metric finds the objective %q in the log", metric), "no --metric is given")
	p.Where = "--objective " + text
	if len(names) > 0 {
		p.Why = "--metric is given for " + strings.Join(names, ", ")
	}
	for _, near := range nearest.Words(metric, names) {
		p.Fix = append(p.Fix, fmt.Sprintf("--objective %s:%s", d, near))
	}
	if len(p.Fix) == 0 {
		p.Fix = []string{"--metric " + shellQuote(metric+"="+metric+": (\\S+)") + ", where the script prints a line such as  " + metric + ": 0.97"}
	}
	return sagefly.Objective{}, p
}

func noObjective(names []string) error {
	p := usage("tune needs an objective", "a script's metrics do not say which of them is meant, nor whether small or large is better")
	for _, name := range names {
		p.Fix = append(p.Fix, "--objective minimize:"+name, "--objective maximize:"+name)
	}
	if len(names) == 0 {
		p.Fix = []string{`--objective maximize:accuracy --metric 'accuracy=accuracy: (\S+)'`}
	}
	return p
}

// builtinObjective is the objective of a built-in algorithm: the flag's, else the metric that the job's hyperparameters name.
// Metrics and their directions are the catalogue's. validated says that there is a validation channel, which these metrics are of.
func builtinObjective(v algorithm.Version, text string, set map[string]string, validated bool) (sagefly.Objective, error) {
	if len(v.Metrics) == 0 {
		return sagefly.Objective{}, refused(fmt.Sprintf("the metrics of %s %s are not known", v.Algorithm, v.Tag), "its container is closed")
	}
	var metric algorithm.Metric
	var err error
	if text == "" {
		metric, err = derivedMetric(v, set)
	} else {
		metric, err = chosenMetric(v, text)
	}
	if err != nil {
		return sagefly.Objective{}, err
	}
	if !validated {
		p := refused(fmt.Sprintf("the objective %s needs validation data", metric.ObjectiveName()), "it is measured on the channel validation, and there is none",
			"--holdout 0.2", "--validation PATH|s3://BUCKET/PREFIX")
		if text != "" {
			p.Where = "--objective " + text
		}
		return sagefly.Objective{}, p
	}
	return directionOf(metric).objective(metric.ObjectiveName()), nil
}

func directionOf(m algorithm.Metric) direction {
	if m.Direction == "Maximize" {
		return maximize
	}
	return minimize
}

// chosenMetric is the metric of --objective, which may leave its direction out.
func chosenMetric(v algorithm.Version, text string) (algorithm.Metric, error) {
	d, name, err := readObjective(text)
	if err != nil {
		return algorithm.Metric{}, err
	}
	metric, known := v.Metric(name)
	if !known {
		p := refused(fmt.Sprintf("unknown metric %q", name), fmt.Sprintf("a search with %s %s can be for a metric of the validation data", v.Algorithm, v.Tag))
		p.Where = "--objective " + text
		for _, near := range nearest.Words(algorithm.BareMetric(name), metricNames(v)) {
			m, _ := v.Metric(near)
			p.Fix = append(p.Fix, fmt.Sprintf("--objective %s:%s", directionOf(m), m.ObjectiveName()))
		}
		p.Fix = append(p.Fix, "all of them:  sagefly algorithms "+v.Algorithm)
		return metric, p
	}
	if own := directionOf(metric); d != "" && d != own {
		p := refused(fmt.Sprintf("%s is to be %sd", metric.ObjectiveName(), own), fmt.Sprintf("%s values of it are better", choose(own == minimize, "small", "large")),
			fmt.Sprintf("--objective %s:%s", own, metric.ObjectiveName()))
		p.Where = "--objective " + text
		return metric, p
	}
	return metric, nil
}

func metricNames(v algorithm.Version) []string {
	var names []string
	for _, m := range v.Metrics {
		names = append(names, m.Name)
	}
	return names
}

// derivedMetric is the one metric that the job prints: that of eval_metric, or the objective's own.
func derivedMetric(v algorithm.Version, set map[string]string) (algorithm.Metric, error) {
	var names []string
	why := ""
	if list := set["eval_metric"]; list != "" {
		names = strings.Split(list, ",")
		why = "eval_metric names several: " + list
	} else {
		names = []string{v.DefaultMetric(set["objective"])}
		why = "the objective " + set["objective"] + " prints no metric that a search can be for"
	}
	var known []algorithm.Metric
	for _, name := range names {
		if m, ok := v.Metric(strings.TrimSpace(name)); ok {
			known = append(known, m)
		}
	}
	if len(names) == 1 && len(known) == 1 {
		return known[0], nil
	}
	p := usage("tune needs an objective", why)
	for _, m := range known {
		p.Fix = append(p.Fix, fmt.Sprintf("--objective %s:%s", directionOf(m), m.ObjectiveName()))
	}
	p.Fix = append(p.Fix, "all metrics:  sagefly algorithms "+v.Algorithm)
	return algorithm.Metric{}, p
}
