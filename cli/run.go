//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/nearest"
)

const runLong = `Run the task as a training job and wait for what it returns. Local files and folders are uploaded, each content once.

What the task returns is the result on stdout: with --json one object {"TrainingJobName", "TrainingJobStatus", "Output",
"Metrics", "ModelArtifacts"}, whose Output has the names of the Go fields. Files are addresses in the model's archive; --out
fetches them.

--name makes the launch repeatable: a job of that name with the same request is taken for this one, whether it runs or
has ended; with another request it is an error that says what differs.

Ctrl-C: a job that this command runs itself is stopped, one that an engine elsewhere runs goes on; line 2 says which.
Without a terminal an interrupted run stops its job.`

// runFlags are the flags of run as given.
type runFlags struct {
	fields     []*fieldFlag
	instance   string
	image      string
	instances  int
	checkpoint string
	spot       bool
	tags       []string
	maxRuntime time.Duration
	name, out  string
	detach     bool
}

func newRun(a *app) *cobra.Command {
	return a.taskCommands(taskVerb{
		"run", "Run a task as a training job", runLong + "\n\nEach task has flags of its own:  " + a.program + " run TASK --help",
		a.tasksOf(false), a.runCommand,
	})
}

// taskVerb is what is done with one of the program's tasks.
type taskVerb struct {
	name, short, long string
	tasks             []sagefly.Task
	command           func(sagefly.Task) *cobra.Command
}

// taskCommands is "VERB [TASK]" for one task, else "VERB TASK" with a command for each.
func (a *app) taskCommands(v taskVerb) *cobra.Command {
	if len(v.tasks) == 1 {
		cmd := v.command(v.tasks[0])
		cmd.Use = v.name + " [" + v.tasks[0].Name() + "]"
		return cmd
	}
	cmd := &cobra.Command{
		Use: v.name + " TASK", Short: v.short, Long: v.long, Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return a.noTask(v.name, v.tasks, args) },
	}
	for _, task := range v.tasks {
		cmd.AddCommand(v.command(task))
	}
	return cmd
}

// noTask says which tasks a verb is for.
func (a *app) noTask(verb string, tasks []sagefly.Task, args []string) error {
	var names []string
	for _, t := range tasks {
		names = append(names, t.Name())
	}
	p := usage(verb+" needs the name of a task", "this program has "+strings.Join(names, ", "))
	if len(args) > 0 {
		p = usage(fmt.Sprintf("unknown task %q", args[0]), p.Why)
		if near := nearest.Words(args[0], names); len(near) > 0 {
			names = near
		}
	}
	for _, name := range names {
		p.Fix = append(p.Fix, a.program+" "+verb+" "+name)
	}
	for _, t := range a.tasks { // of the other verb
		if len(args) > 0 && t.Name() == args[0] {
			p.Fix = []string{a.program + " " + choose(verb == "run", "tune ", "run ") + args[0]}
		}
	}
	return p
}

func (a *app) runCommand(task sagefly.Task) *cobra.Command {
	var o runFlags
	d := task.Describe()
	cmd := &cobra.Command{
		Use:   task.Name(),
		Short: fmt.Sprintf("Run %s as a training job on %s", task.Name(), machines(d.Config)),
		Long:  runLong,
		Args:  args(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] != task.Name() {
				return a.noTask("run", a.tasksOf(false), args)
			}
			return a.runTask(cmd.Context(), task, &o)
		},
	}
	o.bind(cmd, d, a.globalFlagNames())
	return cmd
}

func machines(c sagefly.ConfigDescription) string {
	if c.InstanceCount > 1 {
		return fmt.Sprintf("%d × %s", c.InstanceCount, c.InstanceType)
	}
	return c.InstanceType
}

func (o *runFlags) bind(cmd *cobra.Command, d sagefly.Description, taken []string) {
	f := cmd.Flags()
	f.SortFlags = false
	own := []string{"help", "name", "out", "detach", "image", "instance", "instances", "spot", "tag", "max-runtime", "checkpoints"}
	o.fields = addFieldFlags(cmd, d.Input, append(own, taken...))
	f.StringVar(&o.name, "name", "", "the job's name (default TASK-TIME-SUFFIX)")
	f.StringVar(&o.out, "out", "", "download the model and output into this folder afterwards")
	f.BoolVar(&o.detach, "detach", false, "return when the job is created")
	f.StringVar(&o.image, "image", "", "image that runs the task, as image push prints it (default the task's, else AWS's own with this program as its script)")
	f.StringVar(&o.instance, "instance", "", "instance type (default "+d.Config.InstanceType+")")
	f.IntVar(&o.instances, "instances", 0, fmt.Sprintf("number of hosts (default %d)", d.Config.InstanceCount))
	if d.Config.Checkpoints {
		f.StringVar(&o.checkpoint, "checkpoints", "", "go on from the checkpoints at this s3:// prefix (default one of the job's own)")
	}
	f.BoolVar(&o.spot, "spot", d.Config.Spot, "use spare capacity, which may be taken away")
	f.StringArrayVar(&o.tags, "tag", nil, "tag of the job, KEY=VALUE (repeatable)")
	f.DurationVar(&o.maxRuntime, "max-runtime", 0, fmt.Sprintf("stop the job after this time (default %v)", time.Duration(d.Config.MaxRuntime)*time.Second))
}

// values are the fields that were given.
func (o *runFlags) values() map[string]string {
	given := map[string]string{}
	for _, f := range o.fields {
		if f.given {
			given[f.field.Name] = f.text
		}
	}
	return given
}

// target is where the job goes, with what the flags want otherwise than the task.
func (o *runFlags) target(t *target) (sagefly.Target, error) {
	tags, err := parsePairs("tag", o.tags, "team=vision")
	switch {
	case err != nil:
		return sagefly.Target{}, err
	case o.instances < 0:
		return sagefly.Target{}, usage(fmt.Sprintf("--instances %d: want 1 or more", o.instances), "")
	case o.maxRuntime < 0 || o.maxRuntime%time.Second != 0:
		return sagefly.Target{}, usage(fmt.Sprintf("--max-runtime %v: want whole seconds", o.maxRuntime), "", "--max-runtime 90m")
	case o.checkpoint != "" && !isAddress(o.checkpoint):
		return sagefly.Target{}, usage("--checkpoints "+o.checkpoint+" is no address in S3", "", "--checkpoints s3://BUCKET/PREFIX")
	}
	out := t.sagefly()
	out.Image, out.InstanceType, out.InstanceCount, out.Spot, out.Tags, out.MaxRuntime, out.Checkpoints = o.image, o.instance, o.instances, o.spot, tags, o.maxRuntime, o.checkpoint
	return out, nil
}

// sagefly is the target as the library has it. An engine that is not checked beforehand is on this machine.
func (t *target) sagefly() sagefly.Target {
	return sagefly.Target{AWS: t.aws, Role: t.role, Bucket: t.bucket, Local: !t.checks}
}

func (a *app) runTask(ctx context.Context, task sagefly.Task, o *runFlags) error {
	if err := a.insideJob(); err != nil {
		return err
	}
	if err := a.checkOut(o.out, o.detach); err != nil {
		return err
	}
	if _, err := o.target(&target{}); err != nil {
		return err
	}
	if err := o.check(task); err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, t *target) error {
		to, err := o.target(t)
		if err != nil {
			return err
		}
		r := &taskRun{app: a, task: task, target: t, to: to, flags: o}
		return r.launch().run(ctx)
	})
}
