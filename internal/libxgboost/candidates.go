package libxgboost

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Variable names a library file that is used and nothing else.
const Variable = "SAGEFLY_LIBXGBOOST"

// Candidate is a file that may be the library.
type Candidate struct {
	Path    string
	Source  string // where it was found, in words: "system", "Python (VIRTUAL_ENV)", "cache", the variable's name
	Version string // what lies beside the file says so; "" = unknown until it is loaded
}

// Search says where the library is looked for.
type Search struct {
	Explicit string                   // a path given by the user; "" = the variable
	Env      func(name string) string // the environment
	Root     string                   // prefix of system directories; "" = the real ones. For tests
}

// Candidates returns the existing files that may be the library of a version, best first. A path given by the user or by [Variable]
// is the only candidate, whether it exists or not. Otherwise: the system's library directories, the active Python's packages, and the
// cache that [Install] fills. Files whose neighbours name another version are left out; files that are known to be right come
// before unknown ones, since two versions in one process are best avoided. No process is started.
func Candidates(s Search, version string) []Candidate {
	if s.Explicit != "" {
		return []Candidate{{Path: s.Explicit, Source: "given path"}}
	}
	if path := s.Env(Variable); path != "" {
		return []Candidate{{Path: path, Source: Variable}}
	}
	var all []Candidate
	for _, place := range s.places(version) {
		for _, path := range place.paths {
			if c, ok := inspect(path, place.source); ok && (c.Version == "" || c.Version == version) {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return strings.Compare(b.Version, a.Version) })
	return all
}

// Places returns where Candidates looks, in words for an error text.
func Places(s Search, version string) []string {
	var all []string
	for _, place := range s.places(version) {
		for _, path := range place.paths {
			all = append(all, place.source+": "+path)
		}
	}
	return all
}

type place struct {
	source string
	paths  []string
}

func (s Search) places(version string) []place {
	places := []place{{"system", s.systemPaths()}}
	for _, p := range s.pythons() {
		places = append(places, place{"Python (" + p.source + ")", packagePaths(p.prefix)})
	}
	return append(places, place{"cache", []string{filepath.Join(CacheDir(s.Env, version), "xgboost", "lib", fileName())}})
}

func fileName() string {
	if runtime.GOOS == "darwin" {
		return "libxgboost.dylib"
	}
	return "libxgboost.so"
}

// systemPaths lists the usual directories, the multi-architecture ones of Debian first. Distributions name the file .so.0.
func (s Search) systemPaths() []string {
	dirs := []string{"/usr/local/lib", "/usr/lib", "/lib"}
	names := []string{"libxgboost.so.0", "libxgboost.so"}
	switch {
	case runtime.GOOS == "darwin":
		dirs, names = []string{"/opt/homebrew/lib", "/usr/local/lib"}, []string{"libxgboost.dylib"}
	case runtime.GOARCH == "amd64":
		dirs = append([]string{"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/lib64"}, dirs...)
	case runtime.GOARCH == "arm64":
		dirs = append([]string{"/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/lib64"}, dirs...)
	}
	var paths []string
	for _, dir := range dirs {
		for _, name := range names {
			paths = append(paths, filepath.Join(s.Root+dir, name))
		}
	}
	return paths
}

// inspect reports whether path is a file, and the version that the package around it names. Python packages carry VERSION one
// folder up.
func inspect(path, source string) (Candidate, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return Candidate{}, false
	}
	c := Candidate{Path: path, Source: source}
	if source != "system" {
		text, _ := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(path)), "VERSION"))
		c.Version = strings.TrimSpace(string(text))
	}
	return c, true
}
