// Command sagefly is the embedded SageMaker, its command line and the training program of built-in algorithms.
package main

import (
	"github.com/sagefly/sagefly/cli"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/trainer"
)

func main() {
	engine.Init()
	trainer.Init()
	cli.Main()
}
