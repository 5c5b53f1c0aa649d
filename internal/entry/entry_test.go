package entry

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sagefly/sagefly/container"
)

// The test binary is the entry that tests start.
func TestMain(m *testing.M) {
	if os.Getenv(Variable) != "" {
		os.Exit(Main(System()))
	}
	os.Exit(m.Run())
}

// job is one host's contract and source, as a test lays it.
type job struct {
	root string
	env  []string
}

func lay(t *testing.T, hyperparameters map[string]string, files map[string]string) job {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(root, "ml")
	c := container.Contract{
		Hyperparameters: hyperparameters,
		Resource:        container.Resource{CurrentHost: "algo-1", InstanceType: "ml.m5.large", Hosts: []string{"algo-1"}},
	}
	if err := c.Write(root); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(t, filepath.Join(root, "code", name), text)
	}
	return job{root: root, env: []string{
		Variable + "=1", container.BaseDirVariable + "=" + root, studioVariable + "=true", "PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir(), "LANG=C.UTF-8",
	}}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (j job) command() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = j.env
	return cmd
}

// run starts the entry and returns its exit code and output.
func (j job) run(t *testing.T) (code int, output string) {
	t.Helper()
	var out bytes.Buffer
	cmd := j.command()
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// read is the content of a file below the contract's folder; "" when it is not there.
func (j job) read(name string) string {
	text, _ := os.ReadFile(filepath.Join(j.root, name))
	return string(text)
}

func python3(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Fatalf("these tests start python3: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// golden is what the public toolkit did with testdata/cases.json; testdata/oracle.py wrote it.
type golden struct {
	Toolkit string
	Cases   []struct {
		Name    string
		Exit    int
		Success bool
		Failure string
		Model   map[string]string
	}
}

type scenario struct {
	Name            string
	Env             map[string]string
	Hyperparameters map[string]string
	Channels        map[string]json.RawMessage
	Files           map[string]string
}

func load(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// Arguments, variables, folder, success and failure files are the toolkit's. Its exit code is 1 for every failure, ours is the program's.
func TestAsTheToolkit(t *testing.T) {
	t.Parallel()
	var want golden
	var scenarios []scenario
	load(t, "golden.json", &want)
	load(t, "cases.json", &scenarios)
	if len(want.Cases) != len(scenarios) {
		t.Fatalf("%d golden cases for %d scenarios: run testdata/oracle.py", len(want.Cases), len(scenarios))
	}
	for i, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w := want.Cases[i]
			j := s.lay(t)
			code, output := j.run(t)
			if (code == 0) != (w.Exit == 0) || (j.read("output/success") == "" && exists(j, "output/success")) != w.Success {
				t.Errorf("exit code %d, success file %v; the toolkit: %d, %v\n%s", code, exists(j, "output/success"), w.Exit, w.Success, output)
			}
			plain := strings.NewReplacer(j.root, "/opt/ml", python3(t), "PYTHON")
			compareFailure(t, plain.Replace(j.read("output/failure")), w.Failure)
			if diff := cmp.Diff(told(t, w.Model), told(t, j.model(t, plain))); diff != "" {
				t.Errorf("what the program saw (-toolkit +ours):\n%s", diff)
			}
		})
	}
}

// compareFailure demands the toolkit's text, but for refusals and its own errors, whose wording is ours: there the name must be in it.
func compareFailure(t *testing.T, got, want string) {
	t.Helper()
	head, _, _ := strings.Cut(want, "\n")
	switch {
	case strings.HasPrefix(want, "The training entry point"):
		if !strings.Contains(strings.ToLower(got), "entry point") {
			t.Errorf("failure file %q; the toolkit refuses: %s", got, want)
		}
	case head == "Framework Error: ":
		if !strings.HasPrefix(got, head) {
			t.Errorf("failure file %q, want a framework error", got)
		}
	default:
		got, _, _ := cutLine(got, `ExtraInfo "The script ran with `) // our hint
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("failure file (-toolkit +ours):\n%s", diff)
		}
	}
}

// cutLine takes the line that begins with prefix out of text.
func cutLine(text, prefix string) (rest, line string, found bool) {
	before, after, found := strings.Cut(text, prefix)
	if !found {
		return text, "", false
	}
	line, after, _ = strings.Cut(after, "\n")
	return before + after, prefix + line, true
}

func exists(j job, name string) bool {
	_, err := os.Stat(filepath.Join(j.root, name))
	return err == nil
}

func (s scenario) lay(t *testing.T) job {
	t.Helper()
	dump, err := os.ReadFile("testdata/dump.py")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, text := range s.Files {
		files[name] = strings.ReplaceAll(text, "$DUMP", string(dump))
	}
	j := lay(t, s.Hyperparameters, files)
	channels, err := json.Marshal(s.Channels)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(j.root, "input/config/inputdataconfig.json"), string(channels))
	j.env = append(j.env, PythonVariable+"="+python3(t), "TRAINING_JOB_NAME=job-1", "AWS_REGION=eu-west-1", "PYTHONDONTWRITEBYTECODE=1")
	for name, value := range s.Env {
		j.env = append(j.env, name+"="+value)
	}
	return j
}

func (j job) model(t *testing.T, plain *strings.Replacer) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(j.root, "model"))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, e := range entries {
		m[e.Name()] = plain.Replace(j.read("model/" + e.Name()))
	}
	return m
}

// told decodes what dump.py left, so that a difference can be read.
func told(t *testing.T, model map[string]string) map[string]any {
	t.Helper()
	m := map[string]any{}
	for name, text := range model {
		var v any = text
		if name == "told.json" {
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				t.Fatal(err)
			}
		}
		m[name] = v
	}
	return m
}
