//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cloud"
)

// StartOptions are the rare wishes.
type StartOptions struct {
	// Name makes the launch idempotent: a job of that name with the same request is adopted, one with another request is
	// an error that shows the difference ([*NameTaken]). 1–63 characters of A–Z, a–z, 0–9 and "-". "" = a fresh name for each
	// launch.
	Name string
}

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

// Launch creates the job of a request that [Prepare] made, after the checks before Create, unless the target is local. With
// a name in the options the request gets that name, and adopted says that the job was there. Errors are *PreflightError
// and *NameTaken, besides those of the API.
func Launch(ctx context.Context, target Target, request *sagemaker.CreateTrainingJobInput, options StartOptions) (adopted bool, err error) {
	if options.Name != "" {
		rename(request, options.Name)
	}
	if !target.Local {
		report, err := cloud.Check(ctx, target.AWS, request)
		if err != nil {
			return false, fmt.Errorf("check before launch of job %s: %w", *request.TrainingJobName, err)
		}
		if len(report.Findings) > 0 {
			return false, &PreflightError{report}
		}
	}
	_, err = target.jobs().CreateTrainingJob(ctx, request)
	if _, taken := errors.AsType[*types.ResourceInUse](err); taken && options.Name != "" {
		return true, adopt(ctx, target, request)
	}
	if err != nil {
		return false, fmt.Errorf("create job %s: %w", *request.TrainingJobName, err)
	}
	return false, nil
}
