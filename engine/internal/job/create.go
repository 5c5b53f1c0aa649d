package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/metric"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Create is CreateTrainingJob. tree has passed api.Validate. It answers when the job is stored.
func (s *Service) Create(ctx context.Context, region string, tree map[string]any) (string, error) {
	if err := api.CheckTrainingJob(tree); err != nil {
		return "", err
	}
	list, _ := tree["Tags"].([]any)
	document, r, err := s.complete(ctx, api.Defaults(tree))
	if err != nil {
		return "", err
	}
	if s.Access.Strict() {
		s.admission.Lock()
		defer s.admission.Unlock()
		arn := api.TrainingJobARN(region, s.Account, *r.TrainingJobName)
		if err := s.admit(ctx, region, r, admission{"sagemaker:CreateTrainingJob", arn, len(list) > 0, 1}); err != nil {
			return "", err
		}
	}
	return s.insert(ctx, store.Job{Region: region, Name: *r.TrainingJobName, Request: document}, newJob{request: r, tags: TagsOf(list)})
}

// newJob is what a job begins with besides its row.
type newJob struct {
	request *request
	tags    []store.Tag
	threads int // see lifecycle.State
}

// insert stores a new job with its first state and begins with it. It returns the ARN.
func (s *Service) insert(ctx context.Context, row store.Job, n newJob) (string, error) {
	state, effects := lifecycle.New(hostNames(int(*n.request.ResourceConfig.InstanceCount)), now())
	state.Threads = n.threads
	row.Status, row.Created, row.Modified = state.Status, state.Created, state.Modified
	var err error
	if row.State, err = state.Marshal(); err != nil {
		return "", err
	}
	arn := api.TrainingJobARN(row.Region, s.Account, row.Name)
	if row.ID, err = s.DB.Jobs.Insert(ctx, row, arn, n.tags); errors.Is(err, store.ErrExists) {
		return "", api.NameTaken(arn)
	} else if err != nil {
		return "", err
	}
	s.supervise(s.newSupervisor(row, n.request, state), effects)
	return arn, nil
}

// complete refuses what cannot run here and adds to the request what the service adds: a built-in algorithm's metric
// definitions, and a trial's definition of its objective. It returns what Describe will echo, in both forms.
func (s *Service) complete(ctx context.Context, echo map[string]any) ([]byte, *request, error) {
	document, r, err := recode(echo)
	if err != nil {
		return nil, nil, err
	}
	if err := served(r); err != nil {
		return nil, nil, err
	}
	program, err := s.Programs.Resolve(ctx, s.imageRequest(r))
	if err != nil {
		return nil, nil, err
	}
	if program.Version != nil {
		inject(echo, program.Version.MetricDefinitions(r.HyperParameters))
	}
	if err := addObjective(echo); err != nil {
		return nil, nil, err
	}
	if program.Version != nil || echo["TuningJobArn"] != nil { // there is more in it now
		if document, r, err = recode(echo); err != nil {
			return nil, nil, err
		}
	}
	if program.Version != nil { // the catalogue's own expressions are known to be good
		return document, r, s.checkBuckets(ctx, r)
	}
	if _, err := metric.New(metricDefinitions(r)); err != nil {
		return nil, nil, api.ValidationError("This engine matches metrics with RE2 expressions, which have no look-around and no back-references: %v", err)
	}
	return document, r, s.checkBuckets(ctx, r)
}

func recode(tree map[string]any) ([]byte, *request, error) {
	document, err := json.Marshal(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("encode request: %w", err)
	}
	r, err := decode(document)
	if err != nil {
		return nil, nil, api.Undecoded(err)
	}
	return document, r, nil
}

// maxDefinitions is the API's limit for MetricDefinitions.
const maxDefinitions = 40

// inject puts the algorithm's metric definitions in place of the request's: for a built-in algorithm the service
// ignores the caller's and adds its own.
func inject(echo map[string]any, definitions []algorithm.MetricDefinition) {
	list := make([]any, 0, len(definitions))
	for _, d := range definitions[:min(len(definitions), maxDefinitions)] {
		list = append(list, map[string]any{"Name": d.Name, "Regex": d.Regex})
	}
	a := echo["AlgorithmSpecification"].(map[string]any)
	a["MetricDefinitions"], a["EnableSageMakerMetricsTimeSeries"] = list, true
}

// checkBuckets refuses a job whose buckets this engine does not have. AWS finds out at the same moment, by the role's
// permissions; here the likely cause is that the bucket is in an AWS account, so the text says how to bring it in.
func (s *Service) checkBuckets(ctx context.Context, r *request) error {
	uris := map[string]string{"outputDataConfig.s3OutputPath": *r.OutputDataConfig.S3OutputPath}
	for _, c := range r.InputDataConfig {
		uris[fmt.Sprintf("inputDataConfig %q", *c.ChannelName)] = *c.DataSource.S3DataSource.S3Uri
	}
	if r.CheckpointConfig != nil {
		uris["checkpointConfig.s3Uri"] = *r.CheckpointConfig.S3Uri
	}
	for where, uri := range uris {
		bucket, _, err := input.ParseURI(uri)
		if err != nil {
			return api.ValidationError("%v (%s)", err, where)
		}
		if _, err := s.Objects.HeadBucket(ctx, bucket); errors.Is(err, object.ErrNoBucket) {
			return api.ValidationError("S3 bucket %q (%s) does not exist in this engine, which keeps its own buckets and never reaches AWS. "+
				"Bring the data in: aws s3 cp --recursive %s ./data with your AWS profile, then, with this engine's environment, "+
				"aws s3 mb s3://%s && aws s3 cp --recursive ./data %s", bucket, where, uri, bucket, uri)
		} else if err != nil {
			return err
		}
	}
	return nil
}
