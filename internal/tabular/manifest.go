package tabular

import (
	"encoding/json"
	"fmt"
	"os"
)

// Manifest says what was made of which file. It is written beside the files as manifest.json.
type Manifest struct {
	Version int      `json:"version"` // of this document: 1
	Source  Source   `json:"source"`
	Label   string   `json:"label"`             // name of the column that became the first
	Classes []string `json:"classes,omitempty"` // of a text label: class i became the number i

	Columns []OutColumn `json:"columns"` // in the order of the files, the label first
	Dropped []string    `json:"dropped,omitempty"`

	Train      File     `json:"train"`
	Validation *File    `json:"validation,omitempty"`
	Holdout    *Holdout `json:"holdout,omitempty"` // how validation was split off; absent when it is a file of its own
}

// Source is a file as it was found.
type Source struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
	Header bool   `json:"header"`
}

// OutColumn is one column of the files.
type OutColumn struct {
	Name   string  `json:"name"`             // of the input, or name=value for a one-hot column
	From   int     `json:"from"`             // 1-based column of the input
	Equals *string `json:"equals,omitempty"` // one-hot: 1 where the input has this value, else 0
}

// File is one file that was written.
type File struct {
	Path    string  `json:"path"` // absolute in memory, the bare name in the document
	Rows    int     `json:"rows"`
	Source  *Source `json:"source,omitempty"`  // of a validation file of its own
	Unknown int     `json:"unknown,omitempty"` // its cells with a category that train does not have: all zeros
}

// Holdout is a split by seed; see the package's split for how rows are chosen.
type Holdout struct {
	Fraction float64 `json:"fraction"`
	Seed     uint64  `json:"seed"`
	Method   string  `json:"method"` // "splitmix64 selection sampling"
}

func newManifest(r *Report, p *plan, drop []string) *Manifest {
	m := &Manifest{Version: 1, Source: r.source(), Label: p.label.OutputName(), Classes: p.classes}
	m.Columns = append(m.Columns, OutColumn{Name: p.label.OutputName(), From: p.label.Index})
	for _, c := range p.columns {
		if c.values == nil {
			m.Columns = append(m.Columns, OutColumn{Name: c.from.OutputName(), From: c.from.Index})
		}
		for _, v := range c.values {
			m.Columns = append(m.Columns, OutColumn{Name: c.from.OutputName() + "=" + v, From: c.from.Index, Equals: new(v)})
		}
	}
	for _, ref := range drop {
		if c, err := r.resolve(ref, "--drop"); err == nil {
			m.Dropped = append(m.Dropped, c.OutputName())
		}
	}
	return m
}

func (r *Report) source() Source {
	return Source{Path: r.Path, Size: r.Size, SHA256: r.SHA256, Rows: r.Rows, Header: r.Header}
}

// write stores the document with bare file names: it travels with the files.
func (m *Manifest) write(path string) error {
	doc := *m
	doc.Train.Path = TrainFile
	if m.Validation != nil {
		v := *m.Validation
		v.Path = ValidationFile
		doc.Validation = &v
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}
