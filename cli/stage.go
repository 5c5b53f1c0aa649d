//go:build !sagefly_task

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// stage completes the request with what the target decides and brings the data there.
func (t *target) stage(ctx context.Context, s *screen, p *prepared) error {
	place, err := t.where(ctx)
	if err != nil {
		return err
	}
	if err := t.complete(p, place); err != nil {
		return err
	}
	prefix := *p.request.TrainingJobName + "/input/"
	local := p.plan(place.bucket, prefix)
	if err := t.makeBucket(ctx, p, place.bucket, len(local) > 0 || p.manifest != ""); err != nil {
		return err
	}
	if err := t.checkChannels(ctx, s, p, local); err != nil {
		return err
	}
	for _, c := range local {
		if err := t.upload(ctx, s, c, place.bucket, prefix+c.name); err != nil {
			return err
		}
	}
	if p.manifest != "" {
		return t.put(ctx, place.bucket, prefix+filepath.Base(p.manifest), p.manifest)
	}
	return nil
}

// plan gives every channel its address in the request and returns those that are still to be uploaded.
func (p *prepared) plan(bucket, prefix string) (local []*channel) {
	for _, c := range p.channels {
		if c.uri == "" {
			c.uri = fmt.Sprintf("s3://%s/%s%s/", bucket, prefix, c.name)
			local = append(local, c)
		}
		p.request.InputDataConfig = append(p.request.InputDataConfig, c.config())
	}
	return local
}

// makeBucket makes the bucket that uploads go to. One that was asked for by name on a target with checks is not made, for the
// name may be a slip.
func (t *target) makeBucket(ctx context.Context, p *prepared, bucket string, uploads bool) error {
	if t.checks {
		out, _, _ := splitS3(deref(p.request.OutputDataConfig.S3OutputPath))
		if t.bucket != "" || !uploads && out != bucket {
			return nil
		}
	} else if !uploads {
		return nil
	}
	return t.ensureBucket(ctx, bucket)
}

// checkChannels refuses a job whose data is not there; on a target with checks, any that would not run.
func (t *target) checkChannels(ctx context.Context, s *screen, p *prepared, local []*channel) error {
	if t.checks {
		look := t.lookAt(p.request)
		if p.tuning != nil {
			search, err := p.tuning()
			if err != nil {
				return err
			}
			look = t.lookAtTuning(search)
		}
		return t.checkRequest(ctx, s, look, local)
	}
	for _, config := range p.request.InputDataConfig {
		c := addressOf(config)
		if i := slices.IndexFunc(p.channels, func(own *channel) bool { return own.name == c.name }); i >= 0 {
			c = p.channels[i]
		}
		if slices.Contains(local, c) {
			continue
		}
		if err := t.checkAddress(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// complete fills in the image, the role and where the model goes.
func (t *target) complete(p *prepared, place place) error {
	r := p.request
	if p.image != nil {
		image, err := p.image(t.aws.Region)
		if err != nil {
			return refused("no image of the algorithm in this region", err.Error(), "--region us-east-1")
		}
		r.AlgorithmSpecification.TrainingImage = &image
	}
	if r.RoleArn == nil {
		r.RoleArn = &place.role
	}
	if r.OutputDataConfig == nil {
		r.OutputDataConfig = &types.OutputDataConfig{S3OutputPath: new("s3://" + place.bucket)}
	}
	return nil
}

// addressOf is a job file's channel as far as its address goes; "" for one that has none in S3.
func addressOf(c types.Channel) *channel {
	out := &channel{name: deref(c.ChannelName), fromFile: true}
	if c.DataSource != nil && c.DataSource.S3DataSource != nil {
		out.uri = deref(c.DataSource.S3DataSource.S3Uri)
	}
	return out
}

// where is the flag, or the member of a job file, that gave the address.
func (c *channel) where() string {
	if c.fromFile {
		return fmt.Sprintf("InputDataConfig, channel %s = %s", c.name, c.uri)
	}
	return fmt.Sprintf("--%s %s", c.name, c.uri)
}

func (c *channel) config() types.Channel {
	return types.Channel{
		ChannelName: &c.name, ContentType: &c.contentType,
		DataSource: &types.DataSource{S3DataSource: &types.S3DataSource{
			S3DataType: types.S3DataTypeS3Prefix, S3Uri: &c.uri, S3DataDistributionType: types.S3DataDistributionFullyReplicated,
		}},
	}
}

func (t *target) ensureBucket(ctx context.Context, bucket string) error {
	_, err := t.objects().HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil || !hasCode(err, "NotFound", "NoSuchBucket") {
		return err
	}
	in := &s3.CreateBucketInput{Bucket: &bucket}
	if t.aws.Region != "us-east-1" {
		in.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(t.aws.Region)}
	}
	if _, err = t.objects().CreateBucket(ctx, in); hasCode(err, "BucketAlreadyOwnedByYou") {
		return nil
	}
	return err
}

// upload brings a channel's files to the prefix, with their places below the channel's folder.
func (t *target) upload(ctx context.Context, s *screen, c *channel, bucket, prefix string) error {
	for _, file := range c.files {
		below, err := filepath.Rel(c.root, file)
		if err != nil {
			return fmt.Errorf("upload channel %q: %w", c.name, err)
		}
		if info, err := os.Stat(file); err == nil && info.Size() > 50e6 {
			s.note("uploading %s (%s)", below, size(info.Size()))
		}
		if err := t.put(ctx, bucket, path.Join(prefix, filepath.ToSlash(below)), file); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) put(ctx context.Context, bucket, key, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	_, err = t.objects().PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: io.ReadSeeker(f), ContentLength: new(info.Size())})
	if err != nil {
		return fmt.Errorf("upload %s: %w", filepath.Base(file), err)
	}
	return nil
}

// putBytes writes an object.
func (t *target) putBytes(ctx context.Context, bucket, key string, data []byte) error {
	_, err := t.objects().PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)})
	if err != nil {
		return fmt.Errorf("upload %s: %w", path.Base(key), err)
	}
	return nil
}

// get reads an object, of which 16 MB at most.
func (t *target) get(ctx context.Context, bucket, key string) ([]byte, error) {
	object, err := t.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	defer object.Body.Close()
	return io.ReadAll(io.LimitReader(object.Body, 16<<20))
}

// checkAddress refuses an s3:// address under which the target has nothing.
func (t *target) checkAddress(ctx context.Context, c *channel) error {
	bucket, key, ok := splitS3(c.uri)
	if !ok {
		return nil
	}
	list, err := t.objects().ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key, MaxKeys: new(int32(1))})
	if err == nil && len(list.Contents) > 0 {
		return nil
	}
	if err != nil && !hasCode(err, "NoSuchBucket", "NotFound") {
		return err
	}
	p := refused(fmt.Sprintf("nothing is under %s", c.uri), fmt.Sprintf("the %s has the bucket, but no object begins with that key", t.kind()))
	if err != nil {
		p = refused(fmt.Sprintf("there is no bucket %q", bucket), fmt.Sprintf("the %s has buckets of its own, and none of this name", t.kind()))
	}
	p.Cause = err
	p.Where = c.where()
	if err == nil {
		p.Fix = []string{`see what is there:  eval "$(sagefly env)" && aws s3 ls --recursive s3://` + bucket}
		return p
	}
	local := "./" + path.Base(strings.TrimSuffix(c.uri, "/"))
	p.Fix = []string{
		"fetch it from AWS and give the copy:",
		shellLine([]string{"aws", "s3", "cp", "--recursive", c.uri, local}),
		fmt.Sprintf("sagefly train … --%s %s", c.name, local),
		"or bring it in for every client:  " + `eval "$(sagefly env)" && aws s3 mb s3://` + bucket + ` && aws s3 cp --recursive ` + local + " " + c.uri,
	}
	return p
}

// kind is what the target is, for sentences.
func (t *target) kind() string {
	switch {
	case t.local:
		return "local engine"
	case t.amazon:
		return "AWS account"
	}
	return "endpoint"
}
