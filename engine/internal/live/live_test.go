package live

import (
	"context"
	"slices"
	"testing"
)

func TestSupervisors(t *testing.T) {
	t.Parallel()
	s := New[*int](t.Context())
	k, ended := Key{"r", "a"}, make(chan struct{})
	first, second := new(1), new(2)
	s.Go(k, first, func() { <-ended })
	if s.Get(k) != first || s.Get(Key{"other", "a"}) != nil || !slices.Equal(s.Names(), []string{"a"}) {
		t.Errorf("%v, %v", s.Get(k), s.Names())
	}
	s.Go(k, second, func() { <-s.Shutdown().Done() }) // the name was free again while the first one cleaned up
	close(ended)
	s.Forget(k, first)
	if s.Get(k) != second {
		t.Error("the end of an older job took a newer one's supervisor along")
	}
	s.Close()
	if context.Cause(s.Shutdown()) != ErrShutdown || s.Get(k) != nil {
		t.Errorf("closed: %v, %v", context.Cause(s.Shutdown()), s.Get(k))
	}
}
