package amt

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/listing"
)

// Trials is ListTrainingJobsForHyperParameterTuningJob. Sorted by the objective, trials without one are left out (API reference).
func (s *Service) Trials(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	name, _ := tree["HyperParameterTuningJobName"].(string)
	row, err := s.find(ctx, region, name)
	if err != nil {
		return nil, err
	}
	d, err := readDocument(row)
	if err != nil {
		return nil, err
	}
	all, err := s.trials(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	if err := s.refresh(ctx, region, all); err != nil {
		return nil, err
	}
	page, next, err := cut(sorted(all, tree), tree)
	if err != nil {
		return nil, err
	}
	summaries := make([]*summary, len(page))
	for i, t := range page {
		summaries[i] = s.summary(region, &d.Plan, t)
	}
	answer := map[string]any{"TrainingJobSummaries": summaries}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

// refresh gives trials that have not ended what their training jobs show now.
func (s *Service) refresh(ctx context.Context, region string, trials []*trial) error {
	for _, t := range trials {
		if !t.running() {
			continue
		}
		row, err := s.DB.Jobs.Get(ctx, region, t.Name)
		if err != nil {
			continue // decided and not created yet
		}
		state, err := lifecycle.Unmarshal(row.State)
		if err != nil {
			return err
		}
		t.Status, t.Start = state.Status, state.TrainingStart
	}
	return nil
}

// sorted are the trials that a request asks for, in its order.
func sorted(all []*trial, tree map[string]any) []*trial {
	status, _ := tree["StatusEquals"].(string)
	by, _ := tree["SortBy"].(string)
	all = slices.DeleteFunc(all, func(t *trial) bool {
		return status != "" && t.Status != status || by == "FinalObjectiveMetricValue" && t.Value == nil
	})
	slices.SortStableFunc(all, func(a, b *trial) int {
		order := compare(by, a, b)
		if tree["SortOrder"] == "Descending" {
			return -order
		}
		return order
	})
	return all
}

// compare is by name where nothing else is asked for; equal ones keep that order.
func compare(by string, a, b *trial) int {
	switch by {
	case "FinalObjectiveMetricValue":
		return cmp.Or(cmp.Compare(*a.Value, *b.Value), a.Number-b.Number)
	case "Status":
		return cmp.Or(cmp.Compare(a.Status, b.Status), a.Number-b.Number)
	case "CreationTime":
		return cmp.Or(a.Created.Compare(b.Created), a.Number-b.Number)
	}
	return cmp.Compare(a.Name, b.Name)
}

// cut is one page of a list and the token of the next: the number of the last trial of the page before.
func cut(all []*trial, tree map[string]any) (page []*trial, next string, err error) {
	if token, ok := tree["NextToken"].(string); ok {
		text, err := base64.URLEncoding.DecodeString(token)
		number, notNumber := strconv.Atoi(string(text))
		if err != nil || notNumber != nil {
			return nil, "", api.InvalidToken("malformed")
		}
		at := slices.IndexFunc(all, func(t *trial) bool { return t.Number == number })
		if at < 0 {
			return nil, "", api.InvalidToken("sorted differently")
		}
		all = all[at+1:]
	}
	limit := listing.Number(tree["MaxResults"], 10)
	if len(all) <= limit {
		return all, "", nil
	}
	last := strconv.Itoa(all[limit-1].Number)
	return all[:limit], base64.URLEncoding.EncodeToString([]byte(last)), nil
}
