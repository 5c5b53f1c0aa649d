//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"
)

const trainLong = `Train a built-in algorithm, or run your own training script, on your own data and wait for the model.

ALGORITHM is a name, with a version behind a colon where another than the newest is meant: xgboost, xgboost:1.7-1.

A local CSV file may be as it is: --label moves the label to the front and drops the header, --onehot encodes text
columns, --holdout splits off a validation set. Without these flags a file that the algorithm would misread is refused,
with the command that mends it. A folder or an s3:// prefix goes as it is.

--label takes a column's name or its number (1 is the first, -1 the last). For a label of words, write the classes in
order behind it: --label species=setosa,versicolor,virginica makes them 0, 1, 2.
One-hot columns are named COL=value, in sorted order; an empty cell is 0 in all of them.
--holdout 0.2:7 holds out a fifth of the rows, chosen by seed 7 (0 when left out); both files keep the rows' order.
What was done is kept beside the files as manifest.json.

SCRIPT is a .py file or another program, FOLDER holds one: train.py, the only .py file, or --entry. It runs as SageMaker's script
mode does it: --set NAME=VALUE becomes the argument --NAME VALUE, the data of --train, --validation, --test and --channel NAME=PATH
is in the folders SM_CHANNEL_TRAIN …, what it writes to SM_MODEL_DIR is the model. Data goes as it is. A requirements.txt beside the
script or in the folder travels along; .git, caches, virtual environments and what .sageflyignore names stay here.
--metric 'accuracy=accuracy: (\S+)' makes a metric of what the script prints.

Ctrl-C: a job that this command runs itself is stopped, one that an engine elsewhere runs goes on; line 2 says which.
Without a terminal an interrupted train stops its job.`

const trainExample = `  sagefly train xgboost --train abalone.csv --label 9 --onehot 1 --holdout 0.2 --set num_round=100
  sagefly train xgboost:1.7-1 --train train.csv --validation valid.csv --set num_round=50 --set objective=binary:logistic
  sagefly train ./train.py --train ./data --set lr=0.1 --metric 'validation:accuracy=accuracy: (\S+)'
  sagefly train --file job.yaml`

// trainFlags are the flags of train as given.
type trainFlags struct {
	verb                    string   // the command: train, tune
	more                    []string // what the command line has besides, for hints
	file, train, validation string
	holdout, label          string
	onehot, drop, set       []string
	out, name, contentType  string
	instance                string
	spot                    bool
	tags                    []string
	maxRuntime              time.Duration
	detach                  bool
	scriptFlags
}

func newTrain(a *app) *cobra.Command {
	o := trainFlags{verb: "train"}
	cmd := &cobra.Command{
		Use:     "train ALGORITHM|SCRIPT|FOLDER --train PATH | --file JOB.yaml",
		Short:   "Train a model",
		Long:    trainLong,
		Example: trainExample,
		Args:    args(0, 1, "an algorithm or --file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkOut(o.out, o.detach); err != nil {
				return err
			}
			if len(args) == 1 && isScript(args[0]) {
				return a.trainScript(cmd.Context(), args[0], &o)
			}
			if flag := o.given(); flag != "" {
				return usage(flag+" is for scripts", "neither an algorithm nor a job file takes it", "sagefly train ./train.py "+flag+" …")
			}
			p, err := a.prepareTrain(cmd.Context(), args, &o)
			if err != nil {
				return err
			}
			defer p.discard()
			if err := o.wish(p.request); err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.train(ctx, t, p) })
		},
		ValidArgsFunction: completeAlgorithms,
	}
	o.bind(cmd)
	return cmd
}

func (o *trainFlags) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.train, "train", "", "training data: CSV file, folder, or s3://bucket/prefix")
	f.StringVar(&o.validation, "validation", "", "validation data, likewise")
	f.StringVar(&o.holdout, "holdout", "", "split validation data off: FRACTION[:SEED]")
	f.StringVar(&o.label, "label", "", "the label's column: NAME or NUMBER, or COLUMN=class,class,…")
	f.StringArrayVar(&o.onehot, "onehot", nil, "encode a text column (repeatable)")
	f.StringArrayVar(&o.drop, "drop", nil, "leave a column out (repeatable)")
	f.StringArrayVar(&o.set, "set", nil, "hyperparameter NAME=VALUE (repeatable)")
	f.StringVar(&o.file, "file", "", "job file: a CreateTrainingJob request in YAML or JSON")
	f.StringVar(&o.out, "out", "", "download the model into this folder afterwards")
	f.StringVar(&o.name, "name", "", "the job's name; must be new (default ALGORITHM-TIME-SUFFIX)")
	f.StringVar(&o.contentType, "content-type", "", "of the data (by the file's name, else text/csv)")
	f.StringVar(&o.instance, "instance", defaultInstance, "instance type")
	f.BoolVar(&o.spot, "spot", false, "use spare capacity, which may be taken away")
	f.StringArrayVar(&o.tags, "tag", nil, "tag of the job, KEY=VALUE (repeatable)")
	f.DurationVar(&o.maxRuntime, "max-runtime", defaultMaxRuntime, "stop the training after this time")
	f.BoolVar(&o.detach, "detach", false, "return when the job is created")
	o.scriptFlags.bind(cmd)
}

// prepared is a training job that passed every check that needs no target.
type prepared struct {
	request  *sagemaker.CreateTrainingJobInput // without role, output and channel addresses unless they were given
	channels []*channel
	manifest string // file to keep beside the channels, "" = none
	work     string // temporary folder with prepared files
	image    func(region string) (string, error)
	library  *library // what it needs on this machine, nil = nothing known
	out      string
	detach   bool
	tuning   func() (*sagemaker.CreateHyperParameterTuningJobInput, error) // the search whose trials the request describes, nil = it is a job of its own
}

// train uploads, creates, follows and reports one job.
func (a *app) train(ctx context.Context, t *target, p *prepared) error {
	name := *p.request.TrainingJobName
	rule := a.interruptRule(t)
	a.screen.note("%s", a.screen.paintE.bold(t.name))
	a.screen.note("%s %s", name, rule.says(p.detach))
	if err := a.preflight(ctx, t, p.library); err != nil {
		return err
	}
	if err := t.stage(ctx, a.screen, p); err != nil {
		return err
	}
	if _, err := t.jobs().CreateTrainingJob(ctx, p.request); err != nil {
		return createError(err, *p.request.TrainingJobName)
	}
	if p.detach {
		return a.detached(name)
	}
	return a.watchTraining(ctx, t, p, rule)
}

// detached ends a command whose job goes on.
func (a *app) detached(name string) error {
	a.screen.note("%s runs on   follow it:  sagefly logs -f %s   stop it:  sagefly stop %s", name, name, name)
	if a.json {
		return a.screen.object(map[string]string{"TrainingJobName": name})
	}
	a.screen.print("%s", name)
	return nil
}

func createError(err error, name string) error {
	if hasCode(err, "ResourceInUse") {
		return &Problem{
			What: fmt.Sprintf("there is a job named %q already", name), Where: "--name", Exit: exitRefused, Cause: err,
			Fix: []string{"look at it:  sagefly show " + name, "or take another name with --name"},
		}
	}
	return err
}

// watchTraining follows the job under the rule for interrupts and reports its end.
func (a *app) watchTraining(ctx context.Context, t *target, p *prepared, rule *interruptRule) error {
	job, err := a.watch(ctx, t, p.request, rule)
	if err != nil {
		return err
	}
	return rule.verdict(a.conclude(ctx, t, job, p.out))
}

// conclude reports a job's end; the error is how it ended.
func (a *app) conclude(ctx context.Context, t *target, job *sagemaker.DescribeTrainingJobOutput, out string) error {
	if err := a.summary(ctx, t, job, out); err != nil {
		return err
	}
	return outcome(job.TrainingJobStatus)
}

// watch follows a job with its logs until it has ended. The error is an exit code when an interrupt left the job.
func (a *app) watch(ctx context.Context, t *target, request *sagemaker.CreateTrainingJobInput, rule *interruptRule) (*sagemaker.DescribeTrainingJobOutput, error) {
	name := *request.TrainingJobName
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rule.arm(ctx, t, name, cancel)
	defer a.signals(nil)

	f := newFollower(t, a.screen, name)
	f.steps = true
	many := hostsOf(request) > 1
	f.line = func(l logLine) { a.screen.event(l.at, prefixed(l, many)) }
	job, err := f.run(ctx)
	if err != nil && rule.left() {
		return nil, rule.leave(name)
	}
	return job, err
}

// prefixed is a log line for people, with its host where there are several.
func prefixed(l logLine, many bool) string {
	if many {
		return l.host + " | " + clean(l.text)
	}
	return clean(l.text)
}

func hostsOf(r *sagemaker.CreateTrainingJobInput) int {
	if r.ResourceConfig == nil {
		return 1
	}
	return int(deref(r.ResourceConfig.InstanceCount))
}

const (
	defaultInstance   = "ml.m5.xlarge"
	defaultMaxRuntime = 24 * time.Hour
)
