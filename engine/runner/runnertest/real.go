package runnertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

var realTests = map[string]func(kase){
	"BigOutput": func(k kase) {
		spec, e := k.do("flood", "10000000")
		k.want(e, 0, runner.CauseExit)
		n := 0
		for _, rec := range k.log(spec) {
			if want := floodLine(n); rec.Text != want {
				k.Fatalf("line %d = %.40q, want %.40q", n, rec.Text, want)
			}
			n++
		}
		if n != floodLines(10000000) {
			k.Errorf("%d lines, want %d", n, floodLines(10000000))
		}
	},
	"OutputWithoutNewline": func(k kase) {
		spec, e := k.do("print", "no newline")
		k.want(e, 0, runner.CauseExit)
		if got := k.texts(spec); !slices.Equal(got, []string{"no newline"}) {
			k.Errorf("log = %q", got)
		}
	},
	"Streams": func(k kase) {
		spec, _ := k.do("streams")
		got := map[log.Stream]string{}
		for _, rec := range k.log(spec) {
			got[rec.Stream] += rec.Text
		}
		if got[log.Stdout] != "to stdout" || got[log.Stderr] != "to stderr" {
			k.Errorf("log = %q", got)
		}
	},
	"DescendantsEndWithTheProgram": func(k kase) {
		_, e := k.do("descendants")
		k.want(e, 0, runner.CauseExit)
		k.free("descendant.lock")
	},
	"DescendantsEndWithAStop": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, Do: []string{"descendants"}}))
		spec := runner.Spec{Log: filepath.Join(k.dir, "algo-1.log")}
		k.line(spec, "started")
		k.check(p.Stop())
		k.want(k.wait(p), byTerm, runner.CauseStop)
		k.free("descendant.lock")
	},
	"Environment": func(k kase) {
		spec, _ := k.do("environment")
		var got []string
		k.decode(spec, &got)
		allowed := []string{variable, "PATH", container.BaseDirVariable, "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"}
		allowed = append(allowed, k.h.Sets...)
		for _, entry := range got {
			if name, _, _ := strings.Cut(entry, "="); !slices.Contains(allowed, name) {
				k.Errorf("the program sees %q", entry)
			}
		}
	},
	"WorkingDirectory": func(k kase) {
		spec, _ := k.do("directory")
		var got string
		k.decode(spec, &got)
		if want := k.root(); got != want {
			k.Errorf("working directory %s, want %s", got, want)
		}
	},
	"ContractIsVisible": func(k kase) {
		spec, _ := k.do("contract")
		var got container.Contract
		k.decode(spec, &got)
		if got.Hyperparameters["eta"] != "0.3" || got.Resource.CurrentHost != "algo-1" {
			k.Errorf("contract = %+v", got)
		}
		data, err := os.ReadFile(container.Layout{Root: filepath.Join(k.dir, "ml")}.Model() + "/written")
		if err != nil || string(data) != "by the program" {
			k.Errorf("model file = %q, %v", data, err)
		}
	},
	// Also the names of hosts that have not started yet, or have ended: programs wait for all names, and a quick host may be over before a
	// slow one asks.
	"HostNamesResolve": func(k kase) {
		if k.runner.Mode() != runner.ModeOptML {
			k.Skip("not in this mode")
		}
		spec := k.spec(Program{Do: []string{"resolve", "algo-2"}}, func(s *runner.Spec) {
			s.Hosts = map[string]string{"algo-1": "127.7.1.1", "algo-2": "127.7.1.2"}
		})
		k.run(spec)
		var got []string
		k.decode(spec, &got)
		if !k.h.OwnAddresses && !slices.Equal(got, []string{"127.7.1.2"}) || len(got) != 1 {
			k.Errorf("algo-2 is %v", got)
		}
	},
	"HostsOfOneJobTalk": func(k kase) {
		if k.runner.Mode() != runner.ModeOptML {
			k.Skip("not in this mode")
		}
		hosts := func(s *runner.Spec) { s.Hosts = map[string]string{"algo-1": "127.7.2.1", "algo-2": "127.7.2.2"} }
		first := k.spec(Program{Forever: true, Do: []string{"listen", ":7777"}}, hosts)
		one := k.start(first)
		k.line(first, "listening")
		second := k
		second.dir = filepath.Join(filepath.Dir(k.dir), "algo-2")
		spec := second.spec(Program{Do: []string{"call", "algo-1:7777"}}, hosts, func(s *runner.Spec) { s.Host = "algo-2" })
		second.want(second.run(spec), 0, runner.CauseExit)
		if got := second.texts(spec); !slices.Equal(got, []string{"hello"}) {
			k.Errorf("algo-2 heard %q", got)
		}
		k.check(one.Kill())
		k.wait(one)
	},
	"FastFile": func(k kase) {
		source := k.TempDir()
		if err := os.WriteFile(filepath.Join(source, "data.csv"), []byte("1,2"), 0o644); err != nil {
			k.Fatal(err)
		}
		spec := k.spec(Program{Do: []string{"channel"}}, func(s *runner.Spec) {
			s.Mounts = []runner.Mount{{Source: source, Target: "input/data/train"}}
		})
		k.run(spec)
		var got channelView
		k.decode(spec, &got)
		if got.Content != "1,2" {
			k.Errorf("the channel holds %q", got.Content)
		}
		if k.runner.Mode() == runner.ModeOptML && got.Writable {
			k.Error("the channel can be written to")
		}
	},
	"ProgramNotFound": func(k kase) {
		for name, code := range map[string]int{"/no/such/program": 127, "no-such-program": 127, "/etc": 126, "/etc/hostname": 126} {
			k := newCase(k.T, k.h)
			spec := k.spec(Program{}, func(s *runner.Spec) { s.Command = []string{name} })
			p, err := k.runner.Start(k.Context(), spec)
			if err != nil {
				k.Fatalf("%s: %v", name, err)
			}
			e := k.wait(p)
			k.want(e, code, runner.CauseExit)
			if got := k.texts(spec); e.Error == "" || len(got) != 1 || !strings.Contains(got[0], name) {
				k.Errorf("%s: error %q, log %q", name, e.Error, got)
			}
		}
	},
	"ProgramInPath": func(k kase) {
		inPath := k.h.InPath
		if inPath == nil {
			inPath = linkSelf
		}
		dir := inPath(k.T, "in-path")
		spec := k.spec(Program{Exit: 6}, func(s *runner.Spec) {
			s.Command, s.Env["PATH"] = []string{"in-path"}, "/nowhere:"+dir
		})
		k.want(k.run(spec), 6, runner.CauseExit)
	},
	"OutOfMemory": func(k kase) {
		if k.h.Memory != nil {
			k.h.Memory(k.T)
		}
		limit := func(s *runner.Spec) { s.Memory = 64 << 20 }
		within := k.spec(Program{Do: []string{"allocate", "8000000"}}, limit)
		k.want(k.run(within), 0, runner.CauseExit)
		if got := k.texts(within); !slices.Equal(got, []string{"allocated"}) {
			k.Errorf("log = %q", got)
		}
		k = newCase(k.T, k.h)
		e := k.run(k.spec(Program{Do: []string{"allocate", "300000000"}}, limit))
		k.want(e, byKill, runner.CauseExit)
		if !e.OOM {
			k.Errorf("exit %+v: the kernel ended it for want of memory", e)
		}
	},
	"BadSpecIsAnError": func(k kase) {
		for what, change := range map[string]func(*runner.Spec){
			"relative directory": func(s *runner.Spec) { s.Dir = "relative" },
			"escaping mount": func(s *runner.Spec) {
				s.Mounts = []runner.Mount{{Source: k.dir, Target: "../../etc"}}
			},
			"no log directory": func(s *runner.Spec) { s.Log = filepath.Join(k.dir, "no", "such", "log") },
			"negative memory":  func(s *runner.Spec) { s.Memory = -1 },
			"bad variable":     func(s *runner.Spec) { s.Env["A=B"] = "x" },
		} {
			k := newCase(k.T, k.h)
			if _, err := k.runner.Start(k.Context(), k.spec(Program{}, change)); err == nil {
				k.Errorf("%s: no error", what)
			}
		}
	},
}

func linkSelf(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err == nil {
		err = os.Symlink(exe, filepath.Join(dir, name))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// do runs one action to its end.
func (k kase) do(action ...string) (runner.Spec, runner.Exit) {
	k.Helper()
	spec := k.spec(Program{Do: action})
	return spec, k.run(spec)
}

// decode reads the one line of JSON that an action printed.
func (k kase) decode(spec runner.Spec, v any) {
	k.Helper()
	got := k.texts(spec)
	if len(got) != 1 {
		k.Fatalf("log = %q, want one line", got)
	}
	if err := json.Unmarshal([]byte(got[0]), v); err != nil {
		k.Fatalf("log = %q: %v", got, err)
	}
}

// root is where the program sees its contract.
func (k kase) root() string {
	return k.runner.Mode().Root(k.dir)
}

// free checks that nobody holds the lock that a descendant took.
func (k kase) free(name string) {
	k.Helper()
	f, err := os.Open(filepath.Join(k.dir, "ml", name))
	if err != nil {
		k.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		k.Errorf("a descendant still lives: %v", err)
	}
}
