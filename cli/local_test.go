//go:build !sagefly_task

package cli

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The owner that a client knew has ended, and another directory's engine has got its address: the client goes on in the owner's place and does
// not ask the stranger.
func TestDialDoesNotTakeAStrangerForTheOwner(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dir, addr := t.TempDir(), stranger.Listener.Addr().String()
	left, err := json.Marshal(map[string]any{"pid": gone.Process.Pid, "addr": addr})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "owner.json"), left, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := world(nil)
	l := &local{app: a, dir: dir, addr: addr, first: addr}
	defer l.end()
	conn, err := l.dial(context.Background(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if l.engine == nil || conn.RemoteAddr().String() != l.engine.Addr() {
		t.Errorf("connected to %s, which is not the directory's engine", conn.RemoteAddr())
	}
}
