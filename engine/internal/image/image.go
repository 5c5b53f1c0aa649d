// Package image decides which program a training image means on this machine. In this order: the request's own
// ContainerEntrypoint; a built-in algorithm's image, for which there is a trainer; anything else is refused with the
// choices named. Nothing is ever substituted silently: the job's log says which image was asked for and what ran.
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
}

// Program is what runs in each host.
type Program struct {
	Version *algorithm.Version // of the built-in algorithm; nil for an entry point of the request
	Command []string
	Note    string // one line for the job's log: what was asked for and what runs
}

// Resolve returns the program. Errors are *api.Error with code ValidationException.
func (t *Trainer) Resolve(ctx context.Context, r Request) (Program, error) {
	if len(r.Entrypoint) > 0 {
		command := slices.Concat(r.Entrypoint, r.Arguments)
		return Program{Command: command, Note: fmt.Sprintf("image %s asked for; its entry point %s runs on this machine", r.Image, command[0])}, nil
	}
	ref, ok := algorithm.ParseImage(r.Image)
	if !ok {
		return Program{}, refuse(r, algorithm.ExplainImage(r.Image))
	}
	if r.Hyperparameters["sagemaker_program"] != "" {
		return Program{}, refuse(r, "script mode (hyperparameter sagemaker_program) is not served by this engine")
	}
	a, ok := algorithm.Lookup(ref.Algorithm)
	if !ok {
		return Program{}, refuse(r, "the catalogue has no algorithm "+ref.Algorithm)
	}
	version, err := a.Version(ref.Tag)
	if err != nil || !version.Trainable {
		return Program{}, refuse(r, fmt.Sprintf("this engine trains %s at %s", ref.Algorithm, strings.Join(trainable(a), " and ")))
	}
	command, err := t.Command(ctx, ref.Algorithm, ref.Tag)
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

func refuse(r Request, why string) error {
	what := r.Image
	if what == "" {
		what = "algorithm " + r.AlgorithmName
	}
	return api.ValidationError("This engine cannot run %s: %s. It runs the request's ContainerEntrypoint as a program of this machine, "+
		"or a built-in algorithm's image (sagefly algorithms lists them).", what, why)
}
