package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
)

// Every set of namespaces does the work, not only the one that is best here.
func TestCandidates(t *testing.T) {
	t.Parallel()
	for _, iso := range candidates() {
		t.Run(fmt.Sprintf("%#x", iso.flags), func(t *testing.T) {
			t.Parallel()
			if err := try(iso); err != nil {
				t.Skip(err)
			}
			dir := t.TempDir()
			if err := (container.Contract{}).Write(filepath.Join(dir, "ml")); err != nil {
				t.Fatal(err)
			}
			source := t.TempDir()
			r := &Runner{config: Config{Mode: runner.ModeOptML, Hide: []string{source}}, probe: func() (isolation, error) { return iso, nil }}
			spec := runner.Spec{
				Job: "job", Host: "algo-1", Dir: dir, Log: filepath.Join(dir, "log"), Grace: time.Minute, Env: map[string]string{},
				Hosts:  map[string]string{"algo-1": "127.0.0.1"},
				Mounts: []runner.Mount{{Source: t.TempDir(), Target: "input/data/train"}},
			}
			runnertest.PlaySelf(t, &spec, runnertest.Program{Do: []string{"descendants"}})
			p, err := r.Start(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			e, err := p.Wait(t.Context())
			if err != nil || e.Code != 0 || e.Cause != runner.CauseExit {
				t.Errorf("exit %+v, %v", e, err)
			}
			f, err := os.Open(filepath.Join(dir, "ml", "descendant.lock"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
				t.Errorf("a descendant still lives: %v", err)
			}
		})
	}
}

// A real program's memory is the kernel's to take; here only the rule is checked: a SIGKILL that we did not send counts
// when the kernel's counter moved meanwhile.
func TestOOMRule(t *testing.T) {
	t.Parallel()
	if oomKills() == "" {
		t.Skip("this kernel does not count")
	}
	if w := (oomWatch{before: oomKills()}); w.happened(syscall.WaitStatus(syscall.SIGKILL)) {
		t.Error("nothing happened")
	}
	if w := (oomWatch{before: "-1"}); !w.happened(syscall.WaitStatus(syscall.SIGKILL)) {
		t.Error("the counter moved")
	}
}

func TestOwnMapKeepsEveryNumber(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "uid_map")
	// As in a rootless container: root is user 1000 outside, the rest comes from its subordinate numbers.
	if err := os.WriteFile(file, []byte("         0       1000          1\n         1     100000      65536\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: 1, HostID: 1, Size: 65536}}
	if got := ownMap(file); !slices.Equal(got, want) {
		t.Errorf("map = %v, want %v", got, want)
	}
	if got := ownMap(file + ".none"); !slices.Equal(got, []syscall.SysProcIDMap{{Size: 1}}) {
		t.Errorf("without a file: %v", got)
	}
}
