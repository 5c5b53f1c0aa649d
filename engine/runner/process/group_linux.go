package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// group is a control group that bounds the memory of a host's program and of all it starts.
type group struct {
	Version int    // 1 or 2
	Dir     string // of the group
	Back    string // version 1: the group that the shim is in
}

// controlRoot is where systems mount control groups.
const controlRoot = "/sys/fs/cgroup"

// newGroup makes a group with that limit in bytes, or says why this process cannot have one.
func newGroup(name string, limit int64) (*group, error) {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("control groups: %w", err)
	}
	return newGroupIn(controlRoot, string(own), name, limit)
}

// newGroupIn is newGroup with the place of the hierarchies and the text of /proc/self/cgroup.
func newGroupIn(root, own, name string, limit int64) (*group, error) {
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		return newGroup2(root, ownGroup(own, ""), name, limit)
	}
	memory := filepath.Join(root, "memory")
	if _, err := os.Stat(memory); err != nil {
		return nil, errors.New("control groups: no memory controller below " + root)
	}
	return newGroup1(memory, ownGroup(own, "memory"), name, limit)
}

// ownGroup is the path of this process in the hierarchy with a controller; "" is version 2's.
func ownGroup(text, controller string) string {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && slices.Contains(strings.Split(parts[1], ","), controller) {
			return parts[2]
		}
	}
	return "/"
}

// newGroup2 makes the group below the nearest group that has the memory controller for its children and lets us: a group
// with processes in it, as our own, cannot have it.
func newGroup2(root, own, name string, limit int64) (*group, error) {
	err := error(fs.ErrNotExist)
	for dir := own; ; dir = filepath.Dir(dir) {
		parent := filepath.Join(root, dir)
		if control, readErr := os.ReadFile(filepath.Join(parent, "cgroup.subtree_control")); readErr == nil && slices.Contains(strings.Fields(string(control)), "memory") {
			g := &group{Version: 2, Dir: filepath.Join(parent, name)}
			if err = g.make(map[string]int64{"memory.max": limit, "memory.swap.max": 0}, "memory.max"); err == nil {
				return g, nil
			}
		}
		if dir == "/" || dir == "." {
			return nil, fmt.Errorf("control groups: no group above %s passes the memory controller on to this user: %w", own, err)
		}
	}
}

func newGroup1(memory, own, name string, limit int64) (*group, error) {
	back := filepath.Join(memory, own)
	if _, err := os.Stat(back); err != nil { // in a container, which sees its own group as the root
		back = memory
	}
	g := &group{Version: 1, Dir: filepath.Join(back, name), Back: back}
	limits := map[string]int64{"memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit}
	if err := g.make(limits, "memory.limit_in_bytes"); err != nil {
		return nil, fmt.Errorf("control groups: %w", err)
	}
	return g, nil
}

// make makes the directory and writes the limits, first the one that must be there; swap need not be counted.
func (g *group) make(limits map[string]int64, first string) error {
	if err := os.Mkdir(g.Dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	write := func(name string) error {
		return os.WriteFile(filepath.Join(g.Dir, name), strconv.AppendInt(nil, limits[name], 10), 0o644)
	}
	if err := write(first); err != nil {
		g.remove()
		return err
	}
	for name := range limits {
		if name != first {
			_ = write(name)
		}
	}
	return nil
}

// oomKills is how many processes of the group the kernel ended for want of memory.
func (g *group) oomKills() int {
	file := "memory.events"
	if g.Version == 1 {
		file = "memory.oom_control"
	}
	n, err := strconv.Atoi(counter(filepath.Join(g.Dir, file), "oom_kill"))
	if err != nil {
		return 0
	}
	return n
}

// remove removes the group, which the kernel allows moments after its last process has ended. A nil group is none.
func (g *group) remove() {
	if g == nil {
		return
	}
	for range 100 {
		if err := os.Remove(g.Dir); !errors.Is(err, syscall.EBUSY) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// forkExec starts a program in a group. It is to be called on a locked thread: version 1 has no other way than to move
// the thread that forks there and back.
func forkExec(g *group, path string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	switch {
	case g == nil:
	case g.Version == 1:
		if err := enterGroup(g.Dir); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, enterGroup(g.Back)) }()
	default:
		dir, err := os.Open(g.Dir)
		if err != nil {
			return 0, err
		}
		defer dir.Close()
		sys := *attr.Sys
		sys.UseCgroupFD, sys.CgroupFD = true, int(dir.Fd())
		attr.Sys = &sys
	}
	return syscall.ForkExec(path, argv, attr)
}

// enterGroup moves this thread.
func enterGroup(dir string) error {
	return os.WriteFile(filepath.Join(dir, "tasks"), []byte("0"), 0o644)
}
