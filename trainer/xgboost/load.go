package xgboost

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/text"
)

// loader turns the files of a channel into matrices.
type loader struct {
	lib     *capi.Library
	log     *logger
	format  string
	weights bool // csv_weights=1: the second CSV column, in every channel
}

// channels loads one or several channels as one matrix.
func (l *loader) channels(paths ...string) (*capi.Matrix, error) {
	var files []string
	for _, path := range paths {
		l.log.info("File path %s of input files", path)
		found, err := dataFiles(path, l.log)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	l.log.info("files path: %s", strings.Join(paths, ", "))
	var m *capi.Matrix
	var err error
	switch l.format {
	case formatCSV:
		m, err = l.csv(files)
	default:
		m, err = l.library(files, "?format=libsvm")
		if err != nil {
			err = userError("Failed to load libsvm data with exception:\n%s", libraryText(err))
		}
	}
	if err != nil {
		return nil, err
	}
	labels, err := m.Floats("label")
	if err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, userError("Got input data without labels. Please check the input data set. If training job is running on multiple" +
			" instances, please switch to using single instance if number of records in the data set is less than number of workers" +
			" (16 * number of instance) in the cluster.")
	}
	return m, nil
}

// csv reads CSV files with the Go reader, or with the library's where only that one knows what becomes of a text.
func (l *loader) csv(files []string) (*capi.Matrix, error) {
	delimiter, err := sniffFile(files[0], l.log)
	if err != nil {
		return nil, err
	}
	m, err := l.dense(files, delimiter)
	if odd, ok := errors.AsType[*text.OddError](err); ok {
		m, err = l.library(files, l.csvOptions(delimiter))
		if err != nil {
			first, rest, _ := strings.Cut(libraryText(err), "\n")
			return nil, userError("Failed to load csv data with exception:\n%s\n(%v)\n%s", first, odd, rest)
		}
		l.log.info("Read by the library's own loader: %v.", odd)
	}
	if err != nil {
		return nil, userError("Failed to load csv data with exception:\n%s", libraryText(err))
	}
	return m, nil
}

func (l *loader) csvOptions(delimiter string) string {
	options := "?format=csv&label_column=0&delimiter=" + delimiter
	if l.weights {
		options += "&weight_column=1"
	}
	return options
}

func (l *loader) dense(files []string, delimiter string) (*capi.Matrix, error) {
	if strings.ContainsAny(delimiter, "&#?=") { // characters with a meaning in the library's URI
		return nil, &text.OddError{Reason: "an unusual delimiter"}
	}
	table, err := text.Read(files, text.Options{Delimiter: delimiter[0], Weights: l.weights})
	if err != nil {
		return nil, err
	}
	for _, n := range table.Notes {
		l.log.warn("%s", describe(n))
	}
	m, err := l.lib.FromDense(table.Values, table.Rows, table.Columns)
	if err != nil {
		return nil, err
	}
	if err := m.SetFloats("label", table.Labels); err != nil {
		return nil, errors.Join(err, m.Free())
	}
	if l.weights {
		if err := m.SetFloats("weight", table.Weights); err != nil {
			return nil, errors.Join(err, m.Free())
		}
	}
	return m, nil
}

// library lets the library read the files. Links with plain names keep their order and keep characters that mean something in an
// URI out of it.
func (l *loader) library(files []string, options string) (m *capi.Matrix, err error) {
	dir, err := os.MkdirTemp("", "sagefly-xgboost-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var names []string
	for i, file := range files {
		name := filepath.Join(dir, fmt.Sprintf("part-%05d", i))
		if err := standIn(file, name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return l.lib.FromURI(strings.Join(names, ";") + options)
}

// standIn makes name a link to file. The library resolves links, so a path with a character that means something to it needs a copy.
func standIn(file, name string) error {
	target, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if target, err = filepath.EvalSymlinks(target); err != nil {
		return err
	}
	if !strings.ContainsAny(target, "#?&;=") {
		return os.Symlink(target, name)
	}
	in, err := os.Open(target)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// describe words a note. The image is silent about these, so the text says what the image does with them too.
func describe(n text.Note) string {
	where := fmt.Sprintf("%s, line %d", n.File, n.Line)
	if n.Column > 0 {
		where += fmt.Sprintf(", column %d", n.Column)
	}
	more := ""
	if n.Count > 1 {
		more = fmt.Sprintf(" (%d in all)", n.Count)
	}
	switch n.Kind {
	case text.Header:
		return where + ": this looks like a header line" + more + ". Like the AWS image, training takes it as a row with label 0 and no features: remove it."
	case text.Quoted:
		return fmt.Sprintf("%s: %s is quoted%s. Like the AWS image, training takes a quoted value as missing: remove the quotes.", where, n.Text, more)
	case text.Words:
		return fmt.Sprintf("%s: %q is no number%s. Like the AWS image, training takes it as missing: encode it as a number.", where, n.Text, more)
	case text.EmptyLabel:
		return where + ": the label, which is the first column, is empty" + more + ". Like the AWS image, training takes it as 0."
	case text.TextLabel:
		return fmt.Sprintf("%s: the label %q, which is the first column, is no number%s. Like the AWS image, training takes it as 0.", where, n.Text, more)
	default:
		return fmt.Sprintf("%s: %q is read up to where it stops being a number%s.", where, n.Text, more)
	}
}
