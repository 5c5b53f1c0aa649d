package image

import (
	"fmt"
	"strings"
)

// InContainer says that the request's image itself runs: there is a runner for images, and the image is the user's own. What AWS publishes
// to carry a program (framework images, built-in algorithms) is not needed for it: the program runs on this machine.
func (r Request) InContainer() bool {
	return r.Containers && r.Image != "" && !published(r.Image)
}

// contained starts the image as SageMaker does: "train" is the argument unless the request has arguments or an entry point of its own.
func contained(r Request) Program {
	arguments := r.Arguments
	if len(arguments) == 0 && len(r.Entrypoint) == 0 {
		arguments = []string{"train"}
	}
	return Program{
		Image: r.Image, Entrypoint: r.Entrypoint, Command: arguments,
		Note: fmt.Sprintf("image %s runs in a container", r.Image),
	}
}

// carriers are repositories of AWS's own images for training, by the start of their names.
var carriers = []string{
	"sagemaker-", "pytorch-training", "tensorflow-training", "mxnet-training", "huggingface-", "autogluon-training",
	"djl-", "stabilityai-pytorch-", "xgboost",
}

// own is the account of this engine, whose images are its users'.
const own = "000000000000"

// published says that AWS publishes the image: it is in ECR under a name that AWS uses, and its account is not asked, since it is
// another one in each region.
func published(image string) bool {
	registry, repository, _ := strings.Cut(image, "/")
	account, rest, isECR := strings.Cut(registry, ".dkr.ecr.")
	if !isECR || rest == "" || len(account) != 12 || account == own {
		return false
	}
	for _, name := range carriers {
		if strings.HasPrefix(repository, name) {
			return true
		}
	}
	return false
}
