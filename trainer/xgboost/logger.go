package xgboost

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// logger writes the container's log lines, [2026-01-31:12:34:56:INFO] text, in UTC as containers do, and what goes to stdout.
type logger struct {
	mu     sync.Mutex
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
}

func (l *logger) line(level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// An error of the log's own writer has nowhere to be reported.
	_, _ = fmt.Fprintf(l.stderr, "[%s:%s] %s\n", l.now().UTC().Format("2006-01-02:15:04:05"), level, fmt.Sprintf(format, args...))
}

func (l *logger) info(format string, args ...any) { l.line("INFO", format, args...) }

func (l *logger) warn(format string, args ...any) { l.line("WARNING", format, args...) }

func (l *logger) fail(format string, args ...any) { l.line("ERROR", format, args...) }

// print writes a line to stdout, where the metric lines go.
func (l *logger) print(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.stdout, text+"\n")
}

// native passes on a message of the library. Since 2.1 Python shows warnings on stderr; before, all messages went to stdout.
func (l *logger) native(p profile) func(string) {
	return func(message string) {
		if !p.warnToStderr || !strings.Contains(message, "WARNING:") {
			l.print(message)
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		_, _ = fmt.Fprintf(l.stderr, "UserWarning: %s\n", strings.TrimRight(message, "\n"))
	}
}
