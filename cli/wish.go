//go:build !sagefly_task

package cli

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// wish puts --spot and --tag over a request, a job file's too. Waiting for spare capacity may take as long as the run.
func (o *trainFlags) wish(r *sagemaker.CreateTrainingJobInput) error {
	tags, err := parsePairs("tag", o.tags, "project=churn")
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		r.Tags = slices.DeleteFunc(r.Tags, func(t types.Tag) bool { return deref(t.Key) == key })
		r.Tags = append(r.Tags, types.Tag{Key: &key, Value: new(tags[key])})
	}
	if !o.spot {
		return nil
	}
	r.EnableManagedSpotTraining = new(true)
	if s := r.StoppingCondition; s != nil && s.MaxWaitTimeInSeconds == nil {
		s.MaxWaitTimeInSeconds = new(2 * deref(s.MaxRuntimeInSeconds))
	}
	return nil
}
