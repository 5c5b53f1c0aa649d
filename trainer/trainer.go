// Package trainer knows every training program of a built-in algorithm.
package trainer

import (
	"os"

	"github.com/sagefly/sagefly/trainer/xgboost"
)

// Init makes this process the training program that a job started it as; then it does not return. Otherwise it returns at once.
func Init() {
	if len(os.Args) > 2 && os.Args[1] == "trainer" && os.Args[2] == "xgboost" {
		os.Exit(xgboost.Main(os.Args[3:], os.Getenv, os.Stdout, os.Stderr))
	}
}
