package engine_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// With Secret set, the SDK's signatures are accepted with the right secret and refused with another, for JSON requests
// and for S3's streamed bodies.
func TestSignaturesAreVerified(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{
		Runner: fake.New(fake.Config{}),
		Secret: func(key string) (string, bool) { return "right", key == "AKID" },
	})
	for _, tt := range []struct{ key, secret, json, object string }{
		{"AKID", "right", "ValidationException", "NoSuchBucket"}, // the request is understood
		{"AKID", "wrong", "InvalidSignatureException", "SignatureDoesNotMatch"},
		{"OTHER", "right", "UnrecognizedClientException", "InvalidAccessKeyId"},
	} {
		config := s.AWSConfig("")
		config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: tt.key, SecretAccessKey: tt.secret}, nil
		})
		_, err := sagemaker.NewFromConfig(config).DescribeTrainingJob(t.Context(), &sagemaker.DescribeTrainingJobInput{TrainingJobName: new("none")})
		if code, message := refusal(t, err); code != tt.json {
			t.Errorf("%s/%s: %s %q, want %s", tt.key, tt.secret, code, message, tt.json)
		}
		objects := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
		_, err = objects.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: new("no-such-bucket")})
		if code, message := refusal(t, err); code != tt.object {
			t.Errorf("S3 with %s/%s: %s %q, want %s", tt.key, tt.secret, code, message, tt.object)
		}
	}
}
