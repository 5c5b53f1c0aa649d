package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// build compiles sagefly and its helper. A first build takes minutes, so it shows the packages as they are done: every one on a terminal
// line that repaints, else one line every few seconds.
func build(r *repo, _ []string) error {
	cmd := r.command(".", "go", "build", "-v", "-o", "bin/", "./cmd/sagefly", "./cmd/sagefly-host")
	return showBuild(cmd)
}

func showBuild(cmd *exec.Cmd) error {
	lines, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	cmd.Stdout = os.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	p := progress{repaint: terminal(os.Stderr) && os.Getenv("CI") == ""}
	in := bufio.NewScanner(lines)
	for in.Scan() {
		p.line(in.Text())
	}
	p.end()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build ./cmd/sagefly: %w", err)
	}
	return nil
}

// progress turns the output of `go build -v` into a count of packages. Anything that is not a package path is an error
// message or a download, and is shown as it is.
type progress struct {
	repaint bool
	count   int
	shown   time.Time
}

func (p *progress) line(text string) {
	if strings.ContainsAny(text, " \t:#") {
		p.end()
		fmt.Fprintln(os.Stderr, text)
		return
	}
	p.count++
	switch {
	case p.repaint:
		fmt.Fprintf(os.Stderr, "\r\x1b[Kcompiled %d packages, last %s", p.count, text)
	case time.Since(p.shown) > 5*time.Second:
		p.shown = time.Now()
		fmt.Fprintf(os.Stderr, "compiled %d packages, last %s\n", p.count, text)
	}
}

func (p *progress) end() {
	if p.repaint && p.count > 0 {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
