package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/runner"
)

var errStopped = errors.New("the job was stopped")

// perform starts an effect. What takes time goes on in its own goroutine and reports by an event.
func (v *supervisor) perform(e effect) {
	switch e {
	case lifecycle.Queue:
		v.turn, v.leave = v.service.slots.Join()
	case lifecycle.Stage:
		ctx, cancel := context.WithCancelCause(v.over)
		v.stage = cancel
		v.tasks.Go(func() { v.post(v.staged(ctx)) })
	case lifecycle.CancelStage:
		v.stage(errStopped)
	case lifecycle.Launch:
		for _, h := range v.state.Hosts {
			if h.Handle == nil && h.Exit == nil {
				v.launch(h.Name)
			}
		}
	case lifecycle.Watch:
		v.watch()
	case lifecycle.StopHosts:
		v.stopHosts()
	case lifecycle.Upload:
		v.tasks.Go(v.upload)
	case lifecycle.Finish:
		v.finish()
	}
}

// launch starts a host. The process is kept before the event, so that Watch finds it.
func (v *supervisor) launch(host string) {
	v.tasks.Go(func() {
		p, err := v.start(v.over, host)
		switch {
		case v.over.Err() != nil:
		case err != nil:
			v.post(lifecycle.LaunchFailed{Host: host, Reason: err.Error()})
		default:
			v.started.Store(host, p)
			v.post(lifecycle.Launched{Host: host, Handle: p.Handle()})
		}
	})
}

// watch finds the hosts that have started and not ended, and waits for each.
func (v *supervisor) watch() {
	for _, h := range v.state.Hosts {
		if h.Exit != nil || h.Handle == nil || v.hosts[h.Name] != nil {
			continue
		}
		p, err := v.process(h)
		if err != nil {
			v.tasks.Go(func() { v.post(lifecycle.HostEnded{Host: h.Name, Exit: lost(err)}) })
			continue
		}
		v.hosts[h.Name] = p
		v.tasks.Go(func() { v.wait(h.Name, p) })
	}
}

// process returns what launch started, or finds it again after a restart.
func (v *supervisor) process(h lifecycle.Host) (runner.Process, error) {
	if p, ok := v.started.Load(h.Name); ok {
		return p.(runner.Process), nil
	}
	return v.service.Runners.Recover(v.over, h.Handle)
}

func (v *supervisor) wait(host string, p runner.Process) {
	running, ended := context.WithCancel(v.over)
	var checkpoints sync.WaitGroup
	checkpoints.Go(func() { v.watchCheckpoints(running, host) })
	exit, err := p.Wait(v.over)
	ended()
	checkpoints.Wait()
	if v.over.Err() != nil {
		return
	}
	if err != nil {
		exit = lost(err)
	}
	failure, _, err := v.layout(host).ReadFailure()
	if err != nil {
		v.service.Logger.Warn("failure file not read", "job", v.row.Name, "host", host, "err", err)
	}
	v.post(lifecycle.HostEnded{Host: host, Exit: exit, Failure: failure})
}

// lost is the end of a host of which nothing can be known any more.
func lost(why error) runner.Exit {
	return runner.Exit{Code: -1, Cause: runner.CauseLost, End: now(), Error: why.Error()}
}

func (v *supervisor) stopHosts() {
	for _, h := range v.state.Hosts {
		p := v.hosts[h.Name]
		if p == nil || h.Exit != nil {
			continue
		}
		if err := p.Stop(); err != nil {
			v.service.Logger.Error("host not stopped", "job", v.row.Name, "host", h.Name, "err", err)
		}
	}
}

// finish frees what the job used. Its log and its archives stay.
func (v *supervisor) finish() {
	v.end(errors.New("the job has ended"))
	v.tasks.Wait()
	if err := removeAll(v.service.jobDir(v.row.ID)); err != nil {
		v.service.Logger.Warn("job directory stays", "job", v.row.Name, "err", err)
	}
	v.leave()
}

// removeAll removes a tree in which the job may have taken away permissions.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// hostDir is the directory of one host; its ml is the host's /opt/ml.
func (v *supervisor) hostDir(host string) string {
	return filepath.Join(v.service.jobDir(v.row.ID), "hosts", host)
}

func (v *supervisor) layout(host string) container.Layout {
	return container.Layout{Root: filepath.Join(v.hostDir(host), "ml")}
}

func (v *supervisor) logFile(host string) string {
	return filepath.Join(v.service.logDir(v.row.ID), host+".log")
}

// hostNames returns algo-1 … algo-n.
func hostNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("algo-%d", i+1)
	}
	return names
}
