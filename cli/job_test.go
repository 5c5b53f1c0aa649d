//go:build !sagefly_task

package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
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
	job := func(name string, days int, status types.TrainingJobStatus) types.TrainingJobSummary {
		return types.TrainingJobSummary{TrainingJobName: &name, CreationTime: new(now.AddDate(0, 0, -days)), TrainingJobStatus: status}
	}
	all := []types.TrainingJobSummary{job("a", 0, "Completed"), job("b", 2, "Failed"), job("c", 3, "InProgress"), job("d", 4, "Stopped")}
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
			got = append(got, *j.TrainingJobName)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.o, got, c.want)
		}
	}
}

// archive makes a tar.gz of entries; a name ending in / is a folder, one with -> a link.
func archive(t *testing.T, entries ...string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, e := range entries {
		h := &tar.Header{Name: e, Mode: 0o644, Size: 1, Typeflag: tar.TypeReg}
		if name, to, ok := strings.Cut(e, "->"); ok {
			h = &tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}
		} else if strings.HasSuffix(e, "/") {
			h = &tar.Header{Name: e, Mode: 0o755, Typeflag: tar.TypeDir}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			_, _ = w.Write([]byte("x"))
		}
	}
	_ = w.Close()
	_ = zip.Close()
	return &b
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unpack(archive(t, "./", "xgboost-model", "./deep/er/file"), dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"xgboost-model", "deep/er/file"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "x" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	for _, evil := range []string{"../out", "/etc/out", "a/../../out", "link->/etc"} {
		if err := unpack(archive(t, evil), t.TempDir()); err == nil {
			t.Errorf("%s was unpacked", evil)
		}
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "way")); err != nil {
		t.Fatal(err)
	}
	if err := unpack(archive(t, "way/out"), dir); err == nil {
		t.Error("a link that was there led out of the folder")
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
	f.Add([]byte(`{"InputDataConfig":[{"ChannelName":null}],"a":&x [1],"b":*x}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := readJobFile("-", bytes.NewReader(text))
		if err != nil {
			return
		}
		if len(file.validate()) == 0 {
			if _, err := file.request(); err != nil {
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
