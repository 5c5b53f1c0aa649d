package docker

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address, network, target string
		cause                    string
	}{
		{address: "unix:///var/run/docker.sock", network: "unix", target: "/var/run/docker.sock"},
		{address: "unix:///run/user/1000/podman/podman.sock", network: "unix", target: "/run/user/1000/podman/podman.sock"},
		{address: "unix:///a%20b/docker.sock", network: "unix", target: "/a b/docker.sock"},
		{address: "tcp://127.0.0.1:2375", network: "tcp", target: "127.0.0.1:2375"},
		{address: "tcp://[::1]:2375", network: "tcp", target: "[::1]:2375"},
		{address: "http://localhost:2375", network: "tcp", target: "localhost:2375"},
		{address: "tcp://10.0.0.7:2375", cause: errNotHere.Error()},
		{address: "tcp://localhost.example:2375", cause: errNotHere.Error()},
		{address: "tcp://0.0.0.0:2375", cause: errNotHere.Error()},
		{address: "ssh://me@build", cause: errNotHere.Error()},
		{address: "https://127.0.0.1:2376", cause: errNotHere.Error()},
		{address: "tcp://127.0.0.1", cause: "missing port"},
		{address: "unix://docker.sock", cause: "no absolute path"},
		{address: "/var/run/docker.sock", cause: "neither unix:// nor tcp://"},
		{address: "1", cause: "neither unix:// nor tcp://"},
		{address: "npipe:////./pipe/docker_engine", cause: "neither unix:// nor tcp://"},
		{address: "unix://\x00", cause: "address of the daemon"},
	} {
		network, target, err := endpoint(tt.address)
		if network != tt.network || target != tt.target {
			t.Errorf("%q: %q %q, want %q %q", tt.address, network, target, tt.network, tt.target)
		}
		if (err != nil) != (tt.cause != "") || err != nil && !strings.Contains(err.Error(), tt.cause) {
			t.Errorf("%q: %v, want %q", tt.address, err, tt.cause)
		}
		if refused := tt.cause == errNotHere.Error(); errors.Is(err, errNotHere) != refused {
			t.Errorf("%q: refused as another machine's: %v, want %v", tt.address, !refused, refused)
		}
	}
}

// Rootless Podman's socket is where its documentation says, $XDG_RUNTIME_DIR/podman/podman.sock.
func TestLocate(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("HOME", dir)
	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
	for asked, want := range map[string]string{"": "tcp://127.0.0.1:1", "unix:///asked": "unix:///asked"} {
		if got, err := locate(asked); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", asked, got, err, want)
		}
	}
	want := []string{
		"/var/run/docker.sock", filepath.Join(dir, ".docker/run/docker.sock"), filepath.Join(dir, "docker.sock"),
		filepath.Join(dir, "podman/podman.sock"), "/run/podman/podman.sock",
	}
	if got := sockets(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("sockets %q, want %q", got, want)
	}
}

func listenUnix(t *testing.T) (net.Listener, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, "unix://" + path
}
