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

const module = "github.com/sagefly/sagefly/"

// edge forbids packages to reach others, over any number of imports or, when direct is set, by one. Patterns are import paths, ours
// relative to the module; "x/..." is x and everything below. "std" stands for the standard library and, in to, "!std" for everything but it.
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
			from: []string{"container/..."}, to: []string{"!std"},
			reason: "it is linked into small static programs that run inside job containers",
		},
		{
			from:   []string{"api/...", "algorithm/...", "container/..."},
			to:     []string{"engine/...", "cli/...", "trainer/...", "modernc.org/sqlite", "github.com/ebitengine/purego"},
			reason: "they describe the API and the contract for both ends, and clients use them without an engine",
		},
		{
			from: []string{"..."}, except: []string{"cmd/sagefly", "trainer/..."},
			to:     []string{"trainer/...", "github.com/ebitengine/purego"},
			reason: "purego makes a binary dynamic, so only the one program is; all others start it as a program",
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
		{"engine/internal/store", []string{"engine", "engine/internal/job", "engine/internal/object"}, "what is kept of a job is written by job alone"},
		{"engine/internal/lifecycle", []string{"engine/internal/job"}, "job performs what lifecycle decides, nobody else asks it"},
		{"engine/internal/job", []string{"engine", "engine/internal/wire", "engine/internal/aws/logs"}, "jobs change by the API only"},
		{"engine/runner/process", []string{"engine", "engine/runner/process/..."}, "what runs a host is chosen in one place; the rest knows the seam"},
		{"engine", []string{"cli", "cmd/sagefly"}, "only the command line brings the engine into a program"},
		{"github.com/spf13/cobra", []string{"cli", "cmd/sagefly"}, "commands live in one room"},
	}
}

// check finds direct imports by packages that may not.
func (d door) check(t *testing.T, pkgs map[string]listed) {
	used := false
	for path, p := range pkgs {
		if !strings.HasPrefix(path, module) || !slices.ContainsFunc(p.Imports, func(i string) bool { return strings.TrimPrefix(i, module) == d.to }) {
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
	pkgs := list(t)
	for _, e := range law() {
		e.check(t, pkgs)
	}
	for _, d := range doors() {
		d.check(t, pkgs)
	}
}

func (e edge) check(t *testing.T, pkgs map[string]listed) {
	used := false
	for path := range pkgs {
		if !strings.HasPrefix(path, module) || !matches(path, e.from) || matches(path, e.except) {
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

func matches(path string, patterns []string) bool {
	path = strings.TrimPrefix(path, module)
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "..." {
			return true
		}
		base, below := strings.CutSuffix(pattern, "/...")
		return path == base || below && strings.HasPrefix(path, base+"/")
	})
}

// list returns every package the root module's packages need, by import path. Test files are not looked at: they may use anything.
func list(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -deps ./...: %v", err)
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
