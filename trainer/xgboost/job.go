package xgboost

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/libxgboost"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// job is one training job from its contract to its model.
type job struct {
	profile  profile
	version  algorithm.Version
	layout   container.Layout
	contract container.Contract
	search   libxgboost.Search
	log      *logger

	params  algorithm.Params
	metrics metricPlan
	rounds  rounds
	lib     *capi.Library

	train, validation, both *capi.Matrix // validation is nil without the channel, both without k-fold

	terminated chan os.Signal // not nil when SIGTERM is handled
	saving     sync.Mutex     // held while a model is written after a round
}

// rounds are the hyperparameters that steer the loop and never reach the library.
type rounds struct {
	total     int  // num_round
	early     int  // early_stopping_rounds; 0 = off
	saveEach  bool // save_model_on_termination
	folds     int  // _kfold; 0 = off
	cvRepeats int  // _num_cv_round
}

// newJob prepares a job for a tag that [Tags] has.
func newJob(p profile, layout container.Layout, s libxgboost.Search, log *logger) (*job, error) {
	xgb, ok := algorithm.Lookup("xgboost")
	if !ok {
		return nil, platformError("the catalogue has no xgboost")
	}
	version, err := xgb.Version(p.tag)
	if err != nil {
		return nil, err
	}
	return &job{profile: p, version: version, layout: layout, search: s, log: log}, nil
}

// run does everything that the container does between its start and its exit.
func (j *job) run() error {
	j.log.info("Imported framework sagemaker_xgboost_container.training")
	contract, err := container.Read(j.layout.Root)
	if err != nil {
		return platformError("%v", err)
	}
	j.contract = contract
	j.logHyperparameters()
	j.log.info("No GPUs detected (normal if no gpus installed)")
	j.log.info("Running XGBoost Sagemaker in algorithm mode")
	if err := j.validate(); err != nil {
		return err
	}
	if j.lib, err = open(j.search, j.profile.library); err != nil {
		return platformError("%v", err)
	}
	if err := j.lib.OnLog(j.log.native(j.profile)); err != nil {
		return platformError("%v", err)
	}
	if err := j.load(); err != nil {
		return err
	}
	return j.trainAndSave()
}

// logHyperparameters prints what the container prints about values that are no JSON.
func (j *job) logHyperparameters() {
	names := make([]string, 0, len(j.contract.Hyperparameters))
	for name := range j.contract.Hyperparameters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, ok := container.Decode(j.contract.Hyperparameters[name]); !ok {
			j.log.info("Failed to parse hyperparameter %s value %s to Json.\nReturning the value itself", name, j.contract.Hyperparameters[name])
		}
	}
}

func (j *job) validate() error {
	params, err := j.version.Validate(j.contract.Hyperparameters)
	if err != nil {
		return err
	}
	j.params = params
	channels := map[string]algorithm.ChannelConfig{}
	for _, c := range j.contract.Channels {
		channels[c.Name] = algorithm.ChannelConfig{
			ContentType: c.ContentType, TrainingInputMode: c.InputMode, S3DistributionType: c.Distribution, RecordWrapperType: c.RecordWrapper,
		}
	}
	if err := j.version.ValidateChannels(channels); err != nil {
		return err
	}
	j.rounds = rounds{
		total: j.number("num_round", 0), early: j.number("early_stopping_rounds", 0), saveEach: j.text("save_model_on_termination") == "true",
		folds: j.number("_kfold", 0), cvRepeats: j.number("_num_cv_round", 1),
	}
	return j.refuse()
}

// refuse names what the image can do and this program cannot.
func (j *job) refuse() error {
	if hosts := j.contract.Resource.Hosts; len(hosts) > 1 {
		return platformError("sagefly trains XGBoost on one host; this job has %d (%s). Set InstanceCount to 1, or run the job on AWS.",
			len(hosts), strings.Join(hosts, ", "))
	}
	for _, c := range j.contract.Channels {
		if c.InputMode == "Pipe" && c.Name != "code" {
			return userError("Channel %s has input mode Pipe, which sagefly's trainer does not read. Use File mode.", c.Name)
		}
	}
	if j.text("use_dask_gpu_training") == "true" {
		return userError("Some configurations unsuitable for Dask GPU training were found: sagefly trains on the CPU." +
			" Remove use_dask_gpu_training.")
	}
	return nil
}

func (j *job) number(name string, otherwise int) int {
	v, ok := j.params.Get(name)
	if !ok {
		return otherwise
	}
	n, ok := v.Int()
	if !ok {
		return otherwise
	}
	return int(n)
}

// text returns a hyperparameter as Python prints it, "" when it is not set.
func (j *job) text(name string) string {
	v, ok := j.params.Get(name)
	if !ok {
		return ""
	}
	return v.String()
}

func (j *job) list(name string) []string {
	v, ok := j.params.Get(name)
	if !ok {
		return nil
	}
	return v.Strings()
}

// channel returns a channel's folder and settings.
func (j *job) channel(name string) (path string, c container.Channel, ok bool) {
	for _, c := range j.contract.Channels {
		if c.Name == name {
			return j.layout.Channel(name), c, true
		}
	}
	return "", container.Channel{}, false
}

// load checks and loads the channels in the container's order.
func (j *job) load() error {
	train, config, _ := j.channel("train")
	format, err := formatOf(config.ContentType)
	if err != nil {
		return err
	}
	validation, _, validated := j.channel("validation")
	if validated {
		if err := warnOfDuplicates(train, validation, j.log); err != nil {
			return err
		}
	}
	j.log.info("Determined 0 GPU(s) available on the instance.")
	paths := map[string]bool{}
	for _, path := range slices.Compact([]string{train, validation}) {
		if path == "" {
			continue
		}
		size, err := dataSize(path, j.log)
		if err != nil {
			return err
		}
		paths[path] = size > 0
	}
	for _, path := range []string{train, validation} {
		if paths[path] {
			if err := checkFormat(path, format, j.log); err != nil {
				return err
			}
		}
	}
	if !paths[train] {
		return userError("No data in training channel path %s", train)
	}
	if validated && !paths[validation] {
		return userError("No data in validation channel path %s", validation)
	}
	return j.loadMatrices(format, train, validation)
}

func (j *job) loadMatrices(format, train, validation string) (err error) {
	l := loader{lib: j.lib, log: j.log, format: format, weights: j.number("csv_weights", 0) == 1}
	if j.train, err = l.channels(train); err != nil {
		return err
	}
	if validation != "" {
		if j.validation, err = l.channels(validation); err != nil {
			return err
		}
	}
	if j.rounds.folds > 0 {
		j.both = j.train
		if validation != "" {
			j.log.info("Read both train and validation data into one DMatrix")
			if j.both, err = l.channels(train, validation); err != nil {
				return err
			}
		}
	}
	return nil
}

// modelPath is where the model goes.
func (j *job) modelPath(name string) string { return filepath.Join(j.layout.Model(), name) }

// modelName is the container's file name; folds get a number.
const modelName = "xgboost-model"

func foldModel(fold int) string { return fmt.Sprintf("%s-%d", modelName, fold) }
