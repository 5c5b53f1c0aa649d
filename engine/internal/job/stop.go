package job

import (
	"context"
	"fmt"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/live"
)

// Stop is StopTrainingJob: it answers when the wish is stored. Stopping a job that is already stopping is accepted.
func (s *Service) Stop(ctx context.Context, region, name string) error {
	return s.stop(ctx, region, name, lifecycle.StopRequested{})
}

// StopEarly stops a job because of the values that it reported. One whose program has ended well meanwhile is left to complete.
func (s *Service) StopEarly(ctx context.Context, region, name string) error {
	return s.stop(ctx, region, name, lifecycle.StopRequested{Early: true})
}

func (s *Service) stop(ctx context.Context, region, name string, e lifecycle.StopRequested) error {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return err
	}
	if v := s.supervised(region, name); v != nil && (row.Status == lifecycle.InProgress || row.Status == lifecycle.Stopping) {
		if _, ok := v.ask(ctx, e); ok {
			return nil
		}
		if row, err = s.find(ctx, region, name); err != nil { // it ended meanwhile
			return err
		}
	}
	if row.Status == lifecycle.InProgress || row.Status == lifecycle.Stopping {
		return fmt.Errorf("stop %s: %w", name, context.Cause(s.live.Shutdown()))
	}
	return api.NotRunning(row.Status)
}

// Delete is DeleteTrainingJob: the entry, its tags and its log go, its archives stay. The name is free afterwards.
func (s *Service) Delete(ctx context.Context, region, name string) error {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return err
	}
	switch row.Status {
	case lifecycle.Completed, lifecycle.Failed, lifecycle.Stopped:
	default:
		return api.NotEnded(row.Status)
	}
	if err := s.DB.Jobs.Delete(ctx, row.ID, api.TrainingJobARN(region, s.Account, name)); err != nil {
		return err
	}
	if v := s.supervised(region, name); v != nil && v.row.ID == row.ID { // it is still cleaning up
		s.live.Forget(live.Key{Region: region, Name: name}, v)
	}
	return removeAll(s.logDir(row.ID))
}
