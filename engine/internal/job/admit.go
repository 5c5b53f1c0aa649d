package job

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/internal/policy"
)

// admission is what a create asks the account for.
type admission struct {
	action, arn string
	tagged      bool // with tags, which is a permission of its own
	jobs        int  // that may run side by side
}

// admit refuses what the account's rules do not allow, in AWS's words: permissions of the caller, the role and what it may do, the
// quota. The caller holds s.admission, so that two creates cannot share the last instance.
func (s *Service) admit(ctx context.Context, region string, r *request, as admission) error {
	for _, check := range []func() error{
		func() error { return s.permitted(as.action, as.arn, nil) },
		func() error {
			if !as.tagged {
				return nil
			}
			return s.permitted("sagemaker:AddTags", as.arn, nil)
		},
		func() error {
			return s.permitted("iam:PassRole", *r.RoleArn, map[string][]string{"iam:PassedToService": {access.Service}})
		},
		func() error {
			if s.Access.Assumes(*r.RoleArn, as.arn) {
				return nil
			}
			return api.CannotAssume(*r.RoleArn)
		},
		func() error { return s.inputsAllowed(ctx, region, r) },
		func() error { return s.outputAllowed(ctx, region, r) },
		func() error { return s.withinQuota(region, r, as.jobs) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) permitted(action, resource string, context map[string][]string) error {
	switch s.Access.Allowed(action, resource, context) {
	case policy.Allowed:
		return nil
	case policy.ExplicitDeny:
		return api.ExplicitlyDenied(s.Access.Caller(s.Account), action, resource)
	}
	return api.AccessDenied(s.Access.Caller(s.Account), action, resource)
}

// roleMay says whether the job's role may do something.
func (s *Service) roleMay(r *request, action, resource string) bool {
	d, ok := s.Access.Simulate(*r.RoleArn, action, resource, nil)
	return ok && d == policy.Allowed
}

func (s *Service) inputsAllowed(ctx context.Context, region string, r *request) error {
	for _, c := range r.InputDataConfig {
		if err := s.inputAllowed(ctx, region, r, c); err != nil {
			return err
		}
	}
	return nil
}

// inputAllowed looks for objects of a channel, as the role would. A bucket of another region has none.
func (s *Service) inputAllowed(ctx context.Context, region string, r *request, c types.Channel) error {
	uri := *c.DataSource.S3DataSource.S3Uri
	bucket, prefix, err := input.ParseURI(uri)
	if err != nil {
		return api.ValidationError("%v", err)
	}
	if !s.roleMay(r, "s3:ListBucket", "arn:aws:s3:::"+bucket) {
		return api.ValidationError("Unauthorized to List objects under S3 URL %q. Please ensure that the role %q has \"s3:ListBucket\" permissions on bucket %q.",
			uri, *r.RoleArn, bucket)
	}
	found, err := s.Objects.HeadBucket(ctx, bucket)
	if err != nil {
		return err // checkBuckets has been here
	}
	page, err := s.Objects.List(ctx, bucket, object.ListOptions{Prefix: prefix, Max: 1})
	if err != nil {
		return fmt.Errorf("look for channel %q: %w", *c.ChannelName, err)
	}
	if found.Region != region || len(page.Objects) == 0 {
		return api.NoObjects(uri, region, *r.RoleArn, bucket)
	}
	return nil
}

func (s *Service) outputAllowed(ctx context.Context, region string, r *request) error {
	uri := *r.OutputDataConfig.S3OutputPath
	bucket, key, err := input.ParseURI(outputPrefix(uri, *r.TrainingJobName) + "model.tar.gz")
	if err != nil {
		return api.ValidationError("%v", err)
	}
	found, err := s.Objects.HeadBucket(ctx, bucket)
	if err != nil {
		return err
	}
	if found.Region != region || !s.roleMay(r, "s3:PutObject", "arn:aws:s3:::"+bucket+"/"+key) {
		return api.OutputDenied(uri, *r.RoleArn)
	}
	return nil
}

// withinQuota counts the instances of the region's unfinished jobs against the account's limit.
func (s *Service) withinQuota(region string, r *request, jobs int) error {
	name := quotaOf(r)
	limit, ok := s.Access.Quota(name)
	if !ok {
		return nil
	}
	used := 0
	for k, v := range s.live.All() {
		if k.Region == region && quotaOf(v.request) == name {
			used += int(*v.request.ResourceConfig.InstanceCount)
		}
	}
	if delta := jobs * int(*r.ResourceConfig.InstanceCount); used+delta > limit {
		return api.LimitExceeded(name, limit, used, delta)
	}
	return nil
}

// quotaOf is the quota that a job counts against: jobs on spare capacity have one of their own.
func quotaOf(r *request) string {
	if r.EnableManagedSpotTraining != nil && *r.EnableManagedSpotTraining {
		return account.SpotTraining(string(r.ResourceConfig.InstanceType))
	}
	return account.Training(string(r.ResourceConfig.InstanceType))
}
