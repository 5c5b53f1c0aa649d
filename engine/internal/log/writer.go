package log

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Writer appends records to a file. It is safe for concurrent use; each call is one write, so readers never see half of
// one call's records for long and two streams never mix inside a line.
//
// A full disk must not stop the program that prints: records that cannot be written are counted, and when writing works
// again a record says how many bytes are missing.
type Writer struct {
	mu   sync.Mutex
	f    *os.File
	last time.Time // records never go back in time, whatever the clock does
	torn bool      // the file does not end in a newline
	lost int       // bytes that could not be written
	err  error     // the first error
}

// Create opens the log at path for appending and creates it (0600) when it is missing. The rest of a record that a
// crash tore is closed with a newline first.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create log: %w", err)
	}
	torn, err := endsTorn(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("create log: %w", err)
	}
	return &Writer{f: f, torn: torn}, nil
}

func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return last[0] != '\n', nil
}

// Write appends one record a line of text at the present time.
func (w *Writer) Write(s Stream, lines ...[]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if now.Before(w.last) {
		now = w.last
	}
	w.last = now
	var b []byte
	if w.torn {
		b = append(b, '\n')
	}
	if w.lost > 0 {
		b = appendRecord(b, now, Stderr, fmt.Appendf(nil, "%d bytes of output are missing here: %v", w.lost, w.err))
	}
	size := 0
	for _, line := range lines {
		for more := true; more; {
			var part []byte
			part, line, more = cut(line)
			b = appendRecord(b, now, s, part)
			size += len(part)
		}
	}
	w.append(b, size)
}

// Print appends one record of a formatted platform message to stderr, where a container runtime prints its own.
func (w *Writer) Print(format string, args ...any) {
	w.Write(Stderr, fmt.Appendf(nil, format, args...))
}

func (w *Writer) append(b []byte, size int) {
	n, err := w.f.Write(b)
	if err == nil {
		w.torn, w.lost = false, 0
		return
	}
	if n > 0 {
		w.torn = b[n-1] != '\n'
	}
	w.lost += size
	if w.err == nil {
		w.err = err
	}
}

// cut splits off what fits one record. It does not cut inside a character.
func cut(line []byte) (part, rest []byte, more bool) {
	if len(line) <= MaxText {
		return line, nil, false
	}
	at := MaxText
	for at > MaxText-4 && line[at]&0xc0 == 0x80 { // a continuation byte of UTF-8
		at--
	}
	return line[:at], line[at:], true
}

// Close closes the file. It returns the first error of all writes.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := errors.Join(w.err, w.f.Close()); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}
