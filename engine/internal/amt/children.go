package amt

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

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
	page, next, err := cut(row.ID, sorted(all, tree), tree)
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
	all = slices.DeleteFunc(all, func(t *trial) bool {
		return status != "" && t.Status != status || tree["SortBy"] == "FinalObjectiveMetricValue" && t.Value == nil
	})
	slices.SortStableFunc(all, order(tree))
	return all
}

// order is the one that a request asks for. No two trials are equal in it.
func order(tree map[string]any) func(a, b *trial) int {
	by, _ := tree["SortBy"].(string)
	return func(a, b *trial) int {
		if tree["SortOrder"] == "Descending" {
			a, b = b, a
		}
		return compare(by, a, b)
	}
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

// place says where a page of a list ended: in what its last trial was sorted by. So the next page begins there, whatever became of that trial.
type place struct {
	Tuning int64  `json:"tuning"` // id of the tuning job
	By     string `json:"by"`
	Down   bool   `json:"down,omitempty"`

	Number  int              `json:"number"`
	Name    string           `json:"name"`
	Created time.Time        `json:"created"`
	Status  string           `json:"status"`
	Value   *lifecycle.Float `json:"value,omitempty"`
}

func placeOf(tuning int64, t *trial, tree map[string]any) place {
	by, _ := tree["SortBy"].(string)
	return place{tuning, by, tree["SortOrder"] == "Descending", t.Number, t.Name, t.Created, t.Status, t.Value}
}

func (p *place) trial() *trial {
	return &trial{Number: p.Number, Name: p.Name, Created: p.Created, Status: p.Status, Value: p.Value}
}

// readPlace reads the token of a list of that tuning job in that order.
func readPlace(token string, tuning int64, tree map[string]any) (p place, err error) {
	text, err := base64.URLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	want := placeOf(tuning, p.trial(), tree)
	switch {
	case err != nil || p.Number == 0:
		return p, api.InvalidToken("malformed")
	case p.Tuning != want.Tuning:
		return p, api.InvalidToken("of another tuning job")
	case p.By != want.By || p.Down != want.Down || p.By == "FinalObjectiveMetricValue" && p.Value == nil:
		return p, api.InvalidToken("sorted differently")
	}
	return p, nil
}

// cut is one page of a list and the token of the next.
func cut(tuning int64, all []*trial, tree map[string]any) (page []*trial, next string, err error) {
	if token, ok := tree["NextToken"].(string); ok {
		last, err := readPlace(token, tuning, tree)
		if err != nil {
			return nil, "", err
		}
		order := order(tree)
		all = slices.DeleteFunc(all, func(t *trial) bool { return order(t, last.trial()) <= 0 })
	}
	limit := listing.Number(tree["MaxResults"], 10)
	if len(all) <= limit {
		return all, "", nil
	}
	text, err := json.Marshal(placeOf(tuning, all[limit-1], tree))
	return all[:limit], base64.URLEncoding.EncodeToString(text), err
}
