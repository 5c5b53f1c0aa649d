package sched

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestServedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(1)
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		served := make(chan int, 3)
		for i := range 3 {
			go func() {
				if s.Acquire(t.Context()) == nil {
					served <- i
				}
			}()
			synctest.Wait() // each asks after the one before
		}
		for want := range 3 {
			s.Release()
			synctest.Wait()
			if got := <-served; got != want {
				t.Errorf("served %d, want %d", got, want)
			}
		}
	})
}

func TestLeavingWaiterLosesNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(1)
		if err := s.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		cause := errors.New("job stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		left := make(chan error, 1)
		go func() { left <- s.Acquire(ctx) }()
		synctest.Wait()
		cancel(cause)
		if err := <-left; !errors.Is(err, cause) {
			t.Errorf("Acquire = %v, want %v", err, cause)
		}
		s.Release()
		if err := s.Acquire(t.Context()); err != nil {
			t.Errorf("after the waiter left: %v", err)
		}
	})
}

func TestTakeGoesIntoDebt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(1)
		s.Take()
		s.Take()
		got := make(chan struct{})
		go func() {
			if s.Acquire(t.Context()) == nil {
				close(got)
			}
		}()
		synctest.Wait()
		s.Release()
		synctest.Wait()
		select {
		case <-got:
			t.Fatal("a slot was handed out while one job too many runs")
		default:
		}
		s.Release()
		<-got
	})
}
