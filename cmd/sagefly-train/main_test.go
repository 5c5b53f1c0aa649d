package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/version"
)

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "sagefly-train")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// The program needs nothing of an image: no loader, no library. It runs what the image brings.
func TestProgram(t *testing.T) {
	t.Parallel()
	program := build(t)
	if runtime.GOOS == "linux" {
		f, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP {
				t.Error("the program is dynamically linked")
			}
		}
	}
	root, code := filepath.Join(t.TempDir(), "ml"), t.TempDir()
	c := container.Contract{
		Hyperparameters: map[string]string{"epochs": "3"}, Resource: container.Resource{CurrentHost: "localhost", Hosts: []string{"localhost"}},
	}
	if err := c.Write(root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(code, "fit"), []byte("#!/bin/sh\necho \"$@\" > \"$SM_MODEL_DIR/args\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "train")
	cmd.Env = []string{container.BaseDirVariable + "=" + root, "SAGEMAKER_PROGRAM=fit", "SAGEMAKER_SUBMIT_DIRECTORY=" + code}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if args, err := os.ReadFile(filepath.Join(root, "model/args")); err != nil || string(args) != "--epochs 3\n" {
		t.Errorf("the program got %q, %v", args, err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	program := build(t)
	for arg, want := range map[string]string{"--help": "SAGEMAKER_SUBMIT_DIRECTORY", "--version": "sagefly-train " + version.Version, "serve": `unknown argument "serve"`} {
		cmd := exec.Command(program, arg)
		out, _ := cmd.CombinedOutput()
		if !strings.Contains(string(out), want) || (cmd.ProcessState.ExitCode() == 0) != strings.HasPrefix(arg, "--") {
			t.Errorf("%s: %v\n%s", arg, cmd.ProcessState, out)
		}
	}
}
