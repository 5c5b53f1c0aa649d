package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// AppendOptions say what Append puts onto an image: code, the entry, or both.
type AppendOptions struct {
	// Src is a folder of code; it comes to /opt/sagefly/code, where the training toolkit and the entry look for it by
	// SAGEMAKER_SUBMIT_DIRECTORY. What [Bundle] leaves out stays out here too. "" = none.
	Src string
	// Program is the script in Src that a job starts with, when its request names none (SAGEMAKER_PROGRAM).
	Program string
	// Entry is the path of sagefly-train; it becomes the image's entry point. "" = the image's own stays. See [FindEntry].
	Entry string
	// Labels are added to the image's own.
	Labels map[string]string
}

// EntryInImage is where Append puts sagefly-train.
const EntryInImage = "/sagefly-train"

// commandVariable names what sagefly-train runs when there is no program (SAGEMAKER_PROGRAM).
const commandVariable = "SAGEFLY_COMMAND"

// Append puts one layer with code and the entry onto an image, for example one with Python. The image runs as root then, for
// SageMaker mounts /opt/ml owned by root. With Entry its former entry point is kept in the label [LabelEntrypoint] and is what
// the entry runs when there is no program, with the argument train that SageMaker would have given it.
func Append(ctx context.Context, base *Base, o AppendOptions) (v1.Image, error) {
	items, source, err := o.items()
	if err != nil {
		return nil, err
	}
	layer, err := newLayer(ctx, items)
	if err != nil {
		return nil, err
	}
	labels := base.labels()
	if source != "" {
		labels[LabelSource] = source
	}
	maps.Copy(labels, o.Labels)
	return base.extend(layer, "sagefly image append", func(c *v1.Config) {
		o.configure(c, labels)
	})
}

func (o AppendOptions) configure(c *v1.Config, labels map[string]string) {
	if o.Src != "" {
		setEnv(c, "SAGEMAKER_SUBMIT_DIRECTORY="+codeDir)
	}
	if o.Program != "" {
		setEnv(c, "SAGEMAKER_PROGRAM="+o.Program)
	}
	if o.Entry != "" && !slices.Equal(c.Entrypoint, []string{EntryInImage}) { // a second Append does not wrap the wrapper
		if former := slices.Concat(c.Entrypoint, c.Cmd); len(former) > 0 {
			labels[LabelEntrypoint] = list(former)
		}
		if len(c.Entrypoint) > 0 {
			setEnv(c, commandVariable+"="+list(append(slices.Clone(c.Entrypoint), "train")))
		}
		c.Entrypoint, c.Cmd = []string{EntryInImage}, nil
	}
	addLabels(c, labels)
}

// list is a command as a JSON array.
func list(command []string) string {
	text, _ := json.Marshal(command) // strings
	return string(text)
}

// items are the layer's files, and the hash of the code.
func (o AppendOptions) items() (items []item, source string, err error) {
	if o.Program != "" && o.Src == "" {
		return nil, "", errors.New("append: a program without the folder that it is in")
	}
	if o.Src == "" && o.Entry == "" {
		return nil, "", errors.New("append: neither code nor an entry")
	}
	if o.Entry != "" {
		if err := runnable(o.Entry); err != nil {
			return nil, "", &ProgramError{o.Entry, err}
		}
		items = append(items, item{name: EntryInImage, mode: 0o755, path: o.Entry})
	}
	if o.Src == "" {
		return items, "", nil
	}
	code, err := o.code()
	if err != nil {
		return nil, "", fmt.Errorf("append %s: %w", o.Src, err)
	}
	if source, err = hashItems(code); err != nil {
		return nil, "", fmt.Errorf("append %s: %w", o.Src, err)
	}
	return append(items, code...), source, nil
}

func (o AppendOptions) code() ([]item, error) {
	if o.Program != "" {
		if !filepath.IsLocal(o.Program) {
			return nil, fmt.Errorf("program %s is not in the folder", o.Program)
		}
		if info, err := os.Stat(filepath.Join(o.Src, o.Program)); err != nil || !info.Mode().IsRegular() {
			return nil, fmt.Errorf("program %s is not in the folder", o.Program)
		}
	}
	entries, err := collect(o.Src)
	if err != nil {
		return nil, err
	}
	var items []item
	for _, e := range entries {
		items = append(items, item{name: codeDir + "/" + e.name, mode: e.mode(), path: e.path})
	}
	return items, nil
}
