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

// Create is CreateTrainingJob. tree has passed api.Validate and becomes the service's. It answers when the job is stored.
func (s *Service) Create(ctx context.Context, region string, tree map[string]any) (string, error) {
	if err := api.CheckTrainingJob(tree); err != nil {
		return "", err
	}
	list, _ := tree["Tags"].([]any)
	tags, err := tagsOf(list)
	if err != nil {
		return "", err
	}
	if err := s.check(ctx, tree); err != nil {
		return "", err
	}
	v, effects, err := s.insert(ctx, region, api.Defaults(tree), tags)
	if err != nil {
		return "", err
	}
	s.supervise(v, effects)
	return v.arn(), nil
}

// insert stores a new job: what Describe will echo, and its first state.
func (s *Service) insert(ctx context.Context, region string, echo map[string]any, tags []store.Tag) (*supervisor, []effect, error) {
	document, err := json.Marshal(echo)
	if err != nil {
		return nil, nil, fmt.Errorf("encode request: %w", err)
	}
	r, err := decode(document)
	if err != nil {
		return nil, nil, err
	}
	state, effects := lifecycle.New(hostNames(int(*r.ResourceConfig.InstanceCount)), now())
	row := store.Job{
		Region: region, Name: *r.TrainingJobName, Status: state.Status,
		Created: state.Created, Modified: state.Modified, Request: document,
	}
	if row.State, err = state.Marshal(); err != nil {
		return nil, nil, err
	}
	arn := api.TrainingJobARN(region, s.Account, row.Name)
	if row.ID, err = s.DB.InsertJob(ctx, row, arn, tags); errors.Is(err, store.ErrExists) {
		return nil, nil, api.NameTaken(arn)
	} else if err != nil {
		return nil, nil, err
	}
	return s.newSupervisor(row, r, state), effects, nil
}

// check refuses what cannot run here and completes the request with what the service adds: a built-in algorithm's
// metric definitions.
func (s *Service) check(ctx context.Context, tree map[string]any) error {
	r, err := recode(tree)
	if err != nil {
		return err
	}
	if err := served(r); err != nil {
		return err
	}
	program, err := s.Trainer.Resolve(ctx, imageRequest(r))
	if err != nil {
		return err
	}
	definitions := metricDefinitions(r)
	if program.Version != nil {
		definitions = inject(tree, program.Version.MetricDefinitions(r.HyperParameters))
	}
	if _, err := metric.New(definitions); err != nil {
		return api.ValidationError("This engine matches metrics with RE2 expressions, which have no look-around and no back-references: %v", err)
	}
	return s.checkBuckets(ctx, r)
}

func recode(tree map[string]any) (*request, error) {
	document, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	r, err := decode(document)
	if err != nil {
		return nil, api.Malformed(err.Error())
	}
	return r, nil
}

// inject puts the algorithm's metric definitions in place of the request's: for a built-in algorithm the service
// ignores the caller's and adds its own.
func inject(tree map[string]any, definitions []algorithm.MetricDefinition) []metric.Definition {
	list := make([]any, len(definitions))
	own := make([]metric.Definition, len(definitions))
	for i, d := range definitions {
		list[i] = map[string]any{"Name": d.Name, "Regex": d.Regex}
		own[i] = metric.Definition(d)
	}
	tree["AlgorithmSpecification"].(map[string]any)["MetricDefinitions"] = list
	return own
}

// checkBuckets refuses a job whose buckets this engine does not have. AWS finds out at the same moment, by the role's
// permissions; here the likely cause is that the bucket is in an AWS account, so the text says how to bring it in.
func (s *Service) checkBuckets(ctx context.Context, r *request) error {
	uris := map[string]string{"outputDataConfig.s3OutputPath": *r.OutputDataConfig.S3OutputPath}
	for _, c := range r.InputDataConfig {
		uris[fmt.Sprintf("inputDataConfig %q", *c.ChannelName)] = *c.DataSource.S3DataSource.S3Uri
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
