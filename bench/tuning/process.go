package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// process is a program that answers each line of JSON by one.
type process struct {
	name    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	trouble *tail
}

// start runs the program with one thread, wherever its libraries look that up.
func start(name string, argv ...string) (*process, error) {
	p := &process{name: name, cmd: exec.Command(argv[0], argv[1:]...), trouble: new(tail)}
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "GOMAXPROCS=1", "PYTHONHASHSEED=0")
	p.cmd.Stderr = p.trouble
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// ask sends one line and reads the answer into the value. Errors have the program's last words.
func (p *process) ask(question, answer any) error {
	line, err := json.Marshal(question)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return p.gone(err)
	}
	text, err := p.out.ReadBytes('\n')
	if err != nil {
		return p.gone(err)
	}
	var refusal struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(text, &refusal); err != nil {
		return fmt.Errorf("%s: answer %q: %w", p.name, bytes.TrimSpace(text), err)
	}
	if refusal.Error != "" {
		return fmt.Errorf("%s: %s", p.name, refusal.Error)
	}
	return json.Unmarshal(text, answer)
}

// gone is the error of a program that has ended in the middle. Its last words are whole once it has been waited for.
func (p *process) gone(err error) error {
	p.kill()
	return fmt.Errorf("%s: no answer: %w\n%s", p.name, err, p.trouble)
}

// cpu is the processor time of all the program's threads so far.
func (p *process) cpu() (time.Duration, error) {
	// The clock of a process is named by its number, clock_getcpuclockid(3): the complement shifted, and 2 for scheduled time.
	clock := int32(^p.cmd.Process.Pid<<3 | 2)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("processor time of %s: %w", p.name, err)
	}
	return time.Duration(t.Nano()), nil
}

// peak is the most memory the program has had resident, in MB.
func (p *process) peak() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseFloat(strings.Fields(size)[0], 64)
			return kilobytes * 1024 / 1e6, err
		}
	}
	return 0, errors.New("/proc has no VmHWM")
}

// stop ends the program by the end of its input.
func (p *process) stop() error {
	if err := errors.Join(p.in.Close(), p.cmd.Wait()); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.name, err, p.trouble)
	}
	return nil
}

// kill ends the program at once.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// tail keeps the last that was written. It is for several goroutines.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const most = 4096
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if extra := len(t.last) - most; extra > 0 {
		t.last = slices.Delete(t.last, 0, extra)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
