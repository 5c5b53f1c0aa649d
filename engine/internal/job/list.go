package job

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// List is ListTrainingJobs. Unlike the service, which applies StatusEquals to a page that it has already cut, it
// filters first, so a page is short only when it is the last.
func (s *Service) List(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	if tree["TrainingPlanArnEquals"] != nil || tree["WarmPoolStatusEquals"] != nil {
		return map[string]any{"TrainingJobSummaries": []any{}}, nil // no job here has a training plan or a warm pool
	}
	q := query(region, tree)
	limit := q.Limit
	if token, ok := tree["NextToken"].(string); ok {
		p, err := readToken(token, q.Order)
		if err != nil {
			return nil, err
		}
		q.After = &p
	}
	q.Limit = limit + 1
	rows, err := s.DB.Jobs(ctx, q)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{}
	if len(rows) > limit {
		rows = rows[:limit]
		answer["NextToken"] = writeToken(rows[limit-1].Position(q.Order))
	}
	summaries := make([]summary, len(rows))
	for i, row := range rows {
		if summaries[i], err = s.summary(row); err != nil {
			return nil, err
		}
	}
	answer["TrainingJobSummaries"] = summaries
	return answer, nil
}

func query(region string, tree map[string]any) store.JobQuery {
	text := func(name string) string { s, _ := tree[name].(string); return s }
	q := store.JobQuery{
		Region: region, NameContains: text("NameContains"), Status: text("StatusEquals"),
		CreatedAfter: instant(tree["CreationTimeAfter"]), CreatedBefore: instant(tree["CreationTimeBefore"]),
		ModifiedAfter: instant(tree["LastModifiedTimeAfter"]), ModifiedBefore: instant(tree["LastModifiedTimeBefore"]),
		Descending: text("SortOrder") == "Descending", Limit: number(tree["MaxResults"], 10), Order: store.ByCreation,
	}
	switch text("SortBy") {
	case "Name":
		q.Order = store.ByName
	case "Status":
		q.Order = store.ByStatus
	}
	return q
}

type summary struct {
	TrainingJobName   string
	TrainingJobArn    string
	CreationTime      epoch
	TrainingEndTime   epoch `json:",omitzero"`
	LastModifiedTime  epoch
	TrainingJobStatus string
	SecondaryStatus   string
}

func (s *Service) summary(row store.Job) (summary, error) {
	state, err := lifecycle.Unmarshal(row.State)
	return summary{
		TrainingJobName: row.Name, TrainingJobArn: api.TrainingJobARN(row.Region, s.Account, row.Name),
		CreationTime: epoch(state.Created), TrainingEndTime: epoch(state.TrainingEnd), LastModifiedTime: epoch(state.Modified),
		TrainingJobStatus: state.Status, SecondaryStatus: state.Secondary,
	}, err
}

func writeToken(p store.Position) string {
	data, _ := json.Marshal(p) // a string or an integer, and an integer
	return base64.URLEncoding.EncodeToString(data)
}

// readToken reads a token for the order it was written in: another order's value has another type or place.
func readToken(token string, o store.Order) (p store.Position, err error) {
	data, err := base64.URLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return p, api.InvalidToken("malformed")
	}
	switch v := p.Value.(type) {
	case float64:
		p.Value = int64(v)
		if o == store.ByCreation {
			return p, nil
		}
	case string:
		if o != store.ByCreation {
			return p, nil
		}
	}
	return p, api.InvalidToken("sorted differently")
}
