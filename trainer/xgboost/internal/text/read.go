package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"sync"
)

// Options say how to read.
type Options struct {
	Delimiter byte // between fields
	Weights   bool // the second column is the row's weight
	Threads   int  // 0 = all processors

	large   bool // the text is longer than the library's buffer
	textEnd int  // index after the last byte that belongs to the text
}

// leading is the number of columns before the features.
func (o Options) leading() int {
	if o.Weights {
		return 2
	}
	return 1
}

// Table is the content of the files in the form of one dense matrix.
type Table struct {
	Rows, Columns int
	Values        []float32 // row order; NaN = missing
	Labels        []float32
	Weights       []float32 // nil without [Options.Weights]
	Notes         []Note
}

// OddError says that the library's own loader has to read the files, or refuse them.
type OddError struct {
	Reason string // a noun phrase
	File   string // where it is, as given to Read; "" = in no single place
	Line   int    // 1-based

	offset int
}

// Error returns the place and the reason.
func (e *OddError) Error() string {
	if e.File == "" {
		return "the text has " + e.Reason
	}
	return fmt.Sprintf("%s, line %d has %s", e.File, e.Line, e.Reason)
}

// bufferSize is the size of the library's read buffer: 2 Mi words of four bytes.
const bufferSize = 8 << 20

// minBlock is the least text worth a thread of its own.
const minBlock = 256 << 10

// Read reads CSV files, in the given order, as one table. The label is the first column. An [OddError] is returned for text that
// the library has to judge. The files are held in memory while they are read.
func Read(files []string, o Options) (*Table, error) {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	text, starts, err := load(files)
	if err != nil {
		return nil, err
	}
	end := len(text) - padding
	o.large, o.textEnd = end >= bufferSize, end
	blocks := split(text, end, o)
	var wait sync.WaitGroup
	for i := range blocks {
		wait.Go(func() { blocks[i].parse(text, blocks[i].begin, blocks[i].end) })
	}
	wait.Wait()
	for _, b := range blocks {
		if b.odd != nil {
			b.odd.File, b.odd.Line = locate(text, files, starts, b.odd.offset)
			return nil, b.odd
		}
	}
	t, err := join(blocks, o, end)
	if err != nil {
		return nil, err
	}
	t.Notes = place(blocks, text, files, starts)
	return t, nil
}

// padding is the number of NUL bytes after the text, so that the number parser needs no bounds of its own.
const padding = 16

// load reads all files into one text. A file that does not end with a line end gets one, as in the library.
func load(files []string) (text []byte, starts []int, err error) {
	size := padding
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return nil, nil, err
		}
		size += int(info.Size()) + 1
	}
	text = make([]byte, 0, size)
	for i, name := range files {
		starts = append(starts, len(text))
		if text, err = appendFile(text, name); err != nil {
			return nil, nil, err
		}
		if n := len(text); i+1 < len(files) && n > starts[i] && !isLineEnd(text[n-1]) {
			text = append(text, '\n')
		}
	}
	return append(text, make([]byte, padding)...), starts, nil
}

func appendFile(text []byte, name string) (_ []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
}

type part struct {
	block
	begin, end int
}

// split cuts the text at line ends into one part per thread.
func split(text []byte, end int, o Options) []*part {
	n := max(1, min(o.Threads, end/minBlock))
	var parts []*part
	begin := 0
	for i := range n {
		stop := end
		if i+1 < n {
			stop = findLineEnd(text, max(begin, end/n*(i+1)), end)
		}
		parts = append(parts, &part{block: block{opts: o}, begin: begin, end: stop})
		begin = stop
	}
	return parts
}

// join makes one table of the parts' rows.
func join(parts []*part, o Options, size int) (*Table, error) {
	t := &Table{}
	for _, p := range parts {
		t.Rows += len(p.labels)
		t.Columns = max(t.Columns, p.columns)
	}
	if t.Rows*t.Columns > 2*size+4096 {
		return nil, &OddError{Reason: "lines of very different lengths"}
	}
	if len(parts) == 1 {
		p := parts[0]
		t.Labels, t.Weights, t.Values = p.labels, p.weights, p.values
		if p.width != t.Columns && p.width > 0 {
			t.Values = restride(p.values, p.width, t.Columns, t.Columns)
		}
		return t, nil
	}
	t.Values = make([]float32, 0, t.Rows*t.Columns)
	t.Labels = make([]float32, 0, t.Rows)
	for _, p := range parts {
		values := p.values
		if p.width != t.Columns && p.width > 0 {
			values = restride(values, p.width, t.Columns, t.Columns)
		}
		t.Values = append(t.Values, values...)
		t.Labels = append(t.Labels, p.labels...)
		if o.Weights {
			t.Weights = append(t.Weights, p.weights...)
		}
		p.values = nil
	}
	return t, nil
}

// place turns offsets into files and lines.
func place(parts []*part, text []byte, files []string, starts []int) []Note {
	var all notes
	for _, p := range parts {
		all.merge(p.notes)
	}
	var out []Note
	for kind, f := range all.found {
		if f.count <= 0 {
			continue
		}
		file, line := locate(text, files, starts, f.offset)
		out = append(out, Note{
			Kind: noteKinds[kind], File: file, Line: line, Column: max(f.column, 0), Text: f.text, Count: f.count,
		})
	}
	return out
}

// locate turns an offset in the joined text into a file and a line.
func locate(text []byte, files []string, starts []int, offset int) (file string, line int) {
	i := sort.SearchInts(starts, offset+1) - 1
	return files[i], lineNumber(text[starts[i]:offset])
}

// lineNumber counts the lines that end in before, plus one. CR LF is one line end, a lone CR is one too.
func lineNumber(before []byte) int {
	lines := bytes.Count(before, []byte{'\n'})
	return 1 + lines + bytes.Count(before, []byte{'\r'}) - bytes.Count(before, []byte("\r\n"))
}
