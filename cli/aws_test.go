//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
)

const testKey, testSecret = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

// TestAWS runs --on aws against a second engine that stands for AWS: another process tree, verified signatures, an account with rules,
// and nothing shared but the wire. Nothing else can be reached: names go to a proxy that is not there.
func TestAWS(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/aws", RequireExplicitExec: true, Setup: setUpAWS,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "until": until, "nothing": nothing},
	})
}

// nothing fails when an object of the bucket begins with the prefix: nothing BUCKET PREFIX
func nothing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: nothing BUCKET PREFIX")
	}
	client := s3.New(s3.Options{
		Region: ts.Getenv("AWS_REGION"), BaseEndpoint: new(ts.Getenv("AWS_ENDPOINT_URL")), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(testKey, testSecret, ""),
	})
	list, err := client.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: &args[0], Prefix: &args[1]})
	ts.Check(err)
	for _, o := range list.Contents {
		ts.Fatalf("%s is there", *o.Key)
	}
}

func setUpAWS(env *testscript.Env) error {
	standin, err := exec.LookPath("standin")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sagefly-aws-")
	if err != nil {
		return err
	}
	e, err := engine.Open(context.Background(), engine.Config{
		Dir: dir, Trainer: standin, Rules: testAccount(), Secret: func(key string) (string, bool) { return testSecret, key == testKey },
	})
	if err != nil {
		return err
	}
	env.Defer(func() { _, _ = e.Close(), os.RemoveAll(dir) })
	if err := e.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		return err
	}
	expired := httptest.NewServer(http.HandlerFunc(expiredToken))
	env.Defer(expired.Close)
	home := filepath.Join(env.WorkDir, "home")
	for name, value := range map[string]string{
		"HOME": home, "SAGEFLY_DATA": filepath.Join(env.WorkDir, "data"), "AWS_ENDPOINT_URL": "http://" + e.Addr(), "EXPIRED": expired.URL,
		"AWS_ACCESS_KEY_ID": testKey, "AWS_SECRET_ACCESS_KEY": testSecret, "AWS_REGION": "us-west-2", "AWS_EC2_METADATA_DISABLED": "true",
		"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
	} {
		env.Setenv(name, value)
	}
	return errors.Join(os.MkdirAll(home, 0o700), furnish(e))
}

// expiredToken answers as STS does to a session that is over.
func expiredToken(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code>` +
		`<Message>The security token included in the request is expired</Message></Error><RequestId>x</RequestId></ErrorResponse>`))
}

func testAccount() *account.Rules {
	const build = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	const caller = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/admin"}]}`
	return &account.Rules{
		Caller: account.Principal{ARN: "arn:aws:iam::000000000000:user/alice", Policies: []string{caller}},
		Roles:  []account.Role{{Name: "train"}, {Name: "admin"}, {Name: "build", Trust: build}},
		Quotas: map[string]int{account.Training("ml.m5.xlarge"): 2, account.Training("ml.p3.2xlarge"): 0, account.SpotTraining("ml.m5.xlarge"): 2},
	}
}

// furnish brings buckets, objects and an image.
func furnish(e *engine.Engine) error {
	config := e.AWSConfig("us-west-2")
	config.Credentials = credentials.NewStaticCredentialsProvider(testKey, testSecret, "")
	ctx := context.Background()
	bucket := func(name, region string) error {
		c := config.Copy()
		c.Region = region
		_, err := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(ctx, &s3.CreateBucketInput{
			Bucket: &name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(region)},
		})
		return err
	}
	put := func(key, text string) error {
		_, err := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }).
			PutObject(ctx, &s3.PutObjectInput{Bucket: new("acme-ml"), Key: &key, Body: strings.NewReader(text)})
		return err
	}
	return errors.Join(bucket("acme-ml", "us-west-2"), bucket("acme-eu", "eu-west-1"), put("churn/train/a.csv", "1,2\n3,4\n"),
		put("spec/spec.json", `{"version":1,"search":{"conditions":{"gamma":{"booster":["gbtree"]}}}}`), pushARM(ctx, e, config))
}

// pushARM pushes churn:arm, an image for another platform.
func pushARM(ctx context.Context, e *engine.Engine, config aws.Config) error {
	client := ecr.NewFromConfig(config)
	if _, err := client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: new("churn")}); err != nil {
		return err
	}
	token, err := client.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return err
	}
	image, err := random.Image(64, 1)
	if err != nil {
		return err
	}
	c, err := image.ConfigFile()
	if err != nil {
		return err
	}
	c.OS, c.Architecture = "linux", "arm64"
	if image, err = mutate.ConfigFile(image, c); err != nil {
		return err
	}
	ref, err := name.ParseReference(e.Addr()+"/churn:arm", name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(ref, image, remote.WithAuth(authn.FromConfig(authn.AuthConfig{Auth: *token.AuthorizationData[0].AuthorizationToken})))
}
