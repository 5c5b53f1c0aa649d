package tabular

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// writer writes rows of the plan to one file.
type writer struct {
	plan    *plan
	path    string
	file    *os.File
	out     *bufio.Writer
	buf     []byte
	unknown int // one-hot cells with a value that is no category
}

func newWriter(p *plan, path string) (*writer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create prepared file: %w", err)
	}
	return &writer{plan: p, path: path, file: f, out: bufio.NewWriterSize(f, 1<<18)}, nil
}

func (w *writer) write(row []field) error {
	w.buf = w.appendLabel(w.buf[:0], row[w.plan.label.Index-1])
	for _, c := range w.plan.columns {
		cell := row[c.from.Index-1]
		if c.values != nil {
			w.appendOneHot(c.values, cell)
			continue
		}
		w.buf = append(w.buf, ',')
		if k, _ := classify(cell.text); k == number {
			w.buf = append(w.buf, cell.text...)
		}
	}
	w.buf = append(w.buf, '\n')
	if _, err := w.out.Write(w.buf); err != nil {
		return fmt.Errorf("write prepared file: %w", err)
	}
	return nil
}

func (w *writer) appendLabel(b []byte, cell field) []byte {
	if w.plan.classes == nil {
		return append(b, cell.text...)
	}
	return strconv.AppendInt(b, int64(indexOf(w.plan.classes, cell.text)), 10)
}

func (w *writer) appendOneHot(values []string, cell field) {
	hit := indexOf(values, cell.text)
	if hit < 0 && len(cell.text) > 0 {
		w.unknown++
	}
	for i := range values {
		if i == hit {
			w.buf = append(w.buf, ",1"...)
		} else {
			w.buf = append(w.buf, ",0"...)
		}
	}
}

func (w *writer) close() error {
	if w.file == nil {
		return nil
	}
	err := errors.Join(w.out.Flush(), w.file.Close())
	w.file = nil
	if err != nil {
		return fmt.Errorf("write prepared file: %w", err)
	}
	return nil
}
