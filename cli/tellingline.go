//go:build !sagefly_task

package cli

import (
	"regexp"
	"strings"
)

var (
	// errorMessage is that of the training toolkit's text about a script. What follows it may have been cut off, or be another host's.
	errorMessage = regexp.MustCompile(`(?s)\n\s*ErrorMessage "(.*?)(?:"\s*\n\s*(?:ExtraInfo|Command) "|"?, exit code: -?\d+(?:\n|$)|"?$)`)
	// exception is the line with which Python ends a traceback; a text of several lines goes on behind it.
	exception = regexp.MustCompile(`(?m)^\s*((?:\w+\.)*\w*(?:Error|Exception)\b.*)$`)
)

// tellingLine is the line of a FailureReason that says what went wrong: the exception of a script or an algorithm, or the last line of a script's
// error message; the first line of any other reason. A script that printed no error has its exit code.
func tellingLine(reason string) string {
	reason = strings.TrimSpace(reason)
	first, rest, _ := strings.Cut(reason, "\n")
	first = strings.TrimSpace(first)
	found := errorMessage.FindStringSubmatch(reason)
	if found == nil {
		if told := raised(rest); told != "" && strings.HasSuffix(first, ":") {
			return clean(told)
		}
		return clean(announced(first, rest))
	}
	message := strings.TrimSpace(found[1])
	if message == "" {
		code, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
		return clean(first + " " + code)
	}
	if told := raised(message); told != "" {
		return clean(told)
	}
	return clean(strings.TrimSpace(message[strings.LastIndex(message, "\n")+1:]))
}

// raised is the last exception of a text, without its class where what was raised is on the next line; "" where there is none.
func raised(text string) string {
	all := exception.FindAllStringSubmatchIndex(text, -1)
	if all == nil {
		return ""
	}
	last := all[len(all)-1]
	line, rest := text[last[2]:last[3]], strings.TrimSpace(text[last[1]:])
	if next, _, _ := strings.Cut(rest, "\n"); strings.HasSuffix(line, ":") && next != "" {
		return next
	}
	return line
}

// announced is a line, and the next one with it where it ends in a colon.
func announced(line, rest string) string {
	next, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	if next == "" || !strings.HasSuffix(line, ":") {
		return line
	}
	return line + " " + strings.TrimSpace(next)
}
