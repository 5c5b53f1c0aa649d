package image

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const ignoreFile = ".sageflyignore"

// usual is what no bundle carries: version control, caches, environments, and the list itself.
const usual = `
.git
.hg
.svn
.bzr
__pycache__
*.py[co]
.venv/
venv/
.tox/
.nox/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.ipynb_checkpoints/
node_modules/
.DS_Store
/.sageflyignore
`

// ignore is a list of patterns as gitignore has them: the last one that matches decides.
type ignore []pattern

type pattern struct {
	parts  []string // of the path, from the folder; "**" is any number of them
	negate bool
	dir    bool // matches folders only
}

// readIgnore is the usual list and the folder's own behind it, so that "!venv/" brings a folder back.
func readIgnore(root string) (ignore, error) {
	list, err := parseIgnore([]byte(usual))
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(root, ignoreFile))
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	own, err := parseIgnore(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ignoreFile, err)
	}
	return append(list, own...), nil
}

func parseIgnore(data []byte) (list ignore, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \t\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p, err := parsePattern(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, p)
	}
	return list, lines.Err()
}

func parsePattern(line string) (p pattern, err error) {
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		p.negate, line = true, rest
	}
	line = strings.TrimPrefix(line, `\`) // \# and \!
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		p.dir, line = true, rest
	}
	anchored := strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return p, errors.New("a pattern without a name")
	}
	p.parts = strings.Split(line, "/")
	if !anchored {
		p.parts = append([]string{"**"}, p.parts...)
	}
	for _, part := range p.parts {
		if _, err := path.Match(part, ""); err != nil {
			return p, fmt.Errorf("pattern %q: %w", line, err)
		}
	}
	return p, nil
}

func (list ignore) match(name string, dir bool) (out bool) {
	parts := strings.Split(name, "/")
	for _, p := range list {
		if (dir || !p.dir) && matchParts(p.parts, parts) {
			out = !p.negate
		}
	}
	return out
}

func matchParts(pattern, parts []string) bool {
	for i, p := range pattern {
		if p == "**" && i == len(pattern)-1 {
			return len(parts) > 0 // everything inside, not the folder itself
		}
		if p == "**" {
			for skip := range len(parts) + 1 {
				if matchParts(pattern[i+1:], parts[skip:]) {
					return true
				}
			}
			return false
		}
		if len(parts) == 0 {
			return false
		}
		if ok, _ := path.Match(p, parts[0]); !ok { // it was checked when it was read
			return false
		}
		parts = parts[1:]
	}
	return len(parts) == 0
}
