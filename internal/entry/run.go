package entry

import (
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// outputGrace is how long the end of the output is waited for after the program's end, when something that it started still
// holds the pipe.
const outputGrace = 2 * time.Second

// end is how the program ended.
type end struct {
	command []string
	code    int            // exit code; 128+n when ended by signal n
	signal  syscall.Signal // 0 = it ended by itself
	errors  string         // what the toolkit would take from the output as the error message
	missing string         // Python module that it did not find
}

// start runs the program to its end, in a process group of its own, in the code folder. command is what is told of it: programs of the
// source run as a shell would run them, but without the shell, which would end at a signal before the program has.
func (h *host) start(command []string, signals *signals) (end, error) {
	// The program is to die with this process, which Linux ties to the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h.say("running %s", strings.Join(command, " "))
	args := command
	if h.program != "" && h.kind == shellCommand {
		args = append([]string{"./" + h.program}, h.contract.UserArgs()...)
	}
	out, trouble := &watcher{to: h.stdout}, &watcher{to: h.stderr}
	cmd := h.process(args, out, trouble)
	err := cmd.Start()
	if errors.Is(err, syscall.ENOEXEC) { // a script without a first line that says whose
		cmd = h.process(append([]string{"/bin/sh"}, args...), out, trouble)
		err = cmd.Start()
	}
	if err != nil {
		return end{}, fmt.Errorf("start %s: %w", args[0], err)
	}
	signals.direct(cmd.Process.Pid)
	err = cmd.Wait()
	signals.direct(0)
	e := ended(cmd, err)
	e.command, e.errors, e.missing = command, message(out, trouble), or(trouble.missing, out.missing)
	return e, nil
}

func (h *host) process(args []string, out, trouble *watcher) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.SysProcAttr, cmd.WaitDelay = h.environ(), programAttributes(), outputGrace
	if h.program != "" {
		cmd.Dir = h.layout.Code()
	}
	if cmd.Stdout, cmd.Stderr = out, trouble; h.task() {
		cmd.Stdout, cmd.Stderr = h.stdout, h.stderr // not even copied
	}
	return cmd
}

func ended(cmd *exec.Cmd, err error) end {
	if err != nil && !errors.As(err, new(*exec.ExitError)) && !errors.Is(err, exec.ErrWaitDelay) {
		return end{code: 1}
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return end{code: 128 + int(status.Signal()), signal: status.Signal()}
	}
	return end{code: cmd.ProcessState.ExitCode()}
}

func (h *host) environ() []string {
	list := make([]string, 0, len(h.env))
	for _, name := range slices.Sorted(maps.Keys(h.env)) {
		list = append(list, name+"="+h.env[name])
	}
	return list
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
