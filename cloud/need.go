package cloud

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly/api"
)

// needs are what the job's role must be allowed, on the very resources.
func (c *check) needs() []need {
	partition := api.Partition(c.config.Region)
	var list []need
	for _, p := range c.places() {
		list = append(list, c.needsOf(p, partition)...)
	}
	if n, ok := c.imageNeed(); ok {
		list = append(list, n)
	}
	group := fmt.Sprintf("arn:%s:logs:%s:%s:log-group:/aws/sagemaker/TrainingJobs", partition, c.config.Region, c.caller.Account)
	stream := group + ":log-stream:" + aws.ToString(c.request.TrainingJobName) + "/algo-1"
	list = append(list, need{actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{stream}, where: "the job's log"})
	return append(list, c.keyNeeds()...)
}

func (c *check) needsOf(p place, partition string) (list []need) {
	bucket := "arn:" + partition + ":s3:::" + p.at.bucket
	unsure := func(ctx context.Context) string { return c.bucketPolicy(ctx, p.at.bucket) }
	if p.read {
		list = append(list,
			need{
				actions: []string{"s3:ListBucket"}, resources: []string{bucket}, where: p.where, unsure: unsure,
				context: map[string]contextValue{"s3:prefix": {types.ContextKeyTypeEnumString, []string{p.at.key}}},
			},
			need{actions: []string{"s3:GetObject"}, resources: []string{p.example(partition)}, where: p.where, unsure: unsure})
	}
	if p.write {
		list = append(list, need{actions: []string{"s3:PutObject"}, resources: []string{p.example(partition)}, where: p.where, unsure: unsure})
	}
	return list
}

// example is the ARN of an object that the job will read or write.
func (p place) example(partition string) string {
	key := p.at.key
	switch {
	case p.below != "":
		key = strings.TrimPrefix(strings.TrimSuffix(key, "/")+p.below, "/")
	case key == "" || strings.HasSuffix(key, "/"):
		key += "object"
	}
	return "arn:" + partition + ":s3:::" + p.at.bucket + "/" + key
}

// bucketPolicy says whether a policy of the bucket may allow what the role's own policies do not.
func (c *check) bucketPolicy(ctx context.Context, bucket string) string {
	_, err := c.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket})
	switch {
	case hasCode(err, "NoSuchBucketPolicy"), hasCode(err, "NoSuchBucket"):
		return ""
	case err != nil:
		return "its own policies do not allow it, and the bucket's policy cannot be read (" + plain(err) + ")"
	}
	return "its own policies do not allow it, the bucket's policy may"
}

// imageNeed is the right to pull the image, where it is not one of AWS's own.
func (c *check) imageNeed() (need, bool) {
	i, ok := c.image()
	if !ok || ours(i) {
		return need{}, false
	}
	return need{
		actions:   []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"},
		resources: []string{i.arn()}, where: imageWhere(c.request),
		unsure: func(ctx context.Context) string { return c.repositoryPolicy(ctx, i) },
	}, true
}

func (c *check) repositoryPolicy(ctx context.Context, i ecrImage) string {
	if i.account != c.caller.Account {
		return "" // another account's repository needs both policies
	}
	_, err := c.ecr.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RegistryId: &i.account, RepositoryName: &i.repository})
	switch {
	case hasCode(err, "RepositoryPolicyNotFoundException", "RepositoryNotFoundException"):
		return ""
	case err != nil:
		return "its own policies do not allow it, and the repository's policy cannot be read (" + plain(err) + ")"
	}
	return "its own policies do not allow it, the repository's policy may"
}

// keyNeeds are the rights to use KMS keys. Whether a key's own policy allows it cannot be seen.
func (c *check) keyNeeds() (list []need) {
	add := func(key *string, where string, actions ...string) {
		arn := c.keyARN(aws.ToString(key))
		if arn == "" {
			return
		}
		list = append(list, need{actions: actions, resources: []string{arn}, where: where + " = " + *key, unsure: func(context.Context) string {
			return "its own policies do not allow it, the key's policy may"
		}})
	}
	if o := c.request.OutputDataConfig; o != nil {
		add(o.KmsKeyId, "OutputDataConfig.KmsKeyId", "kms:Encrypt", "kms:GenerateDataKey")
	}
	if r := c.request.ResourceConfig; r != nil {
		add(r.VolumeKmsKeyId, "ResourceConfig.VolumeKmsKeyId", "kms:CreateGrant", "kms:DescribeKey")
	}
	return list
}

// keyARN is the ARN of a key by its id or ARN; "" for none. An alias is not a key's name in policies.
func (c *check) keyARN(key string) string {
	switch {
	case key == "":
		return ""
	case strings.Contains(key, "alias/"):
		c.unknown("whether the role may use the key %s: an alias says nothing about the key", key)
		return ""
	case strings.HasPrefix(key, "arn:"):
		return key
	}
	return fmt.Sprintf("arn:%s:kms:%s:%s:key/%s", api.Partition(c.config.Region), c.config.Region, c.caller.Account, key)
}
