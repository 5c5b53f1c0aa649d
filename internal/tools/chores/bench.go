package main

import "fmt"

// bench measures. The argument "short" asks for the quick subset that CI runs, "tuning" for package tuner beside other optimizers, which
// takes hours and goes on where it was stopped; further arguments are its own.
func bench(r *repo, args []string) error {
	r.exportTestEnv()
	if len(args) > 0 && args[0] == "tuning" {
		return r.benchTuning(args[1:])
	}
	argv := []string{"go", "run", "./bench"}
	for _, a := range args {
		argv = append(argv, "-"+a)
	}
	if err := r.run(".", argv...); err != nil || len(args) == 0 {
		return err
	}
	return r.run(".", "go", "run", "./bench/tuning", "-short")
}

// benchTuning lays the environments of the other optimizers, torch's alone some gigabytes, and measures. What cannot be laid is not measured:
// the report shows the gap.
func (r *repo) benchTuning(args []string) error {
	for _, name := range []string{"smac", "syne", "torch"} {
		if err := r.lay(venv{"tuning-" + name, "bench/tuning/requirements-" + name + ".txt"}); err != nil {
			fmt.Printf("no .cache/tuning-%s: %v\n", name, err)
		}
	}
	return r.run(".", append([]string{"go", "run", "./bench/tuning"}, args...)...)
}
