package sagefly

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/value"
)

// Builtin is a task around one version of a built-in algorithm, whose hyperparameters are the struct P. Make it with [NewBuiltin].
// It is launched as a [Training] is; it has no Call, because the algorithm is no function of this program.
type Builtin[P any] struct {
	def *definition
}

// BuiltinVersion is a version of a built-in algorithm, such as xgboost.Latest.
type BuiltinVersion[P any] interface {
	Algorithm() string // name in the catalogue
	Tag() string       // of the image
	Params() P         // the zero value: the version's hyperparameters by their type
}

// BuiltinInput is what a built-in algorithm trains with.
type BuiltinInput[P any] struct {
	// Params are the hyperparameters, which the algorithm's own rules check before a job is created.
	Params P `sagefly:",inline"`
	// Train is the folder, or one file, of the channel "train". CSV has no header and the label first.
	Train Dir
	// Validation is that of the channel "validation", for metrics and early stopping; "" = none.
	Validation Dir `sagefly:"validation,omitzero"`
	// ContentType of both channels; "" = text/csv.
	ContentType string `sagefly:"content_type,default=text/csv"`
}

// contentType is the field of a built-in algorithm's input that is no hyperparameter.
const contentType = "content_type"

// BuiltinOutput is what a job of a built-in algorithm leaves.
type BuiltinOutput struct {
	Model   File               // the algorithm's file in model.tar.gz
	Metrics map[string]float64 // final values by name: validation:rmse
}

// NewBuiltin defines a task. name is 1–40 characters of a–z, 0–9 and "-". The config's Image, Metrics and Persist are the algorithm's own
// business and must not be set. It panics when the name, the version or the configuration cannot work, saying which: tasks are
// defined when a program starts.
//
//	var Churn = sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{InstanceType: "ml.m5.large"})
func NewBuiltin[P any](name string, version BuiltinVersion[P], config TrainingConfig) *Builtin[P] {
	b, err := newBuiltin(name, version, config)
	if err != nil {
		panic(fmt.Sprintf("sagefly: task %q: %v", name, err))
	}
	return b
}

func newBuiltin[P any](name string, version BuiltinVersion[P], config TrainingConfig) (*Builtin[P], error) {
	facts, err := builtinFacts(version.Algorithm(), version.Tag())
	if err != nil {
		return nil, err
	}
	input, err := builtinSchema(reflect.TypeFor[BuiltinInput[P]](), facts)
	if err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	output, err := schemaOf(reflect.TypeFor[BuiltinOutput]())
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	def := &definition{
		name: name, kind: KindBuiltin, config: config, input: input, output: output,
		algorithm: facts.Algorithm, tag: facts.Tag,
	}
	return &Builtin[P]{def: def}, errors.Join(def.check(), builtinConfig(config))
}

// Name is the task's name.
func (b *Builtin[P]) Name() string { return b.def.name }

// Describe is the task for programs: its fields and configuration.
func (b *Builtin[P]) Describe() Description { return b.def.describe() }

func (b *Builtin[P]) definition() *definition { return b.def }

// builtinFacts finds a version whose hyperparameters are known.
func builtinFacts(name, tag string) (algorithm.Version, error) {
	a, ok := algorithm.Lookup(name)
	if !ok {
		return algorithm.Version{}, fmt.Errorf("find algorithm %q: there are %v", name, algorithm.Names())
	}
	v, err := a.Version(tag)
	if err == nil && len(v.Hyperparameters) == 0 {
		err = fmt.Errorf("use %s version %s: its hyperparameters are not known", name, v.Tag)
	}
	return v, err
}

func builtinConfig(c TrainingConfig) error {
	switch {
	case c.Image != "":
		return errors.New("config: Image is set, and a built-in algorithm has an image of its own")
	case c.Metrics != nil:
		return errors.New("config: Metrics is set, and a built-in algorithm has metrics of its own")
	case c.Persist != nil:
		return errors.New("config: Persist is set, and a built-in algorithm returns no values that a process could keep back")
	}
	return nil
}

// builtinSchema compiles a struct and takes the fields' help from the catalogue, which is where it is written.
func builtinSchema(t reflect.Type, facts algorithm.Version) (*value.Schema, error) {
	schema, err := schemaOf(t)
	if err != nil {
		return nil, err
	}
	for i, f := range schema.Fields {
		if h, ok := facts.Hyperparameter(f.Name); ok {
			schema.Fields[i].Help = h.Description
		}
	}
	return schema, nil
}

// checkBuiltin applies the algorithm's own rules to hyperparameters, with the container's message.
func (d *definition) checkBuiltin(hyperparameters map[string]string) error {
	facts, err := builtinFacts(d.algorithm, d.tag)
	if err != nil {
		return err
	}
	if _, err := facts.Validate(hyperparameters); err != nil {
		return fmt.Errorf("hyperparameters of %s %s: %w", d.algorithm, facts.Tag, err)
	}
	return nil
}
