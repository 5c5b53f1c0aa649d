// Command search looks for the best hyperparameters of the script beside it, train.py, at the endpoint that the environment names:
//
//	sagefly serve &
//	eval "$(sagefly env)"
//	go run ./examples/sklearn/search ./examples/sklearn
//
// The script knows nothing of it. What it prints is the objective, and its arguments are what is varied.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/sagefly/sagefly"
)

// search is around the script in a folder.
func search(folder string) *sagefly.Tuning[sagefly.ScriptInput, sagefly.ScriptOutput] {
	digits := sagefly.NewScript("digits-svm", folder, sagefly.ScriptConfig{
		Patterns: map[string]string{"validation:accuracy": `validation:accuracy=(\S+)`},
	})
	return sagefly.NewTuning("digits-svm-search", digits, sagefly.TuningConfig{
		Objective: sagefly.Maximize("validation:accuracy"), MaxJobs: 5, MaxParallel: 2,
		Ranges: sagefly.Ranges{"penalty": sagefly.Float(0.1, 100).Log(), "gamma": sagefly.Float(1e-5, 1e-1).Log()},
	})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	aws, err := config.LoadDefaultConfig(ctx) // what "sagefly env" says, or AWS
	if err == nil && len(os.Args) == 2 {
		err = run(ctx, sagefly.Target{AWS: aws}, os.Args[1])
	} else if err == nil {
		err = errors.New("usage: search FOLDER")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, target sagefly.Target, folder string) error {
	result, err := search(folder).Run(ctx, target, sagefly.ScriptInput{Hyperparameters: map[string]string{"seed": "7"}})
	if err != nil {
		return err
	}
	for _, t := range result.Trials {
		accuracy := "none"
		if t.Objective != nil {
			accuracy = fmt.Sprintf("%.4f", *t.Objective)
		}
		fmt.Printf("trial %d: accuracy %s with penalty %s and gamma %s\n", t.Number, accuracy, t.Values["penalty"], t.Values["gamma"])
	}
	fmt.Printf("best: %v\nmodel: %s\n", result.Best.Hyperparameters, result.Output.Model)
	return nil
}
