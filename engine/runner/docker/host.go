package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// How long a shim waits for the daemon: for an answer to a small request, and for its return when it is gone. Without live
// restore a daemon takes its containers along, and says so when it is back.
const (
	answerTime = 30 * time.Second
	absence    = 10 * time.Minute
)

// box is a container, seen from its shim.
type box struct {
	*client
	more
	shim   *shim.Shim
	id     string
	output *output
	failed error // why the program could not be started
	begun  time.Time
}

func containerMain(d shim.Dir) int {
	var b box
	return shim.Live(d, shim.Life{Prepare: b.prepare, Run: b.run})
}

// prepare creates the container, attaches to it and starts it.
func (b *box) prepare(s *shim.Shim) (err error) {
	if err := json.Unmarshal(s.More, &b.more); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	if b.client, err = dial(b.Address); err != nil {
		return err
	}
	b.client.api, b.shim = b.API, s
	ctx := context.Background()
	if err := b.sweep(ctx, s.Dir); err != nil { // of a shim that was killed before it could say that it is there
		return fmt.Errorf("remove what an earlier start left: %w", err)
	}
	if err := b.boot(ctx); err != nil {
		return errors.Join(err, b.sweep(ctx, s.Dir))
	}
	return nil
}

func (b *box) boot(ctx context.Context) (err error) {
	if b.id, err = b.make(ctx); err != nil {
		return fmt.Errorf("create container: %w", err)
	}
	if b.output, err = b.connect(ctx); err != nil {
		return fmt.Errorf("attach to container: %w", err)
	}
	b.begun = time.Now()
	if err = b.startContainer(ctx, b.id); err == nil {
		return nil
	}
	// A program that cannot be started is an end, not an error; the daemon gives it the shell's exit codes.
	if st, seen := b.inspect(ctx, b.id); seen == nil && unstartable(st.ExitCode) {
		b.failed = err
		return nil
	}
	return fmt.Errorf("start container: %w", err)
}

func unstartable(code int) bool { return code == 126 || code == 127 }

// make creates the container, in the job's network where the job has several hosts.
func (b *box) make(ctx context.Context) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answerTime)
	defer cancel()
	body := body(b.shim.Spec, b.Image)
	if hosts := slices.Sorted(maps.Keys(b.shim.Spec.Hosts)); len(hosts) > 1 {
		return b.join(ctx, jobOf(b.shim.Dir), hosts, body)
	}
	return b.create(ctx, body)
}

// ending is how a container ended; lost is why that is not known.
type ending struct {
	state
	lost error
}

func (b *box) run(s *shim.Shim) runner.Exit {
	s.Started()
	ctx := context.Background()
	if b.failed != nil {
		b.output.finish()
		s.Log.Print("%v", b.failed)
		return b.finish(ctx, b.exit(ctx, runner.CauseExit, b.failed.Error()))
	}
	ended := make(chan ending, 1)
	go func() { ended <- b.end(ctx) }()
	sup := shim.Supervision[ending]{Spec: s.Spec, Program: ended, Signal: b.signal}
	last, cause, killed := sup.Wait(s.Signals)
	b.output.finish()
	if last.lost != nil {
		s.Log.Print("sagefly: the container is lost: %v", last.lost)
		return b.finish(ctx, runner.Exit{Code: -1, Cause: runner.CauseLost, Start: b.begun, End: time.Now(), Error: last.lost.Error()})
	}
	e := runner.Exit{Code: last.ExitCode, Cause: cause, Start: b.begun, End: time.Now()}
	e.OOM = !killed && e.Code != 0 && b.outOfMemory(ctx, last.state)
	if unstartable(e.Code) {
		e.Error = b.output.initFailure()
	}
	return b.finish(ctx, e)
}

// exit is the end of a container that did not start.
func (b *box) exit(ctx context.Context, cause runner.Cause, why string) runner.Exit {
	e := runner.Exit{Code: 127, Cause: cause, Start: b.begun, End: time.Now(), Error: why}
	if st, err := b.inspect(ctx, b.id); err == nil {
		e.Code = st.ExitCode
	}
	return e
}

// finish gives back what the host used. Trouble with that is the log's, not the job's.
func (b *box) finish(ctx context.Context, e runner.Exit) runner.Exit {
	ctx, cancel := context.WithTimeout(ctx, 4*answerTime)
	defer cancel()
	if os.Geteuid() != 0 {
		if err := b.giveBack(ctx); err != nil {
			b.shim.Log.Print("sagefly: files that the container wrote stay its own: %v", err)
		}
	}
	if err := b.sweep(ctx, b.shim.Dir); err != nil {
		fmt.Fprintln(os.Stderr, "remove container:", err)
	}
	return e
}

// end waits until the container has ended. A daemon that is gone is waited for.
func (b *box) end(ctx context.Context) ending {
	for since := time.Now(); ; time.Sleep(time.Second) {
		err := b.await(ctx, b.id)
		if err == nil {
			since = time.Now()
		}
		st, seen := b.inspect(ctx, b.id)
		switch {
		case seen == nil && !st.Running:
			return ending{state: st}
		case seen == nil:
			since = time.Now() // it lives, only the waiting was cut short
		case status(seen) != 0:
			return ending{lost: seen}
		case time.Since(since) > absence:
			return ending{lost: errors.Join(err, seen)}
		}
	}
}

// signal reaches the program through the daemon.
func (b *box) signal(sig syscall.Signal) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	if err := b.kill(ctx, b.id, signalName(sig)); err != nil {
		fmt.Fprintf(os.Stderr, "signal container: %v\n", err)
	}
}

// outOfMemory tells whether the kernel ended a process of the container for want of memory. The daemon hears of that on
// another way than of the end, and sometimes later.
func (b *box) outOfMemory(ctx context.Context, st state) bool {
	for range 20 {
		if st.OOMKilled || st.ExitCode != 137 {
			return st.OOMKilled
		}
		time.Sleep(50 * time.Millisecond)
		var err error
		if st, err = b.inspect(ctx, b.id); err != nil {
			return false
		}
	}
	return false
}

// initFailures are how the inits of Docker and Podman begin to say that they could not start the program.
var initFailures = []string{"[FATAL tini", "ERROR (catatonit"}

// initFailure is what the container's init said when it could not start the program; "" when it did.
func (o *output) initFailure() string {
	line, _, _ := strings.Cut(string(o.head.first), "\n")
	for _, begin := range initFailures {
		if strings.HasPrefix(line, begin) {
			return line
		}
	}
	return ""
}
