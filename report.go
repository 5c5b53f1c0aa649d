package sagefly

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/sagefly/sagefly/container"
)

// failure is why a process of a job does not end well.
type failure struct {
	class   Class
	message string // the most telling part first: FailureReason has room for 1,024 characters
	trace   []byte // for the log alone
	code    int
}

// failed is a failure by an error, whose whole chain is its text.
func failed(err error) *failure {
	f := &failure{class: UserError, message: fmt.Sprintf("%v", err), code: exitError} // fmt survives an Error method that panics
	if _, ok := errors.AsType[*retryable](err); ok {
		f.class, f.code = RetryError, exitRetry
	}
	if f.message == "" {
		f.message = fmt.Sprintf("an error without text, of type %T", err)
	}
	return f
}

// panicked is a failure by a panic. It is called by the deferred function that recovered the value.
func panicked(v any) *failure {
	return &failure{
		class: PanicError, message: fmt.Sprintf("%v\n%s", v, strings.Join(panicFrames(), "\n")),
		trace: debug.Stack(), code: exitPanic,
	}
}

// maxFrames is how many frames of a trace go into the failure file.
const maxFrames = 20

// panicFrames are the frames of the code that panicked, the innermost first, without the runtime's and ours around it.
func panicFrames() []string {
	pcs := make([]uintptr, 256)
	all := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var list []string
	for panicking, own := false, false; len(list) < maxFrames; {
		frame, more := all.Next()
		isRuntime := strings.HasPrefix(frame.Function, "runtime.")
		panicking = panicking || frame.Function == "runtime.gopanic"
		own = strings.HasSuffix(frame.Function, "sagefly.(*process).execute")
		if own || !more {
			break
		}
		if panicking && !isRuntime && !strings.Contains(frame.Function, "sagefly.(*Training[") {
			list = append(list, fmt.Sprintf("at %s (%s:%d)", frame.Function, shortPath(frame.File), frame.Line))
		}
	}
	return list
}

// shortPath is a file with its folder.
func shortPath(path string) string {
	return filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))
}

// fail leaves the failure file, prints everything to the log and returns the exit code. A process that was stopped leaves
// no reason: the job's status says it.
func (p *process) fail(f *failure) int {
	p.note("%s: %s", f.class, f.message)
	if len(f.trace) > 0 {
		p.note("trace:\n%s", f.trace)
	}
	if f.class == Stopped {
		return f.code
	}
	host := ""
	if len(p.cluster.Hosts) > 1 {
		host = p.cluster.Current
	}
	if err := p.layout.WriteFailure(container.FailureText(string(f.class), host, f.message)); err != nil {
		p.note("%v", err)
	}
	return f.code
}
