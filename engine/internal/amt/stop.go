package amt

import (
	"context"
	"fmt"

	"github.com/sagefly/sagefly/api"
)

// Stop is StopHyperParameterTuningJob: it answers when the wish is stored. The trials that run are stopped, then the tuning job is. Stopping one
// that is already stopping is accepted.
func (s *Service) Stop(ctx context.Context, region, name string) error {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return err
	}
	if v := s.supervised(region, row.Name); v != nil {
		stored := make(chan struct{})
		go v.post(func() { v.stop(); close(stored) })
		select {
		case <-stored:
			return nil
		case <-v.over.Done(): // it ended meanwhile, or the engine closes
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if row, err = s.find(ctx, region, name); err != nil {
		return err
	}
	if !over(row.Status) {
		return fmt.Errorf("stop %s: %w", name, context.Cause(s.live.Shutdown()))
	}
	return api.TuningNotRunning(row.Status)
}

func (v *supervisor) stop() {
	if v.state.StopRequested {
		return
	}
	v.state.StopRequested, v.state.Status = true, stopping
	v.save(v.abandon()...)
}

// Delete is DeleteHyperParameterTuningJob: the entry and its tags go, the training jobs stay. The name is free afterwards.
func (s *Service) Delete(ctx context.Context, region, name string) error {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return err
	}
	if !over(row.Status) {
		return api.TuningNotEnded(row.Status)
	}
	return s.DB.Tunings.Delete(ctx, row.ID, api.TuningJobARN(region, s.Account, row.Name))
}
