package libxgboost

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// python is an installation: a folder with bin/python3 and lib/python3.N/site-packages.
type python struct {
	source string
	prefix string
}

// pythons finds the installations that the user most likely means, by environment and file system alone.
func (s Search) pythons() []python {
	var all []python
	add := func(source, prefix string) {
		if prefix == "" || slices.ContainsFunc(all, func(p python) bool { return p.prefix == prefix }) {
			return
		}
		all = append(all, python{source, prefix})
	}
	add("VIRTUAL_ENV", s.Env("VIRTUAL_ENV"))
	add("CONDA_PREFIX", s.Env("CONDA_PREFIX"))
	for _, dir := range filepath.SplitList(s.Env("PATH")) {
		program := filepath.Join(dir, "python3")
		if info, err := os.Stat(program); err != nil || info.IsDir() {
			continue
		}
		if filepath.Base(dir) == "shims" { // pyenv's shims are scripts
			add("pyenv", s.pyenvPrefix(filepath.Dir(dir)))
		} else {
			add("PATH", prefixOf(program))
		}
		break
	}
	return all
}

// prefixOf is the installation that a program belongs to. A virtual environment's program is a link to another installation's, so
// the folder above bin wins when it has packages of its own.
func prefixOf(program string) string {
	prefix := filepath.Dir(filepath.Dir(program))
	if _, err := os.Stat(filepath.Join(prefix, "pyvenv.cfg")); err == nil {
		return prefix
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		return filepath.Dir(filepath.Dir(real))
	}
	return prefix
}

// pyenvPrefix reads which version pyenv would start: its variable, a .python-version file in the working directory or above, the
// global choice.
func (s Search) pyenvPrefix(root string) string {
	name := s.Env("PYENV_VERSION")
	for dir, _ := os.Getwd(); name == "" && dir != ""; dir = filepath.Dir(dir) {
		name = firstWord(filepath.Join(dir, ".python-version"))
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if name == "" {
		name = firstWord(filepath.Join(root, "version"))
	}
	name, _, _ = strings.Cut(name, ":")
	if name == "" || name == "system" {
		return ""
	}
	return filepath.Join(root, "versions", name)
}

func firstWord(file string) string {
	text, _ := os.ReadFile(file)
	if words := strings.Fields(string(text)); len(words) > 0 {
		return words[0]
	}
	return ""
}

// packagePaths are the places below an installation where the xgboost package, or Debian's, has its library.
func packagePaths(prefix string) []string {
	var paths []string
	for _, pattern := range []string{"lib/python3*/site-packages", "lib/python3*/dist-packages", "lib64/python3*/site-packages"} {
		dirs, _ := filepath.Glob(filepath.Join(prefix, pattern))
		if len(dirs) == 0 {
			continue
		}
		for _, dir := range dirs {
			paths = append(paths, filepath.Join(dir, "xgboost", "lib", fileName()))
		}
	}
	return paths
}

// CacheDir is the folder that [Install] fills for a version. It has the wheel's own layout, because the library finds its OpenMP
// runtime by a path relative to itself. It follows XDG_CACHE_HOME on every system.
func CacheDir(env func(string) string, version string) string {
	base := env("XDG_CACHE_HOME")
	if base == "" || !filepath.IsAbs(base) {
		base = filepath.Join(env("HOME"), ".cache")
	}
	return filepath.Join(base, "sagefly", "xgboost", version)
}
