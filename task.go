package sagefly

import (
	"context"
	"slices"
	"time"

	"github.com/sagefly/sagefly/internal/value"
)

// Task is a task of any kind: what cli.Main takes. This package alone makes tasks.
type Task interface {
	Name() string
	Describe() Description
	definition() *definition
}

// Kinds of tasks, as [Description] names them.
const (
	KindTraining = "training" // a Go function
	KindBuiltin  = "builtin"  // a built-in algorithm
	KindScript   = "script"   // a program of the user's, usually Python
	KindTuning   = "tuning"   // a search around one of these
)

// definition is a task without its Go types.
type definition struct {
	name          string
	kind          string
	config        TrainingConfig
	input, output *value.Schema
	// call runs the function in a job: nil for kinds without one. File values are local paths both ways. What the function
	// returned is taken apart by the function that call returns, and so only in processes that persist it.
	call func(ctx context.Context, in value.Values) (output func() (value.Values, error), err error)

	algorithm, tag string            // KindBuiltin
	path           string            // KindScript: a .py file, another program, or a folder
	entry          string            // KindScript: the program inside a folder
	patterns       map[string]string // KindScript: metric → expression

	tuned  *definition  // KindTuning: the task whose jobs the trials are
	search TuningConfig // KindTuning: with defaults
}

// Description is a task for programs, such as the one that registers tasks with Flyte. Its JSON form is what a program
// with tasks prints for the argument "describe".
type Description struct {
	Version int                `json:"version"` // 1
	Name    string             `json:"name"`
	Kind    string             `json:"kind"`
	Input   []FieldDescription `json:"input"`
	Output  []FieldDescription `json:"output"`
	Config  ConfigDescription  `json:"config"`
	Tuning  *TuningDescription `json:"tuning,omitempty"` // of a search
}

// FieldDescription is one field of an input or output.
type FieldDescription struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // int, float, bool, string, duration, time, text, json, file, dir
	Optional bool     `json:"optional,omitempty"`
	Required bool     `json:"required,omitempty"`
	Default  *string  `json:"default,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Help     string   `json:"help,omitempty"`
}

// ConfigDescription is what of a [TrainingConfig] another program can use, with defaults filled in.
type ConfigDescription struct {
	InstanceType  string   `json:"instanceType"`
	InstanceCount int      `json:"instanceCount"`
	MaxRuntime    int      `json:"maxRuntimeSeconds"`
	Spot          bool     `json:"spot,omitempty"`
	Checkpoints   bool     `json:"checkpoints,omitempty"`
	Image         string   `json:"image,omitempty"`
	Metrics       []string `json:"metrics,omitempty"`
}

func (d *definition) describe() Description {
	c := d.config.withDefaults()
	return Description{
		Version: 1, Name: d.name, Kind: d.kind,
		Input: describeFields(d.input), Output: describeFields(d.output),
		Config: ConfigDescription{
			InstanceType: c.InstanceType, InstanceCount: c.InstanceCount, MaxRuntime: int(c.MaxRuntime / time.Second),
			Spot: c.Spot, Checkpoints: c.Checkpoints, Image: c.Image, Metrics: d.metricNames(),
		},
		Tuning: d.describeSearch(),
	}
}

// describeFields lists a schema's fields; nil is the schema of a kind that has none.
func describeFields(s *value.Schema) []FieldDescription {
	list := []FieldDescription{}
	if s == nil {
		return list
	}
	for _, f := range s.Fields {
		d := FieldDescription{
			Name: f.Name, Kind: string(f.Kind), Optional: f.Optional, Required: f.Required, Enum: f.Enum, Help: f.Help,
		}
		if f.HasDefault {
			d.Default = new(f.Default)
		}
		list = append(list, d)
	}
	return list
}

// metricNames are all metrics of the task: those of the configuration and the plain numbers of the output.
func (d *definition) metricNames() []string {
	if d.kind == KindTuning {
		return d.tuned.metricNames()
	}
	names := slices.Clone(d.config.Metrics)
	for _, f := range d.numbers() {
		names = append(names, f.Name)
	}
	return names
}

// numbers are the fields of a function's output that are metrics by themselves.
func (d *definition) numbers() (list []value.Field) {
	if d.kind != KindTraining {
		return nil
	}
	for _, f := range d.output.Fields {
		if isNumber(f) {
			list = append(list, f)
		}
	}
	return list
}

// isNumber says that an output's field is a metric by itself.
func isNumber(f value.Field) bool { return f.Kind == value.Int || f.Kind == value.Float }
