package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sagefly/sagefly/engine/internal/helper"
)

// TrainerVariable names the program that trains built-in algorithms, in place of the search.
const TrainerVariable = "SAGEFLY_TRAINER"

// protocol is the version of the trainer's command line and of its files that this engine speaks.
const protocol = 1

// Trainer finds the program that trains built-in algorithms. It is a program of its own because the library it loads
// makes a binary dynamic, and because a job that crashes it must not take the engine along.
type Trainer struct {
	// Path is the program, known to fit; "" = search: TrainerVariable, sagefly-host of this source, "sagefly" beside this
	// executable, then PATH.
	Path string

	mu    sync.Mutex
	found string
}

// Command is the command line that trains algorithm at tag in a job.
func (t *Trainer) Command(ctx context.Context, algorithm, tag string) ([]string, error) {
	program, err := t.find(ctx)
	if err != nil {
		return nil, err
	}
	return []string{program, "trainer", algorithm, "--tag", tag}, nil
}

func (t *Trainer) find(ctx context.Context) (string, error) {
	if t.Path != "" {
		return t.Path, nil
	}
	if p := helper.Path(); p != "" && os.Getenv(TrainerVariable) == "" { // of this source, so it fits
		return p, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found != "" {
		return t.found, nil
	}
	var problems []error
	for _, candidate := range candidates() {
		err := handshake(ctx, candidate)
		if err == nil {
			t.found = candidate
			return candidate, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", candidate, err))
	}
	return "", fmt.Errorf("no program that trains built-in algorithms (looked for %s, sagefly beside this program, and sagefly in PATH); "+
		"install it with: go install github.com/sagefly/sagefly/cmd/sagefly@latest: %w", TrainerVariable, errors.Join(problems...))
}

func candidates() []string {
	var list []string
	if p := os.Getenv(TrainerVariable); p != "" {
		return append(list, p)
	}
	if exe, err := os.Executable(); err == nil {
		list = append(list, filepath.Join(filepath.Dir(exe), "sagefly"))
	}
	if p, err := exec.LookPath("sagefly"); err == nil {
		list = append(list, p)
	}
	return list
}

// handshake asks a program whether it speaks this engine's protocol.
func handshake(ctx context.Context, program string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errors.New("no answer to the handshake in 10 s"))
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "trainer", "xgboost", "--handshake").Output()
	if err != nil {
		return err
	}
	var hello struct {
		Trainer  string `json:"trainer"`
		Protocol int    `json:"protocol"`
	}
	if err := json.Unmarshal(out, &hello); err != nil {
		return fmt.Errorf("answered %.60q instead of its handshake", strings.TrimSpace(string(out)))
	}
	if hello.Protocol != protocol {
		return fmt.Errorf("speaks trainer protocol %d, this engine speaks %d: install the same version of both", hello.Protocol, protocol)
	}
	return nil
}
