package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagefly/sagefly/engine/internal/store"
)

// AWSConfig points AWS clients of this process at the endpoint, which must be listening. "" is us-east-1.
func (e *Engine) AWSConfig(region string) aws.Config { return AWSConfig(e.Addr(), region) }

// AWSConfig points AWS clients at an engine's address, HOST:PORT. "" as region is us-east-1. S3 clients need
// UsePathStyle besides.
func AWSConfig(addr, region string) aws.Config {
	if region == "" {
		region = "us-east-1"
	}
	return aws.Config{
		Region:       region,
		BaseEndpoint: new("http://" + addr),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "sagefly", SecretAccessKey: "sagefly", Source: "embedded engine"}, nil
		}),
	}
}

// keys are the credentials that jobs get. They mean nothing outside this engine.
type keys struct{ AccessKey, Secret string }

// jobKeys returns the directory's credentials for jobs and makes them the first time.
func jobKeys(ctx context.Context, db *store.DB) (k keys, err error) {
	text, err := db.Setting(ctx, "job-keys")
	if err != nil {
		return k, err
	}
	if text != "" {
		return k, json.Unmarshal([]byte(text), &k)
	}
	k = keys{"JOB" + rand.Text()[:17], rand.Text()}
	data, err := json.Marshal(k)
	if err != nil {
		return k, err
	}
	return k, db.PutSetting(ctx, "job-keys", string(data))
}

// passed are the variables of the engine's own environment that a job sees: how to find programs and the XGBoost
// library, and the language of messages. Nothing that could be a credential.
var passed = []string{
	"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH",
	"SAGEFLY_LIBXGBOOST", "VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "XDG_CACHE_HOME",
}

// jobEnvironment is what every job's program gets besides its contract: service-specific endpoints of this engine with
// throw-away credentials, and what it takes to find programs and libraries.
func jobEnvironment(addr, region string, k keys) map[string]string {
	env := map[string]string{
		"AWS_ACCESS_KEY_ID": k.AccessKey, "AWS_SECRET_ACCESS_KEY": k.Secret,
		"AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true",
		// OpenMP threads that spin while they wait make small trainings many times slower on a busy machine.
		"OMP_WAIT_POLICY": "passive",
	}
	for _, service := range []string{"SAGEMAKER", "S3", "STS", "IAM", "CLOUDWATCH_LOGS"} {
		env["AWS_ENDPOINT_URL_"+service] = "http://" + addr
	}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	return env
}
