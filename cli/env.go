//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/atomicfile"
)

func newEnv(a *app) *cobra.Command {
	var unset bool
	var format string
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print variables that point AWS clients at the engine",
		Long: `Print variables that point boto3, the AWS CLI, the SageMaker SDK and other AWS clients at the engine.

  eval "$(sagefly env)"               sh, bash, zsh
  sagefly env --format fish | source
  sagefly env --format json           for programs

Only services that the engine has are redirected. Keys and a region are added only when there are none. The SageMaker
Python SDK finds a default bucket and role in the file that SAGEMAKER_USER_CONFIG_OVERRIDE names.
--unset takes everything back, to the values from before.`,
		Args: args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.env(cmd.Context(), unset, format)
		},
	}
	cmd.Flags().BoolVar(&unset, "unset", false, "print what takes the variables back")
	cmd.Flags().StringVar(&format, "format", "sh", "sh, fish or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"sh", "fish", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// variable is one change of the environment; a nil value takes the variable away.
type variable struct {
	name  string
	value *string
}

func (a *app) env(ctx context.Context, unset bool, format string) error {
	if a.json {
		format = "json"
	}
	if !slices.Contains([]string{"sh", "fish", "json"}, format) {
		return usage(fmt.Sprintf("--format %s is none", format), "", "--format sh, fish or json")
	}
	if unset {
		return a.printEnv(a.restored(), format)
	}
	base, dir, err := a.envAddress(ctx)
	if err != nil {
		return err
	}
	list := a.pointing(base)
	file, err := a.writeDefaults(ctx, base, dir)
	if err != nil {
		return err
	}
	list = append(list, variable{"SAGEMAKER_USER_CONFIG_OVERRIDE", &file})
	return a.printEnv(a.saved(list), format)
}

// envAddress is the engine's address, running or not, and a folder for files.
func (a *app) envAddress(ctx context.Context) (base, dir string, err error) {
	if a.on != "" && a.on != "local" {
		t, err := a.target(ctx)
		if err != nil {
			return "", "", err
		}
		if t.amazon {
			return "", "", usage("--on aws needs no env", "AWS clients find AWS by themselves")
		}
		if dir, _, err = a.dataDir(); err != nil {
			return "", "", err
		}
		return *t.aws.BaseEndpoint, dir, os.MkdirAll(dir, 0o700)
	}
	if a.fresh {
		return "", "", usage("env needs a directory that stays", "--fresh is thrown away at once", "--on http://…, as serve --fresh prints it")
	}
	if dir, _, err = a.dataDir(); err != nil {
		return "", "", err
	}
	e, err := a.openEngine(ctx, engine.Config{Dir: dir})
	if owned, ok := errors.AsType[*engine.OwnedError](err); ok && owned.Addr != "" {
		return "http://" + owned.Addr, dir, nil
	}
	if err != nil {
		return "", "", err
	}
	addr := e.Addr()
	if addr == "" {
		addr = engine.DefaultAddr
	}
	a.screen.note("no engine runs yet:  sagefly serve")
	return "http://" + addr, dir, e.Close()
}

// pointing are the variables for an endpoint: one for each service it has, and keys and a region where there are none.
func (a *app) pointing(base string) []variable {
	var list []variable
	set := func(name, value string) { list = append(list, variable{name, &value}) }
	for _, service := range []string{"SAGEMAKER", "S3", "STS", "IAM", "ECR", "SERVICE_QUOTAS", "CLOUDWATCH_LOGS"} {
		set("AWS_ENDPOINT_URL_"+service, base)
	}
	if !a.hasKeys() {
		set("AWS_ACCESS_KEY_ID", dummyKey)
		set("AWS_SECRET_ACCESS_KEY", dummyKey)
	}
	region := a.awsRegion()
	for _, name := range []string{"AWS_DEFAULT_REGION", "AWS_REGION"} { // Python reads the first, most others the second
		if a.region != "" || a.io.Env("AWS_DEFAULT_REGION") == "" && a.io.Env("AWS_REGION") == "" || a.io.Env(name) == "" {
			set(name, region)
		}
	}
	set("AWS_EC2_METADATA_DISABLED", "true")
	return list
}

// hasKeys reports whether AWS clients find credentials of the user's own.
func (a *app) hasKeys() bool {
	if a.io.Env("AWS_ACCESS_KEY_ID") != "" || a.io.Env("AWS_PROFILE") != "" || a.io.Env("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "" {
		return true
	}
	home := a.io.Env("HOME")
	for variable, name := range map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"} {
		path := a.io.Env(variable)
		if path == "" {
			path = filepath.Join(home, ".aws", name)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for _, mark := range []string{"aws_access_key_id", "credential_process", "sso_", "role_arn", "login_session"} {
			if strings.Contains(string(text), mark) {
				return true
			}
		}
	}
	return false
}

// writeDefaults writes the SageMaker Python SDK's defaults: with a bucket and a full role ARN it never asks STS or IAM.
func (a *app) writeDefaults(ctx context.Context, base, dir string) (string, error) {
	t := &target{aws: a.awsConfig(base, localKeys()), bucket: a.bucket, role: a.role}
	if a.on == "" || a.on == "local" {
		t.account = engine.Account
	}
	place, err := t.where(ctx)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(`# Written by sagefly env for the SageMaker Python SDK.
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
      Session:
        DefaultS3Bucket: %s
  TrainingJob:
    RoleArn: %s
`, place.bucket, place.role)
	file := filepath.Join(dir, "sagemaker-defaults-"+t.aws.Region+".yaml")
	if err := atomicfile.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write SDK defaults: %w", err)
	}
	return file, nil
}
