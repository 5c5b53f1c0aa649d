package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// BenchmarkCreate is a durable CreateTrainingJob over loopback HTTP, from as many clients as -cpu says times 4. One
// job runs, the others wait for its slot.
func BenchmarkCreate(b *testing.B) {
	s := start(b, engine.Config{Slots: 1, Runner: scripted(fake.Script{Run: -1})})
	s.put(b, "x", "")
	body, err := json.Marshal(map[string]any{
		"RoleArn":                "arn:aws:iam::000000000000:role/r",
		"AlgorithmSpecification": map[string]any{"TrainingImage": "i", "TrainingInputMode": "File", "ContainerEntrypoint": []string{"/bin/true"}},
		"HyperParameters":        map[string]any{"num_round": "100", "eta": "0.2", "objective": "reg:squarederror"},
		"OutputDataConfig":       map[string]any{"S3OutputPath": "s3://bucket/out"},
		"ResourceConfig":         map[string]any{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
		"StoppingCondition":      map[string]any{"MaxRuntimeInSeconds": 3600},
	})
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			named := fmt.Sprintf(`{"TrainingJobName":"job-%d",%s`, n.Add(1), body[1:])
			if status, answer := s.send(b, "sagemaker", "SageMaker.CreateTrainingJob", named, nil); status != http.StatusOK {
				b.Errorf("%d %s", status, answer)
				return
			}
		}
	})
}

// BenchmarkDescribe is DescribeTrainingJob over loopback HTTP.
func BenchmarkDescribe(b *testing.B) {
	s := start(b, engine.Config{Slots: 1, Runner: scripted(fake.Script{Run: -1})})
	s.put(b, "x", "")
	s.create(b, request("job"))
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if status, answer := s.send(b, "sagemaker", "SageMaker.DescribeTrainingJob", `{"TrainingJobName":"job"}`, nil); status != http.StatusOK {
				b.Errorf("%d %s", status, answer)
				return
			}
		}
	})
}
