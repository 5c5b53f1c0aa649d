// Package collective lets the processes of a distributed job find each other and work in step: barrier, broadcast, and the sum of
// float slices over all processes.
//
// A data-parallel loop is the one use that most programs have. Every process holds the whole model and a part of the data; each step
// it computes the gradient of its own rows, all gradients are added up, and everybody takes the same step:
//
//	cluster := sagefly.ClusterFrom(ctx)
//	group, err := collective.Join(ctx, collective.Config{
//		Rank: cluster.Rank, Size: cluster.Size, Address: net.JoinHostPort(cluster.Address(0), "7777"),
//		Job: os.Getenv("TRAINING_JOB_NAME"),
//	})
//	if err != nil {
//		return err
//	}
//	defer group.Close()
//
//	if err := group.Broadcast(ctx, weights, 0); err != nil { // start from the same weights
//		return err
//	}
//	for batch := range shard(rows, cluster.Rank, cluster.Size) {
//		loss, gradient := compute(weights, batch)
//		if err := group.AllReduce(ctx, gradient); err != nil {
//			return err
//		}
//		for i := range weights {
//			weights[i] -= rate * gradient[i] / float64(batchSize) // of all processes together
//		}
//	}
//
// Nobody has to send the weights again: as [Group.AllReduce] gives the same bits to every process, all models stay the same to the
// last bit. Every process must make the same calls in the same order, so each needs the same number of batches; a shard that has
// run out takes part with a gradient of zeros.
//
// # Order of additions
//
// Floating-point addition depends on the order. Here it is that of a plain loop over the ranks, ((x0+x1)+x2)+…, for every element,
// whatever the length and whoever is fast: the same inputs on the same number of processes give the same bits in every run, and
// another number of processes gives another rounding.
//
// # How it works
//
// Rank 0 listens at [Config.Address], which all must know. The others connect, say who they are and where they listen themselves,
// and get the list; then each connects to each. For a sum every process owns an equal part of the slice: it gets the others'
// values of its part, adds them up and sends the sums to all. So each process sends and receives about twice the slice, however
// many there are, which is as little as a sum can need; a star around rank 0 would carry all slices over one wire. The number of connections
// grows with the square of the processes, which is fine for the tens of hosts that a job has.
//
// # Failures
//
// A group holds together or fails as a whole; there is no going on with those who are left. Every error of a broken group names the rank that
// broke it, on every process ([RankError]): one that died (its connection ended, which is noticed at once and also between calls), one that
// did not come within [Config.Timeout], one that gave up because its context ended, one that made another call. Start again from a checkpoint.
//
// Who joins says the number of processes and a word for the job, and is refused, with the reason, when they differ, when its rank is
// taken or when its program speaks another version of the protocol. Anything else that connects (port scanners, health checks) is hung up on and
// disturbs nobody. There is no encryption and no secret: the hosts of a job are alone in their network.
//
// It needs the standard library only.
package collective

import (
	"context"
	"fmt"
	"time"
)

// Config says who this process is and where rank 0 listens.
type Config struct {
	Rank, Size int
	Address    string        // host:port of rank 0; rank 0 listens there, the others connect. Not needed when Size is 1
	Timeout    time.Duration // for each operation, and for all processes to come together; 0 = 5 min
	Job        string        // only processes that give the same word may join, at most 1,000 bytes; "" is a word too
}

const defaultTimeout = 5 * time.Minute

func (c Config) check() error {
	switch {
	case c.Size < 1 || c.Rank < 0 || c.Rank >= c.Size:
		return fmt.Errorf("rank %d of %d processes: ranks are 0 to one less than the size", c.Rank, c.Size)
	case c.Timeout < 0:
		return fmt.Errorf("timeout %v: it cannot be negative", c.Timeout)
	case len(c.Job) > maxJob:
		return fmt.Errorf("job of %d bytes: at most %d", len(c.Job), maxJob)
	case c.Size > 1 && c.Address == "":
		return fmt.Errorf("address: rank 0's host:port is needed")
	}
	return nil
}

// Join waits until all processes are there. A group of one needs no network. The group lives until Close; ctx bounds the joining only.
func Join(ctx context.Context, c Config) (*Group, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	g := newGroup(c)
	if err := g.do(ctx, "join", c.joinTime(), g.meet); err != nil {
		_ = g.Close()
		return nil, err
	}
	return g, nil
}

// joinTime is longer for those who wait for rank 0's word: it may have started later, and knows who is missing.
func (c Config) joinTime() time.Duration {
	if c.Rank == 0 {
		return c.Timeout
	}
	return 2*c.Timeout + lastWords
}
