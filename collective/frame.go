package collective

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// kind says what a frame carries.
type kind byte

const (
	kindTable     kind = iota + 1 // rank 0's list of addresses
	kindBarrier                   // nothing
	kindPart                      // values of the receiver's part of a sum
	kindSum                       // sums of the sender's part
	kindBroadcast                 // floats of the root
	kindBytes                     // bytes of the root
	kindLeave                     // the last frame of a process that leaves
	kindAbort                     // the last frame of a process that fails: the rank at fault, and the problem
	kindEnd                       // no kind: the first number that is none
)

// call is the operation that a kind of frame belongs to.
func (k kind) call() string {
	switch k {
	case kindTable:
		return "join"
	case kindBarrier:
		return "barrier"
	case kindPart, kindSum:
		return "all-reduce"
	case kindBroadcast:
		return "broadcast"
	case kindBytes:
		return "broadcast of bytes"
	}
	return "end"
}

// A frame is a header and at most maxPayload bytes; larger operands are several frames. Numbers are little-endian.
//
//	0  kind     1 byte, then 3 bytes of zero
//	4  length   uint32, of the payload
//	8  seq      uint64, number of the operation in the group's life
//	16 total    uint64, of the operation's operand: floats, or bytes
const (
	headerSize = 24
	maxPayload = 256 << 10
	perFrame   = maxPayload / 8 // floats
)

type header struct {
	kind   kind
	length int
	seq    uint64
	total  uint64
}

type frame struct {
	header
	payload []byte
}

func (h header) put(b []byte) {
	clear(b[:4])
	b[0] = byte(h.kind)
	binary.LittleEndian.PutUint32(b[4:], uint32(h.length))
	binary.LittleEndian.PutUint64(b[8:], h.seq)
	binary.LittleEndian.PutUint64(b[16:], h.total)
}

func parseHeader(b []byte) (header, error) {
	h := header{
		kind:   kind(b[0]),
		length: int(binary.LittleEndian.Uint32(b[4:])),
		seq:    binary.LittleEndian.Uint64(b[8:]),
		total:  binary.LittleEndian.Uint64(b[16:]),
	}
	switch {
	case h.kind == 0 || h.kind >= kindEnd || b[1]|b[2]|b[3] != 0:
		return header{}, fmt.Errorf("read frame: unknown kind %d", binary.LittleEndian.Uint32(b))
	case h.length > maxPayload:
		return header{}, fmt.Errorf("read frame: %d bytes, at most %d", h.length, maxPayload)
	}
	return h, nil
}

// readFrame reads one frame into buffer, which has room for any payload.
func readFrame(in io.Reader, buffer []byte) (frame, error) {
	var raw [headerSize]byte
	if _, err := io.ReadFull(in, raw[:]); err != nil {
		return frame{}, err
	}
	h, err := parseHeader(raw[:])
	if err != nil {
		return frame{}, err
	}
	_, err = io.ReadFull(in, buffer[:h.length])
	return frame{h, buffer[:h.length]}, err
}

func putFloats(b []byte, x []float64) {
	for i, v := range x {
		binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(v))
	}
}

// setFloats reads as many floats as x has.
func setFloats(x []float64, b []byte) {
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
}

func addFloats(x []float64, b []byte) {
	for i := range x {
		x[i] += math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
}
