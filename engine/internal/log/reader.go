package log

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sort"
	"time"
)

const chunk = 64 << 10

// Reader reads a log that may still grow. A last line without newline does not exist yet for it. It is safe for
// concurrent use.
type Reader struct {
	f *os.File
}

// Open opens the log at path. A host that has not started has none: fs.ErrNotExist.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return &Reader{f: f}, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.f.Close() }

// End is the offset behind the last complete line at present.
func (r *Reader) End() (int64, error) {
	size, err := r.size()
	if err != nil {
		return 0, err
	}
	return r.lineStart(size)
}

func (r *Reader) size() (int64, error) {
	info, err := r.f.Stat()
	if err != nil {
		return 0, fmt.Errorf("read log: %w", err)
	}
	return info.Size(), nil
}

// lineStart is the start of the line that holds the byte at offset: the place behind the last newline before offset.
func (r *Reader) lineStart(offset int64) (int64, error) {
	buf := make([]byte, 4<<10)
	for offset > 0 {
		n := min(int64(len(buf)), offset)
		if _, err := r.f.ReadAt(buf[:n], offset-n); err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read log: %w", err)
		}
		if i := lastNewline(buf[:n]); i > 0 {
			return offset - n + int64(i), nil
		}
		offset -= n
	}
	return 0, nil
}

// Forward yields the records from offset on, up to the present end. An offset inside a record counts as its start; a
// negative one is 0. Lines that no writer wrote are left out.
func (r *Reader) Forward(offset int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if _, err := r.forward(offset, func(rec Record) bool { return yield(rec, nil) }); err != nil {
			yield(Record{}, err)
		}
	}
}

// forward is Forward that returns where it ended; -1 when yield wanted no more.
func (r *Reader) forward(offset int64, yield func(Record) bool) (int64, error) {
	size, err := r.size()
	if err != nil {
		return 0, err
	}
	offset, err = r.lineStart(min(max(offset, 0), size))
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 0, chunk)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.f.ReadAt(buf[len(buf):cap(buf)], offset+int64(len(buf)))
		buf = buf[:len(buf)+n]
		used, more := eachLine(buf, offset, yield)
		offset += int64(used)
		buf = buf[:copy(buf, buf[used:])]
		switch {
		case !more:
			return -1, nil
		case errors.Is(err, io.EOF):
			return offset, nil
		case err != nil:
			return 0, fmt.Errorf("read log: %w", err)
		}
	}
}

// eachLine yields the records of the complete lines of buf, which lies at offset, and returns how much it used.
func eachLine(buf []byte, offset int64, yield func(Record) bool) (used int, more bool) {
	for {
		n := bytes.IndexByte(buf[used:], '\n')
		if n < 0 {
			return used, true
		}
		rec, ok := parse(buf[used : used+n])
		rec.Offset = offset + int64(used)
		used += n + 1
		rec.Next = offset + int64(used)
		if ok && !yield(rec) {
			return used, false
		}
	}
}

// Backward yields the records that end at or before offset, the last first.
func (r *Reader) Backward(offset int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		size, err := r.size()
		if err == nil {
			offset, err = r.lineStart(min(offset, size))
		}
		for err == nil && offset > 0 {
			var list []Record
			offset, list, err = r.before(offset)
			for _, rec := range slices.Backward(list) {
				if !yield(rec, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(Record{}, err)
		}
	}
}

// before reads about one chunk of whole lines that ends at end, a line start, and returns where it starts.
func (r *Reader) before(end int64) (start int64, list []Record, err error) {
	start, err = r.lineStart(max(end-chunk, 0))
	if err != nil {
		return 0, nil, err
	}
	buf := make([]byte, end-start)
	if _, err := r.f.ReadAt(buf, start); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, fmt.Errorf("read log: %w", err)
	}
	eachLine(buf, start, func(rec Record) bool {
		list = append(list, rec)
		return true
	})
	return start, list, nil
}

// Tail returns the last n records in the order of the file.
func (r *Reader) Tail(n int) ([]Record, error) {
	size, err := r.size()
	if err != nil || n <= 0 {
		return nil, err
	}
	var list []Record
	for rec, err := range r.Backward(size) {
		if err != nil {
			return nil, err
		}
		if list = append(list, rec); len(list) == n {
			break
		}
	}
	slices.Reverse(list)
	return list, nil
}

// Count is the number of records.
func (r *Reader) Count() (int, error) {
	n := 0
	_, err := r.forward(0, func(Record) bool { n++; return true })
	return n, err
}

// Seek is the offset of the first record at or after t, the end when there is none. It reads O(log size) places.
func (r *Reader) Seek(t time.Time) (int64, error) {
	end, err := r.End()
	if err != nil {
		return 0, err
	}
	at := sort.Search(int(end), func(i int) bool {
		if err != nil {
			return true
		}
		found := true // no record from here on: the wanted one is before
		_, err = r.forward(int64(i), func(rec Record) bool {
			found = !rec.Time.Before(t)
			return false
		})
		return found
	})
	if err != nil {
		return 0, err
	}
	return r.lineStart(int64(at))
}
