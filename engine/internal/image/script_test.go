package image

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/internal/entry"
)

const (
	sklearn = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
	torch   = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.3-cpu-py311"
	mine    = "000000000000.dkr.ecr.us-east-1.amazonaws.com/digits:1"
)

// The order of what decides: entry point, script mode, built-in, container; with a container runner the user's own images first.
func TestOrder(t *testing.T) {
	t.Parallel()
	p := &Programs{Trainer: &Trainer{Path: "/opt/sagefly"}}
	script := map[string]string{"sagemaker_program": `"train.py"`}
	variable := map[string]string{"SAGEMAKER_PROGRAM": "run.sh"}
	tests := map[string]struct {
		request Request
		want    string // of the note, or of the refusal
	}{
		"script":                    {Request{Image: sklearn, Hyperparameters: script}, "script train.py runs on this machine with "},
		"script in XGBoost's image": {Request{Image: xgboost + "3.0-5", Hyperparameters: script}, "script train.py runs on this machine with "},
		"script by variable":        {Request{Image: sklearn, Hyperparameters: script, Environment: variable}, "the program run.sh of the submitted source runs on this machine"},
		"script of no image":        {Request{AlgorithmName: "mine", Hyperparameters: script}, "algorithm mine asked for; its script"},
		"entry point before script": {Request{Image: sklearn, Hyperparameters: script, Entrypoint: []string{"/bin/true"}}, "entry point /bin/true"},
		"own image":                 {Request{Image: mine}, "cannot run " + mine},
		"own image, container":      {Request{Image: mine, Containers: true}, "image " + mine + " runs in a container"},
		"own script, container":     {Request{Image: mine, Hyperparameters: script, Containers: true}, "runs in a container"},
		"carrier, container":        {Request{Image: sklearn, Hyperparameters: script, Containers: true}, "script train.py runs on this machine"},
		"DLC, container":            {Request{Image: torch, Hyperparameters: script, Containers: true}, "script train.py runs on this machine"},
		"built-in, container":       {Request{Image: xgboost + "3.0-5", Containers: true}, "trainer for xgboost 3.0-5"},
	}
	for name, tt := range tests {
		got, err := p.Resolve(t.Context(), tt.request)
		text := got.Note
		if err != nil {
			text = err.Error()
		}
		if !strings.Contains(text, tt.want) {
			t.Errorf("%s: %q, want %q", name, text, tt.want)
		}
	}
}

// What containers get is what SageMaker gives them: "train", the request's arguments, or its entry point.
func TestContainer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ entrypoint, arguments, command []string }{
		{nil, nil, []string{"train"}},
		{nil, []string{"a"}, []string{"a"}},
		{[]string{"/e"}, []string{"a"}, []string{"a"}},
		{[]string{"/e"}, nil, nil},
	} {
		got := contained(Request{Image: mine, Entrypoint: tt.entrypoint, Arguments: tt.arguments})
		if diff := cmp.Diff(Program{Image: mine, Entrypoint: tt.entrypoint, Command: tt.command, Note: got.Note}, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt, diff)
		}
	}
}

func TestParsePython(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Python{
		"/usr/bin/python3":                 {"", "/usr/bin/python3"},
		"*pytorch-training:2.*=/opt/t/py3": {"*pytorch-training:2.*", "/opt/t/py3"},
	} {
		if got, err := ParsePython(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "*torch*="} {
		if p, err := ParsePython(text); err == nil {
			t.Errorf("%q is taken as %v", text, p)
		}
	}
	for pattern, want := range map[string]bool{
		"": true, "*": true, "*pytorch-training:2.*": true, "pytorch*": false, "*pytorch-training": false, "*:2?3*": false, "*.2.3*": false,
		"763104351884.dkr.ecr.*.amazonaws.com/*": true,
	} {
		if got := (Python{Pattern: pattern}).matches(torch); got != want {
			t.Errorf("pattern %q matches %v, want %v", pattern, got, want)
		}
	}
}

// The first interpreter that fits is taken; one that is not there is an error and not passed over.
func TestInterpreterOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"first", "second"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p := &Programs{Pythons: []Python{{"*torch*", filepath.Join(dir, "first")}, {"*tensor*", filepath.Join(dir, "missing")}, {"", filepath.Join(dir, "second")}}}
	if got, err := p.interpreter(torch); err != nil || got != filepath.Join(dir, "first") {
		t.Errorf("torch: %s, %v", got, err)
	}
	if got, err := p.interpreter(sklearn); err != nil || got != filepath.Join(dir, "second") {
		t.Errorf("sklearn: %s, %v", got, err)
	}
	_, err := p.Resolve(t.Context(), Request{Image: "tensor:1", Hyperparameters: map[string]string{"sagemaker_program": "train.py"}})
	if e, ok := errors.AsType[*api.Error](err); !ok || !strings.Contains(e.Message, "missing") || !strings.Contains(e.Message, "SAGEFLY_PYTHON") {
		t.Errorf("missing interpreter: %v", err)
	}
	if _, err := p.Resolve(t.Context(), Request{Image: "tensor:1", Hyperparameters: map[string]string{"sagemaker_program": "digits"}}); err != nil {
		t.Errorf("a program that needs no Python: %v", err)
	}
}

// The variable has the flag's syntax.
func TestInterpreterByVariable(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3; get it by: apt-get install python3")
	}
	t.Setenv(PythonVariable, "*torch*=/nowhere/python,"+python)
	p := &Programs{}
	if _, err := p.interpreter(torch); err == nil {
		t.Error("the variable's pattern is not read")
	}
	got, err := p.Resolve(t.Context(), Request{Image: sklearn, Hyperparameters: map[string]string{"sagemaker_program": "train.py"}})
	if err != nil || got.Env[entry.PythonVariable] != python || got.Env[entry.Variable] == "" || got.Env[entry.InterpreterVariable] == "" {
		t.Errorf("%v, %v", got, err)
	}
}
