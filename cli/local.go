//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/cloud"
	"github.com/sagefly/sagefly/engine"
)

// local is the embedded engine as a target: owned by this process or reached at its owner's address. When the owner
// ends, the next request takes over or finds the successor.
type local struct {
	app  *app
	dir  string
	temp bool // dir is thrown away at the end

	mu     sync.Mutex
	engine *engine.Engine // nil while another process owns
	addr   string         // where requests go now
	done   chan struct{}  // closed when this process is to own no longer
	watch  sync.WaitGroup // watchHandover
	first  string         // where the first request went: what clients were configured with
}

func (a *app) local(ctx context.Context) (*local, error) {
	dir, temp, err := a.dataDir()
	if err != nil {
		return nil, err
	}
	l := &local{app: a, dir: dir, temp: temp}
	if err := l.connect(ctx, ""); err != nil {
		return nil, err
	}
	l.first = l.addr
	return l, nil
}

// dataDir is --data, else a temporary one with --fresh, else sagefly in the user's data directory (XDG).
func (a *app) dataDir() (dir string, temp bool, err error) {
	switch {
	case a.fresh && a.data != "" && a.data != a.io.Env("SAGEFLY_DATA"):
		return "", false, usage("--data and --fresh exclude each other", "")
	case a.fresh:
		dir, err = os.MkdirTemp("", "sagefly-")
		return dir, true, err
	case a.data != "":
		dir, err = filepath.Abs(a.data)
		return dir, false, err
	}
	base := a.io.Env("XDG_DATA_HOME")
	if !filepath.IsAbs(base) {
		home := a.io.Env("HOME")
		if home == "" {
			return "", false, usage("no data directory", "HOME and XDG_DATA_HOME are not set", "--data DIR, or SAGEFLY_DATA")
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "sagefly"), false, nil
}

// patience is how long an owner may take to say where it listens.
const patience = 10 * time.Second

// connect owns the directory or finds its owner. It is called with mu held, or before anyone else knows l.
func (l *local) connect(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if handoverAsked(l.dir) { // a server is about to own it
			if err := sleep(ctx, 20*time.Millisecond); err == nil {
				continue
			}
		}
		e, err := l.app.openEngine(ctx, engine.Config{Dir: l.dir})
		if err == nil {
			return l.own(ctx, e, addr)
		}
		owned, ok := errors.AsType[*engine.OwnedError](err)
		if !ok {
			return err
		}
		if owned.Addr != "" && answers(ctx, owned.Addr) {
			l.addr = owned.Addr
			return nil
		}
		if sleep(ctx, 20*time.Millisecond) != nil {
			return &Problem{
				What: "the local engine does not answer", Where: l.dir,
				Why: fmt.Sprintf("process %d has the data directory and says no address", owned.PID),
				Fix: []string{fmt.Sprintf("end it:  kill %d", owned.PID), "or use another directory:  --data DIR"},
			}
		}
	}
}

// sleep waits, or returns why ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// own makes this process the one that answers. addr is "" for the directory's last address when it is free, else any.
func (l *local) own(ctx context.Context, e *engine.Engine, addr string) error {
	if err := e.Listen(ctx, addr); err != nil {
		return errors.Join(err, e.Close())
	}
	l.engine, l.addr, l.done = e, e.Addr(), make(chan struct{})
	done := l.done
	l.watch.Go(func() { l.watchHandover(done) })
	return nil
}

func answers(ctx context.Context, addr string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func (l *local) target() *target {
	config := l.app.awsConfig("http://"+l.first, localKeys())
	config.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 16}}
	config.RetryMaxAttempts = 6
	return &target{
		name: "local engine at " + l.first, aws: config, owner: l.engine != nil, local: true, near: true, end: l.end,
		bucket: l.app.bucket, role: l.app.role, account: engine.Account,
	}
}

// dial connects to whoever owns the directory now. When the owner has ended, this process takes over, or another one has already. A connection
// that is refused says so; one that is taken need not be the owner's, for another directory's engine may have got its address.
func (l *local) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	l.mu.Lock()
	addr, watcher := l.addr, l.engine == nil
	l.mu.Unlock()
	if !watcher || engine.Owner(l.dir) == addr {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil || !errors.Is(err, syscall.ECONNREFUSED) {
			return conn, err
		}
	}
	addr, err := l.reconnect(ctx, addr)
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

// reconnect looks for the directory's owner again, once for all requests that met the same one's end.
func (l *local) reconnect(ctx context.Context, gone string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.addr == gone && l.engine == nil {
		if err := l.connect(ctx, ""); err != nil {
			return "", err
		}
		if l.engine != nil {
			l.app.screen.note("the engine that ran here has ended; this command goes on in its place")
		}
	}
	return l.addr, nil
}

// end stops answering. Jobs that have not ended get a background engine, which leaves when they have; those of a
// throw-away directory are stopped.
func (l *local) end() {
	if l.done != nil {
		close(l.done)
		l.watch.Wait()
	}
	l.mu.Lock() // nobody dials any more
	defer l.mu.Unlock()
	if l.engine == nil {
		return
	}
	left := l.unfinished()
	if l.temp {
		l.app.stopAll(l.direct(), left)
	}
	if err := l.engine.Close(); err != nil {
		l.app.screen.note("close the engine: %v", err)
	}
	l.engine = nil
	if l.temp {
		_ = os.RemoveAll(l.dir)
		return
	}
	if len(left) > 0 {
		l.app.leaveBehind(l.dir, left)
	}
}

// direct is the engine of this process as a target that does not look for another owner.
func (l *local) direct() *target {
	return &target{name: "local engine", aws: l.app.awsConfig("http://"+l.engine.Addr(), localKeys()), near: true}
}

// unfinished are the jobs that still need an engine. One whose end is already told, but not yet cleared up, does not.
func (l *local) unfinished() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	t := l.direct()
	return slices.DeleteFunc(l.engine.Unfinished(), func(name string) bool { return t.hasEnded(ctx, name) })
}

// leaveBehind starts a background engine for unfinished jobs.
func (a *app) leaveBehind(dir string, jobs []string) {
	if a.completing {
		return
	}
	if err := startBackground(dir, a.docker); err != nil {
		a.screen.note("%s left without an engine, the next command goes on with that (%v)", plural(len(jobs), "unfinished job"), err)
		return
	}
	a.screen.note("%s: a background engine looks after that and ends with it", plural(len(jobs), "unfinished job"))
}

// stopAll stops jobs and waits for their end; a second interrupt ends the waiting.
func (a *app) stopAll(t *target, names []string) {
	if len(names) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	a.signals(func(os.Signal) { cancel() })
	defer a.signals(nil)
	a.screen.note("stopping %s: the data directory is a throw-away one", plural(len(names), "unfinished job"))
	searches := t.searchesOf(ctx, names) // first: they would start trials in the place of those that were stopped
	for _, name := range searches {
		_ = t.stopTuning(ctx, name)
	}
	for _, name := range names {
		_ = t.stopTraining(ctx, name)
	}
	for _, name := range searches {
		_, _ = cloud.WatchTuning(ctx, t.aws, name, cloud.TuningWatching{})
	}
	for _, name := range names {
		_, _ = newFollower(t, a.screen, name).run(ctx)
	}
}
