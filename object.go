//go:build !sagefly_task

package sagefly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cloud"
)

// checkObjects wants the objects that are channels of their own to be there. [cloud.Check] takes addresses as prefixes and is content with
// other objects whose keys begin alike.
func (p *preparation) checkObjects(ctx context.Context) error {
	var report cloud.Report
	for _, channel := range slices.Sorted(maps.Keys(p.single)) {
		a := p.single[channel]
		_, err := p.target.objects().HeadObject(ctx, &s3.HeadObjectInput{Bucket: &a.bucket, Key: &a.key})
		if _, missing := errors.AsType[*s3types.NotFound](err); missing {
			report.Findings = append(report.Findings, p.noObject(ctx, channel))
		} else if err != nil && p.target.Unchecked != nil {
			p.target.Unchecked(fmt.Sprintf("whether there is an object %s: %v", a.object(), err))
		}
	}
	if len(report.Findings) > 0 {
		return &PreflightError{report}
	}
	return nil
}

func (p *preparation) noObject(ctx context.Context, channel string) cloud.Finding {
	a := p.single[channel]
	return cloud.Finding{
		Code: cloud.CodePrefixEmpty, What: fmt.Sprintf("channel %q is to be an object that is not there", channel),
		Where: "InputDataConfig, channel " + channel + " = " + a.object(), Why: p.alike(ctx, a),
	}
}

// alike says what else begins as an address does: a slip is seen by it, or that the address is a folder's. "" when S3 does not tell.
func (p *preparation) alike(ctx context.Context, a address) string {
	list, err := p.target.objects().ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &a.bucket, Prefix: &a.key, MaxKeys: new(int32(3))})
	if _, missing := errors.AsType[*s3types.NoSuchBucket](err); missing {
		return "there is no such bucket"
	}
	if err != nil {
		return ""
	}
	var names []string
	for _, o := range list.Contents {
		names = append(names, strings.TrimPrefix(*o.Key, a.folder()))
	}
	if len(names) == 0 {
		return "no key begins with it"
	}
	return "keys that begin with it are " + strings.Join(names, ", ")
}

// pinObjects makes the channels that are one object ManifestFile channels. A prefix would bring whatever else begins with the key, and nothing at
// all where the key is a file and a folder at once.
func (p *preparation) pinObjects(context.Context) error {
	for _, c := range p.request.InputDataConfig {
		a, isSingle := p.single[*c.ChannelName]
		if !isSingle {
			continue
		}
		data, err := json.Marshal([]any{map[string]string{"prefix": "s3://" + a.bucket + "/" + a.folder()}, strings.TrimPrefix(a.key, a.folder())})
		if err != nil {
			return fmt.Errorf("input %s: %w", *c.ChannelName, err)
		}
		manifest := p.files.PlanBytes("manifest.json", data)
		p.pending = append(p.pending, manifest)
		c.DataSource.S3DataSource.S3DataType, c.DataSource.S3DataSource.S3Uri = types.S3DataTypeManifestFile, &manifest.URI
	}
	return nil
}
