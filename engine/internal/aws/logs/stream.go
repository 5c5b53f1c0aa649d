package logs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/log"
)

// describeLogStreams gives no token unless streams really remain beyond the limit: SageMaker SDK 2 asks the same
// question again for ever when it gets one.
func (f Face) describeLogStreams(ctx context.Context, region string, body []byte) (any, error) {
	var in struct {
		LogGroupName, LogGroupIdentifier, LogStreamNamePrefix, NextToken, OrderBy string
		Descending                                                                bool
		Limit                                                                     int
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := groupOf(in.LogGroupName, in.LogGroupIdentifier); err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 50
	}
	if in.Limit < 1 || in.Limit > 50 {
		return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50", in.Limit)
	}
	streams, err := f.Streams(ctx, region, in.LogStreamNamePrefix)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(streams, func(a, b job.Stream) int {
		c := strings.Compare(a.Name, b.Name)
		if in.OrderBy == "LastEventTime" {
			c = cmp.Or(a.Created.Compare(b.Created), c)
		}
		if in.Descending {
			return -c
		}
		return c
	})
	if in.NextToken != "" { // the name of the last stream of the page before
		at := slices.IndexFunc(streams, func(s job.Stream) bool { return s.Name == in.NextToken })
		if at < 0 {
			return nil, invalid("The specified nextToken is invalid.")
		}
		streams = streams[at+1:]
	}
	answer := map[string]any{}
	if len(streams) > in.Limit {
		streams = streams[:in.Limit]
		answer["nextToken"] = streams[in.Limit-1].Name
	}
	list := make([]any, len(streams))
	for i, s := range streams {
		list[i] = f.describe(region, s)
	}
	answer["logStreams"] = list
	return answer, nil
}

func (f Face) describe(region string, s job.Stream) map[string]any {
	d := map[string]any{
		"logStreamName": s.Name, "arn": f.arn(region, ":log-stream:"+s.Name),
		"creationTime": s.Created.UnixMilli(), "storedBytes": 0,
	}
	r, err := log.Open(s.Path)
	if err != nil {
		return d
	}
	defer r.Close()
	for rec, err := range r.Forward(0) {
		if err == nil {
			d["firstEventTimestamp"] = rec.Time.UnixMilli()
		}
		break
	}
	if last, err := r.Tail(1); err == nil && len(last) == 1 {
		d["lastEventTimestamp"] = last[0].Time.UnixMilli()
		d["lastIngestionTime"] = last[0].Time.UnixMilli()
	}
	return d
}
