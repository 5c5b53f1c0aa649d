package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const logGroup = "/aws/sagemaker/TrainingJobs"

// Line is one line of a job's log.
type Line struct {
	Time time.Time // when the program printed it, in milliseconds
	Host string    // algo-1
	Text string    // as stored: other control characters than the line end are escaped, TAB as #011
}

// Logs reads the logs of a training job, the lines that are new at each call of Read. It is used by one goroutine at a time.
type Logs struct {
	client  *cloudwatchlogs.Client
	job     string
	streams []*stream // sorted by name
}

// stream is one host's log and how far it was read.
type stream struct {
	name, host string
	token      *string
	last       int64 // time of the last line that was read
	same       int   // lines read that have this time
	skip       int   // lines that come again and were read before
}

// NewLogs reads a job's logs from the beginning.
func NewLogs(config aws.Config, job string) *Logs {
	return &Logs{client: cloudwatchlogs.NewFromConfig(config), job: job}
}

// Read calls line for every line that is new, host by host. hosts is the number of the job's hosts, whose streams appear when they
// first print. After an error the next call goes on where this one stopped: no line is lost or comes twice.
func (l *Logs) Read(ctx context.Context, hosts int, line func(Line)) error {
	if len(l.streams) < hosts {
		if err := l.find(ctx); err != nil {
			return fmt.Errorf("find logs of job %s: %w", l.job, err)
		}
	}
	for _, s := range l.streams {
		if err := l.readStream(ctx, s, line); err != nil {
			return fmt.Errorf("read log %s: %w", s.name, err)
		}
	}
	return nil
}

// find lists the job's streams: JOB/algo-N-EPOCH. A host that is started again has a second one.
func (l *Logs) find(ctx context.Context) error {
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(l.client, &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: new(logGroup), LogStreamNamePrefix: new(l.job + "/"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, "ResourceNotFoundException") { // the account's first job has not printed yet
			return nil
		}
		if err != nil {
			return err
		}
		for _, found := range page.LogStreams {
			l.add(*found.LogStreamName)
		}
	}
	return nil
}

func (l *Logs) add(name string) {
	at, known := slices.BinarySearchFunc(l.streams, name, func(s *stream, name string) int { return strings.Compare(s.name, name) })
	if !known {
		l.streams = slices.Insert(l.streams, at, &stream{name: name, host: hostOf(strings.TrimPrefix(name, l.job+"/"))})
	}
}

// hostOf takes the epoch from algo-1-1574293123.
func hostOf(name string) string {
	if i := strings.LastIndexByte(name, '-'); i > len("algo-") {
		return name[:i]
	}
	return name
}

// readStream reads to the end, which is a page whose token is the one it was asked with: pages before it may be empty.
func (l *Logs) readStream(ctx context.Context, s *stream, line func(Line)) error {
	for {
		page, err := l.client.GetLogEvents(ctx, s.request())
		if s.token != nil && hasCode(err, "InvalidParameterException") { // tokens expire after a day
			s.token, s.skip = nil, s.same
			continue
		}
		if err != nil {
			return err
		}
		s.take(page.Events, line)
		end := page.NextForwardToken == nil || s.token != nil && *s.token == *page.NextForwardToken
		s.token = page.NextForwardToken
		if end {
			return nil
		}
	}
}

func (s *stream) request() *cloudwatchlogs.GetLogEventsInput {
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: new(logGroup), LogStreamName: &s.name, NextToken: s.token, StartFromHead: new(true)}
	if s.token == nil && s.last > 0 {
		in.StartTime = &s.last
	}
	return in
}

// take hands lines on. After a token expired, those of the last time come again.
func (s *stream) take(events []types.OutputLogEvent, line func(Line)) {
	for _, e := range events {
		at := aws.ToInt64(e.Timestamp)
		if at == s.last && s.skip > 0 {
			s.skip--
			continue
		}
		if at != s.last {
			s.last, s.same = at, 0
		}
		s.same++
		line(Line{Time: time.UnixMilli(at), Host: s.host, Text: aws.ToString(e.Message)})
	}
}
