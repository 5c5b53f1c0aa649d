package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sagefly/sagefly/internal/nearest"
)

// place is an address in S3 that the job uses.
type place struct {
	at          address
	where       string // request member = value
	channel     string // of an input, "" for others
	coming      bool   // its objects are still to be uploaded
	read, write bool   // what the role does there
	below       string // behind the key, an object that the job will read or write
}

// places are all addresses of the request in S3. Those that cannot be read are findings of checkBuckets.
func (c *check) places() []place {
	var list []place
	add := func(uri *string, p place) {
		at, ok := parseS3(aws.ToString(uri))
		if ok {
			p.at, p.where = at, p.where+" = "+*uri
			list = append(list, p)
		}
	}
	for _, channel := range c.request.InputDataConfig {
		if source := s3Source(channel); source != nil {
			name := aws.ToString(channel.ChannelName)
			coming := slices.Contains(c.coming, aws.ToString(source.S3Uri))
			add(source.S3Uri, place{where: "InputDataConfig, channel " + name, channel: name, coming: coming, read: true})
		}
	}
	if o := c.request.OutputDataConfig; o != nil {
		add(o.S3OutputPath, place{
			where: "OutputDataConfig.S3OutputPath", write: true,
			below: "/" + aws.ToString(c.request.TrainingJobName) + "/output/model.tar.gz",
		})
	}
	if p := c.request.CheckpointConfig; p != nil {
		add(p.S3Uri, place{where: "CheckpointConfig.S3Uri", read: true, write: true, below: "/checkpoint"})
	}
	return list
}

func s3Source(channel types.Channel) *types.S3DataSource {
	if channel.DataSource == nil {
		return nil
	}
	return channel.DataSource.S3DataSource
}

// checkBuckets looks for every bucket, once, and its region.
func (c *check) checkBuckets(ctx context.Context) {
	c.checkAddresses()
	seen := map[string]bool{}
	var asked sync.WaitGroup
	for _, p := range c.places() {
		if !seen[p.at.bucket] {
			seen[p.at.bucket] = true
			asked.Go(func() { c.checkBucket(ctx, p) })
		}
	}
	asked.Wait()
}

func (c *check) checkAddresses() {
	bad := func(where string, uri *string) {
		if _, ok := parseS3(aws.ToString(uri)); !ok {
			c.find(Finding{
				Code: CodeRequestInvalid, What: "there is no address in S3", Where: where + " = " + aws.ToString(uri), Why: "s3://BUCKET/PREFIX is one",
			})
		}
	}
	for _, channel := range c.request.InputDataConfig {
		if source := s3Source(channel); source != nil {
			bad("InputDataConfig, channel "+aws.ToString(channel.ChannelName), source.S3Uri)
		}
	}
	if o := c.request.OutputDataConfig; o != nil {
		bad("OutputDataConfig.S3OutputPath", o.S3OutputPath)
	}
}

func (c *check) checkBucket(ctx context.Context, p place) {
	region, err := c.bucketRegion(ctx, p.at.bucket)
	switch {
	case region != "" && region != c.config.Region:
		c.find(Finding{
			Code: CodeBucketRegion, What: fmt.Sprintf("bucket %q is in another region", p.at.bucket), Where: p.where,
			Why: fmt.Sprintf("it is in %s, the job would run in %s; SageMaker reads and writes in the job's region only", region, c.config.Region),
			Fix: []string{"run there:  --region " + region, fmt.Sprintf("or copy to a bucket in %s:  aws s3 sync %s s3://…", c.config.Region, p.at)},
		})
	case hasCode(err, "NotFound", "NoSuchBucket"):
		c.bucketMissing(ctx, p)
	case err != nil:
		c.unasked(fmt.Sprintf("bucket %q", p.at.bucket), err)
	}
}

func (c *check) bucketMissing(ctx context.Context, p place) {
	f := Finding{
		Code: CodeBucketMissing, What: fmt.Sprintf("there is no bucket %q", p.at.bucket), Where: p.where,
		Why: "S3 knows no bucket of this name", Fix: []string{fmt.Sprintf("make it:  aws s3 mb s3://%s --region %s", p.at.bucket, c.config.Region)},
	}
	if list, err := c.s3.ListBuckets(ctx, &s3.ListBucketsInput{}); err == nil {
		var names []string
		for _, b := range list.Buckets {
			names = append(names, aws.ToString(b.Name))
		}
		for _, name := range nearest.Words(p.at.bucket, names) {
			f.Fix = append(f.Fix, "or use  s3://"+name)
		}
	}
	c.find(f)
}

// bucketRegion is where a bucket is. S3 says it in a header, also when it refuses.
func (c *check) bucketRegion(ctx context.Context, bucket string) (string, error) {
	head, err := c.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return aws.ToString(head.BucketRegion), nil
	}
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil {
		return answer.Response.Header.Get("X-Amz-Bucket-Region"), err
	}
	return "", err
}

// checkChannels looks for objects of every channel.
func (c *check) checkChannels(ctx context.Context) {
	var asked sync.WaitGroup
	for _, p := range c.places() {
		if p.channel != "" && !p.coming {
			asked.Go(func() { c.checkChannel(ctx, p) })
		}
	}
	asked.Wait()
}

func (c *check) checkChannel(ctx context.Context, p place) {
	count, _, err := c.count(ctx, p.at, 2)
	switch {
	case hasCode(err, "NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"):
		// checkBucket says so
	case err != nil:
		c.unasked(fmt.Sprintf("what is under %s", p.at), err)
	case count == 0:
		c.prefixEmpty(ctx, p)
	}
}

// count counts objects, but for the empty one that stands for the folder itself, and their bytes.
func (c *check) count(ctx context.Context, at address, most int32) (objects int, bytes int64, err error) {
	page, err := c.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &at.bucket, Prefix: &at.key, MaxKeys: &most})
	if err != nil {
		return 0, 0, err
	}
	for _, o := range page.Contents {
		if strings.HasSuffix(aws.ToString(o.Key), "/") && aws.ToInt64(o.Size) == 0 {
			continue
		}
		objects++
		bytes += aws.ToInt64(o.Size)
	}
	return objects, bytes, nil
}

// prefixEmpty says what lies next to an address under which nothing is.
func (c *check) prefixEmpty(ctx context.Context, p place) {
	f := Finding{
		Code: CodePrefixEmpty, What: fmt.Sprintf("channel %q has no objects", p.channel), Where: p.where,
		Why: "no object begins with that key",
	}
	for _, near := range c.neighbours(ctx, p.at) {
		f.Fix = append(f.Fix, "use  "+near.String())
		if n, bytes, err := c.count(ctx, near, 1000); err == nil && len(f.Fix) == 1 {
			f.Why += fmt.Sprintf("; %s %s under %s", objectCount(n), size(bytes), near)
		}
	}
	f.Fix = append(f.Fix, "or upload:  aws s3 cp --recursive ./data "+p.at.String())
	c.find(f)
}

func objectCount(n int) string {
	switch {
	case n == 1:
		return "1 object"
	case n >= 1000:
		return "1000 or more objects"
	}
	return fmt.Sprintf("%d objects", n)
}

func size(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("(%.1f GB)", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("(%.1f MB)", float64(bytes)/1e6)
	}
	return fmt.Sprintf("(%d bytes)", bytes)
}

// neighbours are the prefixes nearest to one that is empty: at the deepest level that has any, at most three.
func (c *check) neighbours(ctx context.Context, at address) []address {
	path := strings.Split(strings.Trim(at.key, "/"), "/")
	for depth := len(path) - 1; depth >= 0; depth-- {
		parent := strings.Join(path[:depth], "/")
		if parent != "" {
			parent += "/"
		}
		page, err := c.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &at.bucket, Prefix: &parent, Delimiter: aws.String("/"), MaxKeys: aws.Int32(200)})
		if err != nil {
			return nil
		}
		var names []string
		for _, below := range page.CommonPrefixes {
			name := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(below.Prefix), parent), "/")
			if name != path[depth] { // that is the empty one, or a folder above it
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			continue
		}
		found := nearest.Words(path[depth], names)
		if len(found) == 0 {
			found = names[:min(3, len(names))]
		}
		var list []address
		for _, name := range found {
			list = append(list, address{at.bucket, parent + name + "/"})
		}
		return list
	}
	return nil
}
