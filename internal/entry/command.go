package entry

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// kind is how a program is started.
type kind int

const (
	pythonScript  kind = iota // python script.py
	pythonPackage             // pip install . and python -m script
	shellCommand              // ./script by a shell
)

// kindOf is the toolkit's rule: .sh is a command whatever lies beside it, a setup.py makes everything else a package.
func kindOf(dir, name string) (kind, error) {
	if strings.HasSuffix(name, ".sh") {
		return shellCommand, nil
	}
	if _, err := os.Stat(filepath.Join(dir, "setup.py")); err == nil {
		return pythonPackage, nil
	}
	if strings.HasSuffix(name, ".py") {
		return pythonScript, nil
	}
	return shellCommand, nil
}

// commandLine is the program with the hyperparameters as arguments.
func (h *host) commandLine() []string {
	args := h.contract.UserArgs()
	switch h.kind {
	case pythonScript:
		return append([]string{h.python.Path, "--", h.program}, args...)
	case pythonPackage:
		return append([]string{h.python.Path, "-m", strings.TrimSuffix(h.program, ".py")}, args...)
	}
	for i := range args {
		args[i] = shellQuote(args[i])
	}
	return []string{"/bin/sh", "-c", "./" + h.program + " " + strings.Join(args, " ")}
}

// imageCommand is the command that an image brings: CommandVariable.
func (h *host) imageCommand() ([]string, error) {
	text := h.env[CommandVariable]
	if text == "" {
		return nil, clientError{errNoProgram.Error()}
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return []string{text}, nil
	}
	var command []string
	if err := json.Unmarshal([]byte(text), &command); err != nil || len(command) == 0 {
		return nil, fmt.Errorf("%s: %q is not a JSON list of strings: %w", CommandVariable, text, err)
	}
	return command, nil
}

// shellQuote is s as one word of a shell; words that need no quotes have none, as Python's shlex prints them.
func shellQuote(s string) string {
	if s != "" && strings.IndexFunc(s, unsafe) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}

func unsafe(c rune) bool {
	letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	return !letter && !strings.ContainsRune("_@%+=:,./-", c)
}
