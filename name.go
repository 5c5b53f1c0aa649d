//go:build !sagefly_task

package sagefly

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/awsjson"
)

// requestTag is the tag of a named job that holds the hash of its request.
const requestTag = "sagefly:request"

// freshName is TASK-YYYYMMDD-HHMMSS-xxxx in UTC: at most 61 of the API's 63 characters, and sorted by time.
func freshName(task string) string {
	suffix := make([]byte, 2)
	_, _ = rand.Read(suffix) // never fails, see crypto/rand
	return fmt.Sprintf("%s-%s-%s", task, time.Now().UTC().Format("20060102-150405"), hex.EncodeToString(suffix))
}

// freshTuningName is SEARCH-YYMMDD-HHMMSS-xxxx in UTC: the search's name is cut to what is left of the API's 32 characters.
func freshTuningName(search string) string {
	suffix := make([]byte, 2)
	_, _ = rand.Read(suffix) // never fails, see crypto/rand
	end := time.Now().UTC().Format("-060102-150405-") + hex.EncodeToString(suffix)
	return strings.TrimRight(search[:min(len(search), maxTuningName-len(end))], "-") + end
}

// rename gives a request a name that is asked for, and the tag by which another launch knows it again.
func rename(r *sagemaker.CreateTrainingJobInput, name string) {
	moveCheckpoints(r.CheckpointConfig, *r.TrainingJobName, name)
	r.TrainingJobName = &name
	r.Tags = withRequestTag(r, r.Tags)
}

// renameTuning gives a search's request a name, likewise.
func renameTuning(r *sagemaker.CreateHyperParameterTuningJobInput, name string) {
	if d := r.TrainingJobDefinition; d != nil {
		moveCheckpoints(d.CheckpointConfig, *r.HyperParameterTuningJobName, name)
	}
	r.HyperParameterTuningJobName = &name
	r.Tags = withRequestTag(r, r.Tags)
}

// moveCheckpoints gives a job of another name another place for its checkpoints, where the place was the old name's own.
func moveCheckpoints(c *types.CheckpointConfig, from, to string) {
	if c == nil || c.S3Uri == nil {
		return
	}
	if prefix, own := strings.CutSuffix(*c.S3Uri, checkpointURI("", from)[len("s3://"):]); own {
		c.S3Uri = new(prefix + checkpointURI("", to)[len("s3://"):])
	}
}

// withRequestTag are a request's tags with the one that holds its hash.
func withRequestTag(request any, tags []types.Tag) []types.Tag {
	tags = slices.DeleteFunc(slices.Clone(tags), func(t types.Tag) bool { return *t.Key == requestTag })
	return append(tags, types.Tag{Key: new(requestTag), Value: new(requestHash(requestTree(request, tags)))})
}

// requestHash is over the request as JSON, members sorted, without the tag itself.
func requestHash(tree map[string]any) string {
	data, err := json.Marshal(tree)
	if err != nil {
		panic(fmt.Sprintf("sagefly: request as JSON: %v", err)) // texts and numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// requestTree is a request, or a description, as a tree of AWS's members, tags as a map.
func requestTree(request any, tags []types.Tag) map[string]any {
	tree := maps.Clone(awsjson.Tree(request).(map[string]any))
	delete(tree, "Tags")
	if tags := tagMap(tags); len(tags) > 0 {
		tree["Tags"] = tags
	}
	return tree
}

func tagMap(tags []types.Tag) map[string]any {
	tree := map[string]any{}
	for _, t := range tags {
		if *t.Key != requestTag {
			tree[*t.Key] = *t.Value
		}
	}
	return tree
}
