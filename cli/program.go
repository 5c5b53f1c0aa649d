//go:build !sagefly_task

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
)

// programName is what a user types to run this process again: the command as it was typed where that is short, else the
// executable's name.
func programName(arg0 string) string {
	if filepath.IsAbs(arg0) {
		return filepath.Base(arg0)
	}
	return arg0
}

// newProgram builds the commands of a program with tasks.
func newProgram(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   a.program,
		Short: "Run the tasks of this program as training jobs",
		Long:  programLong(a.program, a.tasks),
	}
	a.setUp(root)
	add := adder(root)
	if len(a.tasksOf(false)) > 0 {
		add("work", newRun(a))
	}
	if len(a.tasksOf(true)) > 0 {
		add("work", newTaskTune(a))
	}
	add("jobs", newJobs(a), newShow(a), newLogs(a), newWait(a), newStop(a), newDownload(a), newPrune(a))
	add("engine", newServe(a), newEnv(a), newDoctor(a), newImage(a))
	add("know", newIAM(a), newVersion(a))
	root.AddCommand(newDescribe(a), newCompletion(), newExitCodes())
	return root
}

func programLong(program string, tasks []sagefly.Task) string {
	var b strings.Builder
	b.WriteString("This program holds tasks, which it runs as Amazon SageMaker training jobs: on this machine, or with --on anywhere else.\n\n")
	rows := make([][]string, len(tasks))
	for i, t := range tasks {
		d := t.Describe()
		verb := choose(d.Kind == sagefly.KindTuning, "tune", "run")
		rows[i] = []string{fmt.Sprintf("  %s %s %s", program, verb, t.Name()), d.Kind, d.Config.InstanceType}
		if n := d.Config.InstanceCount; n > 1 {
			rows[i][2] = fmt.Sprintf("%d × %s", n, d.Config.InstanceType)
		}
	}
	b.WriteString(strings.Join(table(rows), "\n"))
	return b.String()
}

// insideJob refuses to launch from within a job, where a program with tasks is meant to run one.
func (a *app) insideJob() error {
	job := a.io.Env("TRAINING_JOB_NAME")
	if job == "" {
		return nil
	}
	p := refused("this program runs inside a training job, and does not launch from there", "TRAINING_JOB_NAME is "+job)
	if len(a.tasks) > 0 {
		p.Why += ", and SAGEFLY_TASK names no task to run"
		p.Fix = []string{"give the job the variable SAGEFLY_TASK=" + a.tasks[0].Name() + " in its Environment; " + a.program + " run does that"}
	}
	return p
}

func newDescribe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "describe",
		Short:  "The tasks of this program as JSON, for other programs",
		Args:   args(0, 0, ""),
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			all := make([]sagefly.Description, len(a.tasks))
			for i, t := range a.tasks {
				all[i] = t.Describe()
			}
			return a.screen.object(map[string]any{"version": 1, "tasks": all})
		},
	}
}

// programArg is how the process was started.
func programArg() string {
	if len(os.Args) == 0 {
		return "sagefly"
	}
	return os.Args[0]
}
