package docker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Streams of a frame.
const (
	frameStdout = 1
	frameStderr = 2
)

// errFrame says that a stream is not one of frames.
var errFrame = errors.New("not a frame of the daemon's output stream")

// demultiplex copies a container's output to where its streams go until its end. A frame is a stream's number, three zeros,
// a length of four bytes, and that many bytes.
func demultiplex(r io.Reader, stdout, stderr io.Writer) error {
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read output: %w", err)
		}
		var w io.Writer
		switch {
		case head[1]|head[2]|head[3] != 0:
			return errFrame
		case head[0] == frameStdout:
			w = stdout
		case head[0] == frameStderr:
			w = stderr
		default:
			return errFrame
		}
		if _, err := io.CopyN(w, r, int64(binary.BigEndian.Uint32(head[4:]))); err != nil {
			return fmt.Errorf("read output: %w", err)
		}
	}
}
