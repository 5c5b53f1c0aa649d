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

// tellingLine is the line of a FailureReason that says what went wrong: the exception of a script, or the last line of its error message; the first
// line of any other reason. A script that printed no error has its exit code.
func tellingLine(reason string) string {
	reason = strings.TrimSpace(reason)
	first, rest, _ := strings.Cut(reason, "\n")
	found := errorMessage.FindStringSubmatch(reason)
	if found == nil {
		return clean(first)
	}
	message := strings.TrimSpace(found[1])
	if message == "" {
		code, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
		return clean(first + " " + code)
	}
	if all := exception.FindAllStringSubmatch(message, -1); all != nil {
		return clean(all[len(all)-1][1])
	}
	return clean(strings.TrimSpace(message[strings.LastIndex(message, "\n")+1:]))
}
