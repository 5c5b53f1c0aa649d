//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// target is where requests go. Commands use its aws.Config and never ask what stands behind it.
type target struct {
	name   string     // line 1 of the output: local engine at 127.0.0.1:8717
	aws    aws.Config //
	owner  bool       // the jobs run as long as this process, or a successor, lives
	near   bool       // answers within milliseconds: following polls fast
	local  bool       // it is the engine of this machine
	amazon bool       // it is AWS, by the SDK's own configuration
	checks bool       // jobs are checked before they are created
	end    func()

	bucket, role string // as asked for; see where
	account      string // "" = to be asked for

	described sync.Map // trial's name → trialTimes
}

// close ends what this process holds of the target. Unfinished jobs go on.
func (t *target) close() {
	if t.end != nil {
		t.end()
	}
}

// target resolves --on. The local engine is opened, or found when another process has it.
func (a *app) target(ctx context.Context) (*target, error) {
	switch on := a.on; {
	case on == "" || on == "local":
		l, err := a.local(ctx)
		if err != nil {
			return nil, err
		}
		return l.target(), nil
	case on == "aws":
		return a.amazon(ctx)
	case strings.HasPrefix(on, "http://") || strings.HasPrefix(on, "https://"):
		return a.endpoint(on)
	default:
		return nil, usage(fmt.Sprintf("unknown target %q", on), "", "--on local                  the engine on this machine",
			"--on aws                    AWS, with the credentials of the SDK's configuration",
			"--on http://HOST:PORT       an endpoint that speaks the SageMaker API")
	}
}

func (a *app) endpoint(at string) (*target, error) {
	u, err := url.Parse(at)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, usage(fmt.Sprintf("--on %s is not the address of an endpoint", at), "", "--on http://127.0.0.1:8717")
	}
	base := u.Scheme + "://" + u.Host
	near := isLoopback(u.Hostname())
	return &target{name: "endpoint " + base, aws: a.awsConfig(base, a.keys()), near: near, checks: !near, bucket: a.bucket, role: a.role}, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// awsConfig is a plain configuration for an endpoint.
func (a *app) awsConfig(base string, keys aws.Credentials) aws.Config {
	return aws.Config{
		Region:       a.awsRegion(),
		BaseEndpoint: new(base),
		Credentials:  aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil }),

		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
}

// keys are the environment's, else ones that an engine on loopback takes.
func (a *app) keys() aws.Credentials {
	keys := aws.Credentials{
		AccessKeyID: a.io.Env("AWS_ACCESS_KEY_ID"), SecretAccessKey: a.io.Env("AWS_SECRET_ACCESS_KEY"),
		SessionToken: a.io.Env("AWS_SESSION_TOKEN"), Source: "environment",
	}
	if keys.AccessKeyID == "" || keys.SecretAccessKey == "" {
		return localKeys()
	}
	return keys
}

// dummyKey is the access key and secret for an engine on loopback, which takes any. The user's own are never sent there.
const dummyKey = "sagefly"

func localKeys() aws.Credentials {
	return aws.Credentials{AccessKeyID: dummyKey, SecretAccessKey: dummyKey, Source: "sagefly"}
}

func (a *app) awsRegion() string {
	for _, r := range []string{a.region, a.io.Env("AWS_REGION"), a.io.Env("AWS_DEFAULT_REGION")} {
		if r != "" {
			return r
		}
	}
	return "us-east-1"
}

// with runs a command against the target and closes it afterwards.
func (a *app) with(ctx context.Context, do func(context.Context, *target) error) error {
	t, err := a.target(ctx)
	if err != nil {
		return err
	}
	defer t.close()
	return do(ctx, t)
}
