package image

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// elfFile writes the smallest file that is a static executable for a machine (62 = x86-64), with text behind its header.
func elfFile(t *testing.T, name string, kind, machine uint16, text string) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	for _, field := range []any{kind, machine, uint32(1), uint64(0x400000), uint64(0), uint64(0), uint32(0), uint16(64), uint16(56), uint16(0), uint16(64), uint16(0), uint16(0)} {
		if err := binary.Write(&b, binary.LittleEndian, field); err != nil {
			t.Fatal(err)
		}
	}
	b.WriteString(text)
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// someProgram is an executable as far as its header says.
func someProgram(t *testing.T, text string) string {
	t.Helper()
	return elfFile(t, "digits", 2, 62, text)
}

// someRoots is a bundle with one certificate, which nobody trusts.
func someRoots(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("testdata/roots.pem")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func makeImage(t *testing.T, o BuildOptions) v1.Image {
	t.Helper()
	if o.Base == nil && o.Roots == "" {
		o.Roots = someRoots(t)
	}
	img, err := Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	consistent(t, img)
	return img
}

// consistent checks an image as a registry gives it back: every digest, size and layer.
func consistent(t *testing.T, img v1.Image) {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/image:tag")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	back, err := remote.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(back); err != nil {
		t.Errorf("the image is not consistent: %v", err)
	}
}

func digestOf(t *testing.T, img interface{ Digest() (v1.Hash, error) }) string {
	t.Helper()
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func configOf(t *testing.T, img v1.Image) v1.Config {
	t.Helper()
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return c.Config
}

// listing is a layer's content: mode, owner, time and name of each entry, and what files say.
func listing(t *testing.T, layer v1.Layer) (lines []string) {
	t.Helper()
	r, err := layer.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for files := tar.NewReader(r); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%04o %d:%d %d %s", h.Mode, h.Uid, h.Gid, h.ModTime.Unix(), h.Name))
	}
}

func layers(t *testing.T, img v1.Image) []v1.Layer {
	t.Helper()
	list, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestBuildFromNothing(t *testing.T) {
	t.Parallel()
	program := someProgram(t, "the program")
	img := makeImage(t, BuildOptions{Program: program})
	list := layers(t, img)
	if len(list) != 2 {
		t.Fatalf("%d layers, want the base's and the program's", len(list))
	}
	want := []string{
		"0755 0:0 0 etc/", "0644 0:0 0 etc/group", "0644 0:0 0 etc/passwd", "0755 0:0 0 etc/ssl/", "0755 0:0 0 etc/ssl/certs/",
		"0644 0:0 0 etc/ssl/certs/ca-certificates.crt", "0755 0:0 0 opt/", "0755 0:0 0 opt/ml/", "0700 0:0 0 root/", "1777 0:0 0 tmp/",
	}
	if diff := cmp.Diff(want, listing(t, list[0])); diff != "" {
		t.Errorf("base (-want +got):\n%s", diff)
	}
	want = []string{"0755 0:0 0 opt/", "0755 0:0 0 opt/sagefly/", "0755 0:0 0 opt/sagefly/bin/", "0755 0:0 0 opt/sagefly/bin/digits"}
	if diff := cmp.Diff(want, listing(t, list[1])); diff != "" {
		t.Errorf("program (-want +got):\n%s", diff)
	}
	source, err := hashFile(program)
	if err != nil {
		t.Fatal(err)
	}
	wantConfig := v1.Config{
		Entrypoint: []string{"/opt/sagefly/bin/digits"}, WorkingDir: "/opt/ml",
		Env:    []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
		Labels: map[string]string{"org.sagefly.source": source, "org.sagefly.version": "0.1.0"},
	}
	if diff := cmp.Diff(wantConfig, configOf(t, img)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if !normal(manifest) {
		t.Errorf("the manifest is not Docker's schema 2: %+v", manifest)
	}
}

// The digest depends on the content alone: not on where the program lies, when it was written or who may read it.
func TestSameDigest(t *testing.T) {
	t.Parallel()
	first, second := someProgram(t, "x"), someProgram(t, "x")
	if err := errors.Join(os.Chtimes(second, time.Time{}, time.Unix(1, 0)), os.Chmod(second, 0o755)); err != nil {
		t.Fatal(err)
	}
	a, b := digestOf(t, makeImage(t, BuildOptions{Program: first})), digestOf(t, makeImage(t, BuildOptions{Program: second}))
	if a != b {
		t.Errorf("two builds of the same: %s and %s", a, b)
	}
	if c := digestOf(t, makeImage(t, BuildOptions{Program: someProgram(t, "y")})); c == a {
		t.Error("another program has the same digest")
	}
}

func TestProgramsThatCannotRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, want string }{
		{elfFile(t, "digits", 2, 183, ""), "built for EM_AARCH64"},
		{elfFile(t, "digits.o", 1, 62, ""), "not an executable"},
		{"/bin/sh", "linked dynamically"},
		{someRoots(t), "not a Linux program"},
		{"/no/such/file", "no such file"},
	} {
		_, err := Build(t.Context(), BuildOptions{Program: test.path, Roots: NoRoots})
		failed, ok := errors.AsType[*ProgramError](err)
		if !ok || failed.Path != test.path || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.path, err, test.want)
		}
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	if _, err := readRoots("", []string{"/no/such", "/neither"}); !errors.Is(err, ErrNoRoots) {
		t.Errorf("no bundle: %v, want ErrNoRoots", err)
	}
	if _, err := readRoots("", []string{"/no/such", someRoots(t)}); err != nil {
		t.Errorf("the second candidate: %v", err)
	}
	if _, err := readRoots(someProgram(t, ""), nil); err == nil || !strings.Contains(err.Error(), "no certificates") {
		t.Errorf("a file without certificates: %v", err)
	}
	img := makeImage(t, BuildOptions{Program: someProgram(t, ""), Roots: NoRoots})
	if env := configOf(t, img).Env; len(env) != 1 {
		t.Errorf("without roots the environment is %v", env)
	}
}

// A base keeps its layers and its environment; its entry point and user go.
func TestBuildOnBase(t *testing.T) {
	t.Parallel()
	base := &Base{Image: python(t), Name: "registry.example/python:3", Digest: "sha256:" + strings.Repeat("0", 64)}
	img := makeImage(t, BuildOptions{Program: someProgram(t, ""), Base: base, Labels: map[string]string{"team": "vision"}})
	c := configOf(t, img)
	if diff := cmp.Diff([]string{"PATH=/usr/bin", "LANG=C.UTF-8"}, c.Env); diff != "" || c.User != "" || c.Cmd != nil {
		t.Errorf("configuration %+v", c)
	}
	for label, want := range map[string]string{"maintainer": "somebody", "team": "vision", "org.opencontainers.image.base.name": base.Name, "org.opencontainers.image.base.digest": base.Digest} {
		if c.Labels[label] != want {
			t.Errorf("label %s is %q, want %q", label, c.Labels[label], want)
		}
	}
	if got, want := digestOf(t, layers(t, img)[0]), digestOf(t, layers(t, base.Image)[0]); got != want {
		t.Errorf("the base's layer is %s, want %s", got, want)
	}
	for _, l := range layers(t, img) {
		if mediaType, err := l.MediaType(); err != nil || mediaType != types.DockerLayer {
			t.Errorf("a layer is %s", mediaType)
		}
	}
}
