//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/awsjson"
)

const runTuneLong = `Search for the values with which the task does best. Every trial is a training job of the task. What is searched has no flag here; the other
fields of its input have, and are the same in every trial.

What the best trial returned is the result on stdout: with --json the tuning job's description with the members "TrainingJobSummaries"
(all trials), "Output" and "OutputTrainingJobName" (the best trial of which an output was captured). --csv writes all trials, --report a
page for the browser that needs no network; show NAME --csv FILE --report FILE does so at any time.

--name makes the launch repeatable: a tuning job of that name with the same request is taken for this one, whether it runs or has
ended; with another request it is an error that says what differs.

Ctrl-C: a search that this command runs itself is stopped with its trials, one that an engine elsewhere runs goes on; line 2 says
which. Without a terminal an interrupted tune stops its search.`

// tasksOf are the program's searches, or its other tasks.
func (a *app) tasksOf(searches bool) []sagefly.Task {
	var list []sagefly.Task
	for _, t := range a.tasks {
		if (t.Describe().Kind == sagefly.KindTuning) == searches {
			list = append(list, t)
		}
	}
	return list
}

func newTaskTune(a *app) *cobra.Command {
	return a.taskCommands(taskVerb{
		"tune", "Search for a task's best values", runTuneLong + "\n\nEach search has flags of its own:  " + a.program + " tune TASK --help",
		a.tasksOf(true), a.tuneCommand,
	})
}

// taskTuneFlags are the flags of a program's tune as given.
type taskTuneFlags struct {
	runFlags
	searchFlags
}

func (a *app) tuneCommand(task sagefly.Task) *cobra.Command {
	var o taskTuneFlags
	d := task.Describe()
	d.Config.Checkpoints = false // each trial begins anew
	space := taskSpace(d.Tuning)
	cmd := &cobra.Command{
		Use:   task.Name(),
		Short: fmt.Sprintf("Search for the best values of %s, on %s", d.Tuning.Task, machines(d.Config)),
		Long:  runTuneLong + "\n\n" + strings.Join(append([]string{objectiveNote(taskConfig(d.Tuning), space)}, space.lines(false)...), "\n"),
		Args:  args(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] != task.Name() {
				return a.noTask("tune", a.tasksOf(true), args)
			}
			return a.tuneTask(cmd.Context(), task, &o)
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return searchedFlagError(cmd, err, space) })
	cmd.Flags().SortFlags = false
	taken := append([]string{"jobs", "parallel", "seed", "csv", "report"}, a.globalFlagNames()...)
	o.runFlags.bind(cmd, d, taken)
	o.searchFlags.bind(cmd)
	f := cmd.Flags()
	f.Lookup("jobs").Usage = "number of trials" + defaultText(d.Tuning.MaxJobs)
	f.Lookup("parallel").Usage = "trials at a time" + defaultText(d.Tuning.MaxParallel)
	f.Lookup("name").Usage = "the tuning job's name, 32 characters at most (default TASK-TIME-SUFFIX)"
	f.Lookup("out").Usage = "download the best trial's model and output into this folder afterwards"
	return cmd
}

// searchedFlagError says of a field that it has no flag because it is searched.
func searchedFlagError(cmd *cobra.Command, err error, space searched) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return flagError(cmd, err)
	}
	v := find(space.varied, strings.ReplaceAll(unknown.GetSpecifiedName(), "-", "_"))
	if v == nil {
		v = find(space.varied, unknown.GetSpecifiedName())
	}
	if v == nil {
		return flagError(cmd, err)
	}
	return usage(fmt.Sprintf("--%s is no flag here: %s is searched", unknown.GetSpecifiedName(), v.name), "each trial has another value of "+v.rangeText(),
		"what is searched:  "+cmd.CommandPath()+" --help")
}

func defaultText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (default %d)", n)
}

// taskSpace is what a task's search tries.
func taskSpace(d *sagefly.TuningDescription) searched {
	s := searched{start: d.Start}
	for _, r := range d.Ranges {
		s.varied = append(s.varied, &varied{
			name: r.Name, low: parse(&r.Min), high: parse(&r.Max), whole: r.Kind == "int", scale: catalogueScale(r.Scale), words: r.Values, parent: r.When, in: r.In,
		})
	}
	return s
}

// taskConfig is a task's search in the API's words, as far as it is told before it begins.
func taskConfig(d *sagefly.TuningDescription) *types.HyperParameterTuningJobConfig {
	kind := types.HyperParameterTuningJobObjectiveTypeMinimize
	if d.Maximize {
		kind = types.HyperParameterTuningJobObjectiveTypeMaximize
	}
	c := &types.HyperParameterTuningJobConfig{
		Strategy:                         types.HyperParameterTuningJobStrategyType(d.Strategy),
		HyperParameterTuningJobObjective: &types.HyperParameterTuningJobObjective{MetricName: &d.Objective, Type: kind},
		ResourceLimits:                   &types.ResourceLimits{MaxParallelTrainingJobs: new(int32(d.MaxParallel))},
	}
	if d.MaxJobs > 0 {
		c.ResourceLimits.MaxNumberOfTrainingJobs = new(int32(d.MaxJobs))
	}
	return c
}

func (a *app) tuneTask(ctx context.Context, task sagefly.Task, o *taskTuneFlags) error {
	if err := a.insideJob(); err != nil {
		return err
	}
	if err := o.checkSearch(task.Describe().Tuning); err != nil {
		return err
	}
	if o.detach {
		if err := a.checkDetach(&o.searchFlags, o.name, o.out); err != nil {
			return err
		}
	}
	if o.name != "" {
		if _, err := tuningNameOf(o.name, "", a.screen.now()); err != nil {
			return err
		}
	}
	if _, err := o.target(&target{}); err != nil {
		return err
	}
	if err := o.runFlags.check(task); err != nil {
		return err
	}
	s := a.taskSearch(task, o)
	if err := s.openFiles(); err != nil {
		return err
	}
	return a.with(ctx, s.run)
}

// checkSearch refuses limits that the search does not have.
func (o *taskTuneFlags) checkSearch(d *sagefly.TuningDescription) error {
	if sagefly.Strategy(d.Strategy) == sagefly.Grid && o.changed("jobs") {
		return usage(fmt.Sprintf("--jobs %d: this search is a grid", o.jobs), fmt.Sprintf("a grid tries every combination; there are %.0f", taskSpace(d).size()), "leave --jobs out")
	}
	return o.searchFlags.check(sagefly.Strategy(d.Strategy))
}

// taskSearch is the search of a program's task.
func (a *app) taskSearch(task sagefly.Task, o *taskTuneFlags) *search {
	d := task.Describe().Tuning
	config := taskConfig(d)
	o.limit(config)
	s := &search{app: a, flags: &o.searchFlags, out: o.out, detach: o.detach, task: task, space: taskSpace(d)}
	s.notes = []string{objectiveNote(config, s.space)}
	if most := config.ResourceLimits.MaxNumberOfTrainingJobs; most != nil { // no others are tried
		s.space.start = s.space.start[:min(len(s.space.start), int(*most))]
	}
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		to, err := o.target(t)
		if err != nil {
			return nil, err
		}
		to.Unchecked = a.screen.unchecked
		a.screen.setStatus("packing and uploading")
		request, err := sagefly.PrepareTuning(ctx, task, to, o.values())
		a.screen.setStatus("")
		if err != nil {
			return nil, t.notMade(err)
		}
		o.limit(request.HyperParameterTuningJobConfig)
		return request, nil
	}
	s.create = func(ctx context.Context, t *target, request *sagemaker.CreateHyperParameterTuningJobInput) (bool, error) {
		return sagefly.LaunchTuning(ctx, t.sagefly(), request, sagefly.StartOptions{Name: o.name})
	}
	return s
}

// notMade is the error of a request that the library did not make.
func (t *target) notMade(err error) error {
	if e, ok := errors.AsType[*sagefly.PreflightError](err); ok {
		return t.refusal(e.Report.Findings)
	}
	return notPrepared(err)
}

// limit puts --jobs, --parallel and --seed over a request.
func (o *searchFlags) limit(c *types.HyperParameterTuningJobConfig) {
	if c.ResourceLimits == nil {
		c.ResourceLimits = &types.ResourceLimits{MaxParallelTrainingJobs: new(int32(1))}
	}
	if o.changed("jobs") {
		c.ResourceLimits.MaxNumberOfTrainingJobs = new(int32(o.jobs))
	}
	if o.changed("parallel") {
		c.ResourceLimits.MaxParallelTrainingJobs = new(int32(o.parallel))
	}
	if o.changed("seed") {
		c.RandomSeed = new(int32(o.seed))
	}
}

// capturedOutput is what a search's task returned in the best trial of which an output was captured.
type capturedOutput struct {
	trial trial
	job   *sagemaker.DescribeTrainingJobOutput
	out   any
}

// captured finds it; nil when there is none.
func captured(ctx context.Context, t *target, task sagefly.Task, job *tuningJob, trials []trial) (*capturedOutput, error) {
	_, maximize := objectiveOf(job)
	left := slices.Clone(trials)
	for {
		i := bestTrial(left, maximize)
		if i < 0 {
			return nil, nil
		}
		described, err := t.describe(ctx, deref(left[i].TrainingJobName))
		if err != nil {
			return nil, err
		}
		out, err := sagefly.ReadOutput(ctx, task, t.sagefly(), described)
		if _, without := errors.AsType[*sagefly.Error](err); without {
			left = slices.Delete(left, i, i+1)
			continue
		}
		if err != nil {
			return nil, err
		}
		return &capturedOutput{left[i], described, out}, nil
	}
}

// addOutput makes the best captured output part of a report.
func (r *tuningReport) addOutput(ctx context.Context, task sagefly.Task) error {
	c, err := captured(ctx, r.target, task, r.job, r.trials)
	if c == nil || err != nil {
		return err
	}
	r.output = c
	if best := r.best(); best != nil && deref(best.TrainingJobName) != deref(c.trial.TrainingJobName) {
		r.extra = append(r.extra, []string{"output of", deref(c.trial.TrainingJobName) + ", for of the best trial none was captured"})
	}
	r.extra = append(r.extra, outputRows(c.out)...)
	return nil
}

// addTo puts the output into the JSON of a tuning job.
func (c *capturedOutput) addTo(tree any) any {
	object, ok := tree.(map[string]any)
	if c == nil || !ok {
		return tree
	}
	object["Output"], object["OutputTrainingJobName"] = outputJSON(c.out), deref(c.trial.TrainingJobName)
	if c.job.ModelArtifacts != nil {
		object["ModelArtifacts"] = awsjson.Tree(c.job.ModelArtifacts)
	}
	return object
}
