package container

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func single() Contract {
	return Contract{
		Hyperparameters: map[string]string{"objective": "binary:logistic", "num_round": "5", "eta": "0.3"},
		Channels:        []Channel{{Name: "train", ContentType: "text/csv"}},
		Resource:        Resource{CurrentHost: "algo-1", InstanceType: "ml.c5.xlarge", Hosts: []string{"algo-1"}},
	}
}

func cluster() Contract {
	return Contract{
		Hyperparameters: map[string]string{"text": `a<b> & "c" é`, "sagemaker_program": `"train.py"`},
		Channels: []Channel{
			{Name: "train", ContentType: "text/libsvm", InputMode: "Pipe", RecordWrapper: "RecordIO"},
			{Name: "a-1", InputMode: "FastFile", Distribution: "ShardedByS3Key"},
		},
		Resource: Resource{
			Hosts: []string{"algo-1", "algo-2", "algo-3", "algo-10"},
			Groups: []Group{
				{Name: "big", InstanceType: "ml.c5.4xlarge", Hosts: []string{"algo-1", "algo-2"}},
				{Name: "small", InstanceType: "ml.m5.large", Hosts: []string{"algo-10", "algo-3"}},
			},
		},
		Metrics:        []MetricDefinition{{"validation:rmse", `.*\[[0-9]+\].*#011validation-rmse:(\S+)`}},
		CheckpointPath: "/opt/ml/checkpoints",
	}.Host("algo-3")
}

// The files in testdata are written by hand after the examples of real jobs.
func TestWriteFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Contract{"single": single(), "cluster": cluster()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			if err := c.Write(root); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(files(t, filepath.Join("testdata", name)), files(t, Layout{Root: root}.ConfigDir())); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		m[e.Name()] = string(data)
	}
	return m
}

func TestWriteTree(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "ml")
	c := cluster()
	for range 2 { // it can be repeated
		if err := c.Write(root); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(root, name)
		got[rel] = info.Mode().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		".": "drwxrwxrwx", "input": "drwxr-xr-x", "input/config": "drwxr-xr-x", "input/data": "drwxr-xr-x",
		"input/data/a-1":                    "drwxr-xr-x", // Pipe channels have no directory
		"input/config/hyperparameters.json": "-rw-r--r--", "input/config/inputdataconfig.json": "-rw-r--r--",
		"input/config/resourceconfig.json": "-rw-r--r--", "input/config/metric-definition-regex.json": "-rw-r--r--",
		"input/config/checkpointconfig.json": "-rw-r--r--",
		"checkpoints":                        "drwxrwxrwx", "model": "drwxrwxrwx", "output": "drwxrwxrwx", "output/data": "drwxrwxrwx",
		"output/metrics": "drwxrwxrwx", "output/metrics/sagemaker": "drwxrwxrwx",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func TestReadWhatWriteWrote(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	want := cluster()
	want.JobName, want.JobARN, want.Region = "j", "arn:aws:sagemaker:eu-west-1:1:training-job/j", "eu-west-1"
	if err := want.Write(root); err != nil {
		t.Fatal(err)
	}
	got, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	got = got.Identify(func(name string) string { return want.Env(root)[name] })
	want.Resource.Hosts = []string{"algo-1", "algo-10", "algo-2", "algo-3"}
	want.Resource.NetworkInterface = "eth0"
	want.Channels = []Channel{
		{Name: "a-1", InputMode: "FastFile", Distribution: "ShardedByS3Key", RecordWrapper: "None"},
		{Name: "train", ContentType: "text/libsvm", InputMode: "Pipe", Distribution: "FullyReplicated", RecordWrapper: "RecordIO"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
	if got.Resource.Index() != 3 {
		t.Errorf("index of algo-3 = %d, want 3", got.Resource.Index())
	}
}

func TestReadTolerates(t *testing.T) {
	t.Parallel()
	got, err := Read(t.TempDir()) // no file at all
	if err != nil {
		t.Fatal(err)
	}
	want := Contract{Resource: Resource{InstanceType: "local", Group: "homogeneousCluster", NetworkInterface: "eth0"}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
	root := t.TempDir()
	writeConfig(t, root, "hyperparameters.json", `{"n": 5, "l": [1, 2], "s": "x", "b": true, "z": null}`)
	got, err = Read(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"n": "5", "l": "[1,2]", "s": "x", "b": "true", "z": ""}, got.Hyperparameters); diff != "" {
		t.Errorf("hyperparameters (-want +got):\n%s", diff)
	}
}

func TestReadNamesTheBrokenFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"hyperparameters.json", "inputdataconfig.json", "resourceconfig.json"} {
		root := t.TempDir()
		writeConfig(t, root, name, `{"a":`)
		if _, err := Read(root); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Read with broken %s: %v, want an error that names the file", name, err)
		}
	}
}

func writeConfig(t *testing.T, root, name, text string) {
	t.Helper()
	dir := Layout{Root: root}.ConfigDir()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	c := Contract{
		JobName: "j", JobARN: "arn:aws:sagemaker:us-east-1:123456789012:training-job/j", Region: "us-east-1",
		Environment:     map[string]string{"A": "1", "AWS_REGION": "elsewhere"},
		Hyperparameters: map[string]string{"eta": "1"},
	}
	want := map[string]string{
		"A": "1", "TRAINING_JOB_NAME": "j", "TRAINING_JOB_ARN": "arn:aws:sagemaker:us-east-1:123456789012:training-job/j",
		"AWS_REGION": "us-east-1", "SAGEMAKER_METRICS_DIRECTORY": "/opt/ml/output/metrics/sagemaker",
	}
	if diff := cmp.Diff(want, c.Env(Root)); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	l := Layout{Root: "/data/ml"}
	for in, want := range map[string]string{
		"/opt/ml/checkpoints": "/data/ml/checkpoints", "/opt/ml": "/data/ml", "/data/ml/a": "/data/ml/a",
		"/opt/ml/../../etc": "", "/opt/mlx": "", "/tmp": "", "/opt/ml/a/../b": "/data/ml/b", "/data/ml/../x": "",
	} {
		if got, ok := l.Locate(in); got != want || ok != (want != "") {
			t.Errorf("Locate(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, dir := range []string{"single", "cluster"} {
		m := map[string][]byte{}
		for _, name := range []string{"hyperparameters", "inputdataconfig", "resourceconfig"} {
			data, err := os.ReadFile(filepath.Join("testdata", dir, name+".json"))
			if err != nil {
				f.Fatal(err)
			}
			m[name] = data
		}
		f.Add(m["hyperparameters"], m["inputdataconfig"], m["resourceconfig"])
	}
	f.Fuzz(func(t *testing.T, hyper, input, resource []byte) {
		var c Contract
		if c.parseHyperparameters(hyper) != nil || c.parseChannels(input) != nil || c.parseResource(resource) != nil {
			return
		}
		env := c.SMEnv(Root) // whatever was read can be shown to a program
		for _, name := range []string{"SM_HOSTS", "SM_CHANNELS", "SM_USER_ARGS", "SM_RESOURCE_CONFIG", "SM_INPUT_DATA_CONFIG"} {
			if !json.Valid([]byte(env[name])) {
				t.Errorf("%s is not JSON: %s", name, env[name])
			}
		}
		again, err := printJSON(c.Resource.file())
		if err != nil {
			t.Fatal(err)
		}
		var back Contract
		if err := back.parseResource(again); err != nil {
			t.Fatalf("%s does not read back: %v", again, err)
		}
	})
}
