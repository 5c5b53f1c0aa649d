package docker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// frame is written by hand from the Engine API's description of attach: a byte for the stream, three zeros, the length as a
// big-endian uint32.
func frame(stream byte, text string) string {
	head := []byte{stream, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return string(head) + text
}

func TestDemultiplex(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 1<<16)
	for _, tt := range []struct {
		name, in, stdout, stderr string
		err                      error
	}{
		{name: "nothing"},
		{name: "literal", in: "\x01\x00\x00\x00\x00\x00\x00\x03one\x02\x00\x00\x00\x00\x00\x00\x04two\n", stdout: "one", stderr: "two\n"},
		{name: "interleaved", in: frame(1, "a\n") + frame(2, "b") + frame(1, "c") + frame(2, "d"), stdout: "a\nc", stderr: "bd"},
		{name: "empty frame", in: frame(1, "") + frame(1, "x"), stdout: "x"},
		{name: "long", in: frame(2, long) + frame(1, "end"), stdout: "end", stderr: long},
		{name: "head cut", in: frame(1, "x") + "\x01\x00\x00", stdout: "x", err: io.ErrUnexpectedEOF},
		{name: "body cut", in: frame(1, "whole")[:10], stdout: "wh", err: io.EOF},
		{name: "stdin", in: frame(0, "x"), err: errFrame},
		{name: "unknown stream", in: frame(3, "x"), err: errFrame},
		{name: "plain text", in: "a plain text, as a container with a terminal sends it", err: errFrame},
		{name: "padding", in: "\x01\x00\x00\x01\x00\x00\x00\x00", err: errFrame},
		{name: "length that nothing follows", in: "\x01\x00\x00\x00\xff\xff\xff\xff", err: io.EOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for what, in := range map[string]io.Reader{
				"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
			} {
				var stdout, stderr bytes.Buffer
				err := demultiplex(in, &stdout, &stderr)
				if stdout.String() != tt.stdout || stderr.String() != tt.stderr {
					t.Errorf("%s: %.50q and %.50q, want %.50q and %.50q", what, &stdout, &stderr, tt.stdout, tt.stderr)
				}
				if !errors.Is(err, tt.err) {
					t.Errorf("%s: %v, want %v", what, err, tt.err)
				}
			}
		})
	}
}

// Whatever a daemon sends, what comes out is what whole frames hold, in order, and an error says where frames end.
func FuzzDemultiplex(f *testing.F) {
	f.Add([]byte(frame(1, "out\n") + frame(2, "err\n")))
	f.Add([]byte("plain"))
	f.Add([]byte("\x02\x00\x00\x00\xff\xff\xff\xffx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var stdout, stderr, again bytes.Buffer
		order := recorder{frames: &again}
		err := demultiplex(bytes.NewReader(data), order.to(1, &stdout), order.to(2, &stderr))
		if stdout.Len()+stderr.Len() > len(data) {
			t.Errorf("%d bytes made of %d", stdout.Len()+stderr.Len(), len(data))
		}
		if err != nil {
			return
		}
		var stdout2, stderr2 bytes.Buffer
		if err := demultiplex(&again, &stdout2, &stderr2); err != nil || stdout2.String() != stdout.String() || stderr2.String() != stderr.String() {
			t.Errorf("%q comes back as %q, %q, %v", data, &stdout2, &stderr2, err)
		}
	})
}

// recorder makes frames of what is written.
type recorder struct{ frames *bytes.Buffer }

type recording struct {
	recorder
	stream byte
	w      io.Writer
}

func (r recorder) to(stream byte, w io.Writer) io.Writer { return recording{r, stream, w} }

func (r recording) Write(p []byte) (int, error) {
	r.frames.WriteString(frame(r.stream, string(p)))
	return r.w.Write(p)
}
