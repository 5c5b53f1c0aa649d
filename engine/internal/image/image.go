// Package image decides which program a training image means on this machine, in this order: the request's own
// ContainerEntrypoint; script mode; a built-in algorithm's image, for which there is a trainer; an image that a container runner can
// start; anything else is refused with the choices named. Nothing is ever substituted silently: the job's log says which image was
// asked for and what ran.
package image

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/api"
)

// Request is what of CreateTrainingJob decides the program.
type Request struct {
	Image           string
	AlgorithmName   string
	Entrypoint      []string
	Arguments       []string
	Hyperparameters map[string]string
	Environment     map[string]string
	Containers      bool // the engine has a runner for images
}

// Program is what runs in each host.
type Program struct {
	Version    *algorithm.Version // of the built-in algorithm; nil for every other program
	Image      string             // container image to run; "" = a program of this machine
	Entrypoint []string           // of the image, where the request replaces it
	Command    []string           // program and arguments; with Image the arguments
	Env        map[string]string  // besides what every job's program gets, and not over what the request says
	Private    bool               // its own pip must not reach the interpreter's packages: see [Programs.Private]
	Note       string             // one line for the job's log: what was asked for and what runs
}

// Programs knows the programs of this machine.
type Programs struct {
	Trainer *Trainer
	Pythons []Python // tried in order for the image; the interpreter of the engine's own environment comes last
	// Environments is the folder of Python environments that jobs share: one for each requirements.txt.
	Environments string

	probes probes
}

// Resolve returns the program. Errors are *api.Error with code ValidationException.
func (p *Programs) Resolve(ctx context.Context, r Request) (Program, error) {
	if r.InContainer() {
		return contained(r), nil
	}
	if len(r.Entrypoint) > 0 {
		command := slices.Concat(r.Entrypoint, r.Arguments)
		note := fmt.Sprintf("image %s asked for; its entry point %s runs on this machine", r.Image, command[0])
		return Program{Command: command, Private: true, Note: note}, nil
	}
	if name, ok := r.script(); ok {
		return p.script(ctx, r, name)
	}
	return p.builtin(ctx, r)
}

// BuiltIn says that the request is for a built-in algorithm and not for a program of its own.
func (r Request) BuiltIn() bool {
	_, script := r.script()
	_, known := algorithm.ParseImage(r.Image)
	return known && len(r.Entrypoint) == 0 && !script
}

func (p *Programs) builtin(ctx context.Context, r Request) (Program, error) {
	ref, ok := algorithm.ParseImage(r.Image)
	if !ok {
		return Program{}, refuse(r, algorithm.ExplainImage(r.Image))
	}
	a, ok := algorithm.Lookup(ref.Algorithm)
	if !ok {
		return Program{}, refuse(r, "the catalogue has no algorithm "+ref.Algorithm)
	}
	version, err := a.Version(ref.Tag)
	if err != nil || !version.Trainable {
		return Program{}, refuse(r, fmt.Sprintf("this engine trains %s at %s", ref.Algorithm, strings.Join(trainable(a), " and ")))
	}
	command, err := p.Trainer.Command(ctx, ref.Algorithm, ref.Tag)
	if err != nil {
		return Program{}, api.ValidationError("%s", err)
	}
	return Program{
		Version: &version, Command: command,
		Note: fmt.Sprintf("image %s asked for; sagefly's trainer for %s %s runs on this machine", r.Image, ref.Algorithm, ref.Tag),
	}, nil
}

func trainable(a algorithm.Algorithm) (tags []string) {
	for _, v := range a.Versions {
		if v.Trainable {
			tags = append(tags, v.Tag)
		}
	}
	return tags
}

// asked is what the request names, for texts.
func (r Request) asked() string {
	if r.Image == "" {
		return "algorithm " + r.AlgorithmName
	}
	return r.Image
}

func refuse(r Request, why string) error {
	return api.ValidationError("This engine cannot run %s: %s. It runs the request's ContainerEntrypoint as a program of this machine, "+
		"script mode (hyperparameters sagemaker_program and sagemaker_submit_directory) by this machine's Python, "+
		"a built-in algorithm's image (sagefly algorithms lists them), and with a container runner every other image.", r.asked(), why)
}
