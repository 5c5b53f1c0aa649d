package main

import "fmt"

// cross compiles every package for the released platform whose system calls differ from this machine's, and a task as it travels to
// other machines. Nothing is linked: a test of the linker is what `make dist` is.
func cross(r *repo, _ []string) error {
	cmd := r.command(".", "go", "build", "./...")
	cmd.Env = append(cmd.Env, "GOOS=darwin", "GOARCH=arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build for darwin/arm64: %w\n%s", err, out)
	}
	if out, err := r.command(".", "go", "vet", "-tags=sagefly_task", ".", "./cli", "./examples/digits").CombinedOutput(); err != nil {
		return fmt.Errorf("go vet with the tag sagefly_task: %w\n%s", err, out)
	}
	return nil
}
