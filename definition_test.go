package sagefly_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
)

type none struct{}

func define[I, O any](name string, config sagefly.TrainingConfig) func() {
	return func() {
		sagefly.NewTraining(name, func(context.Context, I) (o O, err error) { return o, nil }, config)
	}
}

// manyChannels has one more than a job may have.
type manyChannels struct {
	A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U sagefly.Dir
}

func TestDefinitionsThatCannotWork(t *testing.T) {
	t.Parallel()
	type config = sagefly.TrainingConfig
	good := define[none, none]
	many := make([]string, 41)
	for i := range many {
		many[i] = fmt.Sprintf("m%d", i)
	}
	tests := map[string]struct {
		define func()
		want   string
	}{
		"empty name":          {good("", config{}), `task "": a name is 1–40 characters`},
		"capital":             {good("Digits", config{}), "a name is"},
		"dash at the end":     {good("digits-", config{}), "a name is"},
		"long name":           {good(strings.Repeat("a", 41), config{}), "a name is"},
		"dashes make it long": {good("a"+strings.Repeat("--a", 14), config{}), "a name is"},
		"line end":            {good("digits\n", config{}), "a name is"},
		"no function":         {func() { sagefly.NewTraining[none, none]("t", nil, config{}) }, `task "t": no function`},
		"input no struct":     {define[int, none]("t", config{}), "input: int is no struct"},
		"pointer output":      {define[none, *none]("t", config{}), "output: *sagefly_test.none is no struct"},
		"unsupported":         {define[struct{ Stream chan int }, none]("t", config{}), "field Stream (chan int)"},
		"platform's name": {define[struct {
			A int `sagefly:"sagemaker_region"`
		}, none]("t", config{}), `input: field A: hyperparameters with a name such as "sagemaker_region" are the platform's own`},
		"tuning's name": {define[struct {
			A int `sagefly:"_tuning_objective_metric"`
		}, none]("t", config{}), "the platform's own"},
		"channel taken": {define[struct{ Sagefly sagefly.Dir }, none]("t", config{}), `field Sagefly: the channel "sagefly" is taken`},
		"channel name": {define[struct {
			A sagefly.File `sagefly:"a b"`
		}, none]("t", config{}), `"a b"`},
		"long channel": {define[struct {
			A struct{ Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa sagefly.Dir }
		}, none]("t", config{}), "is no channel name"},
		"channels":     {define[manyChannels, none]("t", config{}), "field U: a job has at most 20 channels"},
		"metrics":      {good("t", config{Metrics: many}), "41, together with the numbers of the output: a job has at most 40"},
		"metric twice": {good("t", config{Metrics: []string{"a", "a"}}), `metrics: "a" is there twice`},
		"metric name":  {good("t", config{Metrics: []string{"a b"}}), `metrics: "a b" is no name`},
		"metric of the output": {
			define[none, struct{ Loss float64 }]("t", config{Metrics: []string{"loss"}}),
			`"loss" is a number of the output, which is a metric by itself: leave it out of Metrics`,
		},
		"long metric":         {good("t", config{Metrics: []string{strings.Repeat(".", 250)}}), "too long for the expression"},
		"instance type":       {good("t", config{InstanceType: "m5.xlarge"}), `config: InstanceType "m5.xlarge"`},
		"count":               {good("t", config{InstanceCount: -1}), "InstanceCount -1"},
		"volume":              {good("t", config{VolumeSizeGB: -1}), "VolumeSizeGB -1"},
		"retries":             {good("t", config{Retries: 31}), "Retries 31: want 0 to 30"},
		"fraction":            {good("t", config{MaxRuntime: 1500 * time.Millisecond}), "MaxRuntime 1.5s: want whole seconds"},
		"negative time":       {good("t", config{MaxRuntime: -time.Hour}), "MaxRuntime -1h0m0s"},
		"wait without spot":   {good("t", config{MaxWait: time.Hour}), "MaxWait is set, but Spot is not"},
		"wait under run time": {good("t", config{Spot: true, MaxWait: time.Hour}), "at least MaxRuntime, 24h0m0s"},
		"fraction of waiting": {good("t", config{Spot: true, MaxRuntime: time.Second, MaxWait: 1500 * time.Millisecond}), "MaxWait 1.5s"},
		"checkpoint address":  {good("t", config{CheckpointURI: "s3://b/c"}), "CheckpointURI is set, but Checkpoints is not"},
		"checkpoint path":     {good("t", config{Checkpoints: true, CheckpointURI: "./c"}), `CheckpointURI "./c"`},
		"variable":            {good("t", config{Environment: map[string]string{"a-b": ""}}), `Environment: "a-b" is no name`},
		"own variable":        {good("t", config{Environment: map[string]string{"SAGEFLY_TASK": ""}}), "SAGEFLY_TASK are set by the launcher"},
		"long variable":       {good("t", config{Environment: map[string]string{"A": strings.Repeat("x", 513)}}), "A has more than 512 characters"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if got, ok := recover().(string); !ok || !strings.HasPrefix(got, `sagefly: task "`) || !strings.Contains(got, tt.want) {
					t.Errorf("panic %q, want %q", got, tt.want)
				}
			}()
			tt.define()
			t.Error("no panic")
		})
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	type input struct {
		Train  sagefly.Dir
		Epochs int     `sagefly:"required,enum=1|2,help=how often"`
		Rate   float64 `sagefly:"learning_rate,default=0.1"`
	}
	type output struct {
		Accuracy float64
		Model    *sagefly.File
	}
	task := sagefly.NewTraining("digits", func(context.Context, input) (o output, err error) { return o, nil },
		sagefly.TrainingConfig{InstanceCount: 2, MaxRuntime: time.Hour, Metrics: []string{"loss"}})
	got, err := json.Marshal(task.Describe())
	want := `{"version":1,"name":"digits","kind":"training",` +
		`"input":[{"name":"train","kind":"dir","required":true},` +
		`{"name":"epochs","kind":"int","required":true,"enum":["1","2"],"help":"how often"},` +
		`{"name":"learning_rate","kind":"float","default":"0.1"}],` +
		`"output":[{"name":"accuracy","kind":"float"},{"name":"model","kind":"file","optional":true}],` +
		`"config":{"instanceType":"ml.m5.xlarge","instanceCount":2,"maxRuntimeSeconds":3600,"metrics":["loss","accuracy"]}}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

type callInput struct {
	Data  sagefly.File
	Times int `sagefly:"default=3"`
	Name  *string
	Skip  int `sagefly:"-"`
}

type callOutput struct {
	Text  string
	Skip  int          `sagefly:"-"`
	Model sagefly.File `sagefly:",omitzero"`
}

var repeat = sagefly.NewTraining("repeat", func(ctx context.Context, in callInput) (out callOutput, err error) {
	data, err := os.ReadFile(string(in.Data))
	if err != nil {
		return out, err
	}
	if in.Name != nil && *in.Name == "fails" {
		return out, errors.ErrUnsupported
	}
	if in.Name != nil && *in.Name == "loses a file" {
		return callOutput{Model: "/nowhere/model"}, nil
	}
	c := sagefly.ClusterFrom(ctx)
	return callOutput{Text: fmt.Sprint(strings.Repeat(string(data), in.Times), c.Rank, c.Size, in.Skip), Skip: 5, Model: in.Data}, nil
}, sagefly.TrainingConfig{InstanceCount: 4, Persist: sagefly.OnHost("algo-3")})

func TestCall(t *testing.T) {
	t.Parallel()
	data := sagefly.File(filepath.Join(t.TempDir(), "data"))
	if err := os.WriteFile(string(data), []byte("ab"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := repeat.Call(t.Context(), callInput{Data: data, Skip: 9})
	if want := (callOutput{Text: "ababab0 1 0", Model: data}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if _, err := repeat.Call(t.Context(), callInput{Data: data, Name: new("fails")}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the function's own error: %v", err)
	}
	for want, in := range map[string]callInput{
		`call task "repeat": output: field Model: /nowhere/model: no such file`:                  {Data: data, Name: new("loses a file")},
		`call task "repeat": input: data: s3://b/k: a call downloads nothing; give a local path`: {Data: "s3://b/k"},
	} {
		if _, err := repeat.Call(t.Context(), in); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := repeat.Call(t.Context(), callInput{}); err == nil || !strings.Contains(err.Error(), "Data") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestRetryable(t *testing.T) {
	t.Parallel()
	if err := sagefly.Retryable(nil); err != nil {
		t.Errorf("of nil: %v", err)
	}
	if err := sagefly.Retryable(os.ErrNotExist); !errors.Is(err, os.ErrNotExist) || err.Error() != os.ErrNotExist.Error() {
		t.Errorf("%v hides its cause", err)
	}
}
