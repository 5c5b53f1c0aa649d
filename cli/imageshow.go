//go:build !sagefly_task

package cli

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/sagefly/sagefly/image"
)

func (a *app) showImage(s image.Summary) error {
	if a.json {
		return a.screen.object(s)
	}
	rows := [][]string{
		{"image", s.Reference}, {"digest", s.Digest}, {"format", s.MediaType}, {"platform", strings.Join(s.Platforms, ", ")},
	}
	if len(s.Layers) > 0 {
		rows = append(rows, []string{"size", size(s.Size)}, []string{"entry point", shellLine(s.Entrypoint)})
	}
	if len(s.Cmd) > 0 {
		rows = append(rows, []string{"command", shellLine(s.Cmd)})
	}
	for _, v := range s.Env {
		rows = append(rows, []string{"variable", clip(clean(v), 200)})
	}
	for _, p := range s.Problems {
		rows = append(rows, []string{problemRow(p), p.What + ": " + p.Why})
	}
	for _, line := range table(rows) {
		a.screen.print("%s", line)
	}
	return nil
}

// problemRow tells what stops a training job from what hosting refuses, or nobody has tried.
func problemRow(p image.Problem) string {
	if p.Stops {
		return "problem"
	}
	return "warning"
}

// imageProblem explains the errors of images and registries. where is what the command was asked about.
func imageProblem(err error, where string) error {
	if _, said := errors.AsType[*Problem](err); said {
		return err
	}
	p := knownImageProblem(err)
	if p == nil {
		return err
	}
	if p.Where == "" {
		p.Where = where
	}
	p.Cause = err
	return p
}

func knownImageProblem(err error) *Problem {
	if e, ok := errors.AsType[*image.ProgramError](err); ok {
		p := refused("the program does not run in an image", e.Err.Error(), "CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -tags sagefly_task",
			"or name the package's folder, which is built so:  sagefly image build ./PACKAGE")
		p.Where = e.Path
		return p
	}
	if e, ok := errors.AsType[*image.EntryError](err); ok {
		return refused("no sagefly-train for the image", strings.Join(e.Tried, "\n"), image.EnvEntry+"=/path/to/sagefly-train",
			"or leave the image's own entry point:  --keep-entrypoint")
	}
	if e, ok := errors.AsType[*image.RegionError](err); ok {
		return refused("the image would be in another region than the jobs", e.Error(), "--region "+e.Region)
	}
	if e, ok := errors.AsType[*image.TagTakenError](err); ok {
		return refused("the tag is taken", e.Error(), "leave the tag out: it is the image's digest then")
	}
	return refusedByRegistry(err)
}

func refusedByRegistry(err error) *Problem {
	_, missing := errors.AsType[*types.RepositoryNotFoundException](err)
	answer, answered := errors.AsType[*transport.Error](err)
	switch {
	case missing:
		return refused("no such repository", "the target's registry does not have it", "an image of Docker Hub is named docker.io/library/NAME:TAG")
	case errors.Is(err, image.ErrLogin):
		return &Problem{What: "the registry wants a login", Why: err.Error(), Exit: exitAccess, Fix: []string{"docker login HOST"}}
	case errors.Is(err, image.ErrPlainHTTP):
		return refused("the registry does not speak TLS", err.Error())
	case errors.Is(err, image.ErrPlatform):
		return refused("the image is not for linux/amd64", err.Error())
	case errors.Is(err, image.ErrNoRoots):
		return refused("no CA certificates for the image", err.Error(), "install ca-certificates", "or give the image a base:  --base IMAGE")
	case answered && answer.StatusCode == http.StatusNotFound:
		return refused("the registry has no such image", err.Error())
	case errors.Is(err, fs.ErrNotExist):
		return refused("no such file", err.Error())
	}
	return nil
}
