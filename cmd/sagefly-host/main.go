// Command sagefly-host stands by the hosts of jobs, as sagefly itself does where this program is not installed: it is their shim, the entry of
// their scripts and the trainer of built-in algorithms. It is small, so that it starts in a tenth of the time.
package main

import (
	"fmt"
	"os"

	"github.com/sagefly/sagefly/engine/runner/all"
	"github.com/sagefly/sagefly/internal/version"
	"github.com/sagefly/sagefly/trainer"
)

const usage = `sagefly-host stands by the jobs of sagefly, which starts it when it is beside sagefly or in PATH and of the same source.
Without it sagefly does the same, and each job starts some 70 ms later. There is nothing in it for people.

--version prints the version, --source the source it was built from.
`

func main() {
	all.Init()
	trainer.Init()
	switch {
	case len(os.Args) == 2 && os.Args[1] == "--source":
		fmt.Println(version.Source())
	case len(os.Args) == 2 && os.Args[1] == "--version":
		fmt.Println("sagefly-host", version.Version)
	case len(os.Args) == 2 && (os.Args[1] == "--help" || os.Args[1] == "-h"):
		fmt.Print(usage)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}
