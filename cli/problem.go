//go:build !sagefly_task

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Problem is an error for people: what, where (field and value), why (the fact that was checked), fix (commands or
// edits, one a line). Only What is needed.
type Problem struct {
	What  string   // stands alone, lower case
	Where string   // field = value, or file:line
	Why   string   // verified, never a guess
	Fix   []string //
	Exit  int      // 0 = exitError
	Cause error    // for errors.Is and As; not printed
}

// Error is the first line.
func (p *Problem) Error() string {
	if p.Why == "" {
		return p.What
	}
	return p.What + ": " + p.Why
}

func (p *Problem) Unwrap() error { return p.Cause }

// usage is a problem of the command line itself.
func usage(what, why string, fix ...string) *Problem {
	return &Problem{What: what, Why: why, Fix: fix, Exit: exitUsage}
}

// refused is a problem found before anything ran.
func refused(what, why string, fix ...string) *Problem {
	return &Problem{What: what, Why: why, Fix: fix, Exit: exitRefused}
}

// problems are several found together, worst first.
type problems []*Problem

func (ps problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "; ")
}

// also puts the problems of another error, if it has any, behind an error's own.
func also(err, other error) error {
	more, ok := errors.AsType[problems](other)
	if !ok {
		return err
	}
	first, _ := explain(err)
	return append(first, more...)
}

// exit is an error that is only a code: everything was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// explain turns any error into problems and an exit code.
func explain(err error) (problems, int) {
	if code, ok := errors.AsType[exit](err); ok {
		return nil, int(code)
	}
	if ps, ok := errors.AsType[problems](err); ok {
		return ps, ps[0].code()
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return problems{p}, p.code()
	}
	if ps := fromLaunch(err); len(ps) > 0 {
		return ps, ps[0].code()
	}
	p := fromAWS(err)
	return problems{p}, p.code()
}

func (p *Problem) code() int {
	if p.Exit == 0 {
		return exitError
	}
	return p.Exit
}

// print writes the problem as text.
func (p *Problem) print(w io.Writer, paint paint) {
	fmt.Fprintf(w, "%s %s\n", paint.red("error:"), p.What)
	line := func(name, text string) {
		if text == "" {
			return
		}
		for i, part := range strings.Split(text, "\n") {
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(w, "  %s %s\n", paint.dim(fmt.Sprintf("%-5s", name)), part)
		}
	}
	line("where", p.Where)
	line("why", p.Why)
	line("fix", strings.Join(p.Fix, "\n"))
}

// MarshalJSON is the problem for programs.
func (p *Problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Error string   `json:"error"`
		Where string   `json:"where,omitempty"`
		Why   string   `json:"why,omitempty"`
		Fix   []string `json:"fix,omitempty"`
		Exit  int      `json:"exit"`
	}{p.What, p.Where, p.Why, p.Fix, p.code()})
}
