package testenv

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"
	"time"
)

// dockerVariable names the daemon that tests may fill with images and containers: one that the chores started in a scratch
// folder, never the user's own.
const dockerVariable = "SAGEFLY_TEST_DOCKER"

// Docker returns the address, unix:///PATH, of a Docker daemon for tests. Short runs, such as the race detector's, leave containers
// out: their images hold the test's own binary, which has to be static.
func Docker(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("containers are not started in a short run")
	}
	address := os.Getenv(dockerVariable)
	Require(t, address != "", "a Docker daemon for tests ("+dockerVariable+")",
		"installing dockerd (Debian: apt-get install docker.io) and running make test as root")
	return address
}

// File is an entry of an image: the content of a file of this machine, or a symbolic link.
type File struct {
	Source string // of a regular file, which becomes executable
	Link   string // target of a symbolic link
}

// DockerImage gives the test daemon an image with these files alone, and returns its name. changes are lines of a Dockerfile,
// such as WORKDIR /opt/ml.
func DockerImage(t testing.TB, name string, files map[string]File, changes ...string) string {
	t.Helper()
	address := Docker(t)
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeTar(w, files)) }()
	importImage(t, address, name, r, changes...)
	return name + ":latest"
}

// PythonImage gives the test daemon an image of Debian with Python 3 as a base, and returns its name. SAGEFLY_TEST_DOCKER_BASE
// names the archive, which the chores make by debootstrap.
func PythonImage(t testing.TB) string {
	t.Helper()
	address := Docker(t)
	archive := os.Getenv("SAGEFLY_TEST_DOCKER_BASE")
	Require(t, archive != "", "the archive of a base image (SAGEFLY_TEST_DOCKER_BASE)",
		"installing debootstrap (Debian: apt-get install debootstrap) and running make test as root")
	const name = "sagefly-test/python"
	resp := dockerDo(t, address, http.MethodGet, "/images/"+name+":latest/json", nil)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		f, err := os.Open(archive)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		importImage(t, address, name, f, "CMD python3")
	}
	return name + ":latest"
}

func importImage(t testing.TB, address, name string, archive io.Reader, changes ...string) {
	t.Helper()
	q := url.Values{"fromSrc": {"-"}, "repo": {name}, "tag": {"latest"}, "changes": changes}
	resp := dockerDo(t, address, http.MethodPost, "/images/create?"+q.Encode(), archive)
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || bytes.Contains(said, []byte(`"error"`)) {
		t.Fatalf("import image %s: %s %s %v", name, resp.Status, said, err)
	}
}

// dockerDo sends one request of the Docker API.
func dockerDo(t testing.TB, address, method, target string, body io.Reader) *http.Response {
	t.Helper()
	socket := strings.TrimPrefix(address, "unix://")
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://docker"+target, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("the Docker daemon for tests: %v", err)
	}
	return resp
}

func writeTar(w io.Writer, files map[string]File) error {
	tw := tar.NewWriter(w)
	for name, f := range files {
		if err := writeFile(tw, path.Clean(strings.TrimPrefix(name, "/")), f); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return tw.Close()
}

func writeFile(w *tar.Writer, name string, f File) error {
	h := &tar.Header{Name: name, Mode: 0o755, ModTime: time.Unix(0, 0)}
	if f.Link != "" {
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
		return w.WriteHeader(h)
	}
	data, err := os.ReadFile(f.Source)
	if err != nil {
		return err
	}
	h.Typeflag, h.Size = tar.TypeReg, int64(len(data))
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
