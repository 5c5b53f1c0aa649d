package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/container"
)

// Process is the surroundings of an entry.
type Process struct {
	Env            []string // NAME=VALUE; the last of a name counts
	Stdout, Stderr *os.File // get what the program prints
}

// System is this process's own surroundings.
func System() Process { return Process{Env: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr} }

// Main runs the job's program and returns the exit code for this process: the program's own, 128+n when signal n ended it,
// 1 when it could not be started. When the program was killed by SIGKILL, Main kills this process the same way, so that whoever
// watches sees what happened.
func Main(p Process) int {
	h := &host{out: p.Stdout, stdout: p.Stdout, stderr: p.Stderr, env: environment(p.Env)}
	delete(h.env, Variable)
	h.layout = container.FromEnv(h.getenv)
	ctx, signals := watchSignals()
	defer signals.stop()
	end, err := h.run(ctx, signals)
	return h.report(end, signals.received(), err)
}

// host is one run of a program.
type host struct {
	out            io.Writer // gets the entry's own lines
	stdout, stderr *os.File
	env            map[string]string // of the program, so far
	layout         container.Layout
	contract       container.Contract
	program        string // name of the entry point below the code folder; "" = the image's own command
	kind           kind
	python         interpreter
}

func (h *host) getenv(name string) string { return h.env[name] }

func (h *host) run(ctx context.Context, signals *signals) (end, error) {
	if err := h.read(); err != nil {
		return end{}, err
	}
	command, err := h.command(ctx)
	if err != nil {
		return end{}, err
	}
	h.setVariables()
	if err := h.awaitHosts(ctx); err != nil {
		return end{}, err
	}
	h.warnOfLaunchers()
	return h.start(command, signals)
}

// read reads the contract, and of the environment what belongs to it.
func (h *host) read() error {
	c, err := container.Read(h.layout.Root)
	if err != nil {
		return err
	}
	h.contract = c.Identify(h.getenv)
	h.contract.Environment = map[string]string{}
	for _, name := range []string{programVariable, moduleVariable} {
		if value, ok := h.env[name]; ok {
			h.contract.Environment[name] = value
		}
	}
	return nil
}

// command prepares the program and returns its command line.
func (h *host) command(ctx context.Context) ([]string, error) {
	name, named := h.named()
	if !named {
		return h.imageCommand()
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	h.program = name
	if err := h.bringCode(ctx); err != nil {
		return nil, err
	}
	var err error
	if h.kind, err = kindOf(h.layout.Code(), name); err != nil {
		return nil, err
	}
	if err := h.install(ctx); err != nil {
		return nil, err
	}
	return h.commandLine(), nil
}

// named is the program by the toolkit's rule: the variable, else the hyperparameter.
func (h *host) named() (name string, ok bool) {
	if name := h.env[programVariable]; name != "" {
		return name, true
	}
	if text, ok := h.contract.Hyperparameters[programParameter]; ok {
		return decoded(text), true
	}
	return "", false
}

// submitDirectory is where the source is. The hyperparameter comes first: it is the request's, the variable may be the image's.
func (h *host) submitDirectory() string {
	if text := h.contract.Hyperparameters[submitParameter]; text != "" {
		return decoded(text)
	}
	if dir := h.env[submitVariable]; dir != "" {
		return dir
	}
	return h.layout.Code()
}

// decoded is the string that a hyperparameter's JSON stands for, or its text.
func decoded(text string) string {
	value, _ := container.Decode(text)
	if s, ok := value.(string); ok {
		return s
	}
	return text
}

// setVariables gives the program what the toolkit gives it.
func (h *host) setVariables() {
	for name, value := range h.contract.SMEnv(h.layout.Root) {
		h.env[name] = value
	}
	h.env["CURRENT_HOST"] = h.contract.Resource.CurrentHost
	h.env["SAGEMAKER_JOB_NAME"] = decoded(h.contract.Hyperparameters[jobNameParameter])
	h.env["SAGEMAKER_REGION"] = decoded(h.contract.Hyperparameters[regionParameter])
	if h.env["SAGEMAKER_REGION"] == "" {
		h.env["SAGEMAKER_REGION"] = h.contract.Region
	}
	if h.program != "" {
		h.env["PYTHONPATH"] = strings.Trim(h.layout.Code()+string(filepath.ListSeparator)+h.env["PYTHONPATH"], string(filepath.ListSeparator))
	}
	delete(h.env, EnvironmentsVariable)
	delete(h.env, InterpreterVariable)
}

func (h *host) warnOfLaunchers() {
	for _, name := range []string{launcherParameter, torchParameter} {
		if h.contract.Hyperparameters[name] == "true" {
			h.say("%s asks for a launcher, which is not served here: each host runs the program once, with its own SM_CURRENT_HOST", name)
		}
	}
}

// say prints one line of the entry's own, unless the program is a typed task, whose log belongs to it.
func (h *host) say(format string, args ...any) {
	if h.task() {
		return
	}
	fmt.Fprintf(h.out, "sagefly: "+format+"\n", args...)
}

// task says that the program is a typed task: it reads the contract and writes the failure file by itself.
func (h *host) task() bool { return h.env[container.TaskVariable] != "" }

// clientError is a failure that the user can mend: its text is the failure file, as the toolkit's ClientError.
type clientError struct{ text string }

func (e clientError) Error() string { return e.text }

func refusef(format string, args ...any) error { return clientError{fmt.Sprintf(format, args...)} }

var errNoProgram = errors.New("no program is named: set the hyperparameter sagemaker_program or SAGEMAKER_PROGRAM, or, in an image, SAGEFLY_COMMAND")

func environment(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			env[name] = value
		}
	}
	return env
}
