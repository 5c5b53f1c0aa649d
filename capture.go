package sagefly

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// capture leaves what the function returned: files in the model, the document, and numbers as metrics in the log.
func (p *process) capture(v value.Values) error {
	files, err := p.storeFiles(v.Files)
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	d := container.Document{
		Task: p.task.name, Host: p.cluster.Current, Rank: p.cluster.Rank, Values: v.Params, Files: files,
	}
	if err := p.layout.WriteDocument(d); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	p.note("what the function returned is kept: %d values, %d files", len(d.Values), len(d.Files))
	return p.printNumbers(v.Params)
}

// printNumbers prints the output's plain numbers as metrics.
func (p *process) printNumbers(params map[string]string) error {
	var lines strings.Builder
	for _, f := range p.task.output.Fields {
		text, ok := params[f.Name]
		if !ok || !isNumber(f) {
			continue
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil && f.Kind == value.Float {
			text = metricText(v)
		}
		fmt.Fprintf(&lines, "metric: %s=%s\n", f.Name, text)
	}
	if _, err := io.WriteString(p.stdout, lines.String()); err != nil {
		return fmt.Errorf("print metrics: %w", err)
	}
	return nil
}

// storeFiles brings the output's files into the model and returns their paths there, with slashes.
func (p *process) storeFiles(files map[string]string) (map[string]string, error) {
	stored, members := map[string]string{}, map[string]string{} // by field, and by path: two fields may be one file
	for _, f := range p.task.output.Fields {
		path := files[f.Name]
		if !f.IsChannel() || path == "" {
			continue
		}
		if member, ok := members[path]; ok {
			stored[f.Name] = member
			continue
		}
		s := storing{dir: p.layout.Model(), field: f, suffix: fmt.Sprintf("%s-%d", p.cluster.Current, p.cluster.Rank)}
		member, err := s.store(path)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Path, err)
		}
		stored[f.Name], members[path] = member, member
	}
	return stored, nil
}
