//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// StartOptions are the rare wishes.
type StartOptions struct {
	// Name makes the launch idempotent: a job of that name with the same request is adopted, one with another request is
	// an error that shows the difference ([*NameTaken]). 1–63 characters of A–Z, a–z, 0–9 and "-". "" = a fresh name for each
	// launch.
	Name string
}

// Launch creates the job of a request that [Prepare] made. With a name in the options the request gets that name, and adopted says that the
// job was there. Errors are *NameTaken, besides those of the API.
func Launch(ctx context.Context, target Target, request *sagemaker.CreateTrainingJobInput, options StartOptions) (adopted bool, err error) {
	if options.Name != "" {
		rename(request, options.Name)
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
