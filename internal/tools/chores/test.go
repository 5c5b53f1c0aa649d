package main

import "fmt"

// testAll runs the chores of a full check in the order in which they are cheap to fail.
func testAll(r *repo, _ []string) error {
	return r.withDocker(func() error { return testInOrder(r) })
}

func testInOrder(r *repo) error {
	want := []string{"setup", "lint", "cross", "generated", "units", "fuzz", "race"}
	for _, name := range want {
		for _, c := range chores() {
			if c.name != name {
				continue
			}
			if err := timed(c, r, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// units tests every module with the tools of setup at hand. Further arguments go to go test.
func units(r *repo, args []string) error {
	return r.withDocker(func() error { return testModules(r, args) })
}

func testModules(r *repo, args []string) error {
	r.exportTestEnv()
	if err := r.buildTestProgram(); err != nil {
		return err
	}
	mods, err := r.modules()
	if err != nil {
		return err
	}
	for _, dir := range mods {
		if err := r.run(dir, append([]string{"go", "test", "-timeout=20m", "./..."}, args...)...); err != nil {
			return fmt.Errorf("module in %s: %w", dir, err)
		}
	}
	return nil
}

// buildTestProgram compiles sagefly and its helper once for all test packages that start it.
func (r *repo) buildTestProgram() error {
	folder := r.path(".cache/test")
	if err := r.run(".", "go", "run", "./internal/build", "-o", folder); err != nil {
		return err
	}
	r.env = append(r.env, "SAGEFLY_TEST_PROGRAM="+folder+"/sagefly")
	return nil
}
