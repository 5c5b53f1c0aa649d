package text

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

func benchText() string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range 50000 {
		b.WriteByte(byte('0' + r.IntN(2)))
		for range 28 {
			fmt.Fprintf(&b, ",%.6g", r.NormFloat64())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	content := benchText()
	file := write(b, "a.csv", content)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if _, err := Read([]string{file}, Options{Delimiter: ',', Threads: threads}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStandardLibrary reads the same file with encoding/csv and strconv.
func BenchmarkStandardLibrary(b *testing.B) {
	content := benchText()
	file := write(b, "a.csv", content)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := readStandard(file); err != nil {
			b.Fatal(err)
		}
	}
}

func readStandard(file string) ([]float32, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	var values []float32
	for {
		record, err := r.Read()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		for _, field := range record {
			v, err := strconv.ParseFloat(field, 32)
			if err != nil {
				return nil, err
			}
			values = append(values, float32(v))
		}
	}
}
