//go:build !sagefly_task

package sagefly

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/cloud"
	"github.com/sagefly/sagefly/internal/upload"
)

// Target is where jobs run.
type Target struct {
	AWS    aws.Config // region, credentials, and an endpoint where it is not AWS's own
	Role   string     // ARN of the role that jobs run as, or its name where it has no path; "" = sagefly
	Bucket string     // for inputs, programs and results; "" = sagemaker-REGION-ACCOUNT, made when it is missing

	Image         string        // reference of the image to run; "" = the task's. An algorithm of AWS's keeps its own
	InstanceType  string        // "" = the task's
	InstanceCount int           // hosts; 0 = the task's
	MaxRuntime    time.Duration // whole seconds; 0 = the task's

	// Checkpoints is where the task's checkpoints are, s3://BUCKET/PREFIX: a job begins with what an earlier one left there. "" = the
	// task's. It is an error for a task without checkpoints.
	Checkpoints string

	Spot bool              // in addition to the task's
	Tags map[string]string // in addition to the task's, and before them

	// Unchecked is told what could not be checked before a job is created, in a line each; nil = nobody.
	Unchecked func(what string)

	// Local says that jobs run on this machine: the running executable is the program whatever system it was built for,
	// and an endpoint that refuses what cannot run is trusted to do so without checks before Create.
	Local bool
}

// Resolve makes the role an ARN and fills in the bucket. The account that they follow from is asked for.
func (t Target) Resolve(ctx context.Context) (Target, error) {
	if t.AWS.Region == "" {
		return t, fmt.Errorf("target: the AWS configuration has no region")
	}
	if strings.HasPrefix(t.Role, "arn:") && t.Bucket != "" {
		return t, nil
	}
	caller, err := cloud.WhoAmI(ctx, t.AWS)
	if err != nil {
		return t, fmt.Errorf("target: %w", err)
	}
	if t.Role == "" {
		t.Role = "sagefly"
	}
	if !strings.HasPrefix(t.Role, "arn:") {
		t.Role = fmt.Sprintf("arn:%s:iam::%s:role/%s", partition(caller.ARN), caller.Account, strings.TrimPrefix(t.Role, "/"))
	}
	if t.Bucket == "" {
		t.Bucket = fmt.Sprintf("sagemaker-%s-%s", t.AWS.Region, caller.Account) // as the SageMaker SDK names it
	}
	return t, nil
}

// partition of an ARN: aws, aws-cn, aws-us-gov.
func partition(arn string) string {
	if parts := strings.SplitN(arn, ":", 3); len(parts) == 3 && parts[1] != "" {
		return parts[1]
	}
	return "aws"
}

func (t Target) jobs() *sagemaker.Client { return sagemaker.NewFromConfig(t.AWS) }

func (t Target) objects() *s3.Client { return upload.Client(t.AWS) }

func (t Target) files() *upload.Bucket {
	return &upload.Bucket{S3: t.objects(), Name: t.Bucket, Region: t.AWS.Region}
}

// apply puts the target's wishes over the task's.
func (t Target) apply(c TrainingConfig) TrainingConfig {
	if t.Image != "" {
		c.Image = t.Image
	}
	if t.InstanceType != "" {
		c.InstanceType = t.InstanceType
	}
	if t.InstanceCount > 0 {
		c.InstanceCount = t.InstanceCount
	}
	if t.Checkpoints != "" {
		c.CheckpointURI = t.Checkpoints
	}
	c.Spot = c.Spot || t.Spot
	if t.MaxRuntime > 0 {
		c.MaxRuntime = t.MaxRuntime
		if c.MaxWait < c.MaxRuntime {
			c.MaxWait = 0 // the default
		}
	}
	tags := map[string]string{}
	maps.Copy(tags, c.Tags)
	maps.Copy(tags, t.Tags)
	c.Tags = tags
	return c.withDefaults()
}
