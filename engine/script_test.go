package engine_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/testenv"
)

const (
	sklearn = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
	xgboost = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
)

// script is a job in script mode whose source has the given files.
func (s *site) script(t testing.TB, name, program string, files map[string]string) *sagemaker.CreateTrainingJobInput {
	t.Helper()
	s.put(t, "code/"+name+".tar.gz", bundle(t, files))
	r := request(name)
	r.AlgorithmSpecification.TrainingImage, r.AlgorithmSpecification.ContainerEntrypoint = new(sklearn), nil
	r.HyperParameters = map[string]string{
		"sagemaker_program": `"` + program + `"`, "sagemaker_submit_directory": `"s3://bucket/code/` + name + `.tar.gz"`,
		"sagemaker_region": `"us-east-1"`, "epochs": "3",
	}
	return r
}

func bundle(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	compressed := gzip.NewWriter(&b)
	archive := tar.NewWriter(compressed)
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// log is what the job's hosts printed, as it is in the data directory.
func jobLog(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "logs", "*", "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

const trainPy = `
import json, os, sys
print("loss=0.25")
print("args", " ".join(sys.argv[1:]), "in", os.getcwd())
with open(os.path.join(os.environ["SM_MODEL_DIR"], "told.json"), "w") as f:
    json.dump({"train": os.listdir(os.environ["SM_CHANNEL_TRAIN"]), "here": os.listdir("."), "entry": os.environ.get("SAGEFLY_ENTRY", "")}, f)
`

// Script mode of a framework's image and of XGBoost's: the bundle comes from the engine's own S3, Python runs it, the log says which.
func TestScriptMode(t *testing.T) {
	t.Parallel()
	for name, image := range map[string]string{"sklearn": sklearn, "xgboost": xgboost, "own": "example.com/mine:1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := start(t, engine.Config{Dir: dir})
			s.put(t, "data/a.csv", "1,2\n")
			r := s.script(t, "script", "train.py", map[string]string{"train.py": trainPy, "lib/x.py": ""})
			r.AlgorithmSpecification.TrainingImage = &image
			r.InputDataConfig = []types.Channel{channel("train", "s3://bucket/data")}
			s.create(t, r)
			d := s.await(t, "script", over)
			log := jobLog(t, dir)
			if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
				t.Fatalf("%s: %s\n%s", d.TrainingJobStatus, deref(d.FailureReason), log)
			}
			if len(d.FinalMetricDataList) != 1 || *d.FinalMetricDataList[0].Value != 0.25 {
				t.Errorf("final metrics %v, want loss 0.25", d.FinalMetricDataList)
			}
			for _, want := range []string{"image " + image + " asked for; its script train.py runs on this machine with ", "(Python 3.", "args --epochs 3 in "} {
				if !strings.Contains(log, want) {
					t.Errorf("the log lacks %q:\n%s", want, log)
				}
			}
			told := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))["told.json"]
			if !strings.Contains(told, `"train": ["a.csv"]`) || !strings.Contains(told, "train.py") || !strings.Contains(told, `"entry": ""`) {
				t.Errorf("the program saw %s", told)
			}
		})
	}
}

// A failing script's reason is the toolkit's text; a module that is missing is named with a way to get it.
func TestScriptFailure(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{})
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"raises":  {"raise ValueError('no label')\n", []string{"AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage ", "ValueError: no label", ", exit code: 1"}},
		"missing": {"import no_such_module\n", []string{"No module named 'no_such_module'", "requirements.txt", "SAGEFLY_PYTHON"}},
		"exit":    {"raise SystemExit(7)\n", []string{"ExitCode 7", ", exit code: 7"}},
		"killed":  {"import os; os.kill(os.getpid(), 9)\n", []string{"exit code: 137"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.create(t, s.script(t, name, "train.py", map[string]string{"train.py": tt.text}))
			d := s.await(t, name, over)
			for _, want := range tt.want {
				if !strings.Contains(deref(d.FailureReason), want) {
					t.Errorf("reason %q lacks %q", deref(d.FailureReason), want)
				}
			}
		})
	}
}

// A stop reaches the script as SIGTERM, once, and what it saves then is in the model.
func TestScriptStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, engine.Config{Dir: dir})
	const text = `
import os, signal, sys, time
count = 0
def stop(*_):
    global count
    count += 1
signal.signal(signal.SIGTERM, stop)
print("loss=1", flush=True)
while not count:
    time.sleep(0.01)
time.sleep(0.2)
open(os.environ["SM_MODEL_DIR"] + "/count", "w").write(str(count))
sys.exit(3)
`
	s.create(t, s.script(t, "stops", "train.py", map[string]string{"train.py": text}))
	s.await(t, "stops", secondary(types.SecondaryStatusTraining))
	s.await(t, "stops", func(*sagemaker.DescribeTrainingJobOutput) bool { return strings.Contains(jobLog(t, dir), "loss=1") })
	if _, err := s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: new("stops")}); err != nil {
		t.Fatal(err)
	}
	d := s.await(t, "stops", over)
	if d.TrainingJobStatus != types.TrainingJobStatusStopped || d.FailureReason != nil {
		t.Errorf("%s, reason %s", d.TrainingJobStatus, deref(d.FailureReason))
	}
	if got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))["count"]; got != "1" {
		t.Errorf("the script got %q signals, want 1", got)
	}
}

// A shell script and a program that is no text at all, in a bundle without Python.
func TestScriptModeOfPrograms(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{})
	program, err := os.ReadFile(static(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string]string{
		"run.sh": {"run.sh": "#!/bin/sh\necho \"$1 $2\" > \"$SM_MODEL_DIR/args\"\n"},
		"digits": {"digits": string(program)},
	} {
		job := strings.TrimSuffix(name, ".sh")
		s.create(t, s.script(t, job, name, files))
		d := s.await(t, job, over)
		if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
			t.Fatalf("%s: %s", name, deref(d.FailureReason))
		}
		if got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))["args"]; got != "--epochs 3\n" {
			t.Errorf("%s got arguments %q", name, got)
		}
	}
}

// static is a static program that writes its first two arguments into the model.
func static(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const source = `package main

import "os"

func main() {
	if err := os.WriteFile(os.Getenv("SM_MODEL_DIR")+"/args", []byte(os.Args[1]+" "+os.Args[2]+"\n"), 0o644); err != nil {
		panic(err)
	}
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", "program", "main.go")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GO111MODULE=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "program")
}

// The request and the environment choose the interpreter; one that is not there refuses the job before it is created.
func TestInterpreterIsChosen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fake := filepath.Join(t.TempDir(), "python-for-torch")
	real, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fake, []byte("#!/bin/sh\nTORCH=1 exec "+real+" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, engine.Config{Dir: dir, Pythons: []engine.Python{{Pattern: "*pytorch*", Path: fake}, {Pattern: "*tensor*", Path: "/nowhere/python"}}})
	s.put(t, "x", "")
	image := "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3-cpu-py311"
	r := s.script(t, "torch", "train.py", map[string]string{"train.py": "print('loss=1')\n"})
	r.AlgorithmSpecification.TrainingImage = &image
	s.create(t, r)
	if d := s.await(t, "torch", over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Errorf("torch: %s\n%s", deref(d.FailureReason), jobLog(t, dir))
	}
	r = s.script(t, "tensor", "train.py", nil)
	r.AlgorithmSpecification.TrainingImage = new("tensor:1")
	_, err = s.sagemaker.CreateTrainingJob(t.Context(), r)
	if code, message := refusal(t, err); code != "ValidationException" || !strings.Contains(message, "/nowhere/python") {
		t.Errorf("refused with %s %q", code, message)
	}
}

// Neither pip inside a script nor pip inside an entry point of one's own reaches the interpreter's packages.
func TestPipStaysInTheJob(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{})
	const text = `
import os, subprocess, sys
where = subprocess.run([sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True)
open(os.environ["SM_MODEL_DIR"] + "/where", "w").write(where.stdout)
`
	s.create(t, s.script(t, "script", "train.py", map[string]string{"train.py": text}))
	r := request("entrypoint")
	r.AlgorithmSpecification.ContainerEntrypoint = []string{
		"/bin/sh", "-c", `python3 -c "import sysconfig; print(sysconfig.get_path('purelib'))" > ${SAGEMAKER_BASE_DIR:-/opt/ml}/model/where`,
	}
	s.create(t, r)
	for _, name := range []string{"script", "entrypoint"} {
		d := s.await(t, name, over)
		if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
			t.Fatalf("%s: %s", name, deref(d.FailureReason))
		}
		got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))["where"]
		if !strings.Contains(got, "/jobs/") {
			t.Errorf("%s: pip would install into %s, which is not the job's own", name, got)
		}
	}
}

// A requirements.txt is installed once, into a folder of its own, and what the interpreter has stays visible.
func TestRequirements(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	wheel(t, filepath.Join(cache, "wheels"), "tinyfact", "1.5")
	dir := t.TempDir()
	s, cmd := child(t, dir, "PATH="+filepath.Dir(testenv.Python(t))+":"+os.Getenv("PATH"), "XDG_CACHE_HOME="+cache, "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+filepath.Join(cache, "wheels"))
	defer kill9(t, cmd)
	s.put(t, "x", "")
	files := map[string]string{
		"requirements.txt": "tinyfact==1.5\n",
		"train.py":         "import tinyfact, pip, sys\nprint('from', tinyfact.__file__)\nprint(f'loss={tinyfact.fact}')\n",
	}
	for _, name := range []string{"first", "second"} {
		s.create(t, s.script(t, name, "train.py", files))
		if d := s.await(t, name, over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
			t.Fatalf("%s: %s\n%s", name, deref(d.FailureReason), jobLog(t, dir))
		}
	}
	log := jobLog(t, dir)
	for _, want := range []string{"installing into the new environment " + cache, "installed in ", " is reused", "from " + cache} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	files["requirements.txt"] = "not-in-the-index==1\n"
	s.create(t, s.script(t, "broken", "train.py", files))
	d := s.await(t, "broken", over)
	if got := deref(d.FailureReason); !strings.Contains(got, "InstallRequirementsError:\nExitCode 1\n") {
		t.Errorf("reason %q, want the toolkit's InstallRequirementsError", got)
	}
}

// wheel writes a package with one number in it.
func wheel(t *testing.T, dir, name, version string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, name+"-"+version+"-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info := name + "-" + version + ".dist-info/"
	archive := zip.NewWriter(f)
	for member, text := range map[string]string{
		name + ".py": "fact = " + version + "\n", info + "RECORD": "",
		info + "METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n",
		info + "WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	} {
		w, err := archive.Create(member)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}

// The engine is killed while a script's source is on its way or the script runs; the next engine completes the job, which ran once.
func TestScriptOutlivesTheEngine(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many engines")
	}
	for i := range 6 {
		wait := time.Duration(i) * 60 * time.Millisecond
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ran := filepath.Join(dir, "ran")
			s, cmd := child(t, dir)
			s.put(t, "x", "")
			s.create(t, s.script(t, "crash", "run.sh", map[string]string{
				"run.sh": "echo once >> " + ran + "\nsleep 0.2; echo loss=0.25; echo model > \"$SM_MODEL_DIR/weights\"\n",
			}))
			time.Sleep(wait)
			kill9(t, cmd)
			s, cmd = child(t, dir)
			defer kill9(t, cmd)
			checkAdopted(t, s, s.await(t, "crash", over), ran)
		})
	}
}
