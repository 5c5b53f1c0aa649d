//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/api"
)

const tuneLong = `Search for the hyperparameters with which a built-in algorithm, or your own script, trains best. Every trial is a training job.
ALGORITHM, SCRIPT, FOLDER and all data flags are as in train; what --set gives is the same in every trial.

--vary says what is searched, once for each hyperparameter:
  --vary eta=0.01..0.3           numbers; behind it :log (equally hard in every decade), :linear or :reverselog
  --vary max_depth=2..10         whole numbers, because both ends are
  --vary booster=gbtree,dart     one of these words
  --vary rate_drop=0..0.5@booster=dart      only in trials whose booster is dart (several: @booster=dart,gblinear)
Without --vary a built-in algorithm is searched over the ranges that AWS recommends, but for what --set gives.

--objective is the metric, and whether small or large values are better: minimize:validation:rmse. A built-in algorithm's follows from
its eval_metric or objective when it is left out. A script's metric is what its --metric finds in the log. When the first trial ends
without it, the search stops and shows the lines of the log that came closest, with the --metric that would have found it there.

--strategy is bayesian (learns from every trial, the default), random, grid (every combination of words) or hyperband:MIN..MAX (many
trials, of which the worse are stopped early, after MIN values of the objective and more; MAX is how many a whole trial reports).

--extend NAME goes on where a search ended: a new tuning job that knows the trials of NAME (AWS calls it warm start), with its request.
--file takes a CreateHyperParameterTuningJob request in YAML or JSON.

The result is the best trial: its values, its model (--out fetches it) and the command that trains with them. --csv writes all
trials, --report a page for the browser that needs no network; sagefly show NAME --csv FILE --report FILE does so at any time.

Ctrl-C: a search that this command runs itself is stopped with its trials, one that an engine elsewhere runs goes on; line 2 says
which. Without a terminal an interrupted tune stops its search.`

const tuneExample = `  sagefly tune xgboost --train abalone.csv --label 9 --onehot 1 --holdout 0.2 --set num_round=100 --jobs 30 --parallel 2
  sagefly tune xgboost --train a.csv --validation b.csv --set num_round=50 --vary eta=0.01..0.5:log --vary max_depth=2..10 --try eta=0.3,max_depth=6
  sagefly tune ./train.py --train ./data --vary lr=1e-4..1e-1:log --objective maximize:accuracy --metric 'accuracy=accuracy: (\S+)'
  sagefly tune --extend xgboost-20260102-101112-a1b2 --jobs 20 --report more.html`

// tuneFlags are the flags of tune as given.
type tuneFlags struct {
	trainFlags
	searchFlags
	vary, try           []string
	objective, strategy string
	earlyStop           bool
	patience            int
	target              float64
	extend              string
}

// searchFlags are the flags of every command that starts a search.
type searchFlags struct {
	jobs, parallel, seed int
	fileFlags
	changed func(flag string) bool // it was given
}

func newTune(a *app) *cobra.Command {
	o := tuneFlags{trainFlags: trainFlags{verb: "tune"}}
	cmd := &cobra.Command{
		Use:     "tune ALGORITHM|SCRIPT|FOLDER --train PATH --vary NAME=RANGE | --file JOB.yaml | --extend NAME",
		Short:   "Search for the best hyperparameters",
		Long:    tuneLong,
		Example: tuneExample,
		Args:    args(0, 1, "an algorithm, a script, --file or --extend"),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, err := o.strategyKind()
			if err != nil {
				return err
			}
			if err := o.check(kind); err != nil {
				return err
			}
			if o.detach {
				if err := a.checkDetach(&o.searchFlags, o.name, o.out); err != nil {
					return err
				}
			}
			return a.tune(cmd.Context(), args, &o)
		},
		ValidArgsFunction: completeAlgorithms,
	}
	o.bind(cmd)
	_ = cmd.RegisterFlagCompletionFunc("extend", a.completeJobs)
	return cmd
}

func (o *tuneFlags) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.vary, "vary", nil, "search NAME=LO..HI[:log|:linear|:reverselog] or NAME=a,b,c; @PARENT=x,y behind it (repeatable)")
	f.StringVar(&o.objective, "objective", "", "minimize:METRIC or maximize:METRIC")
	o.searchFlags.bind(cmd)
	f.StringVar(&o.strategy, "strategy", "bayesian", "bayesian, random, grid, hyperband[:MIN..MAX]")
	f.BoolVar(&o.earlyStop, "early-stop", false, "stop a trial that is worse than the median of earlier ones at its age")
	f.Float64Var(&o.target, "target", 0, "end when the objective is as good as this")
	f.IntVar(&o.patience, "patience", 0, "end after so many trials without a gain of 1 % (3 or more)")
	f.StringArrayVar(&o.try, "try", nil, "try this point first: NAME=VALUE,NAME=VALUE,… (repeatable)")
	f.StringVar(&o.extend, "extend", "", "go on from this ended tuning job, with its request and --jobs further trials")
	o.trainFlags.bind(cmd)
	f.Lookup("file").Usage = "job file: a CreateHyperParameterTuningJob request in YAML or JSON"
	f.Lookup("out").Usage = "download the best model into this folder afterwards"
	f.Lookup("name").Usage = "the tuning job's name, 32 characters at most; must be new (default ALGORITHM-TIME-SUFFIX)"
	f.Lookup("max-runtime").Usage = "stop a trial after this time"
	f.Lookup("detach").Usage = "return when the tuning job is created"
}

func (o *searchFlags) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.jobs, "jobs", 0, "number of trials (default 20; grid: every combination)")
	f.IntVar(&o.parallel, "parallel", 0, "trials at a time (default 1: each learns from all before it)")
	f.IntVar(&o.seed, "seed", 0, "of what the search draws, for the same trials again (default another one each time)")
	o.bindFiles(f)
	o.changed = f.Changed
}

const defaultTrials = 20 // of sagefly.TuningConfig

// check refuses numbers that mean nothing. kind is "" when the strategy is still to be read.
func (o *searchFlags) check(kind sagefly.Strategy) error {
	most := api.MaxTrials
	if kind == sagefly.Random || kind == "" {
		most = api.MaxRandomTrials
	}
	switch {
	case o.changed("jobs") && (o.jobs < 1 || o.jobs > most):
		return outside("jobs", o.jobs, most)
	case o.changed("parallel") && (o.parallel < 1 || o.parallel > api.MaxParallelTrials):
		return outside("parallel", o.parallel, api.MaxParallelTrials)
	case o.seed < 0 || o.seed > math.MaxInt32:
		return usage(fmt.Sprintf("--seed %d: want 0 to %d", o.seed, math.MaxInt32), "")
	}
	return nil
}

func outside(flag string, n, most int) error {
	if n < 1 {
		return usage(fmt.Sprintf("--%s %d: want 1 or more", flag, n), "")
	}
	return usage(fmt.Sprintf("--%s %d: want 1 to %d", flag, n, most), "a tuning job can have no more", fmt.Sprintf("--%s %d", flag, most))
}

// checkDetach refuses what a command does after its search when it does not wait for that.
func (a *app) checkDetach(o *searchFlags, name, out string) error {
	if err := a.checkFresh(); err != nil {
		return err
	}
	if name == "" {
		name = "NAME"
	}
	later := o.later(name, out)
	if len(later) == 0 {
		return nil
	}
	flag := "--out"
	if words := o.fileWords(); words != nil {
		flag = words[0]
	}
	return usage(flag+" and --detach exclude each other", "it is written when the search has ended, and this command does not wait for that",
		append([]string{"leave it out; then:  sagefly wait " + name}, later...)...)
}

// tune runs the search that the flags describe.
func (a *app) tune(ctx context.Context, args []string, o *tuneFlags) error {
	var s *search
	var err error
	switch {
	case o.extend != "":
		s, err = a.extension(args, o)
	case o.file != "":
		s, err = a.tuneFile(args, o)
	case len(args) == 1 && isScript(args[0]):
		s, err = a.tuneScript(args[0], o)
	default:
		s, err = a.tuneBuiltin(ctx, args, o)
	}
	if err != nil {
		return err
	}
	defer s.discard()
	if err := s.openFiles(); err != nil {
		return err
	}
	return a.with(ctx, s.run)
}

// given is the first flag of those of a search described by flags alone, "" when there is none.
func (o *tuneFlags) given(flags ...string) string {
	for _, name := range flags {
		if o.changed(name) {
			return "--" + name
		}
	}
	return ""
}

// strategyKind is the strategy of a search that the flags describe, "" of one that goes on or is in a file.
func (o *tuneFlags) strategyKind() (sagefly.Strategy, error) {
	if o.extend != "" || o.file != "" {
		return "", nil
	}
	s, err := parseStrategy(o.strategy)
	return s.kind, err
}

// config is the search as the library has it.
func (o *tuneFlags) config(all []*varied, objective sagefly.Objective, fallback func(*varied) (string, bool)) (sagefly.TuningConfig, error) {
	s, err := parseStrategy(o.strategy)
	if err != nil {
		return sagefly.TuningConfig{}, err
	}
	if s.kind == sagefly.Grid {
		if err := checkGrid(all); err != nil {
			return sagefly.TuningConfig{}, err
		}
	}
	start, err := parseTries(o.try, all, fallback)
	if err != nil {
		return sagefly.TuningConfig{}, err
	}
	c := sagefly.TuningConfig{
		Objective: objective, Ranges: ranges(all), MaxJobs: o.jobs, MaxParallel: o.parallel, Strategy: s.kind, MinResource: s.min, MaxResource: s.max,
		EarlyStopping: o.earlyStop, Seed: o.seed, Patience: o.patience, Start: start,
	}
	if o.changed("target") {
		c.Target = &o.target
	}
	most := c.MaxJobs
	if most == 0 && s.kind != sagefly.Grid {
		most = defaultTrials
	}
	if most > 0 && len(start) > most {
		return c, usage(fmt.Sprintf("--try is given for %s, and there are %s", plural(len(start), "point"), plural(most, "trial")), "each point is a trial of its own", fmt.Sprintf("--jobs %d", len(start)))
	}
	return c, o.checkEnds(s.kind)
}

// checkEnds refuses what ends trials or the search and does not go together.
func (o *tuneFlags) checkEnds(kind sagefly.Strategy) error {
	switch {
	case o.earlyStop && kind == sagefly.Hyperband:
		return usage("--early-stop and --strategy hyperband exclude each other", "hyperband stops trials by itself")
	case o.changed("patience") && o.patience < 3:
		return usage(fmt.Sprintf("--patience %d: want 3 or more", o.patience), "")
	case math.IsNaN(o.target) || math.IsInf(o.target, 0):
		return usage("--target: want a number", "")
	case kind == sagefly.Grid && o.changed("jobs"):
		return usage("--jobs and --strategy grid exclude each other", "a grid tries every combination")
	}
	return nil
}

// wireTuning makes the request, with what the library's configuration cannot say.
func (o *searchFlags) wireTuning(job *sagemaker.CreateTrainingJobInput, c sagefly.TuningConfig) (*tuningWire, error) {
	name := *job.TrainingJobName
	request, extra, err := sagefly.TuningRequest(job, name, c)
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "tuning job "+name+": ")
		return nil, &Problem{What: "this cannot be searched", Why: text, Exit: exitRefused, Cause: err}
	}
	if o.changed("seed") { // also 0
		request.HyperParameterTuningJobConfig.RandomSeed = new(int32(o.seed))
	}
	return &tuningWire{request, extra}, nil
}
