package logs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/log"
)

// face has n streams job/algo-1-0 … whose logs hold the lines.
func face(t *testing.T, n int, lines ...string) Face {
	t.Helper()
	var streams []job.Stream
	for i := range n {
		path := filepath.Join(t.TempDir(), "log")
		w, err := log.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			w.Write(log.Stdout, []byte(line))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		streams = append(streams, job.Stream{Name: fmt.Sprintf("job/algo-%02d-0", i+1), Path: path, Created: time.Unix(0, 0)})
	}
	return Face{Account: "000000000000", Streams: func(_ context.Context, _, prefix string) ([]job.Stream, error) {
		return slices.DeleteFunc(slices.Clone(streams), func(s job.Stream) bool { return !strings.HasPrefix(s.Name, prefix) }), nil
	}}
}

func do(t *testing.T, f Face, operation string, in map[string]any, out any) error {
	t.Helper()
	if _, ok := in["logGroupName"]; !ok {
		in["logGroupName"] = Group
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.Do(t.Context(), "us-east-1", operation, body)
	if err != nil {
		return err
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return nil
}

type events struct {
	Events                              []event
	NextForwardToken, NextBackwardToken string
}

func messages(list []event) (texts []string) {
	for _, e := range list {
		texts = append(texts, e.Message)
	}
	return texts
}

// The SDKs page forward until the token stays the same.
func TestForwardPagesEndWithTheSameToken(t *testing.T) {
	t.Parallel()
	f := face(t, 1, "a", "b\tc", "d", "e", "f")
	in := map[string]any{"logStreamName": "job/algo-01-0", "startFromHead": true, "limit": 2}
	var got []string
	for range 10 {
		var page events
		if err := do(t, f, "GetLogEvents", in, &page); err != nil {
			t.Fatal(err)
		}
		got = append(got, messages(page.Events)...)
		if page.NextForwardToken == in["nextToken"] {
			break
		}
		in["nextToken"] = page.NextForwardToken
	}
	if diff := cmp.Diff([]string{"a", "b#011c", "d", "e", "f"}, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestBackward(t *testing.T) {
	t.Parallel()
	f := face(t, 1, "a", "b", "c")
	in := map[string]any{"logStreamName": "job/algo-01-0", "limit": 2}
	var last, first events
	if err := do(t, f, "GetLogEvents", in, &last); err != nil {
		t.Fatal(err)
	}
	in["nextToken"] = last.NextBackwardToken
	if err := do(t, f, "GetLogEvents", in, &first); err != nil {
		t.Fatal(err)
	}
	if got := [][]string{messages(last.Events), messages(first.Events)}; !slices.Equal(got[0], []string{"b", "c"}) || !slices.Equal(got[1], []string{"a"}) {
		t.Errorf("pages %v", got)
	}
}

// SDK 2 never passes the token on and loops for ever when it gets one that it did not need.
func TestStreamsHaveATokenOnlyWhenMoreRemain(t *testing.T) {
	t.Parallel()
	f := face(t, 3, "x")
	type page struct {
		LogStreams []struct{ LogStreamName string }
		NextToken  *string
	}
	var all, part, rest page
	if err := do(t, f, "DescribeLogStreams", map[string]any{"logStreamNamePrefix": "job/", "limit": 3}, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.LogStreams) != 3 || all.NextToken != nil {
		t.Errorf("exactly the limit: %d streams, token %v", len(all.LogStreams), all.NextToken)
	}
	if err := do(t, f, "DescribeLogStreams", map[string]any{"limit": 2}, &part); err != nil {
		t.Fatal(err)
	}
	if len(part.LogStreams) != 2 || part.NextToken == nil {
		t.Fatalf("first page: %+v", part)
	}
	if err := do(t, f, "DescribeLogStreams", map[string]any{"limit": 2, "nextToken": *part.NextToken}, &rest); err != nil {
		t.Fatal(err)
	}
	if len(rest.LogStreams) != 1 || rest.NextToken != nil {
		t.Errorf("second page: %+v", rest)
	}
}

func TestFilterPages(t *testing.T) {
	t.Parallel()
	f := face(t, 2, "loss=1", "other", "loss=2")
	in := map[string]any{"filterPattern": "loss", "limit": 1}
	var got []string
	for range 10 {
		var page struct {
			Events    []filteredEvent
			NextToken string
		}
		if err := do(t, f, "FilterLogEvents", in, &page); err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			got = append(got, e.LogStreamName+" "+e.Message)
		}
		if page.NextToken == "" {
			break
		}
		in["nextToken"] = page.NextToken
	}
	want := []string{"job/algo-01-0 loss=1", "job/algo-01-0 loss=2", "job/algo-02-0 loss=1", "job/algo-02-0 loss=2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := face(t, 1, "x")
	tests := []struct {
		operation string
		in        map[string]any
		code      string
	}{
		{"GetLogEvents", map[string]any{"logStreamName": "none"}, "ResourceNotFoundException"},
		{"GetLogEvents", map[string]any{"logStreamName": "job/algo-01-0", "nextToken": "f/-1"}, "InvalidParameterException"},
		{"GetLogEvents", map[string]any{"logStreamName": "job/algo-01-0", "nextToken": "x/1"}, "InvalidParameterException"},
		{"GetLogEvents", map[string]any{"logStreamName": 5}, "SerializationException"},
		{"DescribeLogStreams", map[string]any{"logGroupName": "/aws/other"}, "ResourceNotFoundException"},
		{"DescribeLogStreams", map[string]any{"limit": 51}, "InvalidParameterException"},
		{"FilterLogEvents", map[string]any{"filterPattern": "{ $.loss > 1 }"}, "InvalidParameterException"},
		{"PutLogEvents", map[string]any{}, "UnknownOperationException"},
	}
	for _, tt := range tests {
		err := do(t, f, tt.operation, tt.in, nil)
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != tt.code {
			t.Errorf("%s %v: %v, want %s", tt.operation, tt.in, err, tt.code)
		}
	}
}
