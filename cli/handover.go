//go:build !sagefly_task

package cli

import (
	"os"
	"path/filepath"
	"time"
)

// A server that finds its directory owned by a passing command asks for it with a file; the command gives the directory
// up and goes on as a client. Another server does not look.

const (
	handoverName = "handover"
	handoverAge  = 5 * time.Second // an older request is one whose server has died
)

func askHandover(dir string) error {
	return os.WriteFile(filepath.Join(dir, handoverName), nil, 0o600)
}

func endHandover(dir string) { _ = os.Remove(filepath.Join(dir, handoverName)) }

func handoverAsked(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, handoverName))
	return err == nil && time.Since(info.ModTime()) < handoverAge
}

// watchHandover gives the directory up when a server asks for it, until done is closed.
func (l *local) watchHandover(done <-chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if !handoverAsked(l.dir) {
			continue
		}
		l.mu.Lock()
		if l.engine != nil {
			_ = l.engine.Close()
			l.engine = nil
		}
		l.mu.Unlock()
		return
	}
}
