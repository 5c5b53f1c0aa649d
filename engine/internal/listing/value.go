package job

import (
	"encoding/json"
	"strconv"
	"time"
)

// epoch is a time on the wire: a number of seconds with milliseconds as fraction.
type epoch time.Time

func (e epoch) IsZero() bool { return time.Time(e).IsZero() }

func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(e).UnixMilli())/1000, 'f', -1, 64), nil
}

// number reads an integer of a validated tree, or returns what an absent one means.
func number(v any, absent int) int {
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

// instant reads a time of a validated tree; absent is the zero time.
func instant(v any) time.Time {
	n, ok := v.(json.Number)
	if !ok {
		return time.Time{}
	}
	f, err := n.Float64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(f * 1000))
}
