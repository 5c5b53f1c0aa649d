package sagefly

import (
	"context"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/sagefly/sagefly/container"
)

// session is what a function's context carries.
type session struct {
	task        *definition
	cluster     Cluster
	checkpoints string    // folder; "" = none
	metrics     io.Writer // gets whole lines, each in one write
	notes       io.Writer // for what a reader of the log should know

	mu     sync.Mutex
	warned map[string]bool // metrics that nobody will find
}

// newSession is a session outside of a job. task is nil where no task is known.
func newSession(task *definition) *session {
	return &session{
		task: task, cluster: clusterOf(container.Resource{}, func(string) string { return "" }),
		metrics: os.Stderr, notes: os.Stderr, warned: map[string]bool{},
	}
}

type sessionKey struct{}

func withSession(ctx context.Context, s *session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

func sessionFrom(ctx context.Context) *session {
	if s, ok := ctx.Value(sessionKey{}).(*session); ok {
		return s
	}
	return newSession(nil)
}

// knows says that the launcher made a definition for a metric. Without a task there is no launcher.
func (s *session) knows(metric string) bool {
	return s.task == nil || slices.Contains(s.task.metricNames(), metric)
}
