//go:build !sagefly_task

package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/internal/awsjson"
)

func TestAWSJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 600e6, time.UTC)
	got, err := json.Marshal(awsjson.Tree(&sagemaker.DescribeTrainingJobOutput{
		TrainingJobName: new("a"), CreationTime: &at, TrainingJobStatus: types.TrainingJobStatusCompleted,
		HyperParameters:     map[string]string{"eta": "0.1"},
		ResourceConfig:      &types.ResourceConfig{InstanceCount: new(int32(1))},
		FinalMetricDataList: []types.MetricData{{MetricName: new("m"), Value: new(float32(0.5))}},
	}))
	want := `{"CreationTime":"2026-01-02T03:04:05.6Z","FinalMetricDataList":[{"MetricName":"m","Value":0.5}],"HyperParameters":{"eta":"0.1"},` +
		`"ResourceConfig":{"InstanceCount":1},"TrainingJobName":"a","TrainingJobStatus":"Completed"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	m := &meter{}
	m.define(&sagemaker.DescribeTrainingJobOutput{
		HyperParameters: map[string]string{"num_round": "50"},
		AlgorithmSpecification: &types.AlgorithmSpecification{MetricDefinitions: []types.MetricDefinition{
			{Name: new("validation:rmse"), Regex: new(`.*\[[0-9]+\].*#011validation-rmse:(\S+)`)},
			{Name: new("broken"), Regex: new(`(`)},
		}},
	})
	m.see("[2026-01-01:00:00:00:INFO] not a round")
	m.see("[7]#011train-rmse:1.5#011validation-rmse:2.5")
	if d := cmp.Diff([]string{"round 7 of 50", "validation:rmse 2.5"}, m.summary()); d != "" {
		t.Error(d)
	}
}

func TestPruneChoose(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	job := func(name string, days int, status types.TrainingJobStatus) jobRow {
		return jobRow{name: name, created: now.AddDate(0, 0, -days), status: status}
	}
	all := []jobRow{job("a", 0, "Completed"), job("b", 2, "Failed"), job("c", 3, "InProgress"), job("d", 4, "Stopped")}
	for _, c := range []struct {
		o    pruneFlags
		want string
	}{
		{pruneFlags{keep: 1}, "b d"},
		{pruneFlags{keep: 0}, "a b d"},
		{pruneFlags{keep: -1, older: 72 * time.Hour}, "d"},
		{pruneFlags{keep: 3, older: time.Hour}, "d"},
		{pruneFlags{keep: 9}, ""},
	} {
		var got []string
		for _, j := range c.o.choose(all, now) {
			got = append(got, j.name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.o, got, c.want)
		}
	}
}

func TestJobFileLines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j.yaml")
	text := "# comment\nA:\n  - X: 1\n    Y: {Z: 2}\n  - X: 3\nB: text\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := readJobFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{"": 2, "A": 2, "A 0 X": 3, "A 0 Y Z": 4, "A 1 X": 5, "A 1 Missing": 5, "B": 6, "C": 2} {
		if got := f.line(strings.Fields(at)); got != want {
			t.Errorf("%q: line %d, want %d", at, got, want)
		}
	}
}

func FuzzJobFile(f *testing.F) {
	f.Add([]byte("TrainingJobName: a\nHyperParameters: {eta: 0.10}\n"))
	f.Add([]byte("A: &x\n  - *x\n")) // overflowed the stack once
	f.Add([]byte("HyperParameterTuningJobName: a\nHyperParameterTuningJobConfig: {ParameterRanges: {ContinuousParameterRanges: [{MinValue: 0.10}], CategoricalParameterRanges: [{Values: [1, ~]}]}}\nTrainingJobDefinition: 1\n"))
	f.Add([]byte(`{"InputDataConfig":[{"ChannelName":null}],"a":&x [1],"b":*x}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := readJobFile("-", bytes.NewReader(text))
		if err != nil {
			return
		}
		if len(file.validate()) == 0 {
			if _, err := requestOf[sagemaker.CreateTrainingJobInput](file); err != nil {
				t.Errorf("valid, but no request: %v", err)
			}
		}
	})
}

func TestParseHoldout(t *testing.T) {
	t.Parallel()
	if f, s, err := parseHoldout("0.2:7"); f != 0.2 || s != 7 || err != nil {
		t.Errorf("%g %d %v", f, s, err)
	}
	for _, bad := range []string{"", "0", "1", "-0.1", "NaN", "0.2:", "0.2:x", "0.2:-1"} {
		if _, _, err := parseHoldout(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
