package store

import (
	"context"
	"errors"
	"time"
)

// Insist repeats a write until it succeeds, and says whether it did: a full disk stops a job's progress, not its record. It gives up when the
// database is closed or ctx is done, which ends no write that is under way. failed hears of every other failure.
func Insist(ctx context.Context, write func(context.Context) error, failed func(error)) bool {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := write(context.WithoutCancel(ctx))
		switch {
		case err == nil:
			return true
		case errors.Is(err, ErrClosed):
			return false
		}
		failed(err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}
