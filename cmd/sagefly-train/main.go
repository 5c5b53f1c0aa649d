// Command sagefly-train is the entry point of a training image, for a program in any language:
//
//	COPY sagefly-train /sagefly-train
//	COPY train.py /opt/sagefly/code/
//	ENV SAGEMAKER_PROGRAM=train.py SAGEMAKER_SUBMIT_DIRECTORY=/opt/sagefly/code
//	ENTRYPOINT ["/sagefly-train"]
package main

import (
	"fmt"
	"os"

	"github.com/sagefly/sagefly/internal/entry"
	"github.com/sagefly/sagefly/internal/version"
)

const usage = `sagefly-train runs a training program inside a SageMaker container; SageMaker starts it as "sagefly-train train".

It reads /opt/ml/input/config, brings the source to /opt/ml/code, installs requirements.txt, sets the SM_* variables,
runs the program with the hyperparameters as arguments, passes signals on, and leaves /opt/ml/output/failure or success.

What runs, in this order:
  SAGEMAKER_PROGRAM, or the hyperparameter sagemaker_program: a file of the source: .py by Python, others by /bin/sh
  SAGEFLY_COMMAND: a command of the image, as a path or a JSON list; it gets the variables and no arguments
Where the source is:
  the hyperparameter sagemaker_submit_directory, or SAGEMAKER_SUBMIT_DIRECTORY: s3://BUCKET/KEY of a tar.gz,
  or a folder, a tar.gz or a file of the image

Variables:
  SAGEFLY_PYTHON                the interpreter; without it python3, then python, of PATH
  AWS_ENDPOINT_URL_S3           another S3 than AWS's; AWS_ENDPOINT_URL as well
  SAGEMAKER_BASE_DIR            another place than /opt/ml

The exit code is the program's; 1 when it could not be started. --version prints the version.
`

func main() {
	switch {
	case len(os.Args) == 1 || len(os.Args) == 2 && os.Args[1] == "train":
		os.Exit(entry.Main(entry.System()))
	case os.Args[1] == "--help" || os.Args[1] == "-h":
		fmt.Print(usage)
	case os.Args[1] == "--version":
		fmt.Println("sagefly-train", version.Version)
	default:
		fmt.Fprintf(os.Stderr, "sagefly-train: unknown argument %q\n\n%s", os.Args[1], usage)
		os.Exit(2)
	}
}
