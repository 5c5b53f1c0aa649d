package image

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/helper"
	"github.com/sagefly/sagefly/internal/entry"
)

// script is the entry point that script mode names: by the variable, else by the hyperparameter.
func (r Request) script() (name string, ok bool) {
	if name := r.Environment["SAGEMAKER_PROGRAM"]; name != "" {
		return name, true
	}
	text, ok := r.Hyperparameters["sagemaker_program"]
	if !ok {
		return "", false
	}
	if value, ok := container.Decode(text); ok {
		if s, isText := value.(string); isText {
			text = s
		}
	}
	return text, true
}

// script runs the entry, which finds script and interpreter by variables.
func (p *Programs) script(ctx context.Context, r Request, name string) (Program, error) {
	program, err := helper.Program()
	if err != nil {
		return Program{}, err
	}
	python, err := p.interpreter(r.Image)
	if err != nil && strings.HasSuffix(name, ".py") {
		return Program{}, api.ValidationError("This engine cannot run script %s of %s: %s. Activate an environment, or name an interpreter "+
			"(sagefly serve --python PATH, or SAGEFLY_PYTHON).", name, r.asked(), err)
	}
	env := map[string]string{entry.Variable: "1", entry.PythonVariable: python, entry.EnvironmentsVariable: p.Environments}
	what := fmt.Sprintf("the program %s of the submitted source", name)
	if strings.HasSuffix(name, ".py") {
		what = fmt.Sprintf("its script %s", name)
		python = p.known(ctx, python, env)
	} else {
		python = ""
	}
	return Program{
		Command: []string{program}, Env: env,
		Note: fmt.Sprintf("image %s asked for; %s runs on this machine%s", r.asked(), what, python),
	}, nil
}

// known gives the entry what the interpreter said of itself, and returns the words about it. One that does not answer is the
// entry's to report, in the job's log.
func (p *Programs) known(ctx context.Context, path string, env map[string]string) string {
	found, err := p.probes.ask(ctx, path)
	if err != nil {
		return " with " + path
	}
	if facts, err := json.Marshal(found); err == nil {
		env[entry.InterpreterVariable] = string(facts)
	}
	return " with " + found.String()
}
