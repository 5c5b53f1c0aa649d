// Package logs is the reading half of CloudWatch Logs over the engine's log files: one group,
// /aws/sagemaker/TrainingJobs, one stream a host, one event a line with TAB shown as #011.
package logs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/job"
)

// Group is the one log group.
const Group = "/aws/sagemaker/TrainingJobs"

// Streams finds the streams whose names begin with prefix, by name.
type Streams func(ctx context.Context, region, prefix string) ([]job.Stream, error)

// Face answers CloudWatch Logs requests.
type Face struct {
	Account string
	Streams Streams
}

// Do answers one operation of the JSON protocol.
func (f Face) Do(ctx context.Context, region, name string, body []byte) (any, error) {
	switch name {
	case "DescribeLogGroups":
		return f.describeLogGroups(ctx, region, body)
	case "DescribeLogStreams":
		return f.describeLogStreams(ctx, region, body)
	case "GetLogEvents":
		return f.getLogEvents(ctx, region, body)
	case "FilterLogEvents":
		return f.filterLogEvents(ctx, region, body)
	}
	return nil, &api.Error{Code: "UnknownOperationException", Status: http.StatusBadRequest, Message: name + " is not served by this engine, which offers the log reads that training needs."}
}

func decode(body []byte, v any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return api.Undecoded(err)
	}
	return nil
}

func notFound(what string) error {
	return &api.Error{Code: "ResourceNotFoundException", Status: http.StatusBadRequest, Message: "The specified " + what + " does not exist."}
}

func invalid(format string, args ...any) error {
	return &api.Error{Code: "InvalidParameterException", Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// groupOf accepts the group by name or by ARN (logGroupIdentifier).
func groupOf(name, identifier string) error {
	if name == "" {
		name = identifier
		if i := strings.LastIndex(name, ":log-group:"); i >= 0 {
			name = strings.TrimSuffix(name[i+len(":log-group:"):], ":*")
		}
	}
	if name != Group {
		return notFound("log group")
	}
	return nil
}

func (f Face) arn(region, rest string) string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s%s", region, f.Account, Group, rest)
}

func (f Face) describeLogGroups(_ context.Context, region string, body []byte) (any, error) {
	var in struct{ LogGroupNamePrefix, LogGroupNamePattern string }
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	groups := []any{}
	if strings.HasPrefix(Group, in.LogGroupNamePrefix) && strings.Contains(Group, in.LogGroupNamePattern) {
		groups = append(groups, map[string]any{
			"logGroupName": Group, "arn": f.arn(region, ":*"), "creationTime": 0, "metricFilterCount": 0, "storedBytes": 0,
		})
	}
	return map[string]any{"logGroups": groups}, nil
}
