package entry

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/sagefly/sagefly/internal/python"
)

// outOfMemory is the toolkit's remark on exit code 137.
const outOfMemory = "OutOfMemory: Process killed by SIGKILL (signal 9)"

// report leaves the success or failure file and returns the exit code. A program that was asked to end has not failed, whatever
// its exit code: no reason is made up for it.
func (h *host) report(e end, stopped bool, err error) int {
	switch {
	case err != nil && stopped:
		return 128 + int(syscall.SIGTERM)
	case err != nil:
		h.fail(failureText(err))
		return 1
	case e.code == 0:
		if err := os.WriteFile(h.layout.Success(), nil, 0o644); err != nil {
			h.say("success file not written: %v", err)
		}
		return 0
	case !stopped:
		h.fail(h.scriptError(e))
	}
	if e.signal == syscall.SIGKILL {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // the first process of a container survives this
	}
	return e.code
}

// fail writes the failure file unless the program did.
func (h *host) fail(text string) {
	if err := h.layout.WriteFailure(text); err != nil {
		h.say("%v", err)
	}
	h.say("%s", text)
}

// scriptError is the toolkit's text about a program that ended with an exit code.
func (h *host) scriptError(e end) string {
	info := ""
	switch {
	case e.code == 137 && e.signal == 0:
		info = outOfMemory
	case e.missing != "" && h.program != "":
		info = h.missingModule(e.missing)
	}
	code := e.code
	if e.signal != 0 {
		code = -int(e.signal)
	}
	return calledProcess("ExecuteUserScriptError", code, e.errors, info, e.command)
}

// missingModule says which interpreter lacks a module and how it gets it.
func (h *host) missingModule(name string) string {
	top, _, _ := strings.Cut(name, ".")
	text := fmt.Sprintf("The script ran with %s, which has no module %s. Name its package in a requirements.txt beside the script",
		or(h.python.base, h.python.Path), top)
	if h.env[PythonVariable] != "" { // the engine chose it
		text += ", or choose another interpreter: sagefly serve --python PATH, SAGEFLY_PYTHON=PATH, or an active virtual environment"
	}
	return text
}

// calledProcess is how the toolkit tells of a process.
func calledProcess(class string, code int, message, info string, command []string) string {
	text := fmt.Sprintf("%s:\nExitCode %d\nErrorMessage \"%s\"\n", class, code, message)
	if info != "" {
		text += fmt.Sprintf("ExtraInfo \"%s\"\n", info)
	}
	return text + fmt.Sprintf("Command \"%s\"", strings.Join(command, " "))
}

// failureText is the failure file of an entry that could not run its program.
func failureText(err error) string {
	if e, ok := errors.AsType[clientError](err); ok {
		return e.text
	}
	if e, ok := errors.AsType[installError](err); ok {
		pip, _ := errors.AsType[*python.PipError](err)
		if pip != nil {
			return calledProcess(e.class, pip.Code, e.message, "", pip.Command)
		}
	}
	return "Framework Error: \n" + err.Error()
}
