//go:build !sagefly_task

package sagefly

import (
	"context"
	"fmt"
	"strings"

	"github.com/sagefly/sagefly/cloud"
)

// PreflightError says why a job was not created: it would not have run.
type PreflightError struct{ Report cloud.Report }

func (e *PreflightError) Error() string {
	var b strings.Builder
	b.WriteString("the job would not run")
	for _, f := range e.Report.Findings {
		fmt.Fprintf(&b, "\n%s", f.What)
		if f.Where != "" {
			fmt.Fprintf(&b, " (%s)", f.Where)
		}
		if f.Why != "" {
			fmt.Fprintf(&b, ": %s", f.Why)
		}
	}
	return b.String()
}

// check finds what would make the job fail after Create, before anything is uploaded for it. A bucket that nobody chose is made; one that was
// asked for by name may be a slip.
func (p *preparation) check(ctx context.Context) error {
	if p.target.Local {
		return nil
	}
	if !p.chosen {
		if err := p.files.Ensure(ctx); err != nil {
			return err
		}
	}
	var coming []string
	for _, upload := range p.pending {
		coming = append(coming, upload.URI)
	}
	report, err := p.look(ctx, coming)
	if err != nil {
		return fmt.Errorf("check before launch: %w", err)
	}
	for _, what := range report.Unknown {
		if p.target.Unchecked != nil {
			p.target.Unchecked(what)
		}
	}
	if len(report.Findings) > 0 {
		return &PreflightError{report}
	}
	return nil
}

func (p *preparation) look(ctx context.Context, coming []string) (cloud.Report, error) {
	if p.search == nil {
		return cloud.Check(ctx, p.target.AWS, p.request, coming...)
	}
	request, search, err := TuningRequest(p.request, *p.request.TrainingJobName, *p.search)
	if err != nil {
		return cloud.Report{}, err
	}
	return cloud.CheckTuning(ctx, p.target.AWS, request, search, coming...)
}
