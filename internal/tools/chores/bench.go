package main

// bench measures. The argument "short" asks for the quick subset that CI runs.
func bench(r *repo, args []string) error {
	r.exportTestEnv()
	argv := []string{"go", "run", "./bench"}
	for _, a := range args {
		argv = append(argv, "-"+a)
	}
	return r.run(".", argv...)
}
