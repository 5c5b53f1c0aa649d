//go:build !sagefly_task

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/image"
)

// imageFlags say where an image goes and what it stands on.
type imageFlags struct {
	base, tag, output string
	push              bool
}

func (o *imageFlags) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.tag, "tag", "", "REPOSITORY[:TAG] of the image (default the program's name and the image's digest)")
	f.StringVar(&o.output, "output", "", "write the image to this file, for docker load or image push")
	f.BoolVar(&o.push, "push", false, "push the image to the target's registry, or the one that --tag names")
}

// made is an image and what it is called where no --tag says so.
type made struct {
	image v1.Image
	name  string
}

// imageResult is an image as printed.
type imageResult struct {
	TrainingImage string // REPOSITORY:TAG
	ByDigest      string `json:",omitempty"` // REPOSITORY@sha256:…, of one that was pushed
	Digest        string
	File          string `json:",omitempty"`
	Existed       bool   // nothing had to be sent
}

// makeImage makes an image and brings it where the flags say.
func (a *app) makeImage(ctx context.Context, o *imageFlags, do func(context.Context) (made, error)) error {
	if o.output == "" && !o.push {
		return usage("the image goes nowhere", "neither --output nor --push is given", "--output image.tar", "--push")
	}
	a.screen.setStatus("making the image")
	m, err := do(ctx)
	if err != nil {
		return imageProblem(err, "")
	}
	digest, err := m.image.Digest()
	if err != nil {
		return err
	}
	r := imageResult{Digest: digest.String(), File: o.output}
	o.tag = cmp.Or(o.tag, m.name)
	if o.output != "" {
		if r.TrainingImage, err = image.Save(o.output, o.tag, m.image); err != nil {
			return imageProblem(err, o.output)
		}
	}
	if o.push {
		if err := a.pushImage(ctx, o.tag, m.image, &r); err != nil {
			return imageProblem(err, o.tag)
		}
	}
	a.screen.setStatus("")
	if a.json {
		return a.screen.object(r)
	}
	a.screen.print("%s", r.TrainingImage)
	return nil
}

func (a *app) pushImage(ctx context.Context, tag string, img v1.Image, r *imageResult) error {
	return a.registry(ctx, tag, func(ctx context.Context, at image.Access) error {
		o := image.PushOptions{Access: at, Progress: func(done, total int64) {
			a.screen.setStatus(fmt.Sprintf("pushing %s of %s", size(done), size(total)))
		}}
		pushed, err := image.Push(ctx, tag, img, o)
		if err != nil {
			return err
		}
		r.TrainingImage, r.ByDigest, r.Existed = pushed.Tagged, pushed.ByDigest, pushed.Existed
		r.Digest = pushed.Digest
		return nil
	})
}

// buildImage makes an image of a program or package; path is "" for this very program.
func (a *app) buildImage(ctx context.Context, path, base string) (m made, err error) {
	p, err := a.imageProgram(ctx, path)
	if err != nil {
		return m, err
	}
	a.ends = append(a.ends, func() { _ = p.Remove() }) // it is read when the image is written
	o := image.BuildOptions{Program: p.Path, Name: p.Name}
	if base != "" {
		if o.Base, err = a.baseImage(ctx, base); err != nil {
			return m, err
		}
	}
	img, err := image.Build(ctx, o)
	return made{img, repositoryName(p.Name)}, err
}

// imageProgram finds the program that an argument means.
func (a *app) imageProgram(ctx context.Context, path string) (image.Program, error) {
	if path == "" {
		return a.ownProgram(ctx)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return image.Program{}, a.noProgram(path, err)
	case info.IsDir():
		return image.FromPackage(ctx, path)
	}
	return image.Program{Path: path, Name: strings.TrimSuffix(filepath.Base(path), ".exe")}, nil
}

// ownProgram is this program as a job needs it, without commands and engine; where it cannot be built, the running executable.
func (a *app) ownProgram(ctx context.Context) (image.Program, error) {
	p, err := image.FromRunning(ctx)
	unbuilt, ok := errors.AsType[*image.SourceError](err)
	if !ok {
		return p, err
	}
	if p, err = image.FindProgram(ctx, false); err == nil {
		a.screen.note("the image has the running program as it is, which is larger and gives another digest, for it cannot be built: %v", unbuilt.Err)
	}
	return p, err
}

func (a *app) noProgram(path string, err error) error {
	p := refused("no such program or package", err.Error())
	if errors.Is(err, os.ErrNotExist) {
		p.Why = ""
	}
	p.Where, p.Cause = path, err
	return p
}

// imageOf is the image that a file holds, or one of the program that it is.
func (a *app) imageOf(ctx context.Context, path string) (made, error) {
	if path != "" && isFile(path) && !isExecutable(path) {
		base, err := image.Load(path)
		if err != nil {
			p := refused("neither an image nor a program", err.Error(), "sagefly image build PROGRAM --output image.tar")
			p.Where, p.Cause = path, err
			return made{}, p
		}
		return made{base.Image, ""}, nil
	}
	return a.buildImage(ctx, path, "")
}

// baseImage reads the image that another is put on: a file or a reference.
func (a *app) baseImage(ctx context.Context, base string) (b *image.Base, err error) {
	if isFile(base) {
		return image.Load(base)
	}
	err = a.registry(ctx, base, func(ctx context.Context, at image.Access) (err error) {
		b, err = image.Pull(ctx, base, at)
		return err
	})
	if err != nil {
		return nil, imageProblem(err, base)
	}
	return b, nil
}

// appended is what image append puts onto an image.
type appended struct {
	src, entry string
	keep       bool // the image's entry point
}

func (a *app) appendImage(ctx context.Context, base string, put appended) (m made, err error) {
	if put.src == "" {
		return m, usage("image append needs --src", "", "--src ./src")
	}
	if info, err := os.Stat(put.src); err != nil || !info.IsDir() {
		p := refused("no such folder", "")
		p.Where = "--src " + put.src
		return m, p
	}
	if put.entry == "" && isFile(filepath.Join(put.src, "train.py")) {
		put.entry = "train.py"
	}
	if put.entry != "" && !isFile(filepath.Join(put.src, put.entry)) {
		p := refused("the folder has no such file", "")
		p.Where = "--entry " + put.entry
		return m, p
	}
	b, err := a.baseImage(ctx, base)
	if err != nil {
		return m, err
	}
	o := image.AppendOptions{Src: put.src, Program: put.entry}
	if !put.keep {
		entry, err := image.FindEntry(ctx, a.io.Env)
		if err != nil {
			return m, err
		}
		o.Entry = entry.Path
		a.ends = append(a.ends, func() { _ = entry.Remove() })
	}
	img, err := image.Append(ctx, b, o)
	abs, _ := filepath.Abs(put.src)
	return made{img, repositoryName(filepath.Base(abs))}, err
}

// repositoryName is a name as repositories have them: lower case.
func repositoryName(name string) string {
	name = strings.Trim(strings.ToLower(name), "._-")
	if len(name) < 2 {
		return "program"
	}
	return name
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// isExecutable looks at how a file begins: as programs of Linux, Windows or macOS do.
func isExecutable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 4)
	if _, err := io.ReadFull(f, start); err != nil {
		return false
	}
	switch string(start) {
	case "\x7fELF", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe":
		return true
	}
	return string(start[:2]) == "MZ"
}
