package docker

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// locate is the daemon's address as a URL: as asked for, else DOCKER_HOST, else the first usual socket that exists.
func locate(address string) (string, error) {
	if address == "" {
		address = os.Getenv("DOCKER_HOST")
	}
	if address != "" {
		return address, nil
	}
	for _, path := range sockets() {
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix://" + path, nil
		}
	}
	return "", fmt.Errorf("no daemon found: DOCKER_HOST is not set, and there is none of %s", strings.Join(sockets(), ", "))
}

// sockets are where Docker, Docker Desktop, rootless Docker and Podman listen.
func sockets() []string {
	list := []string{"/var/run/docker.sock"}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, filepath.Join(home, ".docker/run/docker.sock"))
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		list = append(list, filepath.Join(dir, "docker.sock"), filepath.Join(dir, "podman/podman.sock"))
	}
	return append(list, "/run/podman/podman.sock")
}

// errNotHere refuses daemons of other machines: they do not see the job's directory.
var errNotHere = errors.New("the daemon must be on this machine, since its containers use files of this machine")

// endpoint splits an address into what net.Dial takes.
func endpoint(address string) (network, target string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", fmt.Errorf("address of the daemon: %w", err)
	}
	switch u.Scheme {
	case "unix":
		if !filepath.IsAbs(u.Path) {
			return "", "", fmt.Errorf("address of the daemon: %s: no absolute path", address)
		}
		return "unix", u.Path, nil
	case "tcp", "http":
		host, _, err := net.SplitHostPort(u.Host)
		if err != nil {
			return "", "", fmt.Errorf("address of the daemon: %w", err)
		}
		if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
			return "", "", fmt.Errorf("address of the daemon: %s: %w", address, errNotHere)
		}
		return "tcp", u.Host, nil
	case "ssh", "https":
		return "", "", fmt.Errorf("address of the daemon: %s: %w", address, errNotHere)
	}
	return "", "", fmt.Errorf("address of the daemon: %s is neither unix:// nor tcp://", address)
}
