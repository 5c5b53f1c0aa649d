package sagefly_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/sagefly/sagefly"
)

type (
	level   string
	celsius float64
	weekday int8
	rgb     struct{ R, G, B uint8 }
	layer   struct {
		Units  int
		Name   string
		Inner  *layer2
		Labels map[string]int
	}
	layer2 struct{ Rate float64 }
)

// luggage has a field for each way in which a value can travel.
type luggage struct {
	Bool      bool
	Int       int
	Int8      int8
	Int16     int16
	Int32     int32
	Int64     int64
	Uint      uint
	Uint8     uint8
	Uint16    uint16
	Uint32    uint32
	Uint64    uint64
	Float32   float32
	Float64   float64
	Tiny      float64
	Third     float64
	Infinite  float64
	String    string
	Duration  time.Duration
	Time      time.Time
	Level     level `sagefly:"enum=low|high"`
	Celsius   celsius
	Weekday   weekday
	Address   netip.Addr
	Prefix    netip.Prefix
	Number    *big.Int
	Ints      []int
	Floats    []float64
	Strings   []string
	Bools     []bool
	Bytes     []byte
	Array     [3]int
	Nested    [][]string
	Map       map[string]int
	MapOfList map[string][]float64
	MapByInt  map[int]string
	Raw       json.RawMessage
	Layers    []layer
	Colours   map[string]rgb
	IntP      *int
	FloatP    *float64
	StringP   *string
	BoolP     *bool
	DurationP *time.Duration
	NilP      *int
	NilList   []int `sagefly:",omitzero"`
	Optimizer struct {
		Rate  float64
		Decay struct{ Steps int }
	}
	Group *struct{ Size int }
	None  *struct{ Size int }
	Base
	Long       string
	Newlines   string
	Quotes     string
	Unicode    string
	Dashes     string
	Dollar     string
	Control    string
	Spaces     string
	LikeJSON   string
	LikeNumber string
	LikeNull   string
	Proto      string `sagefly:"__proto__"`
	Percent    string
	Long2500   string
	Long2501   string
}

// Base is embedded: its fields are the struct's own.
type Base struct{ Seed uint64 }

// packed is a luggage in which nothing is zero that can be something.
func packed() luggage {
	var l luggage
	l.Bool, l.Int, l.Int8, l.Int16, l.Int32, l.Int64 = true, -42, math.MinInt8, math.MaxInt16, math.MinInt32, math.MinInt64
	l.Uint, l.Uint8, l.Uint16, l.Uint32, l.Uint64 = 7, 255, 65535, math.MaxUint32, math.MaxUint64
	l.Float32, l.Float64, l.Tiny, l.Third, l.Infinite = math.MaxFloat32, math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0/3, math.Inf(-1)
	l.String, l.Duration, l.Time = "plain", 90*time.Minute+time.Nanosecond, time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)
	l.Level, l.Celsius, l.Weekday = "high", -273.15, 6
	l.Address, l.Prefix = netip.MustParseAddr("2001:db8::1"), netip.MustParsePrefix("10.0.0.0/8")
	l.Number, _ = new(big.Int).SetString("123456789012345678901234567890", 10)
	l.Ints, l.Floats, l.Strings, l.Bools = []int{1, -2}, []float64{0.1, 1e300}, []string{"a,b", "c\nd", ""}, []bool{true, false}
	l.Bytes, l.Array, l.Nested = []byte{0, 255, 10}, [3]int{1, 2, 3}, [][]string{{"x"}, {}}
	l.Map, l.MapOfList, l.MapByInt = map[string]int{"a": 1, "ü ": 2}, map[string][]float64{"x": {1.5}}, map[int]string{-1: "minus"}
	l.Raw = json.RawMessage(`{"free":[1,"two",null]}`)
	l.Layers = []layer{{Units: 3, Name: "in", Inner: &layer2{0.5}, Labels: map[string]int{"k": 1}}, {}}
	l.Colours = map[string]rgb{"red": {R: 255}}
	l.IntP, l.FloatP, l.StringP, l.BoolP, l.DurationP = new(0), new(0.0), new("p"), new(false), new(time.Second)
	l.Optimizer.Rate, l.Optimizer.Decay.Steps = 0.001, 9
	l.Group = &struct{ Size int }{4}
	l.Seed = 1 << 63
	l.Long, l.Newlines, l.Quotes = strings.Repeat("x", 100_000), "one\ntwo\r\nthree\n", `say "yes" or 'no' or `+"`maybe`"
	l.Unicode, l.Dashes, l.Dollar = "naïve 🚀 日本語 \u2028 \u00a0", "--epochs=9 -x", "$HOME $(id) `id` ; rm -rf /tmp/nothing & | > <"
	l.Control, l.Spaces, l.LikeJSON = "\x01\t\x1b[31m\x7f", "  around  ", `{"a": [1, 2]}`
	l.LikeNumber, l.LikeNull, l.Proto, l.Percent = "007", "null", "constructor", "100%d %s %%"
	l.Long2500, l.Long2501 = strings.Repeat("é", 2500), strings.Repeat("é", 2501)
	return l
}

// carry returns what it was given.
var carry = sagefly.NewTraining("carry", func(_ context.Context, in luggage) (carried, error) {
	fmt.Println("carrying")
	return carried{in}, nil
}, sagefly.TrainingConfig{MaxRuntime: time.Hour})

// carried is the luggage as an output.
type carried struct{ Bag luggage }
