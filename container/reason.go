package container

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Class words. A failure text starts with one, ": " behind it, when the program says what kind of failure it was.
const (
	ClassUser        = "UserError"      // the program's own error
	ClassRetryable   = "RetryableError" // one that a repetition may mend
	ClassPanic       = "Panic"          // the program crashed
	ClassOutOfMemory = "OutOfMemory"    // the kernel ended the program for its memory
	ClassExit        = "ExitError"      // the program ended with an exit code and said nothing
	ClassLost        = "Lost"           // the platform lost the host
)

// HostFailure is how one host of a job failed by itself.
type HostFailure struct {
	Host     string // algo-1; "" = nobody says which
	Class    string // one of the class words
	Message  string // the text behind the class word
	ExitCode int    // −1 = unknown: the host was lost
}

// FailureText is what a program leaves as failure file. host is "" in a job of one host; else it is part of the text, because
// AWS shows one host's text and not whose it is.
func FailureText(class, host, message string) string {
	if host != "" {
		return class + ": " + host + ": " + message
	}
	return class + ": " + message
}

// parseFailure reads the text of a host's failure file. An empty text, and the training toolkit's for a program that only
// ended with a code, are an ExitError; one without a class word is the program's own error.
func parseFailure(text string, code int) HostFailure {
	f := HostFailure{Class: ClassUser, Message: text, ExitCode: code}
	for _, class := range []string{ClassUser, ClassRetryable, ClassPanic, ClassOutOfMemory, ClassExit, ClassLost} {
		if message, ok := strings.CutPrefix(text, class+": "); ok {
			f.Class, f.Message = class, message
			return f
		}
	}
	switch {
	case code == killed && strings.Contains(text, ClassOutOfMemory):
		f.Class = ClassOutOfMemory
	case text == "", strings.HasPrefix(text, "ExecuteUserScriptError:") && strings.Contains(text, "\nErrorMessage \"\"\n"):
		f.Class = ClassExit
	}
	return f
}

// killed is the exit code of a program that SIGKILL ended.
const killed = 137

// The forms of FailureReason that AWS uses, and how a reason goes on over several hosts:
//
//	AlgorithmError: TEXT, exit code: N                    a job of one host
//	AlgorithmError: algo-1: TEXT, exit code: N            a job of several: each further host that failed has a line
//	algo-2: TEXT, exit code: N                            of its own, and further lines of a text are indented
//	algo-3: Lost: TEXT
//	and 4 more hosts
const (
	algorithmError = "AlgorithmError: "
	internalError  = "InternalServerError: We encountered an internal error. Please try again. "
	codeMark       = ", exit code: "
	indent         = "  "
)

// EndedHost is a host as the platform saw it end.
type EndedHost struct {
	Host        string
	Text        string // of its failure file, or why the platform lost it
	ExitCode    int
	OutOfMemory bool // the kernel ended it for its memory
	Lost        bool // the platform lost it or could not start it; ExitCode means nothing
}

// text is the host's text with a class word for what the platform knows better than the program.
func (h EndedHost) text() string {
	switch {
	case h.OutOfMemory && h.Text == "":
		return ClassOutOfMemory + ": the process was ended by the kernel's out-of-memory killer"
	case h.OutOfMemory && !strings.Contains(h.Text, ClassOutOfMemory):
		return ClassOutOfMemory + ": " + h.Text
	}
	return h.Text
}

// FormatReason is the FailureReason, of at most [MaxFailure] characters, of a job of so many hosts, of which some failed by
// themselves, the first cause first. In a job of several hosts each is named, also when only one failed. What does not fit
// is cut, the longest text first; exit codes stay. [ParseReason] reads it.
func FormatReason(failed []EndedHost, hosts int) string {
	if len(failed) == 0 {
		return ""
	}
	if hosts < 2 {
		return newEntry(failed[0], false, true).fit(MaxFailure)
	}
	return joinEntries(failed)
}

// joinEntries gives every host its line. Where there are too many for a few words each, the last ones are only counted.
func joinEntries(failed []EndedHost) string {
	for n := len(failed); ; n-- {
		more := ""
		if n < len(failed) {
			more = fmt.Sprintf("\nand %d more hosts", len(failed)-n)
		}
		entries := make([]entry, n)
		for i := range entries {
			entries[i] = newEntry(failed[i], true, i == 0)
		}
		if text, ok := fitEntries(entries, MaxFailure-len(more)); ok || n == 1 {
			return text + more
		}
	}
}

// entry is one host's part of a reason; only text may be cut.
type entry struct{ head, text, tail string }

func newEntry(h EndedHost, named, first bool) entry {
	e := entry{text: h.text(), tail: codeMark + strconv.Itoa(h.ExitCode)}
	if named {
		e.head = h.Host + ": "
		e.text = strings.ReplaceAll(withoutHost(e.text, h.Host), "\n", "\n"+indent)
	}
	switch {
	case h.Lost && first:
		e.head, e.tail = internalError+"("+e.head, ")"
	case h.Lost:
		e.head, e.tail = e.head+ClassLost+": ", ""
	case first:
		e.head = algorithmError + e.head
	}
	return e
}

// withoutHost leaves the host out of a text that [FailureText] made.
func withoutHost(text, host string) string {
	if class, rest, ok := strings.Cut(text, ": "); ok {
		if message, ok := strings.CutPrefix(rest, host+": "); ok {
			return class + ": " + message
		}
	}
	return text
}

// fixed is the number of characters that cannot be cut.
func (e entry) fixed() int { return utf8.RuneCountInString(e.head) + utf8.RuneCountInString(e.tail) }

// fit cuts the text so that the entry has at most n characters. A cut leaves no line end behind, since a new line that is
// not indented would be another host's.
func (e entry) fit(n int) string {
	text := firstCharacters(e.text, max(n-e.fixed(), 0))
	if len(text) < len(e.text) {
		text = strings.TrimRight(text, "\n ")
	}
	return e.head + text + e.tail
}

// fewest is how much of a text is shown at least, where it is that long.
const fewest = 40

// fitEntries joins entries within n characters; ok is false when some text would become too short to say anything.
func fitEntries(entries []entry, n int) (text string, ok bool) {
	room := n - (len(entries) - 1)
	for _, e := range entries {
		room -= e.fixed()
	}
	share, ok := fairShare(entries, room)
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = e.fit(e.fixed() + share)
	}
	return strings.Join(lines, "\n"), ok
}

// fairShare is how many characters each text may have so that all have room: short texts leave theirs to long ones.
func fairShare(entries []entry, room int) (share int, ok bool) {
	lengths := make([]int, len(entries))
	for i, e := range entries {
		lengths[i] = utf8.RuneCountInString(e.text)
	}
	slices.SortFunc(lengths, func(a, b int) int { return cmp.Compare(a, b) })
	for i, length := range lengths {
		left := len(lengths) - i
		if length*left > room {
			return max(room/left, 0), room/left >= fewest
		}
		room -= length
	}
	return lengths[len(lengths)-1], room >= 0
}
