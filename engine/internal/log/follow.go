package log

import (
	"context"
	"iter"
	"time"
)

// Wait blocks until it is worth to look at a log again. It returns false when nothing more will be written: the follower
// looks once more and ends. It returns when ctx is done.
type Wait func(ctx context.Context) (more bool)

// Every looks again each interval until done is closed.
func Every(interval time.Duration, done <-chan struct{}) Wait {
	return func(ctx context.Context) bool {
		timer := time.NewTimer(interval)
		defer timer.Stop()
		select {
		case <-done:
			return false
		case <-timer.C:
		case <-ctx.Done():
		}
		return true
	}
}

// Follow yields the records from offset on, those that are there and those that come, until wait says that no more will
// come. When ctx ends first, the last pair holds its error.
func (r *Reader) Follow(ctx context.Context, offset int64, wait Wait) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for more := true; ; more = wait(ctx) {
			next, err := r.forward(offset, func(rec Record) bool { return yield(rec, nil) })
			if err == nil {
				err = context.Cause(ctx)
			}
			switch {
			case next < 0:
				return
			case err != nil:
				yield(Record{}, err)
				return
			case !more:
				return
			}
			offset = next
		}
	}
}
