package fake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

const (
	byTerm = 128 + 15
	byKill = 128 + 9
)

type host struct {
	spec   runner.Spec
	script Script

	stop, kill, lose chan struct{} // one place each: a repeated request is the same request
	done             chan struct{} // closed when exit is set
	exit             runner.Exit
}

func newHost(spec runner.Spec, script Script) *host {
	script.Lines = slices.Clone(script.Lines)
	slices.SortStableFunc(script.Lines, func(a, b Line) int { return cmp.Compare(a.After, b.After) })
	request := func() chan struct{} { return make(chan struct{}, 1) }
	return &host{spec: spec, script: script, stop: request(), kill: request(), lose: request(), done: make(chan struct{})}
}

func send(request chan struct{}) {
	select {
	case request <- struct{}{}:
	default:
	}
}

// Handle names the host's directory.
func (h *host) Handle() runner.Handle {
	data, err := json.Marshal(h.spec.Dir)
	if err != nil {
		panic(fmt.Sprintf("fake: %v", err)) // a string always prints
	}
	return data
}

// Wait implements [runner.Process].
func (h *host) Wait(ctx context.Context) (runner.Exit, error) {
	select {
	case <-h.done:
		return h.exit, nil
	case <-ctx.Done():
		return runner.Exit{}, context.Cause(ctx)
	}
}

// Stop implements [runner.Process].
func (h *host) Stop() error { send(h.stop); return nil }

// Kill implements [runner.Process].
func (h *host) Kill() error { send(h.kill); return nil }

// play is the host's whole life.
func (h *host) play() {
	defer close(h.done)
	p := &performance{host: h, start: time.Now(), cause: runner.CauseExit}
	defer p.close()
	if reason := h.script.Unstartable; reason != "" {
		text := fmt.Sprintf("start %q: %s", h.spec.Command, reason)
		p.print(Line{Stderr: true, Text: text})
		h.exit = runner.Exit{
			Code: cmp.Or(h.script.Exit, 127), Cause: runner.CauseExit, Start: p.start, End: time.Now(), Error: text,
		}
		return
	}
	code := p.wait()
	if p.cause == runner.CauseLost {
		h.exit = runner.Exit{Code: code, Cause: p.cause, End: time.Now()}
		return
	}
	p.printUntil(time.Since(p.start))
	p.writeFiles()
	h.exit = runner.Exit{
		Code: code, Cause: p.cause, Start: p.start, End: time.Now(),
		OOM: h.script.OOM && p.cause == runner.CauseExit,
	}
}

// performance is a host that runs.
type performance struct {
	*host
	start time.Time
	cause runner.Cause
	log   *log.Writer // nil until the first line
}

// wait plays the time line and returns the exit code.
func (p *performance) wait() int {
	var own, deadline, lost, stopped, grace <-chan time.Time
	if p.script.Run >= 0 {
		own = time.After(time.Duration(p.script.Run))
	}
	if p.spec.MaxRuntime > 0 {
		deadline = time.After(p.spec.MaxRuntime)
	}
	if p.script.LoseAfter > 0 {
		lost = time.After(time.Duration(p.script.LoseAfter))
	}
	terminate := func(c runner.Cause) {
		if p.cause != runner.CauseExit {
			return
		}
		p.cause = c
		grace = time.After(p.spec.Grace)
		if !p.script.IgnoreStop && p.spec.Grace > 0 {
			stopped = time.After(time.Duration(p.script.StopAfter))
		}
	}
	for {
		select {
		case <-own:
			return p.script.Exit
		case <-stopped:
			return p.stopExit()
		case <-grace:
			return byKill
		case <-p.kill:
			if p.cause == runner.CauseExit {
				p.cause = runner.CauseStop
			}
			return byKill
		case <-lost:
			p.cause = runner.CauseLost
			return byKill
		case <-p.lose:
			p.cause = runner.CauseLost
			return byKill
		case <-p.stop:
			terminate(runner.CauseStop)
		case <-deadline:
			terminate(runner.CauseDeadline)
		case <-p.nextLine():
			p.printUntil(time.Since(p.start))
		}
	}
}

func (p *performance) stopExit() int {
	if p.script.StopExit != nil {
		return *p.script.StopExit
	}
	return byTerm
}

func (p *performance) nextLine() <-chan time.Time {
	if len(p.script.Lines) == 0 {
		return nil
	}
	return time.After(time.Until(p.start.Add(time.Duration(p.script.Lines[0].After))))
}

// printUntil prints what was due by now.
func (p *performance) printUntil(now time.Duration) {
	for len(p.script.Lines) > 0 && time.Duration(p.script.Lines[0].After) <= now {
		p.print(p.script.Lines[0])
		p.script.Lines = p.script.Lines[1:]
	}
}

func (p *performance) print(l Line) {
	if p.log == nil {
		w, err := log.Create(p.spec.Log)
		if err != nil {
			return // a host that has no log directory prints nothing
		}
		p.log = w
	}
	s := log.Stdout
	if l.Stderr {
		s = log.Stderr
	}
	p.log.Write(s, []byte(l.Text))
}

func (p *performance) close() {
	if p.log != nil {
		p.log.Close()
	}
}

// writeFiles leaves the script's files. One that cannot be written is said in the log, as a program would.
func (p *performance) writeFiles() {
	for name, text := range p.script.Files {
		file := filepath.Join(p.spec.Dir, "ml", filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			p.print(Line{Stderr: true, Text: err.Error()})
		}
	}
}
