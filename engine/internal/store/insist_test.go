package store

import (
	"context"
	"errors"
	"testing"
)

func TestInsist(t *testing.T) {
	t.Parallel()
	full, left := errors.New("disk is full"), 3
	var heard int
	write := func(context.Context) error {
		if left--; left > 0 {
			return full
		}
		return nil
	}
	if !Insist(t.Context(), write, func(error) { heard++ }) || heard != 2 {
		t.Errorf("heard of %d failures", heard)
	}
	closed := func(context.Context) error { return ErrClosed }
	if Insist(t.Context(), closed, func(err error) { t.Error(err) }) {
		t.Error("a closed database took a write")
	}
	ctx, cancel := context.WithCancel(t.Context())
	stuck := func(ctx context.Context) error { return errors.Join(full, ctx.Err()) }
	if Insist(ctx, stuck, func(err error) {
		cancel()
		if errors.Is(err, context.Canceled) {
			t.Error("the write saw the end of ctx")
		}
	}) {
		t.Error("succeeded")
	}
}
