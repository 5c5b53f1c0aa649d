package tabular

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Report is what is known of a file after one reading.
type Report struct {
	Path      string
	Size      int64  // bytes
	SHA256    string // of the whole file, hex
	Delimiter byte   // see [DelimiterName]
	Header    bool   // the first row names the columns
	Rows      int    // data rows, the header left out
	Columns   []*Column
	Lines     []string // the first lines as they are, at most three, for messages

	ragged *raggedRow
}

// raggedRow is the first row that has not as many fields as the first one.
type raggedRow struct{ line, fields int }

// Column returns the column of a 1-based index; nil when there is none.
func (r *Report) Column(index int) *Column {
	if index < 1 || index > len(r.Columns) {
		return nil
	}
	return r.Columns[index-1]
}

// Inspect reads the file once. The first row is taken for a header when none of its cells is a number and at least one
// of them stands over a column of numbers. Errors are [*Error] when the file cannot be read as a table.
func Inspect(ctx context.Context, path string) (*Report, error) { return inspect(ctx, path, nil) }

// inspect takes names that the caller knows of the header: a first row that has one of them is a header although all
// columns are text.
func inspect(ctx context.Context, path string, names []string) (*Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fileError(path, err)
	}
	if info.IsDir() {
		return nil, &Error{What: "is a folder, not a file", File: path}
	}
	rep := &Report{Path: path, Size: info.Size()}
	if err := rep.firstLines(f); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fileError(path, err)
	}
	sum := sha256.New()
	if err := rep.read(ctx, io.TeeReader(f, sum), names); err != nil {
		return nil, err
	}
	rep.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return rep, nil
}

func fileError(path string, err error) error {
	what := "cannot be read"
	if errors.Is(err, os.ErrNotExist) {
		what = "no such file"
	}
	e := &Error{What: what, File: path}
	if pe, ok := errors.AsType[*os.PathError](err); ok && what != "no such file" {
		e.Why = pe.Err.Error()
	}
	return e
}

// firstLines keeps the first lines for messages and finds the delimiter.
func (r *Report) firstLines(in io.Reader) error {
	buf := bufio.NewReader(io.LimitReader(in, 1<<16))
	for len(r.Lines) < 3 {
		line, err := buf.ReadBytes('\n')
		line = bytes.TrimPrefix(bytes.TrimRight(line, "\r\n"), []byte("\xef\xbb\xbf"))
		if len(bytes.TrimSpace(line)) > 0 {
			if bytes.IndexByte(line, 0) >= 0 {
				return &Error{
					What: "is not a text file", File: r.Path, Line: len(r.Lines) + 1, Why: "it holds a zero byte",
					Fix: []string{"give a CSV file in UTF-8 or plain ASCII"},
				}
			}
			r.Lines = append(r.Lines, string(line))
		}
		if err != nil {
			break
		}
	}
	if len(r.Lines) == 0 {
		return &Error{What: "is empty", File: r.Path, Why: fmt.Sprintf("%d bytes, no row", r.Size)}
	}
	r.Delimiter = sniff([]byte(r.Lines[0]))
	return nil
}

func (r *Report) read(ctx context.Context, in io.Reader, names []string) error {
	rows := newReader(in, r.Delimiter)
	row, firstLine, err := rows.next()
	if err != nil {
		return r.rowError(err, firstLine)
	}
	first := cloneRow(row)
	for i := range first {
		r.Columns = append(r.Columns, newColumn(i+1))
	}
	for {
		row, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.rowError(err, line)
		}
		if r.Rows%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.addRow(row, line)
	}
	if r.isHeader(first, names) {
		r.setHeader(first)
	} else {
		r.addFirst(first, firstLine)
	}
	if r.Rows == 0 {
		return &Error{What: "has no data rows", File: r.Path, Why: "the only row is a header: " + r.shownLine()}
	}
	return nil
}

func (r *Report) rowError(err error, line int) error {
	if errors.Is(err, errOpenQuote) {
		return &Error{
			What: "a quote is opened and never closed", File: r.Path, Line: line,
			Fix: []string{"close the quote, or write a quote inside quotes twice"},
		}
	}
	return fileError(r.Path, err)
}

func (r *Report) addRow(row []field, line int) {
	r.Rows++
	if len(row) != len(r.Columns) && r.ragged == nil {
		r.ragged = &raggedRow{line: line, fields: len(row)}
	}
	for i, c := range r.Columns {
		if i < len(row) {
			c.add(row[i], line)
		}
	}
}

func (r *Report) addFirst(first []field, line int) {
	r.Rows++
	for i, c := range r.Columns {
		c.addFirst(first[i], line)
	}
}

func (r *Report) setHeader(first []field) {
	r.Header = true
	for i, c := range r.Columns {
		c.Name = string(first[i].text)
	}
}

// isHeader decides on the first row, when the columns hold all the others.
func (r *Report) isHeader(first []field, names []string) bool {
	over := false
	for i, f := range first {
		for _, name := range names {
			if name != "" && string(f.text) == name {
				over = true
			}
		}
		if k, _ := classify(f.text); len(f.text) > 0 && k != text {
			return false
		}
		if len(f.text) > 0 && r.Columns[i].numeric() {
			over = true
		}
	}
	return over
}

func cloneRow(row []field) []field {
	out := make([]field, len(row))
	for i, f := range row {
		out[i] = field{text: bytes.Clone(f.text), quoted: f.quoted, blank: f.blank}
	}
	return out
}
