package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the files that [Prepare] writes.
const (
	TrainFile      = "train.csv"
	ValidationFile = "validation.csv"
	ManifestFile   = "manifest.json"
)

// Options says what to make of a file. A column is named by its header or by its 1-based number, −1 is the last.
type Options struct {
	Input      string
	Validation string   // a file of its own, prepared in the same way; categories come from Input. Not with Holdout
	Label      string   // NAME|N, or NAME|N=class,class,… for a text label: class i becomes i. "" = the first column
	OneHot     []string // columns to encode: one 0/1 column per value, values sorted as bytes; empty cells are all zeros
	Drop       []string // columns to leave out
	Holdout    float64  // fraction of the rows for validation, 0 = none, below 1
	Seed       uint64   // of the split
	OutDir     string   // exists; files in it are replaced
}

// Prepare writes train.csv, validation.csv (with Holdout or Validation) and manifest.json: label first, no header,
// commas, no quotes. A number is written as it was; NA and its like become empty cells. The input is read twice.
// Errors are [*Error] where the file or the options are at fault.
func Prepare(ctx context.Context, o Options) (*Manifest, error) {
	r, err := inspect(ctx, o.Input, o.names())
	if err != nil {
		return nil, err
	}
	if r.ragged != nil {
		e := checkRagged(r, Needs{})
		e.File = r.Path
		return nil, e
	}
	p, err := makePlan(r, o)
	if err != nil {
		return nil, err
	}
	m := newManifest(r, p, o.Drop)
	s, err := o.split(r)
	if err != nil {
		return nil, err
	}
	if err := writeInput(ctx, r, p, m, s, o.OutDir); err != nil {
		return nil, err
	}
	if o.Validation != "" {
		if err := writeValidation(ctx, r, p, m, o); err != nil {
			return nil, err
		}
	}
	if s.want > 0 {
		m.Holdout = &Holdout{Fraction: o.Holdout, Seed: o.Seed, Method: "splitmix64 selection sampling"}
	}
	return m, m.write(filepath.Join(o.OutDir, ManifestFile))
}

// names are column names that the options use.
func (o Options) names() []string {
	label, _, _ := strings.Cut(o.Label, "=")
	return append(append([]string{o.Label, label}, o.OneHot...), o.Drop...)
}

func (o Options) split(r *Report) (*split, error) {
	switch {
	case o.Holdout < 0 || o.Holdout >= 1:
		return nil, &Error{What: fmt.Sprintf("holdout %g is not a fraction from 0 to below 1", o.Holdout)}
	case o.Holdout > 0 && o.Validation != "":
		return nil, &Error{What: "a holdout and a validation file exclude each other"}
	case o.Holdout > 0 && r.Rows < 2:
		return nil, &Error{What: "cannot be split", File: r.Path, Why: "it has one row"}
	}
	return newSplit(r.Rows, o.Holdout, o.Seed), nil
}

func writeInput(ctx context.Context, r *Report, p *plan, m *Manifest, s *split, dir string) (err error) {
	train, err := newWriter(p, filepath.Join(dir, TrainFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, train.close()) }()
	held := train
	if s.want > 0 {
		if held, err = newWriter(p, filepath.Join(dir, ValidationFile)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, held.close()) }()
	}
	err = r.eachRow(ctx, func(row []field) error {
		if s.validation() {
			return held.write(row)
		}
		return train.write(row)
	})
	if err != nil {
		return err
	}
	m.Train = File{Path: train.path, Rows: s.train}
	if s.want > 0 {
		m.Validation = &File{Path: held.path, Rows: s.want}
	}
	return nil
}

// writeValidation prepares a second file by the plan of the first one.
func writeValidation(ctx context.Context, r *Report, p *plan, m *Manifest, o Options) (err error) {
	v, err := inspect(ctx, o.Validation, o.names())
	if err != nil {
		return err
	}
	if err := v.likeTrain(r, p); err != nil {
		return err
	}
	w, err := newWriter(p, filepath.Join(o.OutDir, ValidationFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := v.eachRow(ctx, w.write); err != nil {
		return err
	}
	m.Validation = &File{Path: w.path, Rows: v.Rows, Source: new(v.source()), Unknown: w.unknown}
	return nil
}

// likeTrain refuses a validation file whose columns are others than those of train.
func (r *Report) likeTrain(train *Report, p *plan) error {
	if r.ragged != nil {
		e := checkRagged(r, Needs{})
		e.File = r.Path
		return e
	}
	if len(r.Columns) != len(train.Columns) || r.Header != train.Header {
		return &Error{
			What: "has other columns than the training file", File: r.Path,
			Why: fmt.Sprintf("%s here, %s in %s", r.shape(), train.shape(), train.Path),
		}
	}
	for i, c := range r.Columns {
		if want := train.Columns[i]; c.Name != want.Name {
			return &Error{
				What: "has other columns than the training file", File: r.Path, Line: 1,
				Why: fmt.Sprintf("column %d is %q here, %q in %s", c.Index, c.Name, want.Name, train.Path),
			}
		}
	}
	label := r.Columns[p.label.Index-1]
	if p.classes != nil {
		if err := r.classesCover(label, p.classes); err != nil {
			return err
		}
	} else if label.Missing > 0 {
		return r.problemAt(label.MissingLine, "column %s has rows without a label", label, fmt.Sprintf("%d rows have none", label.Missing))
	} else if err := r.mustBeNumber(label); err != nil {
		return err
	}
	for _, c := range p.columns {
		if c.values != nil {
			continue
		}
		if err := r.mustBeNumber(r.Columns[c.from.Index-1]); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) shape() string {
	if r.Header {
		return fmt.Sprintf("%d columns and a header", len(r.Columns))
	}
	return fmt.Sprintf("%d columns, no header", len(r.Columns))
}

// eachRow reads the file again, header left out.
func (r *Report) eachRow(ctx context.Context, do func([]field) error) error {
	f, err := os.Open(r.Path)
	if err != nil {
		return fileError(r.Path, err)
	}
	defer f.Close()
	rows := newReader(f, r.Delimiter)
	n := 0
	for skip := r.Header; ; n++ {
		row, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.rowError(err, line)
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if skip {
			skip = false
			n--
			continue
		}
		if len(row) != len(r.Columns) || n >= r.Rows {
			return r.changed()
		}
		if err := do(row); err != nil {
			return err
		}
	}
	if n != r.Rows {
		return r.changed()
	}
	return nil
}

func (r *Report) changed() error {
	return &Error{What: "changed while it was read", File: r.Path, Fix: []string{"run the command again"}}
}

// indexOf returns the place of b in sorted or unsorted values, −1 when it is not there.
func indexOf(values []string, b []byte) int {
	return slices.IndexFunc(values, func(v string) bool { return v == string(b) })
}
