// Command sagefly is the embedded SageMaker, its command line and the training program of built-in algorithms.
package main

import (
	"os"

	"github.com/sagefly/sagefly/cli"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/trainer/xgboost"
)

func main() {
	engine.Init()
	if len(os.Args) > 2 && os.Args[1] == "trainer" && os.Args[2] == "xgboost" { // inside a job
		os.Exit(xgboost.Main(os.Args[3:], os.Getenv, os.Stdout, os.Stderr))
	}
	cli.Main()
}
