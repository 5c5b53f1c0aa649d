// Command params writes algorithm/xgboost/z_params.go, the hyperparameters of XGBoost as a Go struct and its versions as constants,
// from the catalogue of package algorithm:
//
//	go generate ./algorithm/xgboost
//
// It is deterministic: the same catalogue gives the same bytes.
package main

import (
	"fmt"
	"os"

	"github.com/sagefly/sagefly/algorithm"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "params:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: params ALGORITHM OUTPUT")
	}
	a, ok := algorithm.Lookup(args[0])
	if !ok {
		return fmt.Errorf("find algorithm %q: there are %v", args[0], algorithm.Names())
	}
	source, err := source(a)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], source, 0o644)
}
