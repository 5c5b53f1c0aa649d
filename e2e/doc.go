// Package e2e drives a real sagefly with real clients, unmodified: boto3, the AWS CLI, the SageMaker SDK, a notebook on a fresh
// kernel, and the snippets of the documents. Every client process gets the settings of `sagefly env` and nothing else, an empty home,
// and a resolver that knows no name but the loopback's (testdata/offline), so whatever it would ask of the world fails.
//
// The tools are pinned in requirements.txt; `make setup` installs them into .cache/venv.
package e2e
