// Package abalone carries the Abalone data set, so that `sagefly demo` has a file to train on wherever the program was
// installed from. README.md beside it names source, licence and citation.
package abalone

import _ "embed"

//go:embed abalone.csv
var data string

// CSV returns the raw file: 4,177 rows of sex, seven measures and the label, rings, last; no header.
func CSV() string { return data }
