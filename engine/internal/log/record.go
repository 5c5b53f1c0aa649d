// Package log is the file that holds what one host of a job printed: one record a line,
//
//	1764061147123 o [0]#train-rmse:8.10
//
// 13 digits of unix milliseconds, a space, "o" for stdout or "e" for stderr, a space, the text as the program wrote it,
// and a newline. Records are in the order of their times. The file is only ever appended to, so a byte offset names a
// record for ever: offsets are what readers remember and what CloudWatch tokens carry.
//
// Text is stored raw. What SageMaker shows of it (and matches metrics against) is [Escape] of it.
package log

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// Stream says where a line was printed.
type Stream byte

const (
	Stdout Stream = 'o'
	Stderr Stream = 'e'
)

// MaxText is the most bytes one record holds. A longer line becomes several records, cut between characters.
const MaxText = 256 << 10

// prefixLen is the length of "1764061147123 o ".
const prefixLen = 13 + 1 + 1 + 1

// Record is one line of a log.
type Record struct {
	Time   time.Time // when the platform read the line; whole milliseconds, UTC
	Stream Stream    //
	Text   string    // raw, without the newline; a "\r" stays in it

	Offset int64 // of the record in its file
	Next   int64 // offset behind it
}

// appendRecord appends the line of one record.
func appendRecord(b []byte, at time.Time, s Stream, text []byte) []byte {
	ms := strconv.FormatInt(max(at.UnixMilli(), 0), 10)
	for range 13 - len(ms) {
		b = append(b, '0')
	}
	b = append(b, ms...)
	b = append(b, ' ', byte(s), ' ')
	b = append(b, text...)
	return append(b, '\n')
}

// parse reads a line without its newline. ok is false for what no writer wrote: the rest of a record that a crash tore.
func parse(line []byte) (r Record, ok bool) {
	if len(line) < prefixLen || line[13] != ' ' || line[15] != ' ' {
		return Record{}, false
	}
	s := Stream(line[14])
	if s != Stdout && s != Stderr {
		return Record{}, false
	}
	var ms int64
	for _, c := range line[:13] {
		if c < '0' || c > '9' {
			return Record{}, false
		}
		ms = ms*10 + int64(c-'0')
	}
	return Record{Time: time.UnixMilli(ms).UTC(), Stream: s, Text: string(line[prefixLen:])}, true
}

// Escape is text as SageMaker's log agent shows it: control characters become "#" and three octal digits, so that a TAB
// is #011 (the metric definitions of built-in algorithms rely on that). Bytes that are not UTF-8 become U+FFFD.
func Escape(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return control(r) || r == '\ufffd' }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !control(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteByte('#')
		b.WriteByte('0' + byte(r>>6))
		b.WriteByte('0' + byte(r>>3&7))
		b.WriteByte('0' + byte(r&7))
	}
	return b.String()
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// lastNewline is the index behind the last newline of b, 0 without one.
func lastNewline(b []byte) int { return bytes.LastIndexByte(b, '\n') + 1 }
