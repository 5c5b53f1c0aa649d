//go:build !sagefly_task

package cli

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
)

// Reasons as AWS gives them. The texts about scripts are those of its training toolkit (internal/entry/testdata/golden.json).
func TestTellingLine(t *testing.T) {
	t.Parallel()
	const toolkit = "AlgorithmError: ExecuteUserScriptError:\n"
	for reason, want := range map[string]string{
		"":                                       "",
		"AlgorithmError: no label, exit code: 1": "AlgorithmError: no label, exit code: 1",
		"ClientError: Data download failed:\nno objects": "ClientError: Data download failed: no objects",
		"AlgorithmError: framework error:\nsagemaker_algorithm_toolkit.exceptions.AlgorithmError: XGB train call failed with exception:\n [08:01:24] ./src/tree/updater_colmaker.cc:177: Check failed: param_.max_depth > 0 (0 vs. 0) : exact tree method doesn't support unlimited depth.\nStack trace:\n  [bt] (0) /usr/lib/libxgboost.so.0, exit code: 1": "[08:01:24] ./src/tree/updater_colmaker.cc:177: Check failed: param_.max_depth > 0 (0 vs. 0) : exact tree method doesn't support unlimited depth.",
		"AlgorithmError: framework error: \nTraceback (most recent call last):\n  File \"train.py\", line 94, in train\n    raise ValueError(\"label\")\nValueError: label\n, exit code: 1":                                                                                                                                                                  "ValueError: label",
		toolkit + "ExitCode 1\nErrorMessage \"raise ValueError('no label: column 3')\n ValueError: no label: column 3\"\nCommand \"python3 train.py\", exit code: 1":                                                                                                                                                                                         "ValueError: no label: column 3",
		toolkit + "ExitCode 1\nErrorMessage \"KeyError: 'key'\n \n The above exception was the direct cause of the following exception\n Traceback (most recent call last)\n File \"/opt/ml/code/train.py\", line 4, in <module>\n raise RuntimeError('second') from e\n RuntimeError: second\"\nCommand \"python3 train.py\", exit code: 1":                 "RuntimeError: second",
		toolkit + "ExitCode 7\nErrorMessage \"MemoryError: in a child\n after\"\nCommand \"/bin/sh -c ./run.sh \", exit code: 7":                                                                                                                                                                                                                             "MemoryError: in a child",
		toolkit + "ExitCode 1\nErrorMessage \"torch.cuda.OutOfMemoryError: CUDA out of memory\n \n\"\nCommand \"python3 train.py\", exit code: 1":                                                                                                                                                                                                            "torch.cuda.OutOfMemoryError: CUDA out of memory",
		toolkit + "ExitCode 1\nErrorMessage \"ORTE has lost communication\n with algo-2\"\nCommand \"mpirun\", exit code: 1":                                                                                                                                                                                                                                 "with algo-2",
		toolkit + "ExitCode 3\nErrorMessage \"\"\nCommand \"python3 train.py -a 1\", exit code: 3":                                                                                                                                                                                                                                                           "AlgorithmError: ExecuteUserScriptError: ExitCode 3",
		toolkit + "ExitCode 1\nErrorMessage \"ModuleNotFoundError: No module named 'not_there'\"\nExtraInfo \"Name its package\"\nCommand \"x\", exit code: 1":                                                                                                                                                                                               "ModuleNotFoundError: No module named 'not_there'",
		toolkit + "ExitCode 137\nErrorMessage \"OutOfMemory: Process killed by SIGKILL (signal 9)\", exit code: 137":                                                                                                                                                                                                                                         "OutOfMemory: Process killed by SIGKILL (signal 9)",
		// cut at 1,024 characters
		toolkit + "ExitCode 1\nErrorMessage \"raise ValueError('long')\n ValueError: lo, exit code: 1":                                                                                 "ValueError: lo",
		"AlgorithmError: algo-2: ExecuteUserScriptError:\n  ExitCode 1\n  ErrorMessage \"ValueError: lr 0.7 diverged\"\n  Command \"x\", exit code: 1\nalgo-1: Panic: c, exit code: 2": "ValueError: lr 0.7 diverged",
	} {
		if got := tellingLine(reason); got != want {
			t.Errorf("%q:\n%q, want %q", reason, got, want)
		}
	}
}

// Different exceptions are different reasons, in the summary as in a trial's line.
func TestReasonsOfScriptsDiffer(t *testing.T) {
	t.Parallel()
	_, trials := sampleTuning()
	trials = trials[2:4]
	for i, message := range []string{"ValueError: lr 0.7 diverged", "MemoryError: too large"} {
		trials[i].TrainingJobStatus = types.TrainingJobStatusFailed
		trials[i].FailureReason = new("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"" + message + "\"\nCommand \"x\", exit code: 1")
	}
	want := [][]string{{"reason", "trial 3: ValueError: lr 0.7 diverged"}, {"", "trial 4: MemoryError: too large"}}
	if d := cmp.Diff(want, failureReasons(trials)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	a, _ := tuneApp(t)
	if line := newTrialView(a.screen).line(3, trials[0], "rmse", nil); !strings.HasSuffix(line, "  ValueError: lr 0.7 diverged") {
		t.Error(line)
	}
}
