//go:build sagefly_task

package cli

import (
	"fmt"
	"os"

	"github.com/sagefly/sagefly"
)

// Main runs the task that the job asks for. A program that was built with the tag sagefly_task can do nothing else: it is
// what travels to other machines, without engine and launcher.
func Main(tasks ...sagefly.Task) {
	sagefly.Serve(tasks...)
	fmt.Fprintln(os.Stderr, "error: this build of the program only runs inside jobs: it was made with the tag sagefly_task")
	fmt.Fprintln(os.Stderr, "hint: build it without the tag to launch jobs")
	os.Exit(2)
}
