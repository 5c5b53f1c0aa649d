package container

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Document is what a task returned in one process whose persist predicate held. It is the only thing a task puts into
// output/data: sagefly/HOST-RANK.json, and so in output.tar.gz.
type Document struct {
	Version int               `json:"version"` // 1
	Task    string            `json:"task"`
	Host    string            `json:"host"`
	Rank    int               `json:"rank"`
	Values  map[string]string `json:"values"`          // output field → text, as hyperparameters are
	Files   map[string]string `json:"files,omitempty"` // output field → path below model/, which model.tar.gz holds; "." = all of it
}

const documentDir = "sagefly"

// WriteDocument leaves d, whole or not at all. Each process writes one; writing again replaces it.
func (l Layout) WriteDocument(d Document) error {
	if err := checkTexts(d.Values); err != nil {
		return fmt.Errorf("write document: value %w", err)
	}
	if err := checkTexts(d.Files); err != nil {
		return fmt.Errorf("write document: file %w", err)
	}
	name := fmt.Sprintf("%s-%d.json", d.Host, d.Rank)
	if filepath.Base(name) != name {
		return fmt.Errorf("write document: %q is no host name", d.Host)
	}
	d.Version = 1
	data, err := printJSON(d)
	if err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	if err := l.placeDocument(name, data); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

func (l Layout) placeDocument(name string, data []byte) error {
	dir := filepath.Join(l.OutputData(), documentDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp := filepath.Join(l.Output(), ".document-"+name) // beside the archive's folder, not in it
	err := os.WriteFile(temp, data, 0o644)
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	return nil
}

// Bounds of what is read: a hostile archive must not fill the memory of who reads it.
const (
	maxDocument  = 64 << 20 // bytes of one document
	maxDocuments = 10_000   // more than a job has processes
)

// ReadDocuments reads the documents of an output.tar.gz. It reads no further than the first entry behind the folder that
// holds them, because a folder's files lie together in an archive: behind the documents of a short output a long one is
// not transferred. An archive without documents is read to its end.
func ReadDocuments(archive io.Reader) ([]Document, error) {
	zip, err := gzip.NewReader(bufio.NewReader(archive))
	if err != nil {
		return nil, fmt.Errorf("read output archive: %w", err)
	}
	var found []Document
	for entries := tar.NewReader(zip); len(found) <= maxDocuments; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read output archive: %w", err)
		}
		name := path.Clean(entry.Name)
		if len(found) > 0 && !strings.HasPrefix(name+"/", documentDir+"/") {
			return found, nil
		}
		if path.Dir(name) != documentDir || path.Ext(name) != ".json" || entry.Typeflag != tar.TypeReg {
			continue
		}
		d, err := readDocument(entries, entry.Size)
		if err != nil {
			return nil, fmt.Errorf("read output archive: %s: %w", name, err)
		}
		found = append(found, d)
	}
	return nil, fmt.Errorf("read output archive: more than %d documents", maxDocuments)
}

func readDocument(in io.Reader, size int64) (d Document, err error) {
	if size > maxDocument {
		return d, fmt.Errorf("document of %d bytes, more than %d", size, maxDocument)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return d, err
	}
	if d.Version != 1 {
		return d, fmt.Errorf("document version %d, this program knows version 1", d.Version)
	}
	for field, member := range d.Files {
		if !filepath.IsLocal(filepath.FromSlash(member)) {
			return d, fmt.Errorf("field %q: %q is no path inside the model", field, member)
		}
	}
	return d, nil
}
