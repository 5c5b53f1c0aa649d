//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm"
)

// scriptFlags are the flags of train that only a script has.
type scriptFlags struct {
	test, entry, image     string
	channels, metrics, env []string
	instances              int
}

func (o *scriptFlags) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.test, "test", "", "script: test data, file, folder or s3://bucket/prefix")
	f.StringArrayVar(&o.channels, "channel", nil, "script: data of any other channel, NAME=PATH (repeatable)")
	f.StringArrayVar(&o.metrics, "metric", nil, "script: NAME=REGEX, which finds a metric in the log (repeatable)")
	f.StringVar(&o.entry, "entry", "", "script: program inside the folder (train.py, else the only .py)")
	f.StringVar(&o.image, "image", "", "script: image to run in (AWS's for scikit-learn)")
	f.IntVar(&o.instances, "instances", 1, "script: number of hosts")
	f.StringArrayVar(&o.env, "env", nil, "script: variable NAME=VALUE (repeatable)")
}

// given is the first flag that is for scripts alone, "" when there is none.
func (o *scriptFlags) given() string {
	switch {
	case o.test != "":
		return "--test"
	case len(o.channels) > 0:
		return "--channel"
	case len(o.metrics) > 0:
		return "--metric"
	case o.entry != "":
		return "--entry"
	case o.image != "":
		return "--image"
	case o.instances != 1:
		return "--instances"
	case len(o.env) > 0:
		return "--env"
	}
	return ""
}

// isScript tells a path from the name of an algorithm, which goes before a folder of the same name.
func isScript(arg string) bool {
	name, _, _ := strings.Cut(arg, ":")
	if _, known := algorithm.Lookup(name); known {
		return false
	}
	_, err := os.Stat(arg)
	return err == nil || filepath.Ext(arg) == ".py" || strings.HasPrefix(arg, ".") || strings.Contains(arg, "/")
}

// trainScript runs a program of the user's as a training job.
func (a *app) trainScript(ctx context.Context, path string, o *trainFlags) error {
	if err := a.insideJob(); err != nil {
		return err
	}
	script, err := o.script(path)
	if err != nil {
		return err
	}
	in, err := o.input()
	if err != nil {
		return err
	}
	tags, err := parsePairs("tag", o.tags, "project=churn")
	if err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, t *target) error {
		to := t.sagefly()
		to.Spot, to.Tags = o.spot, tags
		l := &launch{app: a, target: t, to: to, detach: o.detach}
		l.prepare = func(ctx context.Context, to sagefly.Target) (*sagemaker.CreateTrainingJobInput, error) {
			request, err := script.Request(ctx, to, in)
			if err == nil && o.name != "" {
				request.TrainingJobName = &o.name
			}
			return request, err
		}
		l.report = func(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) error {
			return a.conclude(ctx, t, job, o.out)
		}
		return l.run(ctx)
	})
}

// script is the task that the path and the flags make.
func (o *trainFlags) script(path string) (*sagefly.Script, error) {
	if err := o.forScripts(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		p := missingFile("", path, err)
		p.Where = path
		for i, fix := range p.Fix {
			p.Fix[i] = "sagefly " + o.verb + " " + strings.TrimPrefix(fix, "-- ")
		}
		return nil, p
	}
	patterns, err := parsePairs("metric", o.metrics, `'accuracy=accuracy: (\S+)'`)
	if err != nil {
		return nil, err
	}
	env, err := parsePairs("env", o.env, "OMP_NUM_THREADS=1")
	if err != nil {
		return nil, err
	}
	script, err := sagefly.OpenScript(path, sagefly.ScriptConfig{
		TrainingConfig: sagefly.TrainingConfig{
			InstanceType: o.instance, InstanceCount: o.instances, MaxRuntime: o.maxRuntime, Image: o.image, Environment: env,
		},
		Entry: o.entry, Patterns: patterns,
	})
	if err != nil {
		return nil, scriptProblem(path, err)
	}
	return script, nil
}

// forScripts refuses the flags that prepare data, which is a script's own business.
func (o *trainFlags) forScripts() error {
	switch {
	case o.prepares():
		return usage("--label, --onehot, --drop and --holdout do not go with a script", "a script gets its data as it is")
	case o.file != "":
		return usage("a script and --file exclude each other", "the job file says what runs")
	case o.contentType != "":
		return usage("--content-type does not go with a script", "it tells built-in algorithms how to read their data")
	case o.instances < 1:
		return usage(fmt.Sprintf("--instances %d: want 1 or more", o.instances), "")
	}
	return nil
}

func scriptProblem(path string, err error) error {
	p := usage(err.Error(), "")
	p.Where, p.Cause = path, err
	if e, ok := errors.AsType[*sagefly.EntryError](err); ok {
		for _, name := range e.Candidates {
			p.Fix = append(p.Fix, "--entry "+shellQuote(name))
		}
	}
	return p
}

// input are the hyperparameters and channels of the flags.
func (o *trainFlags) input() (sagefly.ScriptInput, error) {
	set, err := parsePairs("set", o.set, "epochs=5")
	if err != nil {
		return sagefly.ScriptInput{}, err
	}
	channels, err := parsePairs("channel", o.channels, "words=./words.txt")
	if err != nil {
		return sagefly.ScriptInput{}, err
	}
	for name, from := range map[string]string{"train": o.train, "validation": o.validation, "test": o.test} {
		if from == "" {
			continue
		}
		if _, twice := channels[name]; twice {
			return sagefly.ScriptInput{}, usage(fmt.Sprintf("--%s and --channel %s=… are the same channel", name, name), "")
		}
		channels[name] = from
	}
	var missing problems
	for _, name := range slices.Sorted(maps.Keys(channels)) {
		if from := channels[name]; !isAddress(from) {
			if _, err := os.Stat(from); err != nil {
				missing = append(missing, missingFile(name, from, err))
			}
		}
	}
	if len(missing) > 0 {
		return sagefly.ScriptInput{}, missing
	}
	return sagefly.ScriptInput{Hyperparameters: set, Channels: channels}, nil
}
