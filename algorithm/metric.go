package algorithm

import "slices"

// Metric is a metric that a version can print and that a tuning job can optimise.
type Metric struct {
	// Name as in eval_metric: rmse.
	Name string
	// Direction is Maximize or Minimize: what the version's container tells a tuner, and what its early stopping does.
	Direction string
	// By says who computes the metric: library or container. One by the container replaces the library's of the same name.
	By string
}

// ObjectiveName is the metric's name as a tuning objective and in the eval output of a job: validation:rmse.
func (m Metric) ObjectiveName() string { return "validation:" + m.Name }

// Regex finds the metric's value for the validation channel in a log line in which tabs are written #011. It is the expression that
// the container declares.
func (m Metric) Regex() string {
	return `.*\[[0-9]+\].*#011validation-` + m.Name + `:(\S+)`
}

// MetricDefinition is a member of a job's AlgorithmSpecification.
type MetricDefinition struct {
	Name  string
	Regex string
}

// metrics makes a list from the two directions; the names of container are computed there.
func metrics(maximize, minimize, container []string) []Metric {
	list := make([]Metric, 0, len(maximize)+len(minimize))
	add := func(names []string, direction string) {
		for _, name := range names {
			by := "library"
			if slices.Contains(container, name) {
				by = "container"
			}
			list = append(list, Metric{Name: name, Direction: direction, By: by})
		}
	}
	add(maximize, "Maximize")
	add(minimize, "Minimize")
	return list
}
