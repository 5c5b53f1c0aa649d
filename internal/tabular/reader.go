package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// field is one cell. text is trimmed of surrounding spaces when it was not quoted and is valid until the next row.
type field struct {
	text   []byte
	quoted bool
	blank  bool // it held spaces and nothing else
}

// reader splits a CSV stream into rows. Quotes follow RFC 4180: a field that starts with a quote may hold delimiters,
// line ends and doubled quotes. A quote elsewhere is text. Blank lines are skipped, a byte order mark too. A lone
// carriage return does not end a row.
type reader struct {
	in    *bufio.Reader
	delim byte
	line  int // lines read so far
	row   []field
	buf   []byte // the row's bytes, when they do not fit the buffer of in or hold quotes
}

func newReader(in io.Reader, delim byte) *reader {
	r := &reader{in: bufio.NewReaderSize(in, 1<<18), delim: delim}
	if mark, _ := r.in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.in.Discard(3)
	}
	return r
}

var errOpenQuote = errors.New("a quote is opened and never closed")

// next returns the next row and the line it starts on. The row is valid until the next call. It ends with io.EOF.
func (r *reader) next() ([]field, int, error) {
	for {
		text, err := r.readLine()
		if err != nil {
			return nil, r.line, err
		}
		start := r.line
		trimmed := bytes.TrimRight(text, "\r\n")
		if len(bytes.TrimSpace(trimmed)) == 0 {
			continue
		}
		r.row = r.row[:0]
		if bytes.IndexByte(trimmed, '"') < 0 {
			r.splitPlain(trimmed)
			return r.row, start, nil
		}
		if err := r.splitQuoted(text); err != nil {
			return nil, start, err
		}
		return r.row, start, nil
	}
}

// readLine returns a line with its end. The last one may lack it.
func (r *reader) readLine() ([]byte, error) {
	text, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.buf = append(r.buf[:0], text...)
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = r.in.ReadSlice('\n')
			r.buf = append(r.buf, text...)
		}
		text = r.buf
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(text) == 0) {
		return nil, err
	}
	r.line++
	return text, nil
}

func (r *reader) splitPlain(text []byte) {
	for {
		i := bytes.IndexByte(text, r.delim)
		if i < 0 {
			r.add(text)
			return
		}
		r.add(text[:i])
		text = text[i+1:]
	}
}

func (r *reader) add(raw []byte) {
	text := bytes.TrimSpace(raw)
	r.row = append(r.row, field{text: text, blank: len(text) == 0 && len(raw) > 0})
}

// splitQuoted reads a row that holds quotes; more lines are read while a quote is open.
func (r *reader) splitQuoted(text []byte) error {
	rest := append([]byte(nil), text...)
	for {
		lead := bytes.TrimLeft(rest, " ")
		if len(lead) == 0 || lead[0] != '"' {
			raw, more, found := bytes.Cut(rest, []byte{r.delim})
			if !found {
				r.add(bytes.TrimRight(rest, "\r\n"))
				return nil
			}
			r.add(raw)
			rest = more
			continue
		}
		value, after, err := r.quoted(lead[1:])
		if err != nil {
			return err
		}
		raw, more, found := bytes.Cut(after, []byte{r.delim})
		value = append(value, bytes.TrimSpace(raw)...)
		r.row = append(r.row, field{text: value, quoted: true})
		if !found {
			return nil
		}
		rest = more
	}
}

// quoted returns a quoted value and what follows its closing quote.
func (r *reader) quoted(rest []byte) (value, after []byte, err error) {
	value = []byte{}
	for {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			value = append(value, rest...)
			line, err := r.readLine()
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = errOpenQuote
				}
				return nil, nil, err
			}
			rest = append([]byte(nil), line...)
			continue
		}
		value = append(value, rest[:i]...)
		rest = rest[i+1:]
		if len(rest) == 0 || rest[0] != '"' {
			return value, rest, nil
		}
		value = append(value, '"')
		rest = rest[1:]
	}
}
