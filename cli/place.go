//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/sagefly/sagefly/cloud"
)

// place is where a job's files go and as whom it runs.
type place struct{ bucket, role string }

// where returns the target's bucket and role. What was not asked for follows from the account: the bucket is
// sagemaker-REGION-ACCOUNT, as in the SageMaker SDK.
func (t *target) where(ctx context.Context) (place, error) {
	p := place{bucket: t.bucket, role: t.role}
	if (p.bucket == "" || !strings.HasPrefix(p.role, "arn:")) && t.account == "" {
		who, err := cloud.WhoAmI(ctx, t.aws)
		if err != nil {
			return p, accessProblem(err)
		}
		t.account = who.Account
	}
	if p.bucket == "" {
		p.bucket = fmt.Sprintf("sagemaker-%s-%s", t.aws.Region, t.account)
	}
	if p.role == "" {
		p.role = "sagefly"
	}
	p.role = t.roleARN(p.role)
	return p, nil
}
