package process

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// enter makes the surroundings of opt-ml mode, inside the namespaces. Nothing of it reaches the outside.
func enter(d shim.Dir, o *order) error {
	if o.Spec.WorkDir == "" {
		o.Spec.WorkDir = container.Root
	}
	steps := []struct {
		what string
		do   func() error
	}{
		{"make mounts private", makePrivate},
		{"write hosts file", func() error { return bindHosts(d, o.Spec.Hosts) }},
		{"mount /opt/ml", func() error { return mountOptML(d.ML()) }},
		{"mount channels", func() error { return bindReadOnly(o.Spec.Mounts) }},
		{"hide credentials", func() error { return hide(o.Hide) }},
		{"mount /proc", mountProc},
		{"drop capabilities", dropCapabilities},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	becomeSubreaper()
	return nil
}

// makePrivate keeps what is mounted from here on inside this namespace.
func makePrivate() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }

func bind(source, target string, flags uintptr) error {
	if err := unix.Mount(source, target, "", unix.MS_BIND|flags, ""); err != nil {
		return &os.PathError{Op: "bind " + source + " to", Path: target, Err: err}
	}
	return nil
}

// mountOptML shows ml at /opt/ml.
func mountOptML(ml string) error {
	if info, err := os.Stat(container.Root); err != nil || !info.IsDir() {
		if err := roomInOpt(); err != nil {
			return err
		}
	}
	return bind(ml, container.Root, unix.MS_REC)
}

// roomInOpt makes an empty /opt/ml where the machine has none: a new /opt in memory, with everything of the old one in
// its place.
func roomInOpt() error {
	opt := filepath.Dir(container.Root)
	old, err := os.Open(opt)
	if err != nil {
		return err
	}
	defer old.Close()
	entries, err := old.ReadDir(-1)
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", opt, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=16m"); err != nil {
		return &os.PathError{Op: "mount tmpfs at", Path: opt, Err: err}
	}
	hidden := fmt.Sprintf("/proc/self/fd/%d", old.Fd())
	for _, e := range entries {
		if err := showAgain(filepath.Join(hidden, e.Name()), filepath.Join(opt, e.Name()), e.Type()); err != nil {
			return err
		}
	}
	// An /opt/ml that is no directory (a broken link, a file) gives way.
	if err := os.RemoveAll(container.Root); err != nil {
		return err
	}
	return os.Mkdir(container.Root, 0o755)
}

func showAgain(from, to string, kind os.FileMode) error {
	switch {
	case to == container.Root:
		return nil
	case kind&os.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case kind.IsDir():
		if err := os.Mkdir(to, 0o755); err != nil {
			return err
		}
	default:
		if err := os.WriteFile(to, nil, 0o644); err != nil {
			return err
		}
	}
	return bind(from, to, unix.MS_REC)
}

// bindHosts makes the job's host names resolve. The machine's own entries stay, behind ours.
func bindHosts(d shim.Dir, hosts map[string]string) error {
	if len(hosts) == 0 {
		return nil
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(hosts)) {
		fmt.Fprintf(&b, "%s\t%s\n", hosts[name], name)
	}
	machine, err := os.ReadFile("/etc/hosts")
	if err != nil {
		return err
	}
	b.Write(machine)
	if err := os.WriteFile(hostsFile(d), []byte(b.String()), 0o644); err != nil {
		return err
	}
	return bind(hostsFile(d), "/etc/hosts", 0)
}

// bindReadOnly shows directories below /opt/ml that cannot be written to.
func bindReadOnly(mounts []runner.Mount) error {
	for _, m := range mounts {
		target := filepath.Join(container.Root, m.Target)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := bind(m.Source, target, unix.MS_REC); err != nil {
			return err
		}
		if err := makeReadOnly(target); err != nil {
			return err
		}
	}
	return nil
}

// makeReadOnly mounts what is at target again. The flags it has must be given again, because a user namespace may not
// take them away.
func makeReadOnly(target string) error {
	var st unix.Statfs_t
	if err := unix.Statfs(target, &st); err != nil {
		return &os.PathError{Op: "statfs", Path: target, Err: err}
	}
	keep := uintptr(st.Flags) & (unix.ST_NOSUID | unix.ST_NODEV | unix.ST_NOEXEC | unix.ST_NOATIME | unix.ST_NODIRATIME | unix.ST_RELATIME)
	if err := unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|keep, ""); err != nil {
		return &os.PathError{Op: "make read-only", Path: target, Err: err}
	}
	return nil
}

// hide covers directories with an empty read-only one and files with an empty file. What is not there needs no cover.
func hide(paths []string) error {
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			continue // not there, or not to be seen by us, which means not by the program either
		case info.IsDir():
			err = unix.Mount("tmpfs", p, "tmpfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=0755,size=4k")
		case p != os.DevNull:
			err = bind(os.DevNull, p, 0)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// mountProc shows the processes of the new PID namespace, if this is one: the shim is its first process.
func mountProc() error {
	if os.Getpid() != 1 {
		return nil
	}
	return unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}

// kept are the capabilities that containers have by default. Above all CAP_SYS_ADMIN is not among them: a program could
// uncover what is hidden.
var kept = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_MKNOD, unix.CAP_NET_RAW,
	unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_SETFCAP, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE,
	unix.CAP_SYS_CHROOT, unix.CAP_KILL, unix.CAP_AUDIT_WRITE,
}

// dropCapabilities bounds what programs that this thread starts can have.
func dropCapabilities() error {
	for c := range uintptr(unix.CAP_LAST_CAP + 1) {
		if slices.Contains(kept, c) {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && err != unix.EINVAL { // unknown to this kernel
			return err
		}
	}
	return nil
}
