//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/image"
	"github.com/sagefly/sagefly/internal/upload"
)

// addImage says what runs: an algorithm's image, the task's own, or AWS's that carries a bundle.
func (p *preparation) addImage(context.Context) error {
	spec := p.request.AlgorithmSpecification
	switch {
	case p.kind == KindBuiltin:
		uri, err := algorithm.ImageURI(p.algorithm, p.tag, p.target.AWS.Region)
		spec.TrainingImage = &uri
		return err
	case p.config.Image != "":
		spec.TrainingImage = &p.config.Image
		return nil
	}
	uri, err := algorithm.CarrierURI(p.target.AWS.Region)
	if err != nil {
		return fmt.Errorf("%w; give the task an Image", err)
	}
	spec.TrainingImage = &uri
	return nil
}

// addProgram uploads the program that the image carries.
func (p *preparation) addProgram(ctx context.Context) error {
	switch {
	case p.kind == KindScript:
		return p.addScript(ctx)
	case p.kind == KindTraining && p.config.Image == "":
		return p.addOwnProgram(ctx)
	}
	return p.files.Ensure(ctx) // nothing else may be uploaded, and the job writes there
}

// addOwnProgram bundles this very program, when no bundle of it is there.
func (p *preparation) addOwnProgram(ctx context.Context) (err error) {
	program, err := image.FindProgram(ctx, p.target.Local)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.Remove()) }()
	sum, err := upload.HashFile(program.Path)
	if err != nil {
		return err
	}
	uri, err := p.files.Made(ctx, upload.Recipe{
		Name: bundleName, From: fmt.Sprintf("bundle 1 of program %s %s", program.Name, sum),
		Make: func(dst string) error { _, err := program.Bundle(ctx, dst); return err },
	})
	p.setProgram(program.Name, uri)
	return err
}

const bundleName = "sourcedir.tar.gz"

// addScript bundles a program or folder of the user's.
func (p *preparation) addScript(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "sagefly-bundle-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, bundleName)
	source, err := p.scriptSource(filepath.Join(dir, "source"))
	if err != nil {
		return err
	}
	if _, err := image.Bundle(ctx, source, file); err != nil {
		return err
	}
	uri, err := p.files.Path(ctx, file)
	if err != nil {
		return err
	}
	program := path.Clean(filepath.ToSlash(p.entry))
	if p.entry == "" {
		program = filepath.Base(p.path)
	}
	p.setProgram(program, uri)
	return nil
}

// setProgram asks for script mode as the SageMaker SDK does.
func (p *preparation) setProgram(program, bundle string) {
	h := p.request.HyperParameters
	h[programParameter], h[submitParameter] = jsonText(program), jsonText(bundle)
	h[regionParameter], h[levelParameter] = jsonText(p.target.AWS.Region), "20"
}
