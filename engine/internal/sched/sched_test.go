package sched

import "testing"

func has(turn <-chan struct{}) bool {
	select {
	case <-turn:
		return true
	default:
		return false
	}
}

func TestServedInOrder(t *testing.T) {
	t.Parallel()
	s := New(1)
	var turns []<-chan struct{}
	var leaves []func()
	for range 4 {
		turn, leave := s.Join()
		turns, leaves = append(turns, turn), append(leaves, leave)
	}
	for i := range turns {
		for j, turn := range turns {
			if has(turn) != (j <= i) {
				t.Errorf("after %d left, waiter %d has its turn: %v", i, j, has(turn))
			}
		}
		leaves[i]()
		leaves[i]() // a second call gives nothing away
	}
}

func TestLeavingTheQueueGivesNoSlotAway(t *testing.T) {
	t.Parallel()
	s := New(1)
	_, end := s.Join()
	second, give := s.Join()
	third, _ := s.Join()
	give()
	if has(second) || has(third) {
		t.Fatal("a place in the queue became a slot")
	}
	end()
	if has(second) || !has(third) {
		t.Errorf("second %v, third %v; want the third", has(second), has(third))
	}
}

func TestTakeGoesIntoDebt(t *testing.T) {
	t.Parallel()
	s := New(1)
	one, two := s.Take(), s.Take()
	turn, _ := s.Join()
	one()
	if has(turn) {
		t.Fatal("a slot was handed out while one job too many runs")
	}
	two()
	if !has(turn) {
		t.Error("no slot although none is taken")
	}
}
