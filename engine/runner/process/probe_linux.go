package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// probeWorks is what a probe answers; anything else is an error.
const probeWorks = "works"

// probeTimeout is far more than a probe takes on the slowest machine.
const probeTimeout = 10 * time.Second

// probe finds the best isolation that works here by making a whole host with it, without a program.
func probe() (isolation, error) {
	var all error
	for _, iso := range candidates() {
		err := try(iso)
		if err == nil {
			return iso, nil
		}
		all = errors.Join(all, err)
	}
	return isolation{}, all
}

func try(iso isolation) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	proc, err := shim.Spawn(probeKind, shim.Dir(os.TempDir()), iso.attributes(), w)
	w.Close()
	if err != nil {
		return fmt.Errorf("namespaces: %w", err)
	}
	r.SetReadDeadline(time.Now().Add(probeTimeout))
	var b [1000]byte
	n, _ := r.Read(b[:])
	proc.Kill() // after its answer, or never answering
	proc.Wait()
	if answer := strings.TrimSpace(string(b[:n])); answer != probeWorks {
		return fmt.Errorf("namespaces: %s", answer)
	}
	return nil
}

// probeMain is the other side of try. Its host lies in memory, over the directory d of its own mount namespace, so that
// nothing is left on the disk whoever is killed meanwhile.
func probeMain(d shim.Dir) int {
	o := order{Mode: runner.ModeOptML, Spec: runner.Spec{
		Hosts:  map[string]string{"probe": "127.0.0.1"},
		Mounts: []runner.Mount{{Source: filepath.Join(string(d), "channel"), Target: "input/data/probe"}},
	}}
	err := probeHost(d, o.Spec.Mounts[0].Source)
	if err == nil {
		err = enter(d, &o)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(container.Root, "probe"), nil, 0o600)
	}
	if err == nil {
		_, err = os.Stat(filepath.Join(d.ML(), "probe"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stderr, probeWorks)
	return 0
}

func probeHost(d shim.Dir, channel string) error {
	if err := makePrivate(); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", string(d), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0700,size=1m"); err != nil {
		return &os.PathError{Op: "mount tmpfs at", Path: string(d), Err: err}
	}
	for _, name := range []string{d.Run(), d.ML(), channel} {
		if err := os.Mkdir(name, 0o755); err != nil {
			return err
		}
	}
	return nil
}
