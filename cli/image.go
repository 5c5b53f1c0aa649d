//go:build !sagefly_task

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/image"
)

const imageLong = `Make, push and look at container images without Docker. SageMaker pulls a job's image from ECR; an engine has a registry of
its own, named like one of account 000000000000.

stdout is the reference of the image, as a job's TrainingImage takes it. Without a tag it is the beginning of the image's digest, so
that a reference never changes its meaning.`

func newImage(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "image", Short: "Build, push and inspect container images", Long: imageLong, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(a.imageBuild(), a.imagePush(), a.imageAppend(), a.imageInspect())
	return cmd
}

const ownImageLong = "The program is built anew from its sources as they are now, as sagefly image build makes it from the package's folder, so that both are the same\n" +
	"image. Where there is no Go toolchain or no sources, the image has the running program."

// own says that the program of an image is this very program.
func (a *app) own() bool { return len(a.tasks) > 0 }

func (a *app) imageBuild() *cobra.Command {
	var o imageFlags
	cmd := &cobra.Command{
		Use: "build PROGRAM|PACKAGE", Short: "Make an image of a static program or of a Go main package",
		Long: "Make an image that runs a program: a static linux/amd64 executable, or the folder of a Go main package, which is built so.\n" +
			"The base is a reference or a file of docker save; without one the image has nothing but the program and CA certificates.",
		Args: args(1, 1, "PROGRAM or PACKAGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.makeImage(cmd.Context(), &o, func(ctx context.Context) (made, error) {
				return a.buildImage(ctx, append(args, "")[0], o.base)
			})
		},
	}
	if a.own() {
		cmd.Use, cmd.Short, cmd.Args = "build", "Make an image of this program", args(0, 0, "")
		cmd.Long = "Make an image of this program, on a base if one is named: a reference or a file of docker save.\n" + ownImageLong
	}
	o.bind(cmd)
	cmd.Flags().StringVar(&o.base, "base", "", "image to put the program on: a reference or a file")
	return cmd
}

func (a *app) imagePush() *cobra.Command {
	cmd := &cobra.Command{
		Use: "push FILE.tar|PROGRAM REPOSITORY[:TAG]", Short: "Push an image to a registry",
		Long: "Push an image, from a file that image build or docker save wrote, or of a program or package as image build makes it.\n" +
			"A REPOSITORY without a host is one of the target's own registry, ECR's with --on aws; it is created when it is missing.",
		Args: args(2, 2, "FILE.tar or PROGRAM, and REPOSITORY"),
	}
	if a.own() {
		cmd.Use, cmd.Short, cmd.Args = "push REPOSITORY[:TAG]", "Push the image of this program to a registry", args(1, 1, "REPOSITORY")
		cmd.Long = "Push the image of this program. A REPOSITORY without a host is one of the target's own registry, ECR's with --on aws; it is created\n" +
			"when it is missing.\n" + ownImageLong
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.own() {
			args = []string{"", args[0]}
		}
		o := &imageFlags{tag: args[1], push: true}
		return a.makeImage(cmd.Context(), o, func(ctx context.Context) (made, error) { return a.imageOf(ctx, args[0]) })
	}
	return cmd
}

func (a *app) imageAppend() *cobra.Command {
	var o imageFlags
	var put appended
	cmd := &cobra.Command{
		Use: "append BASE --src DIR", Short: "Put code onto an image, for example one with Python",
		Long: "Put a folder of code and sagefly-train, which starts it by the rules of script mode, onto an image as one layer. BASE is a\n" +
			"reference or a file of docker save. What .sageflyignore names stays out.",
		Example: "  " + a.program + " image append docker.io/library/python:3.12-slim --src ./src --entry train.py --tag trees --push",
		Args:    args(1, 1, "BASE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.makeImage(cmd.Context(), &o, func(ctx context.Context) (made, error) {
				return a.appendImage(ctx, args[0], put)
			})
		},
	}
	o.bind(cmd)
	f := cmd.Flags()
	f.StringVar(&put.src, "src", "", "folder of code, which comes to /opt/sagefly/code")
	f.StringVar(&put.entry, "entry", "", "file in the folder that a job starts with, unless its request says another (default train.py where it is there)")
	f.BoolVar(&put.keep, "keep-entrypoint", false, "leave the image's own entry point, as AWS's images with the training toolkit need")
	return cmd
}

func (a *app) imageInspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect REFERENCE|FILE", Short: "Show what an image is, and whether SageMaker would run it",
		Args: args(1, 1, "REFERENCE or FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := a.inspect(cmd.Context(), args[0])
			if err != nil {
				return imageProblem(err, args[0])
			}
			return a.showImage(found)
		},
	}
}

func (a *app) inspect(ctx context.Context, arg string) (s image.Summary, err error) {
	if isFile(arg) {
		return image.InspectFile(arg)
	}
	err = a.registry(ctx, arg, func(ctx context.Context, at image.Access) (err error) {
		s, err = image.Inspect(ctx, arg, at)
		return err
	})
	s.Reference = arg
	return s, err
}
