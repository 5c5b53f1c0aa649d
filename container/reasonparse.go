package container

import (
	"regexp"
	"strconv"
	"strings"
)

// ParseReason reads the hosts' failures out of a FailureReason of a job of so many hosts, of this engine or of AWS, where
// it is one host's and Host is "" in a job of several. A reason that tells of no host, such as ClientError and
// CapacityError, gives none. What was cut stays cut.
func ParseReason(reason string, hosts int) []HostFailure {
	text, lost := strings.CutPrefix(reason, internalError+"(")
	if !lost {
		var ok bool
		if text, ok = strings.CutPrefix(reason, algorithmError); !ok {
			return nil
		}
	}
	var failures []HostFailure
	for i, part := range parts(text, hosts) {
		if f, ok := parsePart(part, hosts, lost && i == 0); ok {
			failures = append(failures, f)
		}
	}
	return failures
}

// parts are the hosts' own lines, with what belongs to them. A job of one host, and AWS, have one part.
func parts(text string, hosts int) []string {
	if host, _ := cutHost(text, hosts); host == "" {
		return []string{text}
	}
	var list []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, indent); ok && len(list) > 0 {
			list[len(list)-1] += rest
			continue
		}
		list = append(list, line)
	}
	return list
}

var hostPrefix = regexp.MustCompile(`^(algo-([1-9][0-9]*)): `)

// cutHost takes the name of one of the hosts from the start of a text. In a job of one host nothing is a host's name.
func cutHost(text string, hosts int) (host, rest string) {
	m := hostPrefix.FindStringSubmatch(text)
	if m == nil || hosts < 2 {
		return "", text
	}
	if n, err := strconv.Atoi(m[2]); err != nil || n > hosts {
		return "", text
	}
	return m[1], text[len(m[0]):]
}

// parsePart reads one host's part; ok is false for the line that counts the hosts that had no room.
func parsePart(part string, hosts int, lost bool) (f HostFailure, ok bool) {
	host, text := cutHost(part, hosts)
	text = strings.TrimSuffix(text, "\n")
	if hosts == 1 {
		host = "algo-1"
	}
	if host == "" && hosts > 1 && moreHosts.MatchString(text) {
		return f, false
	}
	if lost {
		return HostFailure{Host: host, Class: ClassLost, Message: strings.TrimSuffix(text, ")"), ExitCode: -1}, true
	}
	text, code := cutCode(text)
	f = parseFailure(text, code)
	f.Host = host
	if host == "" { // AWS's form: the program itself may have said where it ran
		f.Host, f.Message = cutHost(f.Message, hosts)
	}
	return f, true
}

var (
	moreHosts = regexp.MustCompile(`^and [0-9]+ more hosts$`)
	codeTail  = regexp.MustCompile(`(?s)^(.*), exit code: (-?[0-9]+)$`)
	codeAlone = regexp.MustCompile(`^()Exit Code: (-?[0-9]+)$`) // older jobs without a failure file
)

// cutCode takes the exit code from the end of a text, −1 when there is none.
func cutCode(text string) (rest string, code int) {
	for _, form := range []*regexp.Regexp{codeTail, codeAlone} {
		if m := form.FindStringSubmatch(text); m != nil {
			if code, err := strconv.Atoi(m[2]); err == nil {
				return m[1], code
			}
		}
	}
	return text, -1
}
