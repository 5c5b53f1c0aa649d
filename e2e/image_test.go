package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// serveDocker starts an engine that runs images in containers of the tests' daemon.
func serveDocker(t *testing.T) *engine {
	t.Helper()
	return serveWith(t, []string{"--docker=" + testenv.Docker(t)})
}

// image runs an image command in the repository, where the Go packages are, and returns the reference that it printed.
func (e *engine) image(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(e.inRepository(t, e.program, append([]string{"image"}, args...)...))
}

// inRepository runs a program on the engine's data directory, with the Go toolchain's caches.
func (e *engine) inRepository(t *testing.T, program string, args ...string) string {
	t.Helper()
	return e.in(t, testenv.Root(t), program, args...)
}

// in is inRepository in another folder.
func (e *engine) in(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, append(args, "--data", e.data)...)
	cmd.Dir, cmd.Env = dir, e.bare(t)
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, name+"="+strings.TrimSpace(string(value)))
	}
	return result(t, cmd)
}

// buildDigits compiles the example as its user would.
func (e *engine) buildDigits(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "digits")
	e.inRepository(t, "sh", "-c", `CGO_ENABLED=0 go build -o "$0" ./examples/digits`, program)
	return program
}

// otherCheckout is the example's module at another path: the files that its program is built from.
func otherCheckout(t *testing.T) string {
	t.Helper()
	root, dir := testenv.Root(t), t.TempDir()
	list := exec.Command("go", "list", "-deps", "-tags=sagefly_task", "-f",
		`{{if not .Standard}}{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}`, "./examples/digits")
	list.Dir = root
	files := map[string]string{}
	for _, path := range append(strings.Fields(result(t, list)), filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Join(dir, strings.TrimPrefix(path, root))] = string(text)
	}
	writeFiles(t, files)
	return dir
}

// A program has one image: whether sagefly builds it from a folder, in any checkout, or the program itself, started anywhere. It had
// another one when the program itself made it, with the commands and the engine inside.
func TestOneImageOfOneProgram(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	digits, out := e.buildDigits(t), t.TempDir()
	file := filepath.Join(out, "first.tar")
	want := e.image(t, "build", "./examples/digits", "--output", file)
	for way, run := range map[string]func(output string) string{
		"again": func(output string) string {
			return e.inRepository(t, e.program, "image", "build", "./examples/digits", "--output", output)
		},
		"from elsewhere": func(output string) string {
			return e.in(t, out, e.program, "image", "build", filepath.Join(testenv.Root(t), "examples/digits"), "--output", output)
		},
		"another checkout": func(output string) string {
			return e.in(t, filepath.Join(otherCheckout(t), "examples/digits"), e.program, "image", "build", ".", "--output", output)
		},
		"its own":            func(output string) string { return e.inRepository(t, digits, "image", "build", "--output", output) },
		"its own, elsewhere": func(output string) string { return e.in(t, out, digits, "image", "build", "--output", output) },
	} {
		if got := strings.TrimSpace(run(filepath.Join(out, "other.tar"))); got != want {
			t.Errorf("%s: the image is %s, want %s", way, got, want)
		}
	}
	type pushed struct {
		TrainingImage, Digest string
		Existed               bool
	}
	_, tag, _ := strings.Cut(want, ":")
	var first, second pushed
	decode(t, e.in(t, out, digits, "image", "push", "digits", "--json"), &first)
	if first.Existed || first.TrainingImage != "000000000000.dkr.ecr.us-east-1.amazonaws.com/digits:"+tag || !strings.HasPrefix(first.Digest, "sha256:"+tag) {
		t.Errorf("it pushed %+v, want image %s", first, want)
	}
	decode(t, e.inRepository(t, e.program, "image", "push", file, "digits", "--json"), &second)
	if second != (pushed{first.TrainingImage, first.Digest, true}) {
		t.Errorf("sagefly pushed %+v after it pushed %+v", second, first)
	}
	var s struct {
		Digest     string
		Size       int64
		Entrypoint []string
		Problems   []any
	}
	decode(t, e.in(t, out, digits, "image", "inspect", first.TrainingImage, "--json"), &s)
	if s.Digest != first.Digest || len(s.Problems) > 0 || len(s.Entrypoint) != 1 || s.Entrypoint[0] != "/opt/sagefly/bin/digits" || s.Size > 10<<20 {
		t.Errorf("the image is %+v", s)
	}
}

// Without a Go toolchain the image has the running program, and the command says so.
func TestOwnImageWithoutToolchain(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	cmd := exec.Command(e.buildDigits(t), "image", "push", "digits:whole", "--data", e.data)
	cmd.Env = []string{"PATH=" + t.TempDir(), "HOME=" + e.home, "TMPDIR=" + os.TempDir()}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || string(out) != "000000000000.dkr.ecr.us-east-1.amazonaws.com/digits:whole\n" || !strings.Contains(stderr.String(), "there is no Go toolchain") {
		t.Errorf("printed %q and %q: %v", out, stderr.String(), err)
	}
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("stdout is %q: %v", text, err)
	}
}

// A task's image is built without Docker by the program that has the task, pushed to the engine's registry and run in two
// containers, which train together.
func TestDigitsInContainers(t *testing.T) {
	t.Parallel()
	e := serveDocker(t)
	digits := e.buildDigits(t)
	reference := strings.TrimSpace(e.inRepository(t, digits, "image", "push", "digits"))
	var r digitsRun
	decode(t, e.inRepository(t, digits, "run", "--json", "--image", reference), &r)
	if r.TrainingJobStatus != "Completed" || r.Output.Accuracy < 0.9 || r.Output.Images != 1438 || r.Output.Host != "algo-1" {
		t.Errorf("printed %+v", r)
	}
	var job struct {
		AlgorithmSpecification struct{ TrainingImage string }
		ResourceConfig         struct{ InstanceCount int }
	}
	if err := json.Unmarshal([]byte(e.sagefly(t, "show", r.TrainingJobName, "--json")), &job); err != nil {
		t.Fatal(err)
	}
	if job.AlgorithmSpecification.TrainingImage != reference || job.ResourceConfig.InstanceCount != 2 {
		t.Errorf("the job is %+v, want image %s on two hosts", job, reference)
	}
}

// countingScript is a training script that leaves what it was given.
const countingScript = `import json, os
words = sum(len(open(os.path.join(os.environ["SM_CHANNEL_TRAIN"], f)).read().split()) for f in os.listdir(os.environ["SM_CHANNEL_TRAIN"]))
print("words=%d" % words)
json.dump({"words": words, "lr": os.environ["SM_HP_LR"], "root": os.path.exists("/.dockerenv")}, open(os.environ["SM_MODEL_DIR"] + "/model.json", "w"))
`

// Code and sagefly-train are put onto an image with Python that Docker saved, and the result runs as a job.
func TestAppendedImageRuns(t *testing.T) {
	t.Parallel()
	name := testenv.PythonImage(t)
	e := serveDocker(t)
	dir := t.TempDir()
	base, src := filepath.Join(dir, "base.tar"), filepath.Join(dir, "src")
	result(t, exec.Command("docker", "-H", testenv.Docker(t), "save", "-o", base, name))
	writeFiles(t, map[string]string{filepath.Join(src, "train.py"): countingScript, filepath.Join(dir, "words", "w.txt"): "one two three\n"})
	reference := e.image(t, "append", base, "--src", src, "--tag", "words:v1", "--push")
	if reference != "000000000000.dkr.ecr.us-east-1.amazonaws.com/words:v1" {
		t.Fatalf("pushed as %s", reference)
	}
	e.aws(t, "s3", "mb", "s3://words")
	e.aws(t, "s3", "cp", filepath.Join(dir, "words", "w.txt"), "s3://words/in/w.txt")
	script := e.python(t, "image_train.py", reference)
	if want := `{"words": 3, "lr": "0.1", "root": true}`; strings.TrimSpace(script) != want {
		t.Errorf("the model is %s, want %s", script, want)
	}
}

// boto3 creates a repository, sees the image that is pushed to it, and logs in as Docker would.
func TestECRWithBoto3(t *testing.T) {
	t.Parallel()
	e := serve(t)
	src := t.TempDir()
	writeFiles(t, map[string]string{filepath.Join(src, "main.go"): "package main\n\nfunc main() {}\n", filepath.Join(src, "go.mod"): "module example.com/empty\n"})
	e.python(t, "ecr_boto3.py", "create", "team/empty")
	reference := e.image(t, "push", src, "team/empty:v1")
	inspected := e.sagefly(t, "image", "inspect", reference, "--json")
	var s struct{ Digest string }
	if err := json.Unmarshal([]byte(inspected), &s); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(e.python(t, "ecr_boto3.py", "images", "team/empty")); got != s.Digest+" v1" {
		t.Errorf("boto3 sees %q, want %q", got, s.Digest+" v1")
	}
	login := strings.Fields(e.python(t, "ecr_boto3.py", "login"))
	for password, want := range map[string]int{login[2]: http.StatusOK, "wrong": http.StatusUnauthorized} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, login[0]+"/v2/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(login[1], password)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("the registry answers %d, want %d", resp.StatusCode, want)
		}
	}
}

// An image outlives the engine that it was pushed to.
func TestImagesOutliveTheEngine(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	src := t.TempDir()
	writeFiles(t, map[string]string{filepath.Join(src, "main.go"): "package main\n\nfunc main() {}\n", filepath.Join(src, "go.mod"): "module example.com/empty\n"})
	file := filepath.Join(t.TempDir(), "empty.tar")
	e.image(t, "build", src, "--output", file)
	reference := e.image(t, "push", file, "empty") // each command is an engine of its own
	var pushed struct{ Existed bool }
	if err := json.Unmarshal([]byte(e.sagefly(t, "image", "push", file, reference, "--json")), &pushed); err != nil {
		t.Fatal(err)
	}
	if !pushed.Existed {
		t.Error("the next engine does not have the image")
	}
	if out := e.sagefly(t, "image", "inspect", reference); !strings.Contains(out, "linux/amd64") {
		t.Errorf("it shows %s", out)
	}
}

func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
