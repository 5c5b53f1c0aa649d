//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/cloud"
	"github.com/sagefly/sagefly/container"
)

// search is a tuning job that passed every check that needs no target.
type search struct {
	app     *app
	flags   *searchFlags
	name    string
	out     string
	detach  bool
	library *library                                                                              // what trials need on this machine, nil = nothing known
	notes   []string                                                                              // to be said before it starts
	space   searched                                                                              // said after them
	extra   *container.Search                                                                     // what only the embedded engine's tuner has
	again   func(map[string]string) string                                                        // the command that trains with these values; nil = there is none
	advice  func(pattern string) string                                                           // how the objective's pattern is given; nil = it is not the user's
	work    func()                                                                                // clears up, nil = nothing to do
	find    func(context.Context, *target) error                                                  // completes the search when the target is known, nil = it is complete
	request func(context.Context, *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) // uploads what it refers to
	// create creates the tuning job, and says whether it was there; nil = by the API alone.
	create func(context.Context, *target, *sagemaker.CreateHyperParameterTuningJobInput) (adopted bool, err error)
	task   sagefly.Task              // whose output the best trial has; nil = it is no task of the program
	ended  func(*tuningJob, []trial) // hears of the end, after the result; nil = nobody
	files  resultFiles
}

// tuningWire is a tuning job's request, and what it has no place for.
type tuningWire struct {
	request *sagemaker.CreateHyperParameterTuningJobInput
	extra   *container.Search
}

// openFiles finds out before the search whether its files can be written after it.
func (s *search) openFiles() (err error) {
	s.files, err = s.app.openFiles(&s.flags.fileFlags, s.out)
	return err
}

func (s *search) discard() {
	if s.work != nil {
		s.work()
	}
}

// run starts the search, follows and reports it.
func (s *search) run(ctx context.Context, t *target) error {
	a := s.app
	rule := a.interruptRule(t)
	rule.tuning = true
	a.screen.note("%s%s", a.screen.paintE.bold(t.name), choose(t.amazon, " · AWS's own tuner searches", ""))
	if s.find != nil {
		if err := s.find(ctx, t); err != nil {
			return err
		}
	}
	if s.name != "" {
		s.announce(t, rule, false)
	}
	if err := s.refuseExtra(t); err != nil {
		return err
	}
	if err := a.preflight(ctx, t, s.library); err != nil {
		return err
	}
	request, err := s.request(ctx, t)
	if err != nil {
		return err
	}
	if err := s.start(ctx, t, request, rule); err != nil {
		return err
	}
	if s.detach {
		return a.detachedTuning(s.name)
	}
	return s.watch(ctx, t, rule)
}

// announce says what begins: the tuning job's name, what an interrupt does to it, what is searched and how.
func (s *search) announce(t *target, rule *interruptRule, adopted bool) {
	note := s.app.screen.note
	note("%s %s%s", s.name, choose(adopted, "is there already, from the same request ", ""), rule.says(s.detach))
	for _, n := range append(slices.Clone(s.notes), s.space.lines(t.amazon)...) {
		note("%s", n)
	}
}

// start creates the tuning job.
func (s *search) start(ctx context.Context, t *target, request *sagemaker.CreateHyperParameterTuningJobInput, rule *interruptRule) error {
	if s.create == nil {
		_, err := t.jobs().CreateHyperParameterTuningJob(ctx, request)
		return createTuningError(err, s.name)
	}
	adopted, err := s.create(ctx, t, request)
	if err != nil {
		return createTuningError(err, *request.HyperParameterTuningJobName)
	}
	s.name = *request.HyperParameterTuningJobName
	s.announce(t, rule, adopted)
	return nil
}

// refuseExtra refuses on AWS what its tuner does not have, in the words of the check that the library makes.
func (s *search) refuseExtra(t *target) error {
	if !t.amazon || s.extra == nil {
		return nil
	}
	_, text, err := container.Spec{Search: s.extra}.Marshal()
	if err != nil {
		return err
	}
	return t.refusal(cloud.CheckSearch(text))
}

func createTuningError(err error, name string) error {
	if hasCode(err, "ResourceInUse") {
		return &Problem{
			What: fmt.Sprintf("there is a tuning job named %q already", name), Where: "--name", Exit: exitRefused, Cause: err,
			Fix: []string{"look at it:  sagefly show " + name, "go on from it:  sagefly tune --extend " + name, "or take another name with --name"},
		}
	}
	return err
}

func (a *app) detachedTuning(name string) error {
	a.screen.note("%s runs on   follow it:  sagefly wait %s   stop it:  sagefly stop %s", name, name, name)
	if a.json {
		return a.screen.object(map[string]string{"HyperParameterTuningJobName": name})
	}
	a.screen.print("%s", name)
	return nil
}

// addSearch brings to the spec channel of a tuning job what its request has no place for. What else is in that channel stays.
func (t *target) addSearch(ctx context.Context, w *tuningWire) error {
	d := w.request.TrainingJobDefinition
	if w.extra == nil || d == nil {
		return nil
	}
	spec, err := t.readSpec(ctx, d)
	if err != nil {
		return err
	}
	spec.Search = w.extra
	return t.writeSpec(ctx, *w.request.HyperParameterTuningJobName, d, spec)
}

// specChannel is the place of the spec channel among the definition's, -1 = it has none.
func specChannel(d *types.HyperParameterTrainingJobDefinition) int {
	return slices.IndexFunc(d.InputDataConfig, func(c types.Channel) bool { return deref(c.ChannelName) == container.SpecChannel })
}

// readSpec is what the definition's spec channel holds, the zero Spec when there is none.
func (t *target) readSpec(ctx context.Context, d *types.HyperParameterTrainingJobDefinition) (container.Spec, error) {
	i := specChannel(d)
	if i < 0 {
		return container.Spec{}, nil
	}
	bucket, key, ok := splitS3(addressOf(d.InputDataConfig[i]).uri)
	if !ok {
		return container.Spec{}, fmt.Errorf("read channel %s: its data is not in S3", container.SpecChannel)
	}
	text, err := t.get(ctx, bucket, container.SpecKey(key))
	if err != nil {
		return container.Spec{}, fmt.Errorf("read channel %s: %w", container.SpecChannel, err)
	}
	spec, err := container.ParseSpec(text)
	if err != nil {
		return spec, fmt.Errorf("read channel %s: %w", container.SpecChannel, err)
	}
	return spec, nil
}

// writeSpec uploads a spec for a tuning job and makes it the definition's channel.
func (t *target) writeSpec(ctx context.Context, job string, d *types.HyperParameterTrainingJobDefinition, spec container.Spec) error {
	name, text, err := spec.Marshal()
	if err != nil {
		return err
	}
	place, err := t.where(ctx)
	if err != nil {
		return err
	}
	if !t.checks {
		if err := t.ensureBucket(ctx, place.bucket); err != nil {
			return err
		}
	}
	folder := job + "/input/" + container.SpecChannel + "/"
	if err := t.putBytes(ctx, place.bucket, folder+name, text); err != nil {
		return err
	}
	c := types.Channel{ChannelName: new(container.SpecChannel), DataSource: &types.DataSource{S3DataSource: &types.S3DataSource{
		S3DataType: types.S3DataTypeS3Prefix, S3Uri: new("s3://" + place.bucket + "/" + folder), S3DataDistributionType: types.S3DataDistributionFullyReplicated,
	}}}
	d.InputDataConfig = slices.DeleteFunc(slices.Clone(d.InputDataConfig), func(c types.Channel) bool { return deref(c.ChannelName) == container.SpecChannel })
	d.InputDataConfig = append(d.InputDataConfig, c)
	return nil
}

const (
	maxTuningName = 32
	suffixLength  = len("-20060102-150405-abcd")
)

var tuningName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9])*$`)

// tuningNameOf is --name, else a fresh one. Names of tuning jobs are short, because their trials' begin with them.
func tuningNameOf(given, base string, now time.Time) (string, error) {
	if given == "" {
		base = strings.TrimRight(clipBytes(base, maxTuningName-suffixLength), "-")
		return freshName(base, now), nil
	}
	if len(given) > maxTuningName || !tuningName.MatchString(given) {
		return "", usage(fmt.Sprintf("--name %s is no name of a tuning job", given),
			fmt.Sprintf(`it is 1 to %d of A–Z, a–z, 0–9 and "-", and this has %d characters`, maxTuningName, len(given)))
	}
	return given, nil
}

func clipBytes(s string, n int) string { return s[:min(len(s), n)] }
