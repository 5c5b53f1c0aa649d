package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

func TestMain(m *testing.M) {
	engine.Init()
	os.Exit(m.Run())
}

const (
	region  = "us-west-2"
	roleOK  = "arn:aws:iam::" + engine.Account + ":role/train"
	bucket  = "acme-ml"
	user    = "arn:aws:iam::" + engine.Account + ":user/alice"
	keyID   = "AKIDEXAMPLE"
	keyText = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// loopback is a transport that reaches nothing but this machine, whatever a test asks for.
func loopback() *http.Client {
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return nil, fmt.Errorf("a test wants to reach %s", addr)
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial}}
}

// remoteAccount is an engine that stands for AWS: at another address, with verified signatures, and nothing shared but the wire.
type remoteAccount struct {
	config aws.Config
	engine *engine.Engine
}

func start(t *testing.T, rules account.Rules) *remoteAccount {
	t.Helper()
	self, err := os.Executable() // a program that trains is not needed to create jobs
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open(t.Context(), engine.Config{
		Dir: t.TempDir(), Trainer: self, Runner: fake.New(fake.Config{Script: func(runner.Spec) fake.Script { return fake.Script{Run: -1} }}),
		Secret: func(key string) (string, bool) { return keyText, key == keyID }, Rules: &rules,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return &remoteAccount{engine: e, config: aws.Config{
		Region: region, BaseEndpoint: aws.String("http://" + e.Addr()), HTTPClient: loopback(), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, keyText, ""),
	}}
}

// rules are those of an account in which the request below runs.
func rules() account.Rules {
	return account.Rules{
		Caller: account.Principal{ARN: user},
		Roles:  []account.Role{{Name: "train"}, {Name: "build", Trust: trusting(`{"Service":"codebuild.amazonaws.com"}`)}},
		Quotas: map[string]int{
			account.Training("ml.m5.xlarge"): 1, account.Training("ml.p3.2xlarge"): 0, account.Training("ml.m5.2xlarge"): 4,
			account.SpotTraining("ml.m5.xlarge"): 0,
		},
	}
}

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
}

func (r *remoteAccount) bucket(t *testing.T, name, region string) {
	t.Helper()
	config := r.config.Copy()
	config.Region = region
	_, err := objects(config).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(region)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *remoteAccount) put(t *testing.T, bucket, key, text string) {
	t.Helper()
	if _, err := objects(r.config).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
}

// push brings an image to ECR as Docker would.
func (r *remoteAccount) push(t *testing.T, repository, tag string, image v1.Image) {
	t.Helper()
	client := ecr.NewFromConfig(r.config)
	if _, err := client.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &repository}); err != nil && !hasCode(err, "RepositoryAlreadyExistsException") {
		t.Fatal(err)
	}
	ref, auth := r.reference(t, repository, tag)
	if err := remote.Write(ref, image, auth, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func (r *remoteAccount) reference(t *testing.T, repository, tag string) (name.Reference, remote.Option) {
	t.Helper()
	token, err := ecr.NewFromConfig(r.config).GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(r.engine.Addr()+"/"+repository+":"+tag, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	return ref, remote.WithAuth(authn.FromConfig(authn.AuthConfig{Auth: *token.AuthorizationData[0].AuthorizationToken}))
}

// good is a request that runs in the account of rules, once its data is there.
func good(t *testing.T) *sagemaker.CreateTrainingJobInput {
	t.Helper()
	uri, err := algorithm.ImageURI("xgboost", "", region)
	if err != nil {
		t.Fatal(err)
	}
	return &sagemaker.CreateTrainingJobInput{
		TrainingJobName: aws.String("churn-1"), RoleArn: aws.String(roleOK), HyperParameters: map[string]string{"num_round": "1"},
		AlgorithmSpecification: &types.AlgorithmSpecification{TrainingImage: &uri, TrainingInputMode: types.TrainingInputModeFile},
		InputDataConfig:        []types.Channel{channel("train", "s3://"+bucket+"/churn/train/")},
		OutputDataConfig:       &types.OutputDataConfig{S3OutputPath: aws.String("s3://" + bucket + "/out")},
		ResourceConfig:         &types.ResourceConfig{InstanceType: "ml.m5.xlarge", InstanceCount: aws.Int32(1), VolumeSizeInGB: aws.Int32(10)},
		StoppingCondition:      &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(3600)},
	}
}

func channel(name, uri string) types.Channel {
	return types.Channel{ChannelName: &name, ContentType: aws.String("text/csv"), DataSource: &types.DataSource{
		S3DataSource: &types.S3DataSource{S3DataType: types.S3DataTypeS3Prefix, S3Uri: &uri},
	}}
}

func refusedAs(err error) string {
	if err == nil {
		return "created"
	}
	for _, code := range []string{"AccessDeniedException", "ValidationException", "ResourceLimitExceeded"} {
		if hasCode(err, code) {
			return code
		}
	}
	return errors.Unwrap(err).Error()
}
