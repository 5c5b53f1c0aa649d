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

// rename gives a request a name that is asked for, and the tag by which another launch knows it again.
func rename(r *sagemaker.CreateTrainingJobInput, name string) {
	old := *r.TrainingJobName
	r.TrainingJobName = &name
	if c := r.CheckpointConfig; c != nil && c.S3Uri != nil {
		if prefix, own := strings.CutSuffix(*c.S3Uri, checkpointURI("", old)[len("s3://"):]); own {
			c.S3Uri = new(prefix + checkpointURI("", name)[len("s3://"):])
		}
	}
	r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(t types.Tag) bool { return *t.Key == requestTag })
	r.Tags = append(r.Tags, types.Tag{Key: new(requestTag), Value: new(requestHash(r))})
}

// requestHash is over the request as JSON, members sorted, without the tag itself.
func requestHash(r *sagemaker.CreateTrainingJobInput) string {
	tree := requestTree(r)
	data, err := json.Marshal(tree)
	if err != nil {
		panic(fmt.Sprintf("sagefly: request as JSON: %v", err)) // texts and numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// requestTree is a request as a tree of AWS's members, tags as a map.
func requestTree(r *sagemaker.CreateTrainingJobInput) map[string]any {
	tree := maps.Clone(awsjson.Tree(r).(map[string]any))
	delete(tree, "Tags")
	if tags := tagMap(r.Tags); len(tags) > 0 {
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
