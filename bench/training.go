package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const trainBody = `{"TrainingJobName":%q,"RoleArn":"arn:aws:iam::000000000000:role/bench","AlgorithmSpecification":{` +
	`"TrainingImage":"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5","TrainingInputMode":"File"},` +
	`"HyperParameters":{"num_round":"5","max_depth":"5","objective":"reg:squarederror"},` +
	`"InputDataConfig":[{"ChannelName":"train","ContentType":"text/csv","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix",` +
	`"S3Uri":"s3://bench/train","S3DataDistributionType":"FullyReplicated"}}}],` +
	`"OutputDataConfig":{"S3OutputPath":"s3://bench/out"},"ResourceConfig":{"InstanceType":"ml.m5.xlarge","InstanceCount":1,` +
	`"VolumeSizeInGB":10},"StoppingCondition":{"MaxRuntimeInSeconds":3600}}`

// plain is the same training by hand.
const plain = `
import sys, numpy, xgboost
data = numpy.loadtxt(sys.argv[1], delimiter=",", dtype="float32")
matrix = xgboost.DMatrix(data[:, 1:], label=data[:, 0])
booster = xgboost.train({"max_depth": 5, "objective": "reg:squarederror"}, matrix, 5, evals=[(matrix, "train")])
booster.save_model(sys.argv[2])
`

// training measures a small job: 4,000 rows of 8 features, 5 rounds.
func (b *bench) training(ctx context.Context) (string, error) {
	s, err := b.sagefly(ctx)
	if err != nil {
		return "", err
	}
	defer s.stop()
	file := filepath.Join(b.dir, "train.csv")
	data := rows(4000, 8)
	if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
		return "", err
	}
	client := &http.Client{}
	if err := s.bucket(); err != nil {
		return "", err
	}
	if _, err := s.call(client, "s3", "", "/bench/train/a.csv", http.MethodPut, strings.NewReader(data)); err != nil {
		return "", err
	}
	var job, trainer, python sample
	for i := range b.scale.jobs + 1 { // the first of each warms caches and does not count
		j, err := s.train(client, fmt.Sprintf("train-%d", i))
		if err != nil {
			return "", err
		}
		t, err := b.trainer(ctx, file, i)
		if err != nil {
			return "", err
		}
		p, err := b.plainPython(ctx, file)
		if err != nil {
			return "", err
		}
		if i > 0 {
			job.add(j)
			trainer.add(t)
			python.add(p)
		}
	}
	return fmt.Sprintf("\n## Training 4,000 rows × 8 features, 5 rounds, XGBoost 3.0.5, ms\n\n| | | ratio to plain Python |\n|---|---|---|\n"+
		"| CreateTrainingJob to Completed, seen by polling | %v | %.2f |\n| the trainer's process alone | %v | %.2f |\n"+
		"| plain Python with the same library (numpy.loadtxt, xgboost.train) | %v | 1 |\n",
		job, job.median()/python.median(), trainer, trainer.median()/python.median(), python), nil
}

func rows(n, features int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range n {
		sum := 0.0
		var line strings.Builder
		for range features {
			x := random.NormFloat64()
			sum += x
			fmt.Fprintf(&line, ",%.6g", x)
		}
		fmt.Fprintf(&b, "%.6g%s\n", sum+random.NormFloat64(), line.String())
	}
	return b.String()
}

// train runs one job and returns the time from the request to the answer that says Completed.
func (s *server) train(client *http.Client, name string) (time.Duration, error) {
	start := time.Now()
	if _, err := s.sagemaker(client, "CreateTrainingJob", fmt.Sprintf(trainBody, name)); err != nil {
		return 0, err
	}
	for {
		answer, err := s.sagemaker(client, "DescribeTrainingJob", fmt.Sprintf(`{"TrainingJobName":%q}`, name))
		if err != nil {
			return 0, err
		}
		var d struct{ TrainingJobStatus, FailureReason string }
		if err := json.Unmarshal(answer, &d); err != nil {
			return 0, err
		}
		switch d.TrainingJobStatus {
		case "Completed":
			return time.Since(start), nil
		case "Failed", "Stopped":
			return 0, fmt.Errorf("job %s %s: %s", name, d.TrainingJobStatus, d.FailureReason)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// trainer runs the training program by itself in a base directory.
func (b *bench) trainer(ctx context.Context, file string, i int) (time.Duration, error) {
	base := filepath.Join(b.dir, fmt.Sprintf("ml-%d", i))
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for name, text := range map[string]string{
		"input/config/hyperparameters.json": `{"num_round":"5","max_depth":"5","objective":"reg:squarederror"}`,
		"input/config/inputdataconfig.json": `{"train":{"ContentType":"text/csv","TrainingInputMode":"File","S3DistributionType":"FullyReplicated","RecordWrapperType":"None"}}`,
		"input/config/resourceconfig.json":  `{"current_host":"algo-1","hosts":["algo-1"],"network_interface_name":"eth0"}`,
		"input/data/train/train.csv":        string(data),
		"model/.keep":                       "",
		"output/data/.keep":                 "",
	} {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return 0, err
		}
	}
	cmd := exec.CommandContext(ctx, b.program+"-host", "trainer", "xgboost", "--tag", "3.0-5")
	cmd.Env = append(b.environment(), "SAGEMAKER_BASE_DIR="+base, "OMP_WAIT_POLICY=passive")
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("trainer: %w\n%s", err, out)
	}
	return time.Since(start), nil
}

func (b *bench) plainPython(ctx context.Context, file string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, b.python, "-c", plain, file, filepath.Join(b.dir, "model.ubj"))
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("plain Python: %w\n%s", err, out)
	}
	return time.Since(start), nil
}
