package collective

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// freeAddress is one on which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// together runs one goroutine a rank and returns their errors. Each joins, works and leaves.
func together(t testing.TB, size int, timeout time.Duration, work func(*Group, int) error) []error {
	t.Helper()
	address := freeAddress(t)
	return ranks(size, func(rank int) error {
		g, err := Join(context.Background(), Config{Rank: rank, Size: size, Address: address, Timeout: timeout, Job: t.Name()})
		if err != nil {
			return err
		}
		defer g.Close()
		return work(g, rank)
	})
}

func ranks(size int, work func(rank int) error) []error {
	errs := make([]error, size)
	var wg sync.WaitGroup
	for rank := range size {
		wg.Go(func() { errs[rank] = work(rank) })
	}
	wg.Wait()
	return errs
}

func must(t testing.TB, errs []error) {
	t.Helper()
	for rank, err := range errs {
		if err != nil {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// operand is what a rank gives to a sum: magnitudes so far apart that another order of additions gives other bits.
func operand(rank, n int) []float64 {
	r := rand.New(rand.NewPCG(uint64(rank), uint64(n)))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(30)))
	}
	special := []float64{math.Copysign(0, -1), math.Inf(1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64}
	for i := range min(n, len(special)) {
		x[i] = special[(i+rank)%len(special)]
		if i == 0 {
			x[i] = special[0] // -0 everywhere: its sum is -0
		}
	}
	return x
}

// sum is a plain loop over the ranks.
func sum(size, n int) []float64 {
	total := operand(0, n)
	for rank := 1; rank < size; rank++ {
		for i, v := range operand(rank, n) {
			total[i] += v
		}
	}
	return total
}

func sameBits(a, b []float64) error {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return fmt.Errorf("element %d is %x, want %x", i, math.Float64bits(a[i]), math.Float64bits(b[i]))
		}
	}
	return nil
}

func TestAllReduceIsTheSumInOrderOfRank(t *testing.T) {
	t.Parallel()
	lengths := []int{0, 1, 2, 3, 7, 1000, perFrame + 1, 70_001}
	for size := 1; size <= 5; size++ {
		must(t, together(t, size, time.Minute, func(g *Group, rank int) error {
			for _, n := range lengths {
				x := operand(rank, n)
				if err := g.AllReduce(t.Context(), x); err != nil {
					return err
				}
				if err := sameBits(x, sum(size, n)); err != nil {
					return fmt.Errorf("%d floats over %d: %w", n, size, err)
				}
			}
			return nil
		}))
	}
}

func TestBroadcast(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 4; size++ {
		must(t, together(t, size, time.Minute, func(g *Group, rank int) error {
			for root := range size {
				for _, n := range []int{0, 1, 2*perFrame + 3} {
					x := operand(rank, n)
					if err := g.Broadcast(t.Context(), x, root); err != nil {
						return err
					}
					if err := sameBits(x, operand(root, n)); err != nil {
						return err
					}
					data, err := g.BroadcastBytes(t.Context(), []byte(strings.Repeat(fmt.Sprint(rank), n)), root)
					if err != nil || string(data) != strings.Repeat(fmt.Sprint(root), n) {
						return fmt.Errorf("%d bytes, %w", len(data), err)
					}
				}
			}
			return nil
		}))
	}
}

// Nobody leaves a barrier before everybody has come.
func TestBarrier(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	came := map[int]int{}
	must(t, together(t, 4, time.Minute, func(g *Group, rank int) error {
		for round := range 50 {
			mu.Lock()
			came[round]++
			mu.Unlock()
			if err := g.Barrier(t.Context()); err != nil {
				return err
			}
			mu.Lock()
			n := came[round]
			mu.Unlock()
			if n != 4 {
				return fmt.Errorf("left barrier %d when %d had come", round, n)
			}
		}
		return nil
	}))
}

// A process that leaves as soon as it has its result takes nobody's away.
func TestCloseLosesNothing(t *testing.T) {
	t.Parallel()
	for range 10 {
		must(t, together(t, 3, time.Minute, func(g *Group, rank int) error {
			return g.AllReduce(t.Context(), make([]float64, 50_000))
		}))
	}
}

// blames fails the test unless every error names the rank and the problem.
func blames(t *testing.T, errs []error, rank int, problem string) {
	t.Helper()
	for at, err := range errs {
		fault, ok := errors.AsType[*RankError](err)
		if !ok || fault.Rank != rank || fault.Size != len(errs) || !strings.Contains(err.Error(), problem) {
			t.Errorf("rank %d says %v, want rank %d %s", at, err, rank, problem)
		}
	}
}

func TestTimeoutNamesTheRank(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var pending sync.WaitGroup
	pending.Add(3)
	go func() { pending.Wait(); close(release) }()
	errs := together(t, 4, time.Minute, func(g *Group, rank int) error {
		g.config.Timeout = 500 * time.Millisecond // joining may take its time on a busy machine
		if rank == 2 {
			<-release
			return g.AllReduce(t.Context(), make([]float64, 10)) // too late: the group is broken
		}
		defer pending.Done()
		return g.AllReduce(t.Context(), make([]float64, 10))
	})
	blames(t, errs, 2, "rank 2 of 4 did not come within 500ms")
}

func TestGivingUpIsTold(t *testing.T) {
	t.Parallel()
	stopped := errors.New("the job was stopped")
	errs := together(t, 3, time.Minute, func(g *Group, rank int) error {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		if rank == 1 {
			cancel(stopped)
		}
		return g.Barrier(ctx)
	})
	if !errors.Is(errs[1], stopped) {
		t.Errorf("rank 1 says %v", errs[1])
	}
	blames(t, []error{errs[0], errs[2], errs[2]}, 1, "gave up: the job was stopped")
}

func TestLeavingBreaksPendingOperations(t *testing.T) {
	t.Parallel()
	errs := together(t, 3, time.Minute, func(g *Group, rank int) error {
		if rank == 1 {
			return nil
		}
		return g.AllReduce(t.Context(), make([]float64, 10))
	})
	if errs[1] != nil {
		t.Error(errs[1])
	}
	blames(t, []error{errs[0], errs[2], errs[2]}, 1, "has left")
}

func TestDifferentCalls(t *testing.T) {
	t.Parallel()
	calls := together(t, 3, time.Minute, func(g *Group, rank int) error {
		if rank == 1 {
			return g.Barrier(t.Context())
		}
		return g.AllReduce(t.Context(), make([]float64, 10))
	})
	lengths := together(t, 2, time.Minute, func(g *Group, rank int) error {
		return g.AllReduce(t.Context(), make([]float64, 10+2*rank))
	})
	for at, errs := range [][]error{calls, lengths} {
		for rank, err := range errs {
			if fault, ok := errors.AsType[*RankError](err); !ok || fault.Size != len(errs) {
				t.Errorf("case %d: rank %d says %v", at, rank, err)
			}
		}
	}
	if text := fmt.Sprint(calls[0], calls[2]); !strings.Contains(text, "all processes must make the same calls") {
		t.Errorf("different calls: %s", text)
	}
	if text := fmt.Sprint(lengths[0]); !strings.Contains(text, "numbers to all-reduce where rank") {
		t.Errorf("different lengths: %s", text)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{{}, {Rank: 2, Size: 2}, {Rank: -1, Size: 1}, {Size: 2}, {Size: 1, Timeout: -1}, {Size: 1, Job: strings.Repeat("j", 1001)}} {
		if _, err := Join(t.Context(), c); err == nil {
			t.Errorf("%+v joined", c)
		}
	}
	alone, err := Join(t.Context(), Config{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := alone.Broadcast(t.Context(), nil, 1); err == nil || !strings.Contains(err.Error(), "root 1 of 1") {
		t.Errorf("root 1 of 1: %v", err)
	}
	_ = alone.Close()
	if err := alone.Barrier(t.Context()); err == nil {
		t.Error("an operation of a closed group succeeded")
	}
	if err := alone.Close(); err != nil {
		t.Error(err)
	}
}

// Two operations at a time are refused, and the one under way goes on.
func TestOneOperationAtATime(t *testing.T) {
	t.Parallel()
	must(t, together(t, 2, time.Minute, func(g *Group, rank int) error {
		if rank == 1 {
			return g.AllReduce(t.Context(), make([]float64, 1))
		}
		g.busy.Lock()
		err := g.Barrier(t.Context())
		g.busy.Unlock()
		if err == nil || !strings.Contains(err.Error(), "another operation") {
			return fmt.Errorf("second operation: %w", err)
		}
		return g.AllReduce(t.Context(), make([]float64, 1))
	}))
}
