package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Program returns the path of the sagefly program, built from the present sources. All test binaries of one run share the file:
// the first builds it, the others find it up to date. SAGEFLY_TEST_PROGRAM names one that is already built.
func Program(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("SAGEFLY_TEST_PROGRAM"); path != "" {
		return path
	}
	root := Root(t)
	program := filepath.Join(root, ".cache", "test", "sagefly")
	buildOnce.Do(func() { buildOutput, errBuild = build(root, program) })
	if errBuild != nil {
		t.Fatalf("build sagefly: %v\n%s", errBuild, buildOutput)
	}
	return program
}

var (
	buildOnce   sync.Once
	buildOutput []byte
	errBuild    error
)

// build compiles under a file lock, for `go test ./...` runs several test binaries at a time.
func build(root, program string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(program+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "run", "./internal/build", "-o", filepath.Dir(program))
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return cmd.CombinedOutput()
}
