package main

import "testing"

func TestRanOutOfTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		output string
		want   bool
	}{
		// As go test of Go 1.26 printed them.
		"limit":   {"fuzz: elapsed: 4s, execs: 3138 (0/sec), new interesting: 2 (total: 145)\n--- FAIL: FuzzValidate (4.07s)\n    context deadline exceeded\nFAIL\nexit status 1\n", true},
		"finding": {"fuzz: elapsed: 1s, execs: 3399 (4704/sec)\n--- FAIL: FuzzSpec (0.76s)\n    --- FAIL: FuzzSpec (0.00s)\n        spec_test.go:88: context deadline exceeded\n    \n    Failing input written to testdata/fuzz/FuzzSpec/1fd2\nFAIL\n", false},
		"build":   {"# x\n./a.go:1:1: expected package\nFAIL\n", false},
	} {
		if got := ranOutOfTime(tt.output); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
