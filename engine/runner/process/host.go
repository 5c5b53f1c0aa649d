package process

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// outputGrace is how long the end of the program's output is waited for after its end, when some process that could not
// be ended still holds the pipe.
const outputGrace = 2 * time.Second

// order is what a shim of this runner has to do.
type order struct {
	Spec  runner.Spec `json:"-"` // the shim's own
	Mode  runner.Mode
	Hide  []string // paths to cover in opt-ml mode
	Group *group   // what bounds the program's memory
	Note  string   // for the host's log
}

// hostFile is the host's own /etc/hosts.
func hostsFile(d shim.Dir) string { return d.Path("hosts") }

func hostMain(d shim.Dir) int {
	var o order
	return shim.Live(d, shim.Life{
		Prepare: func(s *shim.Shim) error { return o.prepare(s) },
		Run:     func(s *shim.Shim) runner.Exit { return o.run(s) },
	})
}

func (o *order) prepare(s *shim.Shim) error {
	if err := json.Unmarshal(s.More, o); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	o.Spec = s.Spec
	if o.Mode == runner.ModeOptML {
		return enter(s.Dir, o)
	}
	return enterBaseDir(s.Dir, &o.Spec)
}

// run runs the program to its end and until nothing of it is left.
func (o *order) run(s *shim.Shim) runner.Exit {
	if o.Note != "" {
		s.Log.Print("sagefly: %s", o.Note)
	}
	oom := newOOMWatch(o.Group)
	pump := log.NewPump(s.Log)
	e := runner.Exit{Cause: runner.CauseExit, Start: time.Now()}
	pid, err := o.startProgram(pump)
	if err != nil {
		e.Code, e.Error, e.End = notStarted(err), err.Error(), time.Now()
		pump.Wait(0)
		s.Log.Print("%v", err)
		s.Started()
		return e
	}
	s.Started()
	f := watchFamily(pid)
	sup := shim.Supervision[syscall.WaitStatus]{Spec: o.Spec, Program: f.program, Signal: func(sig syscall.Signal) { signalGroup(pid, sig) }}
	status, cause, killed := sup.Wait(s.Signals)
	e.End, e.Cause, e.Code = time.Now(), cause, exitCode(status)
	e.OOM = !killed && oom.happened(status)
	f.end(pid)
	pump.Wait(outputGrace)
	o.Group.remove()
	return e
}

func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// signalGroup reaches the program's process group, or the program alone when it left its group.
func signalGroup(pid int, sig syscall.Signal) {
	if err := syscall.Kill(-pid, sig); err != nil {
		syscall.Kill(pid, sig)
	}
}

// groupName names the control group of a host; the directory is the host's identity.
func groupName(d shim.Dir) string { return "sagefly-" + shim.Key(filepath.Clean(string(d))) }
