package entry

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sagefly/sagefly/container"
)

// SIGTERM reaches the program and what it started, once each; its exit code is the entry's, and no failure is made up.
func TestSignals(t *testing.T) {
	t.Parallel()
	// The parent's trap is set before the child can say that it is ready.
	const text = "#!/bin/sh\ntrap 'wait; echo parent; exit 4' TERM\nsh -c 'trap \"echo child; exit 0\" TERM; echo ready; while :; do sleep 0.02; done' &\nwait\nwait\n"
	j := lay(t, map[string]string{"sagemaker_program": "run.sh"}, map[string]string{"run.sh": text})
	cmd := j.command()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for line := ""; !strings.Contains(line, "ready"); {
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 || strings.Count(string(rest), "child\n") != 1 || strings.Count(string(rest), "parent\n") != 1 {
		t.Errorf("exit code %d, output %q", code, rest)
	}
	if exists(j, "output/failure") || exists(j, "output/success") {
		t.Error("a program that was asked to end has neither failed nor succeeded")
	}
}

// Who is killed is killed: whoever watches the entry sees the signal.
func TestKilled(t *testing.T) {
	t.Parallel()
	j := lay(t, map[string]string{"sagemaker_program": "run.sh"}, map[string]string{"run.sh": "kill -9 $$\n"})
	cmd := j.command()
	if err := cmd.Run(); err == nil {
		t.Fatal("no error")
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Errorf("the entry ended by %v, want SIGKILL", cmd.ProcessState)
	}
}

// An image's own command gets the variables and keeps its arguments.
func TestImageCommand(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`["/bin/sh", "-c", "echo $SM_HP_EPOCHS $SM_CURRENT_HOST > \"$SM_MODEL_DIR/told\""]`, ""} {
		j := lay(t, map[string]string{"epochs": "3"}, nil)
		want := "3 algo-1\n"
		if text == "" {
			text, want = filepath.Join(t.TempDir(), "own"), "own\n"
			if err := os.WriteFile(text, []byte("#!/bin/sh\necho own > \"$SM_MODEL_DIR/told\"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		j.env = append(j.env, CommandVariable+"="+text)
		if code, output := j.run(t); code != 0 || j.read("model/told") != want || !exists(j, "output/success") {
			t.Errorf("%s: exit code %d, told %q\n%s", text, code, j.read("model/told"), output)
		}
	}
	j := lay(t, nil, nil)
	if code, _ := j.run(t); code != 1 || !strings.Contains(j.read("output/failure"), "no program is named") {
		t.Errorf("no program: exit code %d, failure file %q", code, j.read("output/failure"))
	}
}

// The names of hosts that do not resolve are waited for; a signal ends the waiting.
func TestWaitForHosts(t *testing.T) {
	t.Parallel()
	j := lay(t, map[string]string{"sagemaker_program": "run.sh"}, map[string]string{"run.sh": "echo ran\n"})
	write(t, filepath.Join(j.root, "input/config/resourceconfig.json"), `{"current_host":"localhost","hosts":["localhost","no-such-host.invalid"]}`)
	j.env = append(j.env, studioVariable+"=false")
	var out bytes.Buffer
	cmd := j.command()
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(700*time.Millisecond, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	err := cmd.Wait()
	if !errors.As(err, new(*exec.ExitError)) || strings.Contains(out.String(), "ran") || exists(j, "output/failure") {
		t.Errorf("%v, failure file %q\n%s", err, j.read("output/failure"), out.String())
	}
	j.env = append(j.env, container.HostsVariable+"=localhost=127.0.0.1") // the platform says that names do not resolve
	if code, output := j.run(t); code != 0 || !strings.Contains(output, "ran") {
		t.Errorf("exit code %d\n%s", code, output)
	}
}

// Lines of any length pass unchanged, and ten megabytes of errors leave a message of bounded size.
func TestOutputPasses(t *testing.T) {
	t.Parallel()
	const text = "import sys\nsys.stdout.write('ValueError ' + 'x' * 100000 + '\\n')\nfor i in range(100000):\n    print('Exception', i)\nsys.exit(1)\n"
	j := lay(t, map[string]string{"sagemaker_program": "train.py"}, map[string]string{"train.py": text})
	code, output := j.run(t)
	if code != 1 || !strings.Contains(output, "ValueError "+strings.Repeat("x", 100000)+"\n") || !strings.Contains(output, "Exception 99999\n") {
		t.Errorf("exit code %d, %d bytes of output", code, len(output))
	}
	if n := len(j.read("output/failure")); n < 1024 || n > maxMessage+maxLine+1000 {
		t.Errorf("failure file of %d bytes", n)
	}
}

// A typed task's output is its own: the entry says nothing, and the task's failure file stays.
func TestTask(t *testing.T) {
	t.Parallel()
	j := lay(t, map[string]string{"sagemaker_program": "task"}, map[string]string{"task": "echo said; echo UserError: mine > ../output/failure; exit 1\n"})
	j.env = append(j.env, container.TaskVariable+"=digits")
	if code, output := j.run(t); code != 1 || output != "said\n" || j.read("output/failure") != "UserError: mine\n" {
		t.Errorf("exit code %d, output %q, failure file %q", code, output, j.read("output/failure"))
	}
}

// What the entry costs over the program itself, by the shell's start time.
func BenchmarkTask(b *testing.B) {
	root := b.TempDir()
	c := container.Contract{Hyperparameters: map[string]string{"sagemaker_program": "task"}, Resource: container.Resource{CurrentHost: "localhost", Hosts: []string{"localhost"}}}
	if err := c.Write(root); err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "code"), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "code/task"), []byte("exit 0\n"), 0o755); err != nil {
		b.Fatal(err)
	}
	env := []string{container.BaseDirVariable + "=" + root, container.TaskVariable + "=digits", "PATH=" + os.Getenv("PATH")}
	b.Run("entry", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(env, Variable+"=1")
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command("/bin/sh", "-c", "./task ")
			cmd.Dir, cmd.Env = filepath.Join(root, "code"), env
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
