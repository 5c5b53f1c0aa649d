package job

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Stream is a host's log as CloudWatch shows it: a stream JOB/HOST-EPOCH of the group for training jobs.
type Stream struct {
	Name    string
	Path    string    // the log file; it exists
	Created time.Time // when the host's job began to train
}

// Streams returns the streams whose names begin with prefix, by name. A job has its streams once its hosts have
// started.
func (s *Service) Streams(ctx context.Context, region, prefix string) ([]Stream, error) {
	name, _, whole := strings.Cut(prefix, "/")
	if whole {
		row, err := s.DB.Jobs.Get(ctx, region, name)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		return s.streams(row, prefix)
	}
	var all []Stream
	q := store.JobQuery{Region: region, NameContains: prefix, Order: store.ByName, Limit: 1000}
	for {
		rows, err := s.DB.Jobs.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			list, err := s.streams(row, prefix)
			if err != nil {
				return nil, err
			}
			all = append(all, list...)
		}
		if len(rows) < q.Limit {
			return all, nil
		}
		after := rows[len(rows)-1].Position(q.Order)
		q.After = &after
	}
}

func (s *Service) streams(row store.Job, prefix string) ([]Stream, error) {
	state, err := lifecycle.Unmarshal(row.State)
	if err != nil {
		return nil, err
	}
	var list []Stream
	for _, h := range state.Hosts {
		stream := Stream{
			Name: logStream(row.Name, h.Name, state), Created: state.TrainingStart,
			Path: filepath.Join(s.logDir(row.ID), h.Name+".log"),
		}
		if _, err := os.Stat(stream.Path); err == nil && strings.HasPrefix(stream.Name, prefix) {
			list = append(list, stream)
		}
	}
	return list, nil
}
