//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/version"
)

type serveFlags struct {
	addr, log string
	untilIdle bool
	pythons   []string
}

func newServe(a *app) *cobra.Command {
	var o serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the SageMaker API on this machine",
		Long: `Serve the SageMaker training API, and the S3, STS, IAM and CloudWatch Logs that its clients need, on one loopback port.
Ctrl-C ends the server; running jobs go on, and the next sagefly command on the same data directory goes on with them.`,
		Args: args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "", "where to listen, on loopback (default "+engine.DefaultAddr+"; port 0 is any)")
	f.StringVar(&o.log, "log", "warn", "level of the server's own messages: debug, info, warn, error")
	f.StringArrayVar(&o.pythons, "python", nil, "Python interpreter for scripts: PATH, or PATTERN=PATH for images such as '*pytorch*'; can be repeated\n"+
		"(default "+engine.PythonVariable+", the active environment, python3)")
	f.BoolVar(&o.untilIdle, "until-idle", false, "end when every job has ended")
	_ = f.MarkHidden("until-idle")
	return cmd
}

func (a *app) serve(ctx context.Context, o serveFlags) error {
	begin := time.Now()
	logger, err := a.logger(o.log)
	if err != nil {
		return err
	}
	dir, temp, err := a.dataDir()
	if err != nil {
		return err
	}
	l := &local{app: a, dir: dir, temp: temp}
	config := engine.Config{Dir: dir, Logger: logger}
	if config.Pythons, err = parsePythons(o.pythons); err != nil {
		return err
	}
	e, err := a.takeOver(ctx, config, o.untilIdle)
	if err != nil || e == nil {
		return err
	}
	if err := e.Listen(ctx, o.listenAt(e)); err != nil {
		return errors.Join(listenProblem(err, o), e.Close())
	}
	if err := a.banner(l, e, time.Since(begin)); err != nil {
		return errors.Join(err, e.Close())
	}
	wait(ctx, e, o.untilIdle)
	l.engine, l.addr, l.first = e, e.Addr(), e.Addr()
	return a.endServe(l)
}

func parsePythons(list []string) ([]engine.Python, error) {
	var pythons []engine.Python
	for _, text := range list {
		p, err := engine.ParsePython(text)
		if err != nil {
			return nil, usage("--python: "+err.Error(), "")
		}
		pythons = append(pythons, p)
	}
	return pythons, nil
}

// endServe ends the server and says what becomes of its jobs.
func (a *app) endServe(l *local) error {
	left := l.unfinished()
	if l.temp {
		l.end()
		return nil
	}
	err := l.engine.Close()
	if len(left) > 0 {
		a.screen.note("%s: that goes on by itself; the next sagefly command, or serve, takes it up", plural(len(left), "unfinished job"))
	}
	return err
}

// wait returns when ctx is done, or every job has ended where that is asked for.
func wait(ctx context.Context, e *engine.Engine, untilIdle bool) {
	for {
		if err := sleep(ctx, 200*time.Millisecond); err != nil || untilIdle && len(e.Unfinished()) == 0 {
			return
		}
	}
}

// takeOver opens the directory. A passing command that owns it is asked to give it up; another server is not. With
// quiet an owned directory is no error: the engine is nil.
func (a *app) takeOver(ctx context.Context, c engine.Config, quiet bool) (*engine.Engine, error) {
	e, err := a.openEngine(ctx, c)
	owned, ok := errors.AsType[*engine.OwnedError](err)
	if !ok {
		return e, err
	}
	if quiet {
		return nil, nil
	}
	if err := askHandover(c.Dir); err != nil {
		return nil, fmt.Errorf("ask the owner for the data directory: %w", err)
	}
	defer endHandover(c.Dir)
	for range 100 {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
		e, err := a.openEngine(ctx, c)
		if other, ok := errors.AsType[*engine.OwnedError](err); ok {
			owned = other
			continue
		}
		return e, err
	}
	return nil, &Problem{
		What: "this data directory is served already", Where: c.Dir, Cause: owned,
		Why: fmt.Sprintf("process %d serves it at %s", owned.PID, owned.Addr),
		Fix: []string{`use it:  eval "$(sagefly env)"`, fmt.Sprintf("end it:  kill %d", owned.PID), "or serve another directory:  --data DIR, --fresh"},
	}
}

// listenAt is the address to listen at: as asked for; else the default one, but where running jobs know another, that.
func (o serveFlags) listenAt(e *engine.Engine) string {
	if o.addr != "" || o.untilIdle || len(e.Unfinished()) > 0 {
		return o.addr
	}
	return engine.DefaultAddr
}

func listenProblem(err error, o serveFlags) error {
	addr := o.addr
	if addr == "" {
		addr = engine.DefaultAddr
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return &Problem{
			What: "the port is taken", Where: "--addr " + addr, Why: "another program listens there", Cause: err,
			Fix: []string{"take any free port:  sagefly serve --addr 127.0.0.1:0", "see who has it:  ss -ltnp 'sport = :" + addr[strings.LastIndexByte(addr, ':')+1:] + "'"},
		}
	case errors.Is(err, engine.ErrNotLoopback):
		return usage("only loopback addresses can be served", "requests are accepted with any credentials", "--addr 127.0.0.1:8717")
	}
	return usage("cannot listen there", err.Error(), "--addr 127.0.0.1:8717")
}

// logger writes the engine's own messages to err.
func (a *app) logger(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usage(fmt.Sprintf("--log %s is no level", level), "they are debug, info, warn, error")
	}
	return slog.New(slog.NewTextHandler(a.io.Err, &slog.HandlerOptions{Level: l})), nil
}

// banner is what a server says once it answers.
func (a *app) banner(l *local, e *engine.Engine, took time.Duration) error {
	if a.json {
		return a.screen.object(map[string]any{"Endpoint": "http://" + e.Addr(), "Data": l.dir, "Pid": os.Getpid(), "Version": version.Version})
	}
	if a.quiet {
		a.screen.print("http://%s", e.Addr())
		return nil
	}
	kept := "kept between starts; --fresh for a throw-away"
	if l.temp {
		kept = "thrown away at the end"
	}
	env := "sagefly env"
	if a.data != a.io.Env("SAGEFLY_DATA") {
		env += " --data " + shellQuote(l.dir)
	}
	if l.temp {
		env = "sagefly env --on http://" + e.Addr()
	}
	a.screen.print("sagefly %s · ready in %d ms\n", version.Version, max(took.Milliseconds(), 1))
	rows := [][]string{{"API", "http://" + e.Addr()}, {"Data", l.dir + " · " + kept}}
	if n := len(e.Unfinished()); n > 0 {
		rows = append(rows, []string{"Jobs", plural(n, "unfinished job") + " taken up"})
	}
	if a.io.Env("AWS_ACCESS_KEY_ID") != "" {
		rows = append(rows, []string{"Note", "AWS credentials are in the environment; jobs do not get them"})
	}
	rows = append(rows, []string{"", ""}, []string{"Clients", `eval "$(` + env + `)"     in another terminal; then any AWS client works`},
		[]string{"Ctrl-C", "ends the server; running jobs go on"})
	for _, line := range table(rows) {
		a.screen.print("%s", strings.TrimRight("  "+line, " "))
	}
	return nil
}
