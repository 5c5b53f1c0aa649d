//go:build !sagefly_task

package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A search that goes on from one that converged does not end for that at once, and says so; patience begins anew.
func TestExtensionLeavesOutWhatHolds(t *testing.T) {
	t.Parallel()
	patience := &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(3))}
	parent := &tuningJob{
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{TuningJobCompletionCriteria: &types.TuningJobCompletionCriteria{
			BestObjectiveNotImproving: patience,
			ConvergenceDetected:       &types.ConvergenceDetected{CompleteOnConvergence: types.CompleteOnConvergenceEnabled},
		}},
		TuningJobCompletionDetails: &types.HyperParameterTuningJobCompletionDetails{ConvergenceDetectedTime: &time.Time{}},
	}
	o := &tuneFlags{extend: "p", searchFlags: searchFlags{changed: func(string) bool { return false }}}
	notes, err := o.further(parent)
	if err != nil || len(notes) != 1 || !strings.HasPrefix(notes[0], "p ended because it converged") {
		t.Errorf("%q, %v", notes, err)
	}
	if ends := parent.HyperParameterTuningJobConfig.TuningJobCompletionCriteria; ends.ConvergenceDetected != nil || ends.BestObjectiveNotImproving != patience {
		t.Errorf("%+v", ends)
	}
}
