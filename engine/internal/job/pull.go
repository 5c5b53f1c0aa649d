package job

import (
	"context"
	"errors"

	"github.com/sagefly/sagefly/engine/runner"
)

// pull fetches the job's container image, where it has one, before anything else is prepared.
func (v *supervisor) pull(ctx context.Context) error {
	asked := v.service.imageRequest(v.request)
	if !asked.InContainer() {
		return nil
	}
	r, err := v.service.Runners.For(asked.Image)
	if err != nil {
		return err
	}
	if p, ok := r.(runner.Puller); ok {
		return p.Pull(ctx, asked.Image, v.row.Region)
	}
	return nil
}

// noImage is the FailureReason of a job whose image cannot be pulled, in the service's words; what the registry said follows.
func noImage(err error) (reason string, ok bool) {
	if !errors.Is(err, runner.ErrImage) {
		return "", false
	}
	return "ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect. (" + err.Error() + ")", true
}
