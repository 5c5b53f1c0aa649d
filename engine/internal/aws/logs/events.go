package logs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/log"
)

// Limits of the service for one answer.
const (
	maxEvents = 10_000
	maxBytes  = 1 << 20
)

type event struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

func toEvent(r log.Record) event {
	return event{r.Time.UnixMilli(), log.Escape(r.Text), r.Time.UnixMilli()}
}

// window is what both readers share: which events are wanted.
type window struct {
	StartTime, EndTime int64 // milliseconds; end exclusive, 0 = open
	Limit              int
}

func (w window) open() window {
	if w.Limit <= 0 || w.Limit > maxEvents {
		w.Limit = maxEvents
	}
	return w
}

func (w window) holds(r log.Record) bool {
	ms := r.Time.UnixMilli()
	return ms >= w.StartTime && (w.EndTime == 0 || ms < w.EndTime)
}

// getLogEvents pages by byte offsets: f/N is everything from N on, b/N everything before it. As at the service there
// is always a nextForwardToken, the same one again at the end.
func (f Face) getLogEvents(ctx context.Context, region string, body []byte) (any, error) {
	var in struct {
		LogGroupName, LogGroupIdentifier, LogStreamName, NextToken string
		StartFromHead                                              bool
		window
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := groupOf(in.LogGroupName, in.LogGroupIdentifier); err != nil {
		return nil, err
	}
	stream, err := f.stream(ctx, region, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	r, err := log.Open(stream.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	forward, offset, err := place(r, in.NextToken, in.StartFromHead, in.StartTime)
	if err != nil {
		return nil, err
	}
	page, err := read(r, forward, offset, in.open())
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"events":            page.events,
		"nextForwardToken":  fmt.Sprintf("f/%d", page.next),
		"nextBackwardToken": fmt.Sprintf("b/%d", page.first),
	}, nil
}

func (f Face) stream(ctx context.Context, region, name string) (job.Stream, error) {
	streams, err := f.Streams(ctx, region, name)
	if err != nil {
		return job.Stream{}, err
	}
	for _, s := range streams {
		if s.Name == name {
			return s, nil
		}
	}
	return job.Stream{}, notFound("log stream")
}

func place(r *log.Reader, token string, head bool, start int64) (forward bool, offset int64, err error) {
	switch direction, at, ok := strings.Cut(token, "/"); {
	case token == "" && head:
		if start > 0 {
			offset, err = r.Seek(time.UnixMilli(start))
		}
		return true, offset, err
	case token == "":
		offset, err = r.End()
		return false, offset, err
	case ok && (direction == "f" || direction == "b"):
		if offset, err = strconv.ParseInt(at, 10, 64); err == nil && offset >= 0 {
			return direction == "f", offset, nil
		}
	}
	return false, 0, invalid("The specified nextToken is invalid.")
}

type page struct {
	events      []event
	first, next int64 // offsets before the first and behind the last event
}

func read(r *log.Reader, forward bool, offset int64, w window) (page, error) {
	p := page{events: []event{}, first: offset, next: offset}
	records := r.Forward(offset)
	if !forward {
		records = r.Backward(offset)
	}
	size := 0
	for rec, err := range records {
		if err != nil {
			return p, err
		}
		// The service counts 26 bytes of overhead an event.
		if size += len(rec.Text) + 26; len(p.events) == w.Limit || size > maxBytes && len(p.events) > 0 {
			break
		}
		if w.holds(rec) {
			p.events = append(p.events, toEvent(rec))
		}
		if forward {
			p.next = rec.Next
		} else {
			p.first = rec.Offset
		}
	}
	if !forward {
		slices.Reverse(p.events)
	}
	return p, nil
}

// filterLogEvents reads several streams. Only the empty pattern and plain words are understood: a message matches when
// it has them all.
func (f Face) filterLogEvents(ctx context.Context, region string, body []byte) (any, error) {
	var in struct {
		LogGroupName, LogGroupIdentifier, LogStreamNamePrefix, FilterPattern, NextToken string
		LogStreamNames                                                                  []string
		window
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := groupOf(in.LogGroupName, in.LogGroupIdentifier); err != nil {
		return nil, err
	}
	if strings.ContainsAny(in.FilterPattern, `{[?-%`) {
		return nil, invalid("This engine understands filter patterns of plain words; %q is another.", in.FilterPattern)
	}
	streams, err := f.Streams(ctx, region, in.LogStreamNamePrefix)
	if err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 {
		streams = slices.DeleteFunc(streams, func(s job.Stream) bool { return !slices.Contains(in.LogStreamNames, s.Name) })
	}
	return filter(streams, in.FilterPattern, in.NextToken, in.open())
}
