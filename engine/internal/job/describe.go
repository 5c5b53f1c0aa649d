package job

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/listing"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Describe is DescribeTrainingJob: the request as it was stored, and the job's state. Jobs that have not ended, which
// clients poll, are answered from memory: the answer is made once for each state that was stored.
func (s *Service) Describe(ctx context.Context, region, name string) ([]byte, error) {
	if v := s.supervised(region, name); v != nil {
		return v.stored.Load().text(s.Account)
	}
	row, err := s.find(ctx, region, name)
	if err != nil {
		return nil, err
	}
	return (&answer{row: row}).text(s.Account)
}

// answer is Describe's answer for one stored row.
type answer struct {
	row  store.Job
	once sync.Once
	body []byte
	err  error
}

func (a *answer) text(account string) ([]byte, error) {
	a.once.Do(func() { a.body, a.err = render(a.row, account) })
	return a.body, a.err
}

func render(row store.Job, account string) ([]byte, error) {
	state, err := lifecycle.Unmarshal(row.State)
	if err != nil {
		return nil, err
	}
	members, err := json.Marshal(describeState(state, api.TrainingJobARN(row.Region, account, row.Name)))
	if err != nil {
		return nil, err
	}
	return listing.Splice(row.Request, members), nil
}

func (s *Service) find(ctx context.Context, region, name string) (store.Job, error) {
	row, err := s.DB.Jobs.Get(ctx, region, name)
	if errors.Is(err, store.ErrNotFound) {
		return row, api.NotFound()
	}
	return row, err
}

// description is what Describe adds to the request. Times are listing.Epoch seconds.
type description struct {
	TrainingJobArn             string
	TrainingJobStatus          string
	SecondaryStatus            string
	FailureReason              string `json:",omitempty"`
	CreationTime               listing.Epoch
	TrainingStartTime          listing.Epoch `json:",omitzero"`
	TrainingEndTime            listing.Epoch `json:",omitzero"`
	LastModifiedTime           listing.Epoch
	SecondaryStatusTransitions []transition
	FinalMetricDataList        []metricData `json:",omitempty"`
	TrainingTimeInSeconds      int64        `json:",omitempty"`
	BillableTimeInSeconds      int64        `json:",omitempty"`
}

type transition struct {
	Status        string
	StartTime     listing.Epoch
	EndTime       listing.Epoch `json:",omitzero"`
	StatusMessage string
}

type metricData struct {
	MetricName string
	Value      any
	Timestamp  listing.Epoch
}

func describeState(s lifecycle.State, arn string) description {
	d := description{
		TrainingJobArn:    arn,
		TrainingJobStatus: s.Status, SecondaryStatus: s.Secondary, FailureReason: s.FailureReason,
		CreationTime: listing.Epoch(s.Created), LastModifiedTime: listing.Epoch(s.Modified),
		TrainingStartTime: listing.Epoch(s.TrainingStart), TrainingEndTime: listing.Epoch(s.TrainingEnd),
	}
	for _, t := range s.Transitions {
		d.SecondaryStatusTransitions = append(d.SecondaryStatusTransitions,
			transition{t.Status, listing.Epoch(t.Start), listing.Epoch(t.End), t.Message})
	}
	for _, m := range s.Metrics {
		d.FinalMetricDataList = append(d.FinalMetricDataList, metricData{m.Name, m.Value, listing.Epoch(m.Time)})
	}
	if !s.TrainingEnd.IsZero() {
		// The model wants at least 1 where the member is given; a job that took less than a second is rounded up.
		d.TrainingTimeInSeconds = max(1, int64(s.TrainingEnd.Sub(s.TrainingStart)/time.Second))
		d.BillableTimeInSeconds = d.TrainingTimeInSeconds
	}
	return d
}
