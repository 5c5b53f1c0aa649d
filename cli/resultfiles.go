//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/pflag"

	"github.com/sagefly/sagefly/cli/internal/report"
	"github.com/sagefly/sagefly/internal/atomicfile"
)

// fileFlags are the flags of commands that write all trials of a search to files.
type fileFlags struct{ csv, report string }

func (o *fileFlags) bindFiles(f *pflag.FlagSet) {
	f.StringVar(&o.csv, "csv", "", "write all trials to this file, - for stdout in place of the result")
	f.StringVar(&o.report, "report", "", "write a page for the browser to this .html file (- is none: it does not go to stdout)")
}

// fileWords are the flags as they were given.
func (o *fileFlags) fileWords() []string {
	var words []string
	for _, f := range []struct{ flag, value string }{{"--csv", o.csv}, {"--report", o.report}} {
		if f.value != "" {
			words = append(words, f.flag, f.value)
		}
	}
	return words
}

// later are the commands that write the files, and fetch the model into the folder out, when the search has ended.
func (o *fileFlags) later(name, out string) []string {
	var commands []string
	if words := o.fileWords(); words != nil {
		commands = append(commands, shellLine(append([]string{"sagefly", "show", name}, words...)))
	}
	if out != "" {
		commands = append(commands, shellLine([]string{"sagefly", "download", name, "--out", out}))
	}
	return commands
}

// resultFiles are what is written of a search: the files that --csv and --report ask for, and the best model.
type resultFiles struct {
	csv, report string // absolute, "" = none
	stdout      bool   // the CSV is the result
	out         string // folder of the best model, "" = it is not fetched
}

// openFiles finds out now whether the files, and the folder out, can be written when the search has ended.
func (a *app) openFiles(o *fileFlags, out string) (resultFiles, error) {
	f := resultFiles{stdout: o.csv == "-", out: out}
	switch {
	case o.report == "-":
		return f, usage("--report - is no file", "the page is for a browser, which opens files", "--report search.html")
	case f.stdout && a.json:
		return f, usage("--csv - and --json exclude each other", "each is all that stdout has", "--csv trials.csv --json")
	}
	var err error
	if o.csv != "" && !f.stdout {
		if f.csv, err = writablePath("--csv", o.csv); err != nil {
			return f, err
		}
	}
	if o.report != "" {
		if f.report, err = writablePath("--report", o.report); err != nil {
			return f, err
		}
	}
	if f.csv != "" && f.report != "" && sameFile(f.csv, f.report) {
		p := usage("--csv and --report are the same file", "the second would replace the first")
		p.Where = shellLine(o.fileWords())
		return f, p
	}
	return f, checkFolder(out)
}

// writablePath refuses a file that could not be written in hours' time either.
func writablePath(flag, name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if err := atomicfile.Check(path); err != nil {
		return "", wrongFile(flag, name, whyNot(path, err))
	}
	return path, nil
}

// checkFresh refuses a throw-away engine to a command that does not wait for its job.
func (a *app) checkFresh() error {
	if a.fresh {
		return usage("--fresh and --detach exclude each other", "a throw-away engine ends with this command")
	}
	return nil
}

// checkOut refuses a folder for what a training job leaves when nothing could be written to it, or this command would not.
func (a *app) checkOut(out string, detach bool) error {
	if detach {
		if err := a.checkFresh(); err != nil {
			return err
		}
	}
	if out != "" && detach {
		return usage("--out and --detach exclude each other", "the model is there when the job has ended, and this command does not wait for that",
			"leave it out; then:  sagefly wait NAME", shellLine([]string{"sagefly", "download", "NAME", "--out", out}))
	}
	return checkFolder(out)
}

// checkFolder refuses a folder, there already or to be made, that nothing could be written to.
func checkFolder(name string) error {
	if name == "" {
		return nil
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	for _, err = os.Stat(dir); errors.Is(err, fs.ErrNotExist); _, err = os.Stat(dir) {
		dir = filepath.Dir(dir)
	}
	probe := filepath.Join(dir, ".probe")
	if err := atomicfile.Check(probe); err != nil {
		return wrongFile("--out", name, whyNot(probe, err))
	}
	return nil
}

func wrongFile(flag, name, why string) error {
	p := usage(choose(flag == "--out", "the folder", "the file")+" cannot be written", why)
	p.Where = flag + " " + name
	return p
}

// whyNot says why a path cannot be written.
func whyNot(path string, err error) string {
	if errors.Is(err, syscall.EISDIR) {
		return "it is a folder"
	}
	dir := filepath.Dir(path)
	to, linkErr := atomicfile.Resolve(path)
	if missing, ok := errors.AsType[*fs.PathError](linkErr); ok && errors.Is(linkErr, fs.ErrNotExist) {
		return "there is no folder " + missing.Path
	}
	if linkErr == nil {
		dir = filepath.Dir(to)
	}
	return fmt.Sprintf("no file can be made in %s: %s", dir, cause(err))
}

// cause is what the system said, without the temporary file of which it said it.
func cause(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	found, _ := explain(err)
	return found.Error()
}

func sameFile(a, b string) bool {
	at, errA := atomicfile.Resolve(a)
	bt, errB := atomicfile.Resolve(b)
	return errA == nil && errB == nil && at == bt
}

// write writes them all and says where they are. Errors say how a file that was not written is written later.
func (f *resultFiles) write(ctx context.Context, r *tuningReport) error {
	var rows [][]string
	var failed problems
	for _, file := range []struct {
		name, flag, given string
		write             func(context.Context, *tuningReport) (where string, err error)
	}{
		{"csv", "--csv", choose(f.stdout, "-", f.csv), f.writeCSV},
		{"report", "--report", f.report, f.writeReport},
		{"model", "--out", f.out, f.fetch},
	} {
		if file.given == "" {
			continue
		}
		where, err := file.write(ctx, r)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = append(failed, r.unwritten(file.name, file.flag, file.given, err))
		case where != "":
			rows = append(rows, []string{file.name, where})
		}
	}
	if !f.stdout && !r.app.json && !r.app.quiet {
		r.app.section("written", rows)
	}
	if failed != nil {
		return failed
	}
	return nil
}

func (f *resultFiles) writeCSV(_ context.Context, r *tuningReport) (string, error) {
	if f.stdout {
		return "", writeTrials(r.app.screen.out, r.job, r.trials)
	}
	var text strings.Builder
	if err := writeTrials(&text, r.job, r.trials); err != nil {
		return "", err
	}
	return f.csv, atomicfile.WriteFile(f.csv, []byte(text.String()), 0o644)
}

func (f *resultFiles) writeReport(ctx context.Context, r *tuningReport) (string, error) {
	s, err := r.page(ctx)
	if err != nil {
		return "", err
	}
	var page strings.Builder
	if err := report.Write(&page, s); err != nil {
		return "", err
	}
	return f.report, atomicfile.WriteFile(f.report, []byte(page.String()), 0o644)
}

// fetch downloads the best model and returns the folder, "" when there is no model.
func (f *resultFiles) fetch(ctx context.Context, r *tuningReport) (string, error) {
	best := r.best()
	if best == nil {
		return "", nil
	}
	job, err := r.target.describe(ctx, *best.TrainingJobName)
	if err != nil {
		return "", err
	}
	where, err := r.app.fetch(ctx, r.target, job, download{out: f.out})
	if err != nil && job.TrainingJobStatus != types.TrainingJobStatusCompleted { // it was stopped before it left any
		r.app.screen.note("nothing downloaded: %v", err)
		return "", nil
	}
	return where, err
}

// unwritten is the problem of a file that could not be written, with the command that does it later.
func (r *tuningReport) unwritten(name, flag, path string, err error) *Problem {
	_, code := explain(err)
	verb := choose(flag == "--out", "download", "show")
	return &Problem{
		What: "the " + name + " was not written", Where: flag + " " + path, Why: cause(err), Exit: code, Cause: err,
		Fix: []string{"again:  " + shellLine([]string{"sagefly", verb, deref(r.job.HyperParameterTuningJobName), flag, path})},
	}
}
