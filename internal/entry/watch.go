package entry

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
)

// errorWords begin what the toolkit takes as the error message: a line that holds one of them, and all lines behind it. They
// are Python's built-in exceptions, what MPI prints, and some of pip's and TensorFlow's.
var errorWords = strings.Fields(`
	BaseException Exception ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError
	ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError EOFError
	EnvironmentError FileExistsError FileNotFoundError FloatingPointError IOError ImportError IndentationError IndexError
	InterruptedError IsADirectoryError KeyError LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
	NotImplementedError OSError OverflowError PermissionError ProcessLookupError RecursionError ReferenceError RuntimeError
	SyntaxError SystemError TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError
	UnicodeError UnicodeTranslateError ValueError ZeroDivisionError ResourceExhaustedError OutOfRangeError
	InvalidArgumentError mpirun.real ORTE ExecuteUserScriptError`)

const pipWords = "Invalid requirement"

const (
	maxLine    = 4 << 10  // bytes of a line that are looked at
	maxMessage = 16 << 10 // bytes that are kept; 1,024 characters reach the user
)

var noModule = regexp.MustCompile(`^ModuleNotFoundError: No module named '([^']+)'`)

// watcher passes output on unchanged and keeps what may be the error message.
type watcher struct {
	to      io.Writer
	line    []byte // the unfinished line, up to maxLine bytes
	kept    []string
	size    int
	missing string
}

// Write implements io.Writer.
func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	for rest := p; ; {
		head, tail, found := bytes.Cut(rest, []byte("\n"))
		w.line = append(w.line, head[:min(len(head), max(0, maxLine-len(w.line)))]...)
		if !found {
			return n, err
		}
		w.look()
		rest = tail
	}
}

// look takes the finished line.
func (w *watcher) look() {
	line := strings.ToValidUTF8(string(w.line), "\uFFFD")
	w.line = w.line[:0]
	if m := noModule.FindStringSubmatch(line); m != nil {
		w.missing = m[1]
	}
	if w.size > maxMessage || len(w.kept) == 0 && !isError(line) {
		return
	}
	line = strings.Trim(line, " :\n")
	w.kept, w.size = append(w.kept, line), w.size+len(line)+1
}

func isError(line string) bool {
	return strings.Contains(line, pipWords) || slices.ContainsFunc(errorWords, func(word string) bool { return strings.Contains(line, word) })
}

// text is what was kept as the toolkit joins it.
func (w *watcher) text() string {
	if len(w.line) > 0 {
		w.look()
	}
	for len(w.kept) > 0 && w.kept[len(w.kept)-1] == "" { // it strips what it reads
		w.kept = w.kept[:len(w.kept)-1]
	}
	if len(w.kept) == 0 {
		return ""
	}
	return strings.Join(w.kept, "\n ") + "\n"
}

// message is the error message of both streams, each line once.
func message(out, err *watcher) string {
	var lines []string
	seen := map[string]bool{}
	for line := range strings.SplitSeq(out.text()+" "+err.text(), "\n") {
		if !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
