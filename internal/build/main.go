// Command build compiles sagefly and sagefly-host, and stamps both with what they were made from, by which they know each other:
//
//	go run ./internal/build [-o bin]
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"

	"github.com/sagefly/sagefly/internal/version"
)

var programs = []string{"./cmd/sagefly", "./cmd/sagefly-host"}

func main() {
	out := flag.String("o", "bin", "folder for the programs")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run must be started at the top of the repository.
func run(out string) error {
	if err := os.Setenv("CGO_ENABLED", "0"); err != nil {
		return err
	}
	// A stamp over every package as it is compiled changes with any of them and with nothing else. To know it, all must be compiled.
	list := new(bytes.Buffer)
	if err := show(list, append([]string{"list", "-v", "-export", "-deps", "-f", "{{.ImportPath}} {{.BuildID}}"}, programs...)...); err != nil {
		return err
	}
	flags := fmt.Sprintf("-ldflags=-X %s=%x", version.StampVariable, sha256.Sum256(list.Bytes()))
	return show(os.Stdout, append([]string{"build", flags, "-o", out + "/"}, programs...)...)
}
