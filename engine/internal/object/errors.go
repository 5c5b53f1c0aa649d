package object

import (
	"errors"
	"fmt"
)

// What calls of this package fail with, wrapped with the bucket, key, upload or part it is about.
var (
	ErrNoBucket       = errors.New("no such bucket")
	ErrBucketExists   = errors.New("bucket exists")
	ErrBucketNotEmpty = errors.New("bucket is not empty")
	ErrNoKey          = errors.New("not found")
	ErrNoUpload       = errors.New("no such multipart upload")
	ErrPart           = errors.New("no such part")           // never uploaded, or its ETag is another
	ErrPartOrder      = errors.New("parts are not in order") // numbers must rise
	ErrPartTooSmall   = errors.New("part is too small")      // and it is not the last
	ErrPrecondition   = errors.New("precondition failed")    // of [Condition]
)

func bucketError(bucket string, err error) error {
	return fmt.Errorf("bucket s3://%s: %w", bucket, err)
}

func keyError(bucket, key string, err error) error {
	return fmt.Errorf("object s3://%s/%s: %w", bucket, key, err)
}
