package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// show runs a go command that prints packages as they are compiled. A first build takes minutes, so it shows them: every one on a terminal
// line that repaints, else one line every few seconds.
func show(stdout io.Writer, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Stdout = stdout
	lines, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
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
		return fmt.Errorf("go %s: %w", args[0], err)
	}
	return nil
}

// progress turns the output of -v into a count of packages. Anything that is not a package path is an error
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
