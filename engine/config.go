package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagefly/sagefly/engine/internal/image"
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

// secret knows these keys alone.
func (k keys) secret(accessKey string) (secret string, ok bool) {
	return k.Secret, accessKey == k.AccessKey
}

// jobKeyPrefix begins the access keys of jobs. AWS's own begin with four letters of which the first is A.
const jobKeyPrefix = "JOB"

// stranger says that a key is one of another directory's jobs.
func (k keys) stranger(accessKey string) bool {
	return strings.HasPrefix(accessKey, jobKeyPrefix) && len(accessKey) == len(k.AccessKey) && accessKey != k.AccessKey
}

// jobKeys returns the directory's credentials for jobs and makes them the first time.
func jobKeys(ctx context.Context, db *store.DB) (k keys, err error) {
	text, err := db.Setting(ctx, "job-keys")
	if err != nil {
		return k, err
	}
	if text != "" {
		return k, json.Unmarshal([]byte(text), &k)
	}
	k = keys{jobKeyPrefix + rand.Text()[:17], rand.Text()}
	data, err := json.Marshal(k)
	if err != nil {
		return k, err
	}
	return k, db.PutSetting(ctx, "job-keys", string(data))
}

// passed are the variables of the engine's own environment that a program of this machine sees: how to find programs and the
// XGBoost library, the language of messages, and how to reach package indexes. Of credentials there are only those that the
// user wrote into pip's or a proxy's address; without them requirements could not be installed.
var passed = []string{
	"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH",
	"SAGEFLY_LIBXGBOOST", "VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
	"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
	"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", // some processors crash numpy without them
}

// Python is an interpreter for the images that a pattern matches.
type Python = image.Python

// PythonVariable chooses interpreters besides [Config].Pythons: PATH, or PATTERN=PATH, several with commas.
const PythonVariable = image.PythonVariable

// ParsePython reads PATH or PATTERN=PATH; "*" in a pattern stands for any characters of an image's name.
func ParsePython(text string) (Python, error) { return image.ParsePython(text) }

// programs are those of this machine. Python environments are shared by all data directories of the user.
func (e *Engine) programs() *image.Programs {
	cache, err := os.UserCacheDir()
	if err != nil { // no HOME
		cache = e.config.Dir
	}
	return &image.Programs{
		Trainer: &image.Trainer{Path: e.config.Trainer}, Pythons: e.config.Pythons,
		Environments: filepath.Join(cache, "sagefly", "python"),
	}
}

// machineEnvironment is what programs of this machine get: how to find programs and libraries.
func machineEnvironment() map[string]string {
	env := map[string]string{
		// OpenMP threads that spin while they wait make small trainings many times slower on a busy machine.
		"OMP_WAIT_POLICY": "passive",
	}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PIP_") {
			env[name] = value
		}
	}
	if env["HTTP_PROXY"] != "" || env["http_proxy"] != "" { // the engine itself is on this machine
		none := strings.Trim(os.Getenv("NO_PROXY")+","+os.Getenv("no_proxy")+",127.0.0.1,localhost", ",")
		env["NO_PROXY"], env["no_proxy"] = none, none
	}
	return env
}

// jobEnvironment is what every job's program gets besides its contract: service-specific endpoints of this engine with
// throw-away credentials, and what it takes to find programs and libraries.
func jobEnvironment(addr, region string, k keys) map[string]string {
	env := map[string]string{
		"AWS_ACCESS_KEY_ID": k.AccessKey, "AWS_SECRET_ACCESS_KEY": k.Secret,
		"AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true",
	}
	for _, service := range []string{"SAGEMAKER", "S3", "STS", "IAM", "ECR", "SERVICE_QUOTAS", "CLOUDWATCH_LOGS"} {
		env["AWS_ENDPOINT_URL_"+service] = "http://" + addr
	}
	return env
}
