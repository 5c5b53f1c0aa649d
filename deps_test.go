package sagefly_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sagefly/sagefly"

// edge forbids packages to reach others, over any number of imports or, when direct is set, by one. Patterns are import paths, ours
// relative to the module; "." is the root package, "x/..." is x and everything below. In to, "!std" stands for everything but the standard
// library and the packages of from themselves.
type edge struct {
	from   []string
	except []string // packages of from that may
	to     []string
	direct bool // only the package's own imports are looked at: nearly everything reaches "os" through "fmt"
	reason string
}

func law() []edge {
	return []edge{
		{
			from:   []string{"container", "collective", "internal/value", "internal/nearest", "internal/entry", "internal/python", "internal/sigv4", "internal/version", "internal/atomicfile", "internal/tarball", "cmd/sagefly-train"},
			to:     []string{"!std"},
			reason: "they are linked into small static programs that run inside job containers",
		},
		{
			from:   []string{"."},
			to:     []string{"engine/...", "trainer/...", "cli/...", "modernc.org/sqlite", "github.com/ebitengine/purego", "github.com/spf13/cobra"},
			reason: "a program that launches jobs needs the API's client and no engine",
		},
		{
			from: []string{"cloud/...", "image/..."}, to: []string{".", "engine/...", "cli/..."},
			reason: "they take an AWS configuration, a request or a program and know no tasks, so that tasks, commands and the engine's tests share them",
		},
		{
			from:   []string{"api/...", "algorithm/...", "container/..."},
			to:     []string{"engine/...", "cli/...", "trainer/...", "modernc.org/sqlite", "github.com/ebitengine/purego"},
			reason: "they describe the API and the contract for both ends, and clients use them without an engine",
		},
		{
			from: []string{".", "..."}, except: []string{"cmd/sagefly", "cmd/sagefly-host", "trainer/..."},
			to:     []string{"trainer/...", "github.com/ebitengine/purego"},
			reason: "purego makes a binary dynamic, so only the two programs are; all others start them as programs",
		},
		{
			from:   []string{"tuner"},
			to:     []string{".", "api/...", "algorithm/...", "cli/...", "cloud/...", "container/...", "engine/...", "image/...", "net", "os/exec"},
			reason: "it searches any space, and what evaluates the trials is not its business",
		},
		{
			from: []string{"tuner"}, direct: true,
			to:     []string{"os", "time", "context", "sync"},
			reason: "a suggestion is a function of the trials so far, so that every search can be replayed",
		},
		{
			from: []string{"engine/..."}, to: []string{"cli/...", "github.com/spf13/cobra"},
			reason: "the engine is a library that test suites and other programs embed",
		},
		{
			from: []string{"engine/runner/..."}, to: []string{"engine/internal/store", "engine/internal/job", "database/sql"},
			reason: "a runner starts hosts; what a job is and where it is kept is not its business",
		},
		{
			from: []string{"engine/internal/lifecycle"}, direct: true,
			to:     []string{"os", "net", "os/exec", "context", "sync", "engine/internal/...", "engine/runner/process"},
			reason: "it is a pure function of state, event and time, so that every history can be replayed in a test",
		},
		{
			from: []string{"trainer/..."}, to: []string{"engine/...", "cli/...", "net/http", "database/sql"},
			reason: "a training program knows the container contract and nothing of who wrote it",
		},
		{
			from: []string{"internal/..."}, to: []string{"engine/...", "cli/...", "trainer/..."},
			reason: "internal packages are the ground the rooms stand on",
		},
		{
			from: []string{"cmd/sagefly-host"}, to: []string{"engine", "api/...", "cli/...", "github.com/aws/...", "modernc.org/sqlite", "github.com/spf13/cobra"},
			reason: "it starts several times for each job, in a tenth of the time that a program with an engine takes",
		},
		{
			from: []string{"cmd/sagefly"}, to: []string{"testing", "internal/testenv", "internal/dist"},
			reason: "nothing of the tests ships",
		},
	}
}

// door is a package that few may import directly.
type door struct {
	to     string
	only   []string
	reason string
}

func doors() []door {
	return []door{
		{"modernc.org/sqlite", []string{"engine/internal/store"}, "the database is an adapter that one package knows"},
		{"database/sql", []string{"engine/internal/store", "engine/internal/object"}, "SQL is written beside the tables it is about: jobs and tags, objects"},
		{"engine/internal/store", []string{"engine", "engine/internal/job", "engine/internal/amt", "engine/internal/listing", "engine/internal/object"}, "what is kept of a job is written by the package that supervises it"},
		{"engine/internal/lifecycle", []string{"engine/internal/job", "engine/internal/amt"}, "job performs what lifecycle decides, and amt reads how a trial ended"},
		{"engine/internal/job", []string{"engine", "engine/internal/amt", "engine/internal/wire", "engine/internal/aws/logs"}, "jobs change by the API, and by the tuning jobs whose trials they are"},
		{"tuner", []string{"engine/internal/amt", "cli", "cli/internal/report", "bench/..."}, "tuning jobs search, whoever asked for them; the command line reads there what a space is"},
		{"engine/runner/process", []string{"engine", "engine/runner/all", "engine/runner/process/..."}, "what runs a host is chosen in one place; the rest knows the seam"},
		{"engine", []string{"cli", "cmd/sagefly"}, "only the command line brings the engine into a program"},
		{"github.com/spf13/cobra", []string{"cli", "cmd/sagefly"}, "commands live in one room"},
	}
}

// check finds direct imports by packages that may not.
func (d door) check(t *testing.T, pkgs map[string]listed) {
	used := false
	for path, p := range pkgs {
		if !ours(path) || !slices.ContainsFunc(p.Imports, func(i string) bool { return relative(i) == d.to }) {
			continue
		}
		used = true
		if !matches(path, d.only) {
			t.Errorf("%s imports %s\n  forbidden because %s; only %s may", path, d.to, d.reason, strings.Join(d.only, ", "))
		}
	}
	if !used {
		t.Errorf("nobody imports %s, so its rule is idle", d.to)
	}
}

// listed is what `go list -json` says about a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func TestDependencyLaw(t *testing.T) {
	t.Parallel()
	pkgs := list(t, "./...")
	for _, e := range law() {
		e.check(t, pkgs)
	}
	for _, d := range doors() {
		d.check(t, pkgs)
	}
}

// What travels to other machines is built with the tag sagefly_task and needs nothing but the standard library and our own code.
func TestTaskBuildIsSmall(t *testing.T) {
	t.Parallel()
	for path, p := range list(t, "-tags=sagefly_task", "./examples/digits") {
		if !p.Standard && !ours(path) {
			t.Errorf("a task built with the tag sagefly_task needs %s", path)
		}
		for _, heavy := range []string{"net/http", "os/exec", "database/sql"} {
			if path == heavy {
				t.Errorf("a task built with the tag sagefly_task needs %s, which makes it large", path)
			}
		}
	}
}

func (e edge) check(t *testing.T, pkgs map[string]listed) {
	used := false
	for path := range pkgs {
		if !ours(path) || !matches(path, e.from) || matches(path, e.except) {
			continue
		}
		used = true
		forbidden := func(p listed) bool {
			outside := slices.Contains(e.to, "!std") && !p.Standard && !matches(p.ImportPath, e.from)
			return outside || matches(p.ImportPath, e.to)
		}
		chain := find(pkgs, path, forbidden)
		if chain != nil && (!e.direct || len(chain) == 2) {
			t.Errorf("%s\n  forbidden because %s", strings.Join(chain, "\n  imports "), e.reason)
		}
	}
	if !used {
		t.Errorf("the rule for %v names no package that exists", e.from)
	}
}

// find returns the shortest import chain from a package to one that is forbidden, nil when there is none.
func find(pkgs map[string]listed, from string, forbidden func(listed) bool) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range pkgs[queue[0]].Imports {
			if _, seen := cameFrom[next]; seen {
				continue
			}
			cameFrom[next] = queue[0]
			queue = append(queue, next)
			if !forbidden(pkgs[next]) {
				continue
			}
			var chain []string
			for at := next; at != ""; at = cameFrom[at] {
				chain = append(chain, at)
			}
			slices.Reverse(chain)
			return chain
		}
	}
	return nil
}

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// relative is an import path as patterns have it.
func relative(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

func matches(path string, patterns []string) bool {
	path = relative(path)
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "..." {
			return true
		}
		base, below := strings.CutSuffix(pattern, "/...")
		return path == base || below && strings.HasPrefix(path, base+"/")
	})
}

// list returns every package that the named ones need, by import path. Test files are not looked at: they may use anything.
func list(t *testing.T, args ...string) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Standard,Imports"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -deps %v: %v", args, err)
	}
	pkgs := map[string]listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs[p.ImportPath] = p
	}
}
