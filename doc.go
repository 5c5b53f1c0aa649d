// Package sagefly turns typed Go functions, built-in algorithms and training scripts into Amazon SageMaker training jobs.
//
//	type Input struct {
//		Train  sagefly.Dir                      // input channel "train"
//		Epochs int     `sagefly:"default=5"`    // hyperparameter "epochs"
//		Rate   float64 `sagefly:"learning_rate"`
//	}
//	type Output struct {
//		Accuracy float64
//		Model    sagefly.File                   // ends up in model.tar.gz
//	}
//
//	var Digits = sagefly.NewTraining("digits", fit, sagefly.TrainingConfig{InstanceCount: 2})
//
//	func fit(ctx context.Context, in Input) (Output, error) { … }
//
//	func main() { cli.Main(Digits) }
//
// The same program calls the function in-process ([Training.Call]), launches it as a job ([Training.Run], or the command
// line that cli.Main gives it), and is what runs inside the job, where SAGEFLY_TASK names the task. Its returned values come
// back typed, files included.
//
// A search for the best values of a task's input is a task as well ([NewTuning]): its trials are jobs of that task, and what the best of them was given and returned
// comes back typed.
//
// Where jobs run is a [Target]: an AWS configuration, a role and a bucket. The embedded engine (package engine) is one,
// AWS is another, and nothing here asks which it is.
//
// # Build tag
//
// The tag sagefly_task leaves out everything that launches jobs (Target, Run, …), so that a program built with it is a
// small static file for the inside of a job. Programs that call those themselves do so in files without that tag.
package sagefly
