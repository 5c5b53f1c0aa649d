package listing

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Epoch is a time on the wire: a number of seconds with milliseconds as fraction.
type Epoch time.Time

// IsZero is for omitzero.
func (e Epoch) IsZero() bool { return time.Time(e).IsZero() }

// MarshalJSON is the wire form.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(e).UnixMilli())/1000, 'f', -1, 64), nil
}

// Number reads an integer of a validated tree, or returns what an absent one means.
func Number(v any, absent int) int {
	n, ok := v.(json.Number)
	if !ok {
		return absent
	}
	i, err := strconv.Atoi(n.String())
	if err != nil {
		return absent
	}
	return i
}

// instant reads a time of a validated tree; absent is the zero time. One that a count of milliseconds does not reach is the last that it does.
func instant(v any) time.Time {
	n, ok := v.(json.Number)
	if !ok {
		return time.Time{}
	}
	f, err := n.Float64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(min(max(f*1000, -1<<62), 1<<62)))
}

// Splice joins two JSON objects that share no member.
func Splice(a, b []byte) []byte {
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	joined := make([]byte, 0, len(a)+len(b))
	joined = append(joined, a[:len(a)-1]...)
	if len(a) > 2 && len(b) > 2 {
		joined = append(joined, ',')
	}
	return append(joined, b[1:]...)
}
