//go:build !sagefly_task

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen is where a command writes: the result to out, everything else to err. What it looks like depends on where the
// two go, on --json and -q, and on variables; see newScreen.
type screen struct {
	mu     sync.Mutex
	out    io.Writer
	err    io.Writer
	json   bool
	quiet  bool
	live   bool // err is a terminal that can repaint a line
	cut    int  // width to which tables are cut, 0 = never
	stamps bool // lines begin with the time: err is a pipe or a file
	paint  paint
	paintE paint
	status string // the lines being repainted

	program string            // what hints call the program: sagefly, ./digits
	given   map[string]string // the flags that said where this command goes, for the commands of hints; see givenFlags
	thrown  bool              // the data directory ends with the command
	now     func() time.Time
}

// newScreen looks at the streams. A notebook's terminal (JPY_PARENT_PID is set) cannot repaint, but shows colour.
func newScreen(streams IO) *screen {
	s := &screen{out: streams.Out, err: streams.Err, now: time.Now}
	notebook := streams.Env("JPY_PARENT_PID") != ""
	s.live = isTerminal(streams.Err) && !notebook && streams.Env("TERM") != "dumb"
	s.stamps = !isTerminal(streams.Err) && !notebook
	if width := terminalWidth(streams.Out); width > 0 && !notebook {
		s.cut = width
	}
	s.paint = paint(colours(streams.Out, streams.Env))
	s.paintE = paint(colours(streams.Err, streams.Env))
	return s
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func terminalWidth(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

func colours(w any, env func(string) string) bool {
	switch {
	case env("NO_COLOR") != "":
		return false
	case env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0":
		return true
	}
	return isTerminal(w) && env("TERM") != "dumb"
}

// paint colours text when it is true.
type paint bool

func (p paint) code(n, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + n + "m" + s + "\x1b[0m"
}

func (p paint) red(s string) string    { return p.code("31", s) }
func (p paint) green(s string) string  { return p.code("32", s) }
func (p paint) yellow(s string) string { return p.code("33", s) }
func (p paint) dim(s string) string    { return p.code("2", s) }
func (p paint) bold(s string) string   { return p.code("1", s) }

// note writes a line for people to err; nothing with --json or -q.
func (s *screen) note(format string, args ...any) {
	if s.json || s.quiet {
		return
	}
	s.line(s.hint(fmt.Sprintf(format, args...)))
}

// unchecked notes what could not be checked before a job.
func (s *screen) unchecked(what string) { s.note("not checked: %s", what) }

// event writes a line with the time before it, where lines carry times.
func (s *screen) event(at time.Time, text string) {
	if s.json || s.quiet {
		return
	}
	if s.stamps {
		text = at.UTC().Format(time.RFC3339) + " " + text
	}
	s.line(text)
}

func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	fmt.Fprintln(s.err, text)
	s.draw()
}

// setStatus repaints the status, one line or several; nothing where that is not possible.
func (s *screen) setStatus(text string) {
	if !s.live || s.json || s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == s.status {
		return
	}
	s.erase()
	s.status = text
	s.draw()
}

func (s *screen) erase() {
	if s.status == "" {
		return
	}
	if above := strings.Count(s.status, "\n"); above > 0 {
		fmt.Fprintf(s.err, "\r\x1b[%dA\x1b[J", above)
		return
	}
	fmt.Fprint(s.err, "\r\x1b[K")
}

func (s *screen) draw() {
	if s.status == "" {
		return
	}
	lines := strings.Split(s.status, "\n")
	if width := terminalWidth(s.err); width > 1 { // a line that goes on in the next could not be erased
		for i, text := range lines {
			lines[i] = clip(text, width-1)
		}
	}
	lines[len(lines)-1] = s.paintE.dim(lines[len(lines)-1])
	fmt.Fprint(s.err, strings.Join(lines, "\n"))
}

// height is how many lines the terminal has, 24 where that is not known.
func (s *screen) height() int {
	if f, ok := s.err.(*os.File); ok {
		if _, height, err := term.GetSize(int(f.Fd())); err == nil && height > 0 {
			return height
		}
	}
	return 24
}

// print writes a line of the result.
func (s *screen) print(format string, args ...any) {
	fmt.Fprintf(s.out, format+"\n", args...)
}

// object writes a result as JSON.
func (s *screen) object(v any) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	if !s.stampsOut() {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// stampsOut reports whether the result goes to a program: one object a line then.
func (s *screen) stampsOut() bool { return !isTerminal(s.out) }

// fail writes problems to err.
func (s *screen) fail(ps problems) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.status = ""
	for _, p := range ps {
		p.Fix = s.useful(p.Fix)
		for i, fix := range p.Fix {
			p.Fix[i] = s.hint(fix)
		}
		if s.json {
			enc := json.NewEncoder(s.err)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(p)
			continue
		}
		p.print(s.err, s.paintE)
	}
}

// clip cuts text to a number of characters. Colours take no room, and end where the text is cut.
func clip(text string, width int) string {
	if width < 1 || visible(text) <= width {
		return text
	}
	var b strings.Builder
	seen, coloured := 0, false
	for i := 0; i < len(text); {
		if n := escapeLength(text[i:]); n > 0 {
			b.WriteString(text[i : i+n])
			i, coloured = i+n, true
			continue
		}
		if seen == width-1 {
			break
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		b.WriteRune(r)
		i, seen = i+n, seen+1
	}
	b.WriteString("…")
	if coloured {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}

// escapeLength is the length of the sequence ESC [ … letter at the start of a text, 0 when there is none.
func escapeLength(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text); i++ {
		if text[i] >= 0x40 && text[i] <= 0x7e {
			return i + 1
		}
	}
	return len(text)
}

// clean removes what a log line could do to a terminal: control sequences, and all but the last state of a line that
// was rewritten with carriage returns. SageMaker's escapes for control characters become the characters again.
func clean(text string) string {
	text = strings.NewReplacer("#011", "\t", "#015", "\r", "#033", "\x1b").Replace(text)
	text = strings.TrimRight(text, "\r\n")
	if i := strings.LastIndexByte(text, '\r'); i >= 0 {
		text = text[i+1:]
	}
	if strings.IndexFunc(text, isControl) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, stripEscapes(text))
}

func isControl(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 }

// stripEscapes removes ESC [ … letter and ESC ] … BEL sequences.
func stripEscapes(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != 0x1b || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		end := func(c byte) bool { return c >= 0x40 && c <= 0x7e }
		if text[i+1] == ']' {
			end = func(c byte) bool { return c == 0x07 }
		}
		for i += 2; i < len(text) && !end(text[i]); i++ {
		}
	}
	return b.String()
}
