package cli

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

const logGroup = "/aws/sagemaker/TrainingJobs"

// logLine is one line of a job's log.
type logLine struct {
	at   time.Time
	host string // algo-1
	text string // as stored
}

// logReader reads a job's streams, each from where it stopped.
type logReader struct {
	client  *cloudwatchlogs.Client
	job     string
	streams []string
	tokens  map[string]*string
}

func newLogReader(t *target, job string) *logReader {
	return &logReader{client: t.logs(), job: job, tokens: map[string]*string{}}
}

// read yields the new lines, one stream after the other.
func (r *logReader) read(ctx context.Context, hosts int, yield func(logLine)) error {
	if len(r.streams) < hosts {
		if err := r.find(ctx); err != nil {
			return err
		}
	}
	for _, stream := range r.streams {
		if err := r.readStream(ctx, stream, yield); err != nil {
			return err
		}
	}
	return nil
}

// find lists the job's streams: JOB/algo-N-EPOCH. A group that does not exist yet has none.
func (r *logReader) find(ctx context.Context) error {
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(r.client, &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: new(logGroup), LogStreamNamePrefix: new(r.job + "/"),
	})
	r.streams = nil
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, "ResourceNotFoundException") {
			return nil
		}
		if err != nil {
			return err
		}
		for _, s := range page.LogStreams {
			r.streams = append(r.streams, *s.LogStreamName)
		}
	}
	return nil
}

func (r *logReader) readStream(ctx context.Context, stream string, yield func(logLine)) error {
	host := strings.TrimPrefix(stream, r.job+"/")
	if i := strings.LastIndexByte(host, '-'); i > len("algo-") {
		host = host[:i]
	}
	for {
		page, err := r.client.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: new(logGroup), LogStreamName: &stream, NextToken: r.tokens[stream], StartFromHead: new(true),
		})
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			yield(logLine{at: time.UnixMilli(deref(e.Timestamp)), host: host, text: deref(e.Message)})
		}
		last := r.tokens[stream]
		r.tokens[stream] = page.NextForwardToken
		if page.NextForwardToken == nil || last != nil && *last == *page.NextForwardToken || len(page.Events) == 0 {
			return nil
		}
	}
}
