//go:build !sagefly_task

package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// meter keeps the last value of each metric that the lines print, by the job's own definitions.
type meter struct {
	defined bool
	names   []string
	regexes []*regexp.Regexp
	values  map[string]string
	rounds  string // num_round of the job
	round   string // last [N] seen
}

func (m *meter) define(job *sagemaker.DescribeTrainingJobOutput) {
	if m.defined {
		return
	}
	m.defined, m.values = true, map[string]string{}
	m.rounds = job.HyperParameters["num_round"]
	if job.AlgorithmSpecification == nil {
		return
	}
	for _, d := range job.AlgorithmSpecification.MetricDefinitions {
		if re, err := regexp.Compile(deref(d.Regex)); err == nil && re.NumSubexp() > 0 {
			m.names, m.regexes = append(m.names, deref(d.Name)), append(m.regexes, re)
		}
	}
}

func (m *meter) see(line string) {
	if mark, _, ok := strings.Cut(line, "]"); ok && strings.HasPrefix(mark, "[") {
		if _, err := strconv.Atoi(mark[1:]); err == nil {
			m.round = mark[1:]
		}
	}
	for i, re := range m.regexes {
		if found := re.FindStringSubmatch(line); found != nil {
			m.values[m.names[i]] = found[1]
		}
	}
}

func (m *meter) summary() []string {
	var parts []string
	if m.round != "" && m.rounds != "" {
		parts = append(parts, fmt.Sprintf("round %s of %s", m.round, m.rounds))
	}
	for _, name := range m.names {
		if v, ok := m.values[name]; ok && len(parts) < 4 {
			parts = append(parts, name+" "+v)
		}
	}
	return parts
}

// finalMetrics are a job's last values, validation first.
func finalMetrics(list []types.MetricData) [][]string {
	var first, rest [][]string
	for _, m := range list {
		row := []string{deref(m.MetricName), number(deref(m.Value))}
		if strings.HasPrefix(row[0], "validation:") {
			first = append(first, row)
		} else {
			rest = append(rest, row)
		}
	}
	return append(first, rest...)
}
