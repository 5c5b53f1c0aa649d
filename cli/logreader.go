//go:build !sagefly_task

package cli

import (
	"context"
	"time"

	"github.com/sagefly/sagefly/cloud"
)

// logLine is one line of a job's log.
type logLine struct {
	at   time.Time
	host string // algo-1
	text string // as stored
}

// logReader reads a job's log, each time what is new.
type logReader struct{ logs *cloud.Logs }

func newLogReader(t *target, job string) *logReader { return &logReader{cloud.NewLogs(t.aws, job)} }

// read yields the new lines, one host after the other.
func (r *logReader) read(ctx context.Context, hosts int, yield func(logLine)) error {
	return r.logs.Read(ctx, hosts, func(l cloud.Line) { yield(logLine{at: l.Time, host: l.Host, text: l.Text}) })
}
