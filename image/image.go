// Package image makes what carries a program into a job: a script-mode bundle, for which no image has to be built, or an OCI
// image, built and pushed without Docker.
//
//	img, err := image.Build(ctx, image.BuildOptions{Program: "./digits"})
//	pushed, err := image.Push(ctx, "digits", img, image.PushOptions{Access: image.Access{AWS: &config}})
//	request.AlgorithmSpecification.TrainingImage = &pushed.ByDigest
//
// Whatever the image was, what leaves is what SageMaker is known to take: one image for linux/amd64 with Docker's schema-2
// media types and gzip layers, and nothing beside it; see [Normalise].
package image
