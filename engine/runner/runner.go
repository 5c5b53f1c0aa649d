// Package runner is the seam by which one host of a job starts. The engine prepares a directory that looks like the
// host's /opt/ml, hands over a [Spec] and gets a [Process]; how that becomes a running program (a process in
// namespaces, a container, a script of events) is the runner's business.
//
// Every runner passes the suite in runnertest.
package runner

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"time"
)

// ErrLost is returned by [Runner.Recover] when nothing is known of a host any more: it was never started, or its
// directory is gone. The engine treats the host as failed by the platform, not by the algorithm.
var ErrLost = errors.New("host lost")

// ErrImage is returned by [Runner.Start], and by a Pull, when a container image is not there and cannot be pulled: the job's
// own fault, as a rule.
var ErrImage = errors.New("cannot pull image")

// Spec describes one host to start. All paths are absolute. The zero values of optional fields mean "none".
type Spec struct {
	Job  string // training job name
	Host string // algo-1 … algo-N

	Region string // AWS region of the job, in which an image of ECR is looked for; "" where there is no Image

	Dir        string            // the host's own directory, beside those of the job's other hosts; Dir/ml is its /opt/ml, Dir/run is the runner's
	Image      string            // container image to run; "" = Command is a program of this machine
	Entrypoint []string          // replaces the image's own; nil = the image's. Unused without Image
	Command    []string          // program and arguments; never empty. A program without a slash is looked up in PATH of Env. With Image: the arguments
	WorkDir    string            // working directory of the program; "" = /opt/ml (base-directory mode: Dir/ml). With Image: the image's own
	Env        map[string]string // complete environment: nothing of the engine's own environment reaches the program. With Image: besides the image's own
	Hosts      map[string]string // all hosts of the job: name → loopback address, for name resolution where the runner can provide it. Containers have addresses of their own
	Mounts     []Mount           // read-only views inside /opt/ml (FastFile channels)

	Log        string        // file that gets one record a line, see package log of the engine
	MaxRuntime time.Duration // from start; 0 = unlimited. Enforced by the shim alone, also while no engine lives
	Grace      time.Duration // from SIGTERM to SIGKILL; 0 = kill at once
	Memory     int64         // bytes that the host may use; 0 = no limit. Where the runner cannot keep it, the log says so
}

// Mount shows Source (a directory) at Target, relative to /opt/ml, read-only.
type Mount struct {
	Source string
	Target string
}

// Mode says how a program sees its contract.
type Mode string

const (
	ModeOptML   Mode = "opt-ml"         // the directory is at /opt/ml, host names resolve
	ModeBaseDir Mode = "base-directory" // the directory is named by SAGEMAKER_BASE_DIR, host names do not resolve
)

// Root is where a program in this mode sees its contract when dir is its Spec.Dir.
func (m Mode) Root(dir string) string {
	if m == ModeOptML {
		return "/opt/ml"
	}
	return filepath.Join(dir, "ml")
}

// Runner starts hosts and finds them again. Implementations are safe for concurrent use.
type Runner interface {
	// Name is the runner's name in logs and messages: "process", "fake".
	Name() string
	// Mode is how programs of this runner see their contract on this machine. It does not change while the runner lives.
	Mode() Mode
	// Start starts the host and returns when its program runs or could not be started. A program that cannot be
	// started (not found, not executable) is not an error: it is a Process whose Exit has Code 127 or 126 and a line
	// in the log, as in a container. An error means that the platform failed and nothing runs. ctx bounds starting only.
	// Start is idempotent for a Spec.Dir: where a host was started before, by whomever, that host is returned and
	// nothing is started, so an engine that died before it could store the handle repeats the call. A host that is to
	// run again needs a new Dir.
	Start(ctx context.Context, spec Spec) (Process, error)
	// Recover finds a started host again by the handle its Process gave, also from another process and also after
	// the host's end. It is idempotent. It returns ErrLost when nothing is known of it.
	Recover(ctx context.Context, handle Handle) (Process, error)
}

// Puller is a [Runner] of images that can fetch one ahead of Start, so that waiting for it, and that it cannot be had
// (ErrImage), is part of the preparation of a job.
type Puller interface {
	Pull(ctx context.Context, image, region string) error
}

// Handle is a runner's own note about a host, stored by the engine and given back to Recover. Only the runner that
// wrote it can read it; it carries its own version.
type Handle = json.RawMessage

// Process is one started host. Its methods are safe for concurrent use.
type Process interface {
	Handle() Handle
	// Wait blocks until the host has ended and its log is complete, or ctx is done. It may be called many times.
	// Leaving by ctx does not touch the host.
	Wait(ctx context.Context) (Exit, error)
	// Stop asks the program to end: SIGTERM, after Spec.Grace SIGKILL, to the whole process group. It returns at
	// once; a repeated or late call does nothing.
	Stop() error
	// Kill ends the host at once. A late call does nothing.
	Kill() error
}

// Cause says who ended a host.
type Cause string

const (
	CauseExit     Cause = "exit"     // the program ended by itself
	CauseStop     Cause = "stop"     // ended after Stop or Kill
	CauseDeadline Cause = "deadline" // ended because MaxRuntime was over
	CauseLost     Cause = "lost"     // the shim ended without a record (killed, machine restarted)
)

// Exit is how a host ended.
type Exit struct {
	Code  int       `json:"code"`            // exit code; 128+n when ended by signal n
	Cause Cause     `json:"cause"`           //
	OOM   bool      `json:"oom,omitempty"`   // the kernel's out-of-memory killer ended it, where that can be seen
	Start time.Time `json:"start,omitzero"`  // when the program started
	End   time.Time `json:"end"`             // when it ended
	Error string    `json:"error,omitempty"` // why it could not be started; "" when it ran
}
