//go:build !sagefly_task

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/nearest"
	"github.com/sagefly/sagefly/internal/version"
)

const rootLong = `sagefly runs Amazon SageMaker training jobs on this machine: a real endpoint that really trains.

  sagefly demo                                       train and tune XGBoost on a file that comes along
  sagefly train xgboost --train my.csv --label y     train on your own file
  sagefly tune xgboost --train my.csv --label y …    search for the best hyperparameters
  sagefly serve                                      let boto3, the AWS CLI, the SageMaker SDK use it
  eval "$(sagefly env)"                              …and point them at it`

// newRoot builds the whole tree of sagefly's commands for one run.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "sagefly",
		Short: "Run Amazon SageMaker training jobs on this machine",
		Long:  rootLong,
	}
	a.setUp(root)
	add := adder(root)
	add("work", newDemo(a), newTrain(a), newTune(a))
	add("jobs", newJobs(a), newShow(a), newLogs(a), newWait(a), newStop(a), newDownload(a), newPrune(a))
	add("engine", newServe(a), newEnv(a), newDoctor(a), newXGBoost(a), newImage(a))
	add("know", newAlgorithms(a), newIAM(a), newValidate(a), newVersion(a))
	root.AddCommand(newCompletion(), newExitCodes())
	return root
}

// setUp gives a root what every tree of commands has: streams, common flags, groups, errors of our own.
func (a *app) setUp(root *cobra.Command) {
	root.Args = cobra.ArbitraryArgs
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Version = version.Version
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownCommand(cmd, args[0])
	}
	root.SetIn(a.io.In)
	root.SetOut(a.io.Out)
	root.SetErr(a.io.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("sagefly {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	a.globalFlags(root)
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		a.screen.json, a.screen.quiet = a.json, a.quiet
		a.screen.given, a.screen.thrown = givenFlags(cmd), a.fresh && (a.on == "" || a.on == "local")
	}
	root.AddGroup(&cobra.Group{ID: "work", Title: "Train:"}, &cobra.Group{ID: "jobs", Title: "Look at jobs:"},
		&cobra.Group{ID: "engine", Title: "The engine:"}, &cobra.Group{ID: "know", Title: "Look things up:"})
}

// adder adds commands to a group.
func adder(root *cobra.Command) func(group string, commands ...*cobra.Command) {
	return func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
}

func (a *app) globalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.on, "on", a.io.Env("SAGEFLY_ON"), "where jobs run: local, aws, or the URL of an endpoint (SAGEFLY_ON)")
	f.StringVar(&a.data, "data", a.io.Env("SAGEFLY_DATA"), "data directory of the local engine (SAGEFLY_DATA)")
	f.StringVar(&a.docker, "docker", a.io.Env("SAGEFLY_DOCKER"), "the local engine runs images of your own in containers: --docker, or --docker=unix:///PATH\n"+
		"of the daemon (SAGEFLY_DOCKER: docker, or an address)")
	f.Lookup("docker").NoOptDefVal = engine.DockerDefault
	f.BoolVar(&a.fresh, "fresh", false, "use a throw-away data directory")
	f.StringVar(&a.region, "region", "", "AWS region (AWS_REGION, else us-east-1; with --on aws the profile's)")
	f.StringVar(&a.bucket, "bucket", a.io.Env("SAGEFLY_BUCKET"), "bucket for files and models (SAGEFLY_BUCKET, else sagemaker-REGION-ACCOUNT)")
	f.StringVar(&a.role, "role", a.io.Env("SAGEFLY_ROLE"), "execution role, ARN or name (SAGEFLY_ROLE, else sagefly)")
	f.BoolVar(&a.json, "json", false, "print JSON with AWS member names")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print only the result")
}

// globalFlagNames are the names that no flag of a command may take.
func (a *app) globalFlagNames() []string {
	probe := &cobra.Command{}
	new(app{io: a.io}).globalFlags(probe)
	var names []string
	probe.PersistentFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func unknownCommand(cmd *cobra.Command, word string) error {
	p := usage(fmt.Sprintf("unknown command %q", word), "")
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	for _, near := range nearest.Words(word, names) {
		p.Fix = append(p.Fix, cmd.CommandPath()+" "+near)
	}
	p.Fix = append(p.Fix, "all commands:  "+cmd.CommandPath()+" --help")
	return p
}

// wanted is what a flag takes, by the type that pflag calls its value's.
var wanted = map[string]string{
	"int": "a whole number", "float64": "a number", "duration": "a time, such as 90m or 1h30m", "bool": "true or false",
}

// flagError explains what is wrong with a flag and names the flags that may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	p := usage(err.Error(), "")
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if want := wanted[wrong.GetFlag().Value.Type()]; want != "" {
			p.What = fmt.Sprintf("--%s %s: want %s", wrong.GetFlag().Name, shellQuote(wrong.GetValue()), want)
		}
	}
	if _, name, found := strings.Cut(err.Error(), "unknown flag: --"); found {
		for _, near := range nearest.Words(name, flagNames(cmd)) {
			p.Fix = append(p.Fix, "--"+near)
		}
	}
	p.Fix = append(p.Fix, "all flags:  "+cmd.CommandPath()+" --help")
	return p
}

// args makes a check of the number of arguments; names are what usage calls them, most is −1 for any number.
func args(least, most int, names string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		switch {
		case len(given) < least:
			return usage(fmt.Sprintf("%s needs %s", cmd.CommandPath(), names), "", "usage:  "+cmd.UseLine())
		case most >= 0 && len(given) > most:
			return usage(fmt.Sprintf("%s takes no %q", cmd.CommandPath(), given[most]), "", "usage:  "+cmd.UseLine())
		}
		return nil
	}
}
