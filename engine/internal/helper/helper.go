// Package helper finds sagefly-host, the small program that can stand by a job in place of this one.
//
// Two or three processes start for every host of a job: its shim, the entry of its script or the trainer of its algorithm. Any program that
// calls the engine's Init can be them, but one that holds an engine and the AWS clients takes 40 ms of processor time to begin, and
// sagefly-host 5.
package helper

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/sagefly/sagefly/internal/version"
)

const name = "sagefly-host"

// Program is what stands by a job: sagefly-host, or else this binary, on Linux also when its file was replaced or removed since it started.
func Program() (string, error) {
	if path := Path(); path != "" {
		return path, nil
	}
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// Path is sagefly-host's: the one beside this executable or in PATH that was built from the very same source. "" = there is none, and this
// program does it all.
func Path() string {
	if p := found(); p.usable() {
		return p.path
	}
	return ""
}

var found = sync.OnceValue(func() *program { return find(version.Source(), candidates()) })

// program is a file as it was when it was asked.
type program struct {
	path string
	info os.FileInfo
}

// find is nil when no candidate is of that source.
func find(source string, candidates []string) *program {
	if source == "" {
		return nil
	}
	for _, path := range candidates {
		info, err := os.Stat(path)
		if err == nil && ask(path) == source {
			return &program{path, info}
		}
	}
	return nil
}

// usable is false once an installation has replaced or removed the file.
func (p *program) usable() bool {
	if p == nil {
		return false
	}
	now, err := os.Stat(p.path)
	return err == nil && os.SameFile(p.info, now) && p.info.ModTime().Equal(now.ModTime())
}

func candidates() []string {
	var list []string
	if self, err := os.Executable(); err == nil {
		list = append(list, filepath.Join(filepath.Dir(self), name))
	}
	if path, err := exec.LookPath(name); err == nil {
		list = append(list, path)
	}
	return list
}

// ask gets a program's [version.Source], and is the proof that it runs on this machine.
func ask(path string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--source")
	cmd.Env = []string{}
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
