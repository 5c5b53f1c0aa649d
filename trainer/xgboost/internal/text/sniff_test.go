package text

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// What Python 3.11's csv.Sniffer().sniff(line).delimiter says.
func TestSniff(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"1,2,3\n":                    ",",
		"1\t2,3\n":                   ",",
		"1\t2;3\n":                   "\t",
		"1;2,5;3\n":                  ",",
		"1 2 3\n":                    " ",
		"1:2:3\n":                    ":",
		"1|2|3\n":                    "|",
		"12\n":                       "2",
		"112\n":                      "1",
		"\"a\";\"b,c\";\"d\"\n":      ";",
		"\"a, b\"|2|3\n":             "|",
		"1|2|\"x, y\"\n":             "|",
		"label,feature one,feature2": ",",
		"'a','b'":                    ",",
	} {
		if got, err := Sniff(line); err != nil || got != want {
			t.Errorf("Sniff(%q) = %q, %v, want %q", line, got, err, want)
		}
	}
	if _, err := Sniff("\n"); err != ErrNoDelimiter {
		t.Errorf("Sniff of an empty line: error %v, want %v", err, ErrNoDelimiter)
	}
}

// Python itself is the reference for random lines.
func TestSniffEqualsPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	testenv.Require(t, err == nil, "python3", "installing Python 3")
	r := rand.New(rand.NewPCG(1, 1))
	pieces := []string{"1", "22", "a", "_x", ",", ",", ";", "\t", " ", ":", "|", "#", "\"", "\"", "'", "é", "€", "\"a\"", ", \"b c\"", "e"}
	var lines []string
	for range 3000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		if r.IntN(2) == 0 {
			b.WriteByte('\n')
		}
		lines = append(lines, b.String())
	}
	input, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", `
import csv, json, sys
def sniff(line):
    try: return csv.Sniffer().sniff(line).delimiter
    except csv.Error: return ""
print(json.dumps([sniff(line) for line in json.load(sys.stdin)]))`)
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(output, &want); err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		if got, _ := Sniff(line); got != want[i] {
			t.Errorf("Sniff(%q) = %q, Python says %q", line, got, want[i])
		}
	}
}
