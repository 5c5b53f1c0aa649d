package python

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Layer lays a virtual environment at dir, over p and over the environments below, nearest first. It is what PEP 405 asks for:
// a link to the interpreter, pyvenv.cfg and a folder for packages. A file in that folder names the packages below, so pip
// sees them as installed and as out of its reach. It costs a dozen small files and starts nothing. The scripts pip and pip3 in its
// bin install into it with the pip that it sees.
func (p Interpreter) Layer(dir string, below ...Interpreter) (Interpreter, error) {
	lay := Interpreter{
		Path: filepath.Join(dir, "bin", "python3"), Base: p.Base, Version: p.Version, Prefix: dir, Library: p.Library, HasPip: p.HasPip,
	}
	own := filepath.Join(dir, p.Library, "python"+p.minor(), "site-packages")
	lay.Packages = append(lay.Packages, own)
	for _, b := range below {
		lay.Packages = append(lay.Packages, b.Packages[0])
	}
	lay.Packages = append(lay.Packages, p.Packages...)
	if err := lay.write(own); err != nil {
		return Interpreter{}, fmt.Errorf("lay Python environment: %w", err)
	}
	return lay, nil
}

func (p Interpreter) write(own string) error {
	bin := filepath.Dir(p.Path)
	for _, d := range []string{bin, own} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	config := fmt.Sprintf("home = %s\ninclude-system-site-packages = false\nversion = %s\n", filepath.Dir(p.Base), p.Version)
	files := map[string]string{
		filepath.Join(p.Prefix, "pyvenv.cfg"):  config,
		filepath.Join(own, "sagefly-base.pth"): p.pth(),
		filepath.Join(bin, "pip"):              "#!/bin/sh\nexec " + quote(p.Path) + " -m pip \"$@\"\n",
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			return err
		}
	}
	links := map[string]string{
		"python3": p.Base, "python": "python3", "python" + p.minor(): "python3", "pip3": "pip",
	}
	for name, target := range links {
		if err := link(target, filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return nil
}

// pth adds the folders below by site.addsitedir, which also reads their own .pth files: packages installed in editable form
// are such files.
func (p Interpreter) pth() string {
	var b strings.Builder
	for _, dir := range p.Packages[1:] {
		fmt.Fprintf(&b, "import site; site.addsitedir(%s)\n", strconv.QuoteToASCII(dir))
	}
	return b.String()
}

func link(target, name string) error {
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(target, name)
}

// quote is s as one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
