package engine_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// A job whose engine was killed, and whose address another engine took meanwhile, must not read and write there: under load one ran
// the other's script.
func TestAnotherEnginesJobIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "data/a.csv", "1,2\n")
	for key, want := range map[string]string{
		"JOBABCDEFGHIJKLMNOPQ": "InvalidAccessKeyId", // of a job, and not of ours
		"JOBS":                 "",                   // a user's own word, which is as good as any
	} {
		config := s.AWSConfig("")
		config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: "secret"}, nil
		})
		_, err := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }).
			GetObject(t.Context(), &s3.GetObjectInput{Bucket: new("bucket"), Key: new("data/a.csv")})
		if want == "" && err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if want != "" {
			if code, message := refusal(t, err); code != want {
				t.Errorf("%s: %s %q, want %s", key, code, message, want)
			}
		}
	}
}
