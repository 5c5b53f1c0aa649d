// Command images writes algorithm/z_images.go, the table of image URIs, from the extract algorithm/data/xgboost_images.json:
//
//	go generate ./algorithm
//
// To renew the extract, give the SageMaker Python SDK's file and its version:
//
//	go run ./internal/gen/images -sdk image_uri_config/xgboost.json -source "sagemaker-core 2.27.0" algorithm/data/xgboost_images.json
//
// Both are deterministic: the same input gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	sdk := flag.String("sdk", "", "make the extract from this file of the SDK")
	source := flag.String("source", "", "package and version that the file is from")
	flag.Parse()
	if err := run(*sdk, *source, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "images:", err)
		os.Exit(1)
	}
}

func run(sdk, source string, args []string) error {
	switch {
	case sdk != "" && source != "" && len(args) == 1:
		return extract(sdk, source, args[0])
	case sdk == "" && len(args) == 2:
		return generate(args[0], args[1])
	}
	return fmt.Errorf("usage: images EXTRACT OUTPUT | images -sdk FILE -source \"PACKAGE VERSION\" EXTRACT")
}
