//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/cloud"
)

// tuneFile makes a search of a job file.
func (a *app) tuneFile(args []string, o *tuneFlags) (*search, error) {
	if len(args) > 0 {
		return nil, usage("an algorithm or script and --file exclude each other", "the job file says what runs")
	}
	if o.train != "" || o.validation != "" || o.prepares() || o.scriptFlags.given() != "" {
		return nil, usage("--file and data flags exclude each other", "the job file says where the data is: InputDataConfig")
	}
	if flag := o.given("vary", "objective", "strategy", "early-stop", "target", "patience", "try"); flag != "" {
		return nil, usage("--file and "+flag+" exclude each other", "the job file says it: HyperParameterTuningJobConfig")
	}
	f, err := readJobFile(o.file, a.io.In)
	if err != nil {
		return nil, err
	}
	if !f.isTuning() {
		return nil, usage("the file is no tuning job's", "it has no HyperParameterTuningJobConfig", "sagefly train --file "+shellQuote(o.file))
	}
	set, err := parseSet(o.set)
	if err != nil {
		return nil, err
	}
	f.overrideTuning(o, set)
	if found := f.validate(); len(found) > 0 {
		return nil, found
	}
	request, err := requestOf[sagemaker.CreateHyperParameterTuningJobInput](f)
	if err != nil {
		return nil, err
	}
	s := a.searchOfRequest(request, o)
	if s.library, err = f.checkBuiltins(request); err != nil {
		return nil, err
	}
	return s, o.wishTuning(request)
}

// searchOfRequest is a search whose request is complete.
func (a *app) searchOfRequest(request *sagemaker.CreateHyperParameterTuningJobInput, o *tuneFlags) *search {
	s := &search{app: a, flags: &o.searchFlags, name: *request.HyperParameterTuningJobName, out: o.out, detach: o.detach}
	described := &tuningJob{HyperParameterTuningJobConfig: request.HyperParameterTuningJobConfig, TrainingJobDefinitions: request.TrainingJobDefinitions}
	s.space = searchedIn(described, nil)
	s.notes = []string{objectiveNote(request.HyperParameterTuningJobConfig, s.space)}
	if metricGiven(request) {
		metric, _ := objectiveOf(described)
		s.advice = func(pattern string) string {
			return fmt.Sprintf("MetricDefinitions: [{Name: %q, Regex: %q}]", metric, pattern)
		}
	}
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		return request, t.checkTuning(ctx, a.screen, request)
	}
	return s
}

// metricGiven reports whether the user says how metrics are found.
func metricGiven(r *sagemaker.CreateHyperParameterTuningJobInput) bool {
	return slices.ContainsFunc(cloud.Definitions(r), func(d *types.HyperParameterTrainingJobDefinition) bool {
		return d.AlgorithmSpecification != nil && len(d.AlgorithmSpecification.MetricDefinitions) > 0
	})
}

// checkTuning refuses a search whose trials would not run: their data is not there, or, on a target with checks, anything else.
func (t *target) checkTuning(ctx context.Context, s *screen, r *sagemaker.CreateHyperParameterTuningJobInput) error {
	if t.checks {
		return t.checkRequest(ctx, s, t.lookAtTuning(r), nil)
	}
	for _, d := range cloud.Definitions(r) {
		for _, c := range d.InputDataConfig {
			if err := t.checkAddress(ctx, addressOf(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// overrideTuning puts flags over what the file says.
func (f *jobFile) overrideTuning(o *tuneFlags, set map[string]string) {
	if o.name != "" {
		f.tree["HyperParameterTuningJobName"] = o.name
	}
	limits := []string{"HyperParameterTuningJobConfig", "ResourceLimits"}
	for _, n := range []struct {
		flag, member string
		in           []string
		value        int
	}{{"jobs", "MaxNumberOfTrainingJobs", limits, o.jobs}, {"parallel", "MaxParallelTrainingJobs", limits, o.parallel}, {"seed", "RandomSeed", limits[:1], o.seed}} {
		if o.changed(n.flag) {
			f.subtree(n.in...)[n.member] = n.value
		}
	}
	if len(set) > 0 {
		static := f.subtree("TrainingJobDefinition", "StaticHyperParameters")
		for _, name := range slices.Sorted(maps.Keys(set)) {
			static[name] = set[name]
		}
	}
}

// subtree is the map at a path, to be written to. It is made where it is missing; what is no map stays, for validation to refuse.
func (f *jobFile) subtree(path ...string) map[string]any {
	tree := f.tree
	for _, name := range path {
		sub, ok := tree[name].(map[string]any)
		if !ok {
			sub = map[string]any{}
			if tree[name] == nil {
				tree[name] = sub
			}
		}
		tree = sub
	}
	return tree
}

// wishTuning puts --spot and --tag over a request.
func (o *trainFlags) wishTuning(r *sagemaker.CreateHyperParameterTuningJobInput) error {
	job := &sagemaker.CreateTrainingJobInput{Tags: r.Tags}
	if err := o.wish(job); err != nil {
		return err
	}
	r.Tags = job.Tags
	for _, d := range cloud.Definitions(r) {
		job := &sagemaker.CreateTrainingJobInput{EnableManagedSpotTraining: d.EnableManagedSpotTraining, StoppingCondition: d.StoppingCondition}
		if err := o.wish(job); err != nil {
			return err
		}
		d.EnableManagedSpotTraining = job.EnableManagedSpotTraining
	}
	return nil
}

// checkBuiltins checks the hyperparameters, searched ones too, of definitions whose image is a built-in algorithm's.
func (f *jobFile) checkBuiltins(r *sagemaker.CreateHyperParameterTuningJobInput) (*library, error) {
	var need *library
	for i, d := range cloud.Definitions(r) {
		v, ok := builtinOf(d)
		if !ok {
			continue
		}
		need = &library{v.LibraryVersion, v.Tag}
		at, rangesAt := []string{"TrainingJobDefinition"}, []string{"HyperParameterTuningJobConfig", "ParameterRanges"}
		given := r.HyperParameterTuningJobConfig.ParameterRanges
		if r.TrainingJobDefinition == nil {
			at = []string{"TrainingJobDefinitions", fmt.Sprint(i)}
			rangesAt, given = append(slices.Clone(at), "HyperParameterRanges"), d.HyperParameterRanges
		}
		if given == nil || len(given.AutoParameters) > 0 {
			continue // Autotune's business
		}
		s := builtin{version: v, set: d.StaticHyperParameters}
		if _, err := s.space(variedOf([]*types.ParameterRanges{given})); err != nil {
			return nil, f.placed(err, at, rangesAt)
		}
	}
	return need, nil
}

// checkSearched checks what is searched in a file that is valid as a request.
func (f *jobFile) checkSearched() error {
	request, err := requestOf[sagemaker.CreateHyperParameterTuningJobInput](f)
	if err != nil {
		return err
	}
	_, err = f.checkBuiltins(request)
	return err
}

// placed gives a problem with a hyperparameter the place in the file where that is.
func (f *jobFile) placed(err error, at, rangesAt []string) error {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		return err
	}
	flag, rest, _ := strings.Cut(p.Where, " ")
	name, _, _ := strings.Cut(rest, "=")
	path := rangesAt
	if flag == "--set" {
		path = append(slices.Clone(at), "StaticHyperParameters", name)
	}
	for _, kind := range []string{"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"} {
		for i, node := range f.items(append(slices.Clone(rangesAt), kind)) {
			if one, _ := node.(map[string]any); flag != "--set" && one["Name"] == name {
				path = append(slices.Clone(rangesAt), kind, fmt.Sprint(i))
			}
		}
	}
	p.Where, p.Exit = fmt.Sprintf("%s:%d   %s", f.path, f.line(path), strings.TrimSpace(strings.Join(path, ".")+" "+name)), exitRefused
	p.Fix = slices.DeleteFunc(p.Fix, func(fix string) bool { return strings.HasPrefix(fix, "--") })
	return p
}

// items is the list at a path.
func (f *jobFile) items(path []string) []any {
	var at any = f.tree
	for _, name := range path {
		switch node := at.(type) {
		case map[string]any:
			at = node[name]
		default:
			return nil
		}
	}
	list, _ := at.([]any)
	return list
}

// builtinOf is the algorithm whose image a definition has.
func builtinOf(d *types.HyperParameterTrainingJobDefinition) (algorithm.Version, bool) {
	if d.AlgorithmSpecification == nil {
		return algorithm.Version{}, false
	}
	return builtinImage(deref(d.AlgorithmSpecification.TrainingImage))
}

func builtinImage(uri string) (algorithm.Version, bool) {
	ref, ok := algorithm.ParseImage(uri)
	if !ok {
		return algorithm.Version{}, false
	}
	found, _ := algorithm.Lookup(ref.Algorithm)
	v, err := found.Version(ref.Tag)
	return v, err == nil && v.Trainable
}

// checkObjectives refuses a search for a metric that no trial would have: an image of one's own has those of its definitions, a built-in
// algorithm its own.
func checkObjectives(tree map[string]any) error {
	config, _ := tree["HyperParameterTuningJobConfig"].(map[string]any)
	definitions, _ := tree["TrainingJobDefinitions"].([]any)
	if one, ok := tree["TrainingJobDefinition"].(map[string]any); ok {
		return checkMetric(one, config["HyperParameterTuningJobObjective"], "HyperParameterTuningJobConfig", "HyperParameterTuningJobObjective", "MetricName")
	}
	for i, d := range definitions {
		one, _ := d.(map[string]any)
		if err := checkMetric(one, one["TuningObjective"], "TrainingJobDefinitions", fmt.Sprint(i), "TuningObjective", "MetricName"); err != nil {
			return err
		}
	}
	return nil
}

func checkMetric(definition map[string]any, objective any, path ...string) error {
	o, _ := objective.(map[string]any)
	metric, _ := o["MetricName"].(string)
	spec, _ := definition["AlgorithmSpecification"].(map[string]any)
	if _, byName := spec["AlgorithmName"]; byName {
		return nil // what it has, its owner knows
	}
	uri, _ := spec["TrainingImage"].(string)
	if v, builtin := builtinImage(uri); builtin {
		if _, known := v.Metric(metric); known {
			return nil
		}
		return &api.Error{Message: fmt.Sprintf("%s %s has no metric %q for a search; all of them:  sagefly algorithms %s", v.Algorithm, v.Tag, metric, v.Algorithm), Path: path}
	}
	list, _ := spec["MetricDefinitions"].([]any)
	for _, d := range list {
		if one, _ := d.(map[string]any); one["Name"] == metric {
			return nil
		}
	}
	e := api.NoObjective()
	e.Path = path
	return e
}
