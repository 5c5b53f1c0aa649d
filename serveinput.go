package sagefly

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// input is what the job hands to the function: hyperparameters, the spec channel and the files of the other channels.
func (p *process) input() (value.Values, error) {
	spec, err := p.layout.ReadSpec()
	if err != nil {
		return value.Values{}, err
	}
	v := value.Values{Params: map[string]string{}, Files: map[string]string{}}
	maps.Copy(v.Params, spec.Values)
	for name, text := range p.contract.Hyperparameters {
		if isUsers(name) {
			v.Params[name] = text
		}
	}
	for _, f := range p.task.input.Fields {
		if !f.IsChannel() {
			continue
		}
		path, err := p.channel(f, spec.Members[f.Name])
		if err != nil {
			return v, fmt.Errorf("input: channel %q (field %s): %w", f.Name, f.Path, err)
		}
		if path != "" {
			v.Files[f.Name] = path
		}
	}
	return v, nil
}

// channel is the local path of a channel's file or folder, "" where the job has no such channel.
func (p *process) channel(f value.Field, member string) (string, error) {
	i := slices.IndexFunc(p.contract.Channels, func(c container.Channel) bool { return c.Name == f.Name })
	if i < 0 {
		return "", nil
	}
	if p.contract.Channels[i].InputMode == "Pipe" {
		return "", errors.New("input mode Pipe: a function reads files, which the modes File and FastFile give")
	}
	dir := p.layout.Channel(f.Name)
	if member == "" && f.Kind == value.Dir {
		return dir, nil
	}
	file, err := onlyFile(dir)
	if err != nil || member == "" {
		return file, err
	}
	to, err := os.MkdirTemp("", "sagefly-"+f.Name+"-")
	if err != nil {
		return "", fmt.Errorf("unpack %s: %w", file, err)
	}
	return unpack(file, member, f.Kind == value.Dir, to)
}

// onlyFile is the one file in a folder.
func onlyFile(dir string) (string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case len(files) == 0:
		return "", fmt.Errorf("want one file, there is none in %s", dir)
	case len(files) > 1:
		return "", fmt.Errorf("want one file, there are %d: %s. A field of type sagefly.Dir takes them all", len(files), listed(dir, files))
	}
	return files[0], nil
}

// shown is how many names an error lists.
const shown = 10

func listed(dir string, files []string) string {
	var names []string
	for _, f := range files[:min(len(files), shown)] {
		name, err := filepath.Rel(dir, f)
		if err != nil {
			name = f
		}
		names = append(names, name)
	}
	if len(files) > shown {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
