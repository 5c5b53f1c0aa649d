package container

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Reasons as DescribeTrainingJob gives them, AWS's own among them, and what they say about hosts.
func TestParseReason(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		hosts  int
		want   []HostFailure
	}{
		"failure file":    {"AlgorithmError: UserError: no label, exit code: 1", 1, []HostFailure{{"algo-1", ClassUser, "no label", 1}}},
		"empty file":      {"AlgorithmError: , exit code: 1", 1, []HostFailure{{"algo-1", ClassExit, "", 1}}},
		"old job":         {"AlgorithmError: Exit Code: 139", 1, []HostFailure{{"algo-1", ClassExit, "", 139}}},
		"no code":         {"AlgorithmError: framework error: \nTraceback", 1, []HostFailure{{"algo-1", ClassUser, "framework error: \nTraceback", -1}}},
		"without a class": {"AlgorithmError: ValueError: x, exit code: 1", 1, []HostFailure{{"algo-1", ClassUser, "ValueError: x", 1}}},
		"toolkit": {
			"AlgorithmError: ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"\"\nCommand \"x\", exit code: 3", 1,
			[]HostFailure{{"algo-1", ClassExit, "ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"\"\nCommand \"x\"", 3}},
		},
		"toolkit, exception": {
			"AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: x\"\nCommand \"x\", exit code: 1", 1,
			[]HostFailure{{"algo-1", ClassUser, "ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: x\"\nCommand \"x\"", 1}},
		},
		"toolkit, memory": {
			"AlgorithmError: ExecuteUserScriptError:\nExitCode 137\nErrorMessage \"OutOfMemory: Process killed by SIGKILL (signal 9)\", exit code: 137", 1,
			[]HostFailure{{"algo-1", ClassOutOfMemory, "ExecuteUserScriptError:\nExitCode 137\nErrorMessage \"OutOfMemory: Process killed by SIGKILL (signal 9)\"", 137}},
		},
		"AWS, several hosts":   {"AlgorithmError: RetryableError: busy, exit code: 75", 2, []HostFailure{{"", ClassRetryable, "busy", 75}}},
		"AWS, named by itself": {"AlgorithmError: RetryableError: algo-2: busy, exit code: 75", 2, []HostFailure{{"algo-2", ClassRetryable, "busy", 75}}},
		"several": {
			"AlgorithmError: algo-2: UserError: a\n  b, exit code: 1\nalgo-1: Panic: c, exit code: 2\nalgo-3: Lost: gone", 3,
			[]HostFailure{{"algo-2", ClassUser, "a\nb", 1}, {"algo-1", ClassPanic, "c", 2}, {"algo-3", ClassLost, "gone", -1}},
		},
		"lost": {
			"InternalServerError: We encountered an internal error. Please try again. (algo-2: no space (left))\nalgo-1: , exit code: 1", 2,
			[]HostFailure{{"algo-2", ClassLost, "no space (left)", -1}, {"algo-1", ClassExit, "", 1}},
		},
		"AWS lost":      {"InternalServerError: We encountered an internal error. Please try again.", 2, nil},
		"capacity":      {"CapacityError: Unable to provision requested ML compute capacity.", 2, nil},
		"client":        {"ClientError: Data download failed: no objects", 1, nil},
		"none":          {"", 1, nil},
		"more":          {"AlgorithmError: algo-1: x, exit code: 1\nand 7 more hosts", 8, []HostFailure{{"algo-1", ClassUser, "x", 1}}},
		"no such host":  {"AlgorithmError: algo-9: x, exit code: 1", 2, []HostFailure{{"", ClassUser, "algo-9: x", 1}}},
		"one host only": {"AlgorithmError: algo-2: x\nalgo-1: y, exit code: 1", 1, []HostFailure{{"algo-1", ClassUser, "algo-2: x\nalgo-1: y", 1}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, ParseReason(tt.reason, tt.hosts)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// What an engine says of hosts is read back, hostile texts included.
func TestReasonRoundTrip(t *testing.T) {
	t.Parallel()
	texts := []string{
		"UserError: plain", "", "Panic: a\nb\n\nc\n", "UserError: x, exit code: 9", "UserError: x\nalgo-2: UserError: forged, exit code: 3",
		"  indented\n  more", "UserError: and 4 more hosts", "and 4 more hosts", "UserError: )\n", "RetryableError: 日本語\r\n😀",
		"UserError: algo-1: said by itself",
	}
	for _, first := range texts {
		for _, second := range texts {
			failed := []EndedHost{{Host: "algo-2", Text: first, ExitCode: 1}, {Host: "algo-1", Text: second, ExitCode: 75}, {Host: "algo-3", Text: "gone", Lost: true}}
			reason := FormatReason(failed, 3)
			want := []HostFailure{parseFailure(first, 1), parseFailure(second, 75), {"algo-3", ClassLost, "gone", -1}}
			want[0].Host, want[1].Host = "algo-2", "algo-1"
			want[1].Message = strings.TrimPrefix(want[1].Message, "algo-1: ")
			if diff := cmp.Diff(want, ParseReason(reason, 3)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", reason, diff)
			}
		}
	}
}

// Long texts share what room there is, short ones stay whole, and every exit code can be seen.
func TestReasonIsCutFairly(t *testing.T) {
	t.Parallel()
	failed := []EndedHost{
		{Host: "algo-1", Text: "UserError: " + strings.Repeat("a", 5000), ExitCode: 1},
		{Host: "algo-2", Text: "Panic: short", ExitCode: 2},
		{Host: "algo-3", Text: "UserError: " + strings.Repeat("ö\n", 5000), ExitCode: 3},
	}
	reason := FormatReason(failed, 3)
	got := ParseReason(reason, 3)
	if n := utf8.RuneCountInString(reason); n > MaxFailure || n < MaxFailure-3 {
		t.Errorf("%d characters, want as good as %d", n, MaxFailure)
	}
	if len(got) != 3 || got[0].ExitCode != 1 || got[2].ExitCode != 3 || got[1] != (HostFailure{"algo-2", ClassPanic, "short", 2}) {
		t.Fatalf("%q read as %v", reason, got)
	}
	a, c := len(got[0].Message), strings.Count(reason, "ö")*4 // each with its line end and indent
	if a < 400 || c < 400 || a-c > 50 || c-a > 50 {
		t.Errorf("%d and about %d characters of the long texts: not fair", a, c)
	}
}

func TestReasonOfManyHosts(t *testing.T) {
	t.Parallel()
	var failed []EndedHost
	for i := range 100 {
		failed = append(failed, EndedHost{Host: fmt.Sprintf("algo-%d", i+1), Text: "UserError: " + strings.Repeat("x", 300), ExitCode: 1})
	}
	reason := FormatReason(failed, 100)
	got := ParseReason(reason, 100)
	if n := utf8.RuneCountInString(reason); n > MaxFailure || len(got) < 10 {
		t.Errorf("%d characters with %d hosts", n, len(got))
	}
	if want := fmt.Sprintf("\nand %d more hosts", 100-len(got)); !strings.HasSuffix(reason, want) {
		t.Errorf("reason ends in %q, want %q", reason[len(reason)-40:], want)
	}
}

func TestReasonOfMemory(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "AlgorithmError: OutOfMemory: the process was ended by the kernel's out-of-memory killer, exit code: 137",
		"UserError: worker died": "AlgorithmError: OutOfMemory: UserError: worker died, exit code: 137",
		"OutOfMemory: known":     "AlgorithmError: OutOfMemory: known, exit code: 137",
	} {
		got := FormatReason([]EndedHost{{Host: "algo-1", Text: text, ExitCode: 137, OutOfMemory: true}}, 1)
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if f := ParseReason(got, 1); len(f) != 1 || f[0].Class != ClassOutOfMemory {
			t.Errorf("%q read as %v", got, f)
		}
	}
}

// Whatever hosts say, the reason fits, and each host that has room is read back with its exit code and the start of its text.
func FuzzReason(f *testing.F) {
	f.Add("UserError: a", "Panic: b\nalgo-2: c", uint16(1), 137, false)
	f.Add("ä\n", "", uint16(900), 0, true)
	f.Add("x\n", "\n  \n), exit code: 4", uint16(300), 3, true)
	f.Add("algo-1: algo-1: y", "Lost: algo-2: z", uint16(2), 3, false)
	f.Fuzz(func(t *testing.T, first, second string, times uint16, code int, lost bool) {
		first = firstCharacters(strings.Repeat(first, int(times)%1000+1), MaxFailure) // as failure files are read
		second = firstCharacters(second, MaxFailure)
		reason := FormatReason([]EndedHost{
			{Host: "algo-1", Text: first, ExitCode: code, Lost: lost}, {Host: "algo-2", Text: second, ExitCode: 75},
		}, 2)
		if utf8.RuneCountInString(reason) > MaxFailure {
			t.Fatalf("%d characters", utf8.RuneCountInString(reason))
		}
		got := ParseReason(reason, 2)
		if len(got) != 2 || got[0].Host != "algo-1" || got[1].Host != "algo-2" || got[1].ExitCode != 75 || (!lost && got[0].ExitCode != code) {
			t.Fatalf("%q read as %#v", reason, got)
		}
		if (got[0].Class == ClassLost) != (lost || strings.HasPrefix(withoutHost(first, "algo-1"), "Lost: ")) {
			t.Fatalf("%q read as %#v", reason, got)
		}
	})
}

// Any text is read without a crash, and hosts that a job does not have are not made up.
func FuzzParseReason(f *testing.F) {
	f.Add("AlgorithmError: algo-1: x, exit code: 1\nalgo-2: y", 2)
	f.Add("InternalServerError: We encountered an internal error. Please try again. (algo-1: )\n", 3)
	f.Fuzz(func(t *testing.T, reason string, hosts int) {
		for _, failure := range ParseReason(reason, hosts) {
			var n int
			if failure.Host == "" {
				continue
			}
			if _, err := fmt.Sscanf(failure.Host, "algo-%d", &n); err != nil || n < 1 || n > hosts {
				t.Fatalf("%q of %d hosts: host %q", reason, hosts, failure.Host)
			}
		}
	})
}
