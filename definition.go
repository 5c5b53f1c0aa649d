package sagefly

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// Limits of the API; see the data types CreateTrainingJobRequest, Channel, MetricDefinition and RetryStrategy.
const (
	maxChannels     = 20
	maxMetrics      = 40
	maxMetricName   = 255
	maxMetricRegex  = 500
	maxRetries      = 30
	maxEnvironment  = 100
	maxVariableSize = 512
	maxTags         = 50
)

var (
	taskName     = regexp.MustCompile(`^[a-z0-9](-*[a-z0-9]){0,39}$`)
	channelName  = regexp.MustCompile(`^[A-Za-z0-9.\-_]{1,64}$`)
	instanceType = regexp.MustCompile(`^ml\.[a-z0-9-]+\.[a-z0-9]+$`)
	variableName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// check says what of a definition cannot work at any time on any target.
func (d *definition) check() error {
	if !taskName.MatchString(d.name) || len(d.name) > 40 {
		return errors.New(`a name is 1–40 characters of a–z, 0–9 and "-", which neither starts nor ends it`)
	}
	if err := checkInput(d.input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if err := d.config.check(); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if err := d.checkMetrics(); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// checkInput says which field the API could not carry. nil is the schema of a kind that has none.
func checkInput(s *value.Schema) error {
	if s == nil {
		return nil
	}
	channels := 0
	for _, f := range s.Fields {
		switch {
		case !f.IsChannel() && !isUsers(f.Name):
			return fmt.Errorf("field %s: hyperparameters with a name such as %q are the platform's own", f.Path, f.Name)
		case !f.IsChannel():
			continue
		case !channelName.MatchString(f.Name):
			return fmt.Errorf("field %s: %q is no channel name: 1–64 characters of A–Z, a–z, 0–9, \".\", \"-\" and \"_\"", f.Path, f.Name)
		case f.Name == container.SpecChannel:
			return fmt.Errorf("field %s: the channel %q is taken by what does not fit into hyperparameters", f.Path, f.Name)
		}
		if channels++; channels > maxChannels {
			return fmt.Errorf("field %s: a job has at most %d channels", f.Path, maxChannels)
		}
	}
	return nil
}

// isUsers says that a hyperparameter is not one by which platforms speak to toolkits.
func isUsers(hyperparameter string) bool {
	return !strings.HasPrefix(hyperparameter, "sagemaker_") && hyperparameter != objectiveParameter
}

// objectiveParameter is what the service gives each trial of a search: the objective's name.
const objectiveParameter = "_tuning_objective_metric"

func (c TrainingConfig) check() error {
	switch {
	case c.InstanceType != "" && !instanceType.MatchString(c.InstanceType):
		return fmt.Errorf("InstanceType %q: want a type such as ml.m5.xlarge", c.InstanceType)
	case c.InstanceCount < 0:
		return fmt.Errorf("InstanceCount %d: want 1 or more, or 0 for 1", c.InstanceCount)
	case c.VolumeSizeGB < 0:
		return fmt.Errorf("VolumeSizeGB %d: want 1 or more, or 0 for 30", c.VolumeSizeGB)
	case c.Retries < 0 || c.Retries > maxRetries:
		return fmt.Errorf("Retries %d: want 0 to %d", c.Retries, maxRetries)
	case c.CheckpointURI != "" && !c.Checkpoints:
		return errors.New("CheckpointURI is set, but Checkpoints is not")
	case c.CheckpointURI != "" && !strings.HasPrefix(c.CheckpointURI, "s3://"):
		return fmt.Errorf("CheckpointURI %q: want an address such as s3://bucket/prefix", c.CheckpointURI)
	case len(c.Tags) > maxTags:
		return fmt.Errorf("%d Tags: a job has at most %d", len(c.Tags), maxTags)
	}
	return errors.Join(c.checkTimes(), c.checkEnvironment())
}

func (c TrainingConfig) checkTimes() error {
	d := c.withDefaults()
	switch {
	case c.MaxRuntime < 0 || c.MaxRuntime%time.Second != 0:
		return fmt.Errorf("MaxRuntime %v: want whole seconds", c.MaxRuntime)
	case c.MaxWait != 0 && !c.Spot:
		return errors.New("MaxWait is set, but Spot is not")
	case c.MaxWait < 0 || c.MaxWait%time.Second != 0:
		return fmt.Errorf("MaxWait %v: want whole seconds", c.MaxWait)
	case c.Spot && d.MaxWait < d.MaxRuntime:
		return fmt.Errorf("MaxWait %v: it contains the run time and so is at least MaxRuntime, %v", d.MaxWait, d.MaxRuntime)
	}
	return nil
}

func (c TrainingConfig) checkEnvironment() error {
	if len(c.Environment) > maxEnvironment {
		return fmt.Errorf("%d variables in Environment: a job has at most %d", len(c.Environment), maxEnvironment)
	}
	for name, v := range c.Environment {
		switch {
		case !variableName.MatchString(name) || len(name) > maxVariableSize:
			return fmt.Errorf("Environment: %q is no name of a variable", name)
		case strings.HasPrefix(name, "SAGEFLY_"):
			return fmt.Errorf("Environment: variables such as %s are set by the launcher", name)
		case len([]rune(v)) > maxVariableSize:
			return fmt.Errorf("Environment: %s has more than %d characters", name, maxVariableSize)
		}
	}
	return nil
}

// checkMetrics refuses names that a line of the log or a definition of the API cannot carry, and two metrics of one name.
func (d *definition) checkMetrics() error {
	names := d.metricNames()
	if len(names) > maxMetrics {
		return fmt.Errorf("%d, together with the numbers of the output: a job has at most %d", len(names), maxMetrics)
	}
	for i, name := range names {
		switch {
		case !isMetricName(name):
			return fmt.Errorf("%q is no name: 1–%d printable characters without spaces and \"=\"", name, maxMetricName)
		case len(metricPattern(name)) > maxMetricRegex:
			return fmt.Errorf("%q is too long for the expression that finds it", name)
		case slices.Contains(names[:i], name) && i >= len(d.config.Metrics):
			return fmt.Errorf("%q is a number of the output, which is a metric by itself: leave it out of Metrics", name)
		case slices.Contains(names[:i], name):
			return fmt.Errorf("%q is there twice", name)
		}
	}
	return nil
}

func isMetricName(name string) bool {
	odd := func(r rune) bool {
		return r == '=' || r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r)
	}
	return name != "" && len([]rune(name)) <= maxMetricName && !strings.ContainsFunc(name, odd)
}
