//go:build !sagefly_task

package sagefly

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// NameTaken is returned when a job of the name that was asked for exists and has another request.
type NameTaken struct {
	Job         string
	Differences []Difference // sorted by member; empty when the two differ in what the API does not show
}

// Difference is one member in which two requests differ.
type Difference struct {
	Member    string // HyperParameters.epochs
	Requested string // as JSON; "" = absent
	Existing  string // likewise
}

func (e *NameTaken) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "job %s exists and has another request", e.Job)
	for _, d := range e.Differences {
		fmt.Fprintf(&b, "\n%s: %s asked for, that job has %s", d.Member, orAbsent(d.Requested), orAbsent(d.Existing))
	}
	return b.String()
}

func orAbsent(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// adopt takes the job of the request's name for the request's own when it was made from the same one.
func adopt(ctx context.Context, target Target, request *sagemaker.CreateTrainingJobInput) error {
	name, client := *request.TrainingJobName, target.jobs()
	job, err := client.DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
	if err != nil {
		return fmt.Errorf("adopt job %s: %w", name, err)
	}
	tags, err := allTags(ctx, client, job.TrainingJobArn)
	if err != nil {
		return fmt.Errorf("adopt job %s: %w", name, err)
	}
	return compareRequests(name, requestTree(request, request.Tags), job, tags)
}

// adoptTuning does so with a search.
func adoptTuning(ctx context.Context, target Target, request *sagemaker.CreateHyperParameterTuningJobInput) error {
	name, client := *request.HyperParameterTuningJobName, target.jobs()
	job, err := client.DescribeHyperParameterTuningJob(ctx, &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	if err != nil {
		return fmt.Errorf("adopt tuning job %s: %w", name, err)
	}
	tags, err := allTags(ctx, client, job.HyperParameterTuningJobArn)
	if err != nil {
		return fmt.Errorf("adopt tuning job %s: %w", name, err)
	}
	if d := job.TrainingJobDefinition; d != nil {
		delete(d.StaticHyperParameters, objectiveParameter) // which the service adds
	}
	return compareRequests(name, requestTree(request, request.Tags), job, tags)
}

func allTags(ctx context.Context, client *sagemaker.Client, arn *string) (tags []types.Tag, err error) {
	pages := sagemaker.NewListTagsPaginator(client, &sagemaker.ListTagsInput{ResourceArn: arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		tags = append(tags, page.Tags...)
	}
	return tags, nil
}

// compareRequests goes by the tag, or member by member with a job that has none.
func compareRequests(name string, request map[string]any, job any, tags []types.Tag) error {
	i := slices.IndexFunc(tags, func(t types.Tag) bool { return *t.Key == requestTag })
	if i >= 0 && aws.ToString(tags[i].Value) == requestHash(request) {
		return nil
	}
	d := compareTrees("", request, requestTree(job, tags))
	if i < 0 && len(d) == 0 {
		return nil
	}
	return &NameTaken{name, d}
}

// open are the members whose absence means something: a job may not have more of them than the request. Of other structures
// a description shows more than a request has.
var open = []string{
	"HyperParameters", "Environment", "Tags", "InputDataConfig",
	"TrainingJobDefinition.StaticHyperParameters", "TrainingJobDefinition.Environment", "TrainingJobDefinition.InputDataConfig",
	"HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges", "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges",
	"HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges",
}

// compareTrees lists where what was asked for differs from what is there.
func compareTrees(path string, asked, there any) (list []Difference) {
	asked, there = keyed(asked), keyed(there)
	a, isMap := asked.(map[string]any)
	t, isMap2 := there.(map[string]any)
	if !isMap || !isMap2 {
		if x, y := jsonOf(asked), jsonOf(there); x != y {
			list = append(list, Difference{path, x, y})
		}
		return list
	}
	names := maps.Clone(a)
	switch {
	case slices.Contains(open, path):
		maps.Copy(names, t)
	default: // a whole member that was not asked for is a difference too
		for name, v := range t {
			if slices.Contains(open, memberPath(path, name)) && len(jsonOf(v)) > len("{}") {
				names[name] = v
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		below := memberPath(path, name)
		have := t[name]
		if have == nil && slices.Contains(open, below) {
			have = map[string]any{}
		}
		list = append(list, compareTrees(below, orEmpty(a[name], below), have)...)
	}
	return list
}

func memberPath(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// orEmpty makes an absent member an empty one where its parts are compared.
func orEmpty(v any, path string) any {
	if v == nil && (!strings.Contains(path, ".") || slices.Contains(open, path)) {
		return map[string]any{}
	}
	return v
}

// keyed makes a list of named things a map by name, so that order and additions of the service do not count.
func keyed(v any) any {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return v
	}
	byName := map[string]any{}
	for _, item := range list {
		members, _ := item.(map[string]any)
		name := ""
		for _, key := range []string{"ChannelName", "Name", "Key"} {
			if text, ok := members[key].(string); ok {
				name = text
				break
			}
		}
		if name == "" {
			return v
		}
		byName[name] = members
	}
	return byName
}

func jsonOf(v any) string {
	if v == nil {
		return ""
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
