//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/internal/nearest"
	"github.com/sagefly/sagefly/internal/tabular"
)

// channel is one input: files to upload, or an address that has them already.
type channel struct {
	name        string
	contentType string
	uri         string   // s3://…; "" = upload files
	root        string   // folder that keys are relative to
	files       []string // absolute
	fromFile    bool     // a job file named it
}

// data turns the data flags into channels, after checking and preparing local files.
func (p *prepared) data(ctx context.Context, a *app, args []string, o *trainFlags, set map[string]string) error {
	if o.holdout != "" && o.validation != "" {
		return usage("--holdout and --validation exclude each other", "both say where the validation data is")
	}
	train, err := readSource("train", o.train, o.contentType)
	if err != nil {
		return err
	}
	p.channels = append(p.channels, train)
	var validation *channel
	if o.validation != "" {
		if validation, err = readSource("validation", o.validation, o.contentType); err != nil {
			return err
		}
		p.channels = append(p.channels, validation)
	}
	needs := tabular.Needs{Objective: set["objective"]}
	needs.NumClass, _ = strconv.Atoi(set["num_class"])
	if o.prepares() {
		return p.prepareData(ctx, o, train, validation)
	}
	for _, c := range p.channels {
		if err := a.checkData(ctx, c, args, o, needs); err != nil {
			return err
		}
	}
	return nil
}

// prepares reports whether a flag asks for prepared files.
func (o *trainFlags) prepares() bool {
	return o.label != "" || o.holdout != "" || len(o.onehot)+len(o.drop) > 0
}

// isAddress tells an address from a path.
func isAddress(from string) bool { return strings.Contains(from, "://") }

// readSource finds out what a path or address is.
func readSource(name, from, contentType string) (*channel, error) {
	c := &channel{name: name, contentType: contentType}
	if isAddress(from) {
		if _, _, ok := splitS3(from); !ok {
			return nil, usage(fmt.Sprintf("--%s %s is no address of data", name, from), "", fmt.Sprintf("--%s s3://BUCKET/PREFIX", name))
		}
		c.uri = from
		c.setType(from)
		return c, nil
	}
	path, err := filepath.Abs(from)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, missingFile(name, from, err)
	}
	if !info.IsDir() {
		c.root, c.files = filepath.Dir(path), []string{path}
		c.setType(path)
		return c, nil
	}
	c.root = path
	if c.files, err = visibleFiles(path); err != nil {
		return nil, err
	}
	if len(c.files) == 0 {
		return nil, refused("the folder has no files", "hidden files do not count", fmt.Sprintf("--%s FOLDER|FILE", name))
	}
	c.setType(c.files[0])
	return c, nil
}

// missingFile says that a flag's file is not there, with the names that may have been meant.
func missingFile(name, from string, err error) *Problem {
	p := refused("no such file", "")
	p.Where = fmt.Sprintf("--%s %s", name, from)
	if !errors.Is(err, fs.ErrNotExist) {
		p.What, p.Why = "the file cannot be read", err.Error()
		return p
	}
	entries, _ := os.ReadDir(filepath.Dir(from))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, near := range nearest.Words(filepath.Base(from), names) {
		p.Fix = append(p.Fix, fmt.Sprintf("--%s %s", name, shellQuote(filepath.Join(filepath.Dir(from), near))))
	}
	return p
}

// visibleFiles lists the files below a folder. Training programs refuse hidden ones.
func visibleFiles(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
		case d.Type().IsRegular():
			files = append(files, path)
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list folder: %w", err)
	}
	return files, nil
}

// setType derives the content type from a file's name where none was given.
func (c *channel) setType(path string) {
	if c.contentType != "" {
		return
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".libsvm", ".svm", ".svmlight":
		c.contentType = "text/libsvm"
	case ".parquet":
		c.contentType = "application/x-parquet"
	case ".pbr", ".recordio":
		c.contentType = "application/x-recordio-protobuf"
	default:
		c.contentType = "text/csv"
	}
}

// localTable reports whether the channel is one local CSV file.
func (c *channel) localTable() bool {
	return c.uri == "" && len(c.files) == 1 && c.files[0] != c.root && (c.contentType == "text/csv" || c.contentType == "csv")
}

// checkData refuses a local CSV file that the algorithm would misread, with the command that mends it.
func (a *app) checkData(ctx context.Context, c *channel, args []string, o *trainFlags, needs tabular.Needs) error {
	if !c.localTable() {
		return nil
	}
	a.announceReading(c)
	r, err := tabular.Inspect(ctx, c.files[0])
	if err != nil {
		return tableProblem(err, c.name)
	}
	found := tabular.Check(r, needs)
	if len(found) == 0 {
		return nil
	}
	var all problems
	for _, e := range found {
		all = append(all, asProblem(e))
	}
	last := all[len(all)-1]
	if len(r.Columns) > 1 {
		last.Fix = append(last.Fix, "run:  "+shellLine(o.commandLine(args, tabular.Suggest(r, needs))), "if another column is the label, name it there")
	}
	return all
}

// announceReading says that a large file is being read.
func (a *app) announceReading(c *channel) {
	const large = 100e6
	if info, err := os.Stat(c.files[0]); err == nil && info.Size() > large {
		a.screen.note("reading %s (%s)", c.files[0], size(info.Size()))
	}
}

// commandLine is the command as given, with flags added.
func (o *trainFlags) commandLine(args, flags []string) []string {
	words := append([]string{"sagefly", o.verb}, args...)
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				words = append(words, "--"+flag, v)
			}
		}
	}
	add("train", o.train)
	add("validation", o.validation)
	add("holdout", o.holdout)
	words = append(words, flags...)
	add("set", o.set...)
	words = append(words, o.more...)
	add("out", o.out)
	add("name", o.name)
	return words
}

func asProblem(e *tabular.Error) *Problem {
	p := refused(e.What, e.Why)
	p.Cause = e
	p.Fix = append(p.Fix, e.Fix...)
	p.Where = e.File
	if e.Line > 0 {
		p.Where += fmt.Sprintf(":%d", e.Line)
	}
	if len(e.Flags) > 0 {
		p.Fix = append(p.Fix, "add  "+shellLine(e.Flags))
	}
	return p
}

func tableProblem(err error, name string) error {
	e, ok := errors.AsType[*tabular.Error](err)
	if !ok {
		return err
	}
	p := asProblem(e)
	if p.Where == "" {
		p.Where = "--" + name
	}
	return p
}
