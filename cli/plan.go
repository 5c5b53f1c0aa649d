//go:build !sagefly_task

package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/nearest"
)

// prepareTrain checks the command line and the data, and writes prepared files where flags ask for them. Nothing has
// run when it returns an error.
func (a *app) prepareTrain(ctx context.Context, args []string, o *trainFlags) (*prepared, error) {
	if o.file != "" {
		if len(args) > 0 {
			return nil, usage("an algorithm and --file exclude each other", "the job file names its algorithm")
		}
		return a.prepareFile(o)
	}
	b, err := a.builtin(args, o)
	if err != nil {
		return nil, err
	}
	if err := checkHyperparameters(b.version, b.set); err != nil {
		return nil, err
	}
	return a.prepareBuiltin(ctx, b, o)
}

// builtin is a job of a built-in algorithm as the command line has it.
type builtin struct {
	args    []string
	version algorithm.Version
	set     map[string]string
}

// needsWork is the problem that nothing says what is to be trained.
func needsWork(verb string) error {
	if verb == "tune" {
		return usage("tune needs an algorithm, a script, --file or --extend", "", "sagefly tune xgboost --train PATH", "sagefly tune ./train.py --vary NAME=LO..HI --objective minimize:METRIC",
			"sagefly tune --file JOB.yaml", "sagefly tune --extend NAME", "all algorithms:  sagefly algorithms")
	}
	return usage(verb+" needs an algorithm, a script or --file", "", "sagefly "+verb+" xgboost --train PATH", "sagefly "+verb+" ./train.py", "all algorithms:  sagefly algorithms")
}

// builtin reads what does not need the data.
func (a *app) builtin(args []string, o *trainFlags) (builtin, error) {
	if len(args) == 0 {
		return builtin{}, needsWork(o.verb)
	}
	version, err := findVersion(args[0])
	if err == nil && a.on != "aws" {
		err = trainableHere(version)
	}
	if err != nil {
		return builtin{}, err
	}
	if o.train == "" {
		return builtin{}, usage(o.verb+" needs training data", "--train is not given", "--train PATH|s3://BUCKET/PREFIX")
	}
	set, err := parseSet(o.set)
	return builtin{args, version, set}, err
}

// prepareBuiltin makes the request of a job whose hyperparameters are checked, and prepares its data.
func (a *app) prepareBuiltin(ctx context.Context, b builtin, o *trainFlags) (*prepared, error) {
	p := &prepared{out: o.out, detach: o.detach, library: &library{b.version.LibraryVersion, b.version.Tag}}
	p.image = func(region string) (string, error) {
		return algorithm.ImageURI(b.version.Algorithm, b.version.Tag, region)
	}
	p.request = builtinRequest(b.version, b.set, o)
	if err := p.data(ctx, a, b.args, o, b.set); err != nil {
		p.discard()
		return nil, err
	}
	return p, nil
}

func (p *prepared) discard() {
	if p.work != "" {
		_ = os.RemoveAll(p.work)
	}
}

// builtinRequest is the request without what the target decides: role, image, addresses.
func builtinRequest(v algorithm.Version, set map[string]string, o *trainFlags) *sagemaker.CreateTrainingJobInput {
	return &sagemaker.CreateTrainingJobInput{
		TrainingJobName:        new(cmp.Or(o.name, freshName(v.Algorithm, time.Now()))),
		HyperParameters:        set,
		AlgorithmSpecification: &types.AlgorithmSpecification{TrainingInputMode: types.TrainingInputModeFile},
		ResourceConfig: &types.ResourceConfig{
			InstanceType: types.TrainingInstanceType(o.instance), InstanceCount: new(int32(1)), VolumeSizeInGB: new(int32(30)),
		},
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(max(o.maxRuntime/time.Second, 1)))},
	}
}

// freshName is a name that no job has yet: two equal commands are two jobs.
func freshName(algorithm string, now time.Time) string {
	return fmt.Sprintf("%s-%s-%s", algorithm, now.UTC().Format("20060102-150405"), randomSuffix())
}

// findVersion reads ALGORITHM[:VERSION].
func findVersion(arg string) (algorithm.Version, error) {
	name, tag, _ := strings.Cut(arg, ":")
	found, ok := algorithm.Lookup(name)
	if !ok {
		p := usage(fmt.Sprintf("unknown algorithm %q", name), "no built-in algorithm has this name")
		p.Fix = append(algorithm.Nearest(name), "all names:  sagefly algorithms")
		return algorithm.Version{}, p
	}
	version, err := found.Version(tag)
	if err != nil {
		p := usage(fmt.Sprintf("unknown version %q of %s", tag, name), "")
		for _, v := range trainable(found) {
			p.Fix = append(p.Fix, name+":"+v)
		}
		return algorithm.Version{}, p
	}
	return version, nil
}

// trainableHere refuses a version that only AWS can train.
func trainableHere(v algorithm.Version) error {
	if v.Trainable {
		return nil
	}
	p := refused(fmt.Sprintf("%s %s cannot be trained here", v.Algorithm, v.Tag), "there is no training program for this version")
	found, _ := algorithm.Lookup(v.Algorithm)
	for _, tag := range trainable(found) {
		p.Fix = append(p.Fix, v.Algorithm+":"+tag)
	}
	p.Fix = append(p.Fix, "or on AWS:  --on aws")
	return p
}

func trainable(a algorithm.Algorithm) []string {
	var tags []string
	for _, v := range slices.Backward(a.Versions) {
		if v.Trainable {
			tags = append(tags, v.Tag)
		}
	}
	return tags
}

func parseSet(list []string) (map[string]string, error) {
	return parsePairs("set", list, "num_round=100")
}

// checkHyperparameters makes the container's own checks and adds what may have been meant.
func checkHyperparameters(v algorithm.Version, set map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, known := v.Hyperparameter(name); !known && len(v.Hyperparameters) > 0 {
			p := refused(fmt.Sprintf("unknown hyperparameter %q", name), fmt.Sprintf("%s %s has none of this name", v.Algorithm, v.Tag))
			p.Where = fmt.Sprintf("--set %s=%s", name, set[name])
			for _, near := range nearest.Words(name, hyperparameterNames(v)) {
				p.Fix = append(p.Fix, fmt.Sprintf("--set %s=%s", near, set[name]))
			}
			p.Fix = append(p.Fix, "all of them:  sagefly algorithms "+v.Algorithm)
			return p
		}
	}
	for _, h := range v.Hyperparameters {
		if _, given := set[h.Name]; h.Required && !given {
			return refused(fmt.Sprintf("hyperparameter %q is required", h.Name), h.Description, fmt.Sprintf("--set %s=100", h.Name))
		}
	}
	if _, err := v.Validate(set); err != nil {
		return hyperparameterProblem(v, set, err)
	}
	return nil
}

// hyperparameterProblem finds the hyperparameter that the container's message is about.
func hyperparameterProblem(v algorithm.Version, set map[string]string, err error) error {
	p := refused(err.Error(), "", "all of them:  sagefly algorithms "+v.Algorithm)
	p.Cause = err
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !strings.Contains(err.Error(), name) {
			continue
		}
		h, _ := v.Hyperparameter(name)
		p.Where = fmt.Sprintf("--set %s=%s", name, set[name])
		if r := h.Recommended; r != nil {
			p.Why = fmt.Sprintf("%s accepts %s; the usual range is %s to %s", h.Name, h.Range.Text, trim(r.Min), trim(r.Max))
		}
		p.Fix = []string{fmt.Sprintf("look it up:  sagefly algorithms %s %s", v.Algorithm, h.Name)}
		break
	}
	return p
}

func trim(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func hyperparameterNames(v algorithm.Version) []string {
	var names []string
	for _, h := range v.Hyperparameters {
		if !h.Hidden {
			names = append(names, append([]string{h.Name}, h.Aliases...)...)
		}
	}
	return names
}
