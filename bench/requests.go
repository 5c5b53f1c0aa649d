package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// createBody is a job that sleeps. The engine runs as many as there are processors and keeps the rest waiting; those that
// sleep when the benchmark kills the engine end by themselves within two minutes.
const createBody = `{"TrainingJobName":%q,"RoleArn":"arn:aws:iam::000000000000:role/bench","AlgorithmSpecification":{` +
	`"TrainingImage":"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5","TrainingInputMode":"File",` +
	`"ContainerEntrypoint":["/bin/sleep"],"ContainerArguments":["120"]},` +
	`"HyperParameters":{"num_round":"100","eta":"0.2","max_depth":"5","objective":"reg:squarederror"},` +
	`"InputDataConfig":[{"ChannelName":"train","ContentType":"text/csv","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix",` +
	`"S3Uri":"s3://bench/train","S3DataDistributionType":"FullyReplicated"}}}],` +
	`"OutputDataConfig":{"S3OutputPath":"s3://bench/out"},"ResourceConfig":{"InstanceType":"ml.m5.xlarge","InstanceCount":1,` +
	`"VolumeSizeInGB":10},"StoppingCondition":{"MaxRuntimeInSeconds":120}}`

// load is one figure of the request table.
type load struct {
	operation string
	clients   int
}

// requests measures Create and Describe per second. Our engine's creates are durable before they are answered, and
// its jobs really run: as many sleep as there are processors, the rest waits. moto_server keeps all in memory and runs
// nothing.
func (b *bench) requests(ctx context.Context) (string, error) {
	ours, moto, stop, err := b.both(ctx)
	if err != nil {
		return "", err
	}
	defer stop()
	for _, s := range []*server{ours, moto} {
		if err := s.bucket(); err != nil {
			return "", err
		}
	}
	text := "\n## Requests per second over loopback HTTP\n\n| | clients | sagefly | moto_server | ratio |\n|---|---|---|---|---|\n"
	for _, l := range []load{{"CreateTrainingJob", 1}, {"CreateTrainingJob", 8}, {"DescribeTrainingJob", 1}, {"DescribeTrainingJob", 8}} {
		var a, m sample
		for round := range b.scale.rounds {
			for s, result := range map[*server]*sample{ours: &a, moto: &m} {
				rate, err := s.rate(l, b.scale.requests, round)
				if err != nil {
					return "", err
				}
				*result = append(*result, rate)
			}
		}
		text += fmt.Sprintf("| %s | %d | %v | %v | %.0f× |\n", l.operation, l.clients, a, m, a.median()/m.median())
	}
	return text, nil
}

// bucket makes a bucket with one small object under train/.
func (s *server) bucket() error {
	client := &http.Client{}
	if _, err := s.call(client, "s3", "", "/bench", http.MethodPut, http.NoBody); err != nil {
		return err
	}
	_, err := s.call(client, "s3", "", "/bench/train/a.csv", http.MethodPut, strings.NewReader("1,2\n"))
	return err
}

// rate sends requests from several clients at once and returns how many a second were answered.
func (s *server) rate(l load, requests, round int) (float64, error) {
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	start := time.Now()
	for c := range l.clients {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := range requests {
				if err := s.request(client, l, fmt.Sprintf("job-%d-%d-%d-%d", l.clients, round, c, i)); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(l.clients*requests) / time.Since(start).Seconds(), nil
}

func (s *server) request(client *http.Client, l load, name string) error {
	body := fmt.Sprintf(`{"TrainingJobName":%q}`, name)
	if l.operation == "CreateTrainingJob" {
		body = fmt.Sprintf(createBody, name)
	}
	_, err := s.sagemaker(client, l.operation, body)
	return err
}
