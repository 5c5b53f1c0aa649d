package upload

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// Ensure makes the bucket when it is missing. That somebody of the same account makes it at the same time is fine.
func (b *Bucket) Ensure(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.exists {
		return nil
	}
	_, err := b.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.Name})
	switch status(err) {
	case http.StatusNotFound:
		err = b.create(ctx)
	case http.StatusForbidden: // it exists; whether objects may be written, writing says
		err = nil
	case http.StatusMovedPermanently:
		err = fmt.Errorf("bucket %s is in another region than %s: %w", b.Name, b.region(), err)
	}
	b.exists = err == nil
	return err
}

func (b *Bucket) create(ctx context.Context) error {
	in := &s3.CreateBucketInput{Bucket: &b.Name}
	if b.region() != "us-east-1" { // whose name S3 refuses as a location
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(b.region())}
	}
	_, err := b.S3.CreateBucket(ctx, in)
	if api, ok := errors.AsType[smithy.APIError](err); ok && slices.Contains([]string{"BucketAlreadyOwnedByYou", "OperationAborted"}, api.ErrorCode()) {
		return nil // OperationAborted: another one's request to make it is under way
	}
	if err != nil {
		return fmt.Errorf("make bucket %s: %w", b.Name, err)
	}
	return nil
}

func (b *Bucket) region() string {
	if b.Region != "" {
		return b.Region
	}
	return b.S3.Options().Region
}
