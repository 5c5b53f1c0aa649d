package cloud

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	gocmp "github.com/google/go-cmp/cmp"
)

// logServer answers as CloudWatch Logs does where it is least convenient: small pages, empty pages before the end, the same
// token at the end, throttling, tokens that expire.
type logServer struct {
	mu      sync.Mutex
	missing bool
	streams map[string][]event
	expired bool // tokens of before are refused
	served  int
}

type event struct {
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

func (s *logServer) config(t *testing.T) aws.Config {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}
}

func (s *logServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in struct {
		LogStreamName, NextToken string
		StartTime                int64
	}
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	refuse := func(code string) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(http.StatusBadRequest)
		answer(map[string]string{"__type": code, "message": "no"})
	}
	switch {
	case s.missing:
		refuse("ResourceNotFoundException")
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeLogStreams"):
		var list []map[string]string
		for name := range s.streams {
			list = append(list, map[string]string{"logStreamName": name})
		}
		answer(map[string]any{"logStreams": list})
	case s.expired && in.NextToken != "" && !strings.HasPrefix(in.NextToken, "new-"):
		refuse("InvalidParameterException")
	default:
		s.page(in.LogStreamName, in.NextToken, in.StartTime, answer)
	}
}

// page has two events; every third page is empty and yet has another token.
func (s *logServer) page(stream, token string, start int64, answer func(any)) {
	s.served++
	at, blank := 0, false
	if token != "" {
		fields := strings.Split(strings.TrimPrefix(token, "new-"), "/")
		at, _ = strconv.Atoi(fields[0])
		blank = len(fields) > 1
	}
	events := s.streams[stream]
	for at < len(events) && events[at].Timestamp < start {
		at++
	}
	prefix := ""
	if s.expired {
		prefix = "new-"
	}
	if s.served%3 == 0 && !blank && at < len(events) {
		answer(map[string]any{"events": []event{}, "nextForwardToken": fmt.Sprintf("%s%d/blank", prefix, at)})
		return
	}
	end := min(at+2, len(events))
	answer(map[string]any{"events": events[at:end], "nextForwardToken": fmt.Sprintf("%s%d", prefix, end)})
}

func (s *logServer) print(stream string, n int, at func(int) int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		i := len(s.streams[stream])
		s.streams[stream] = append(s.streams[stream], event{at(i), fmt.Sprintf("%s line %d", stream, i)})
	}
}

func second(i int) int64 { return int64(1e12) + int64(i)*1000 }

func TestNoLineLostOrDoubled(t *testing.T) {
	t.Parallel()
	s := &logServer{missing: true, streams: map[string][]event{}}
	logs := NewLogs(s.config(t), "job")
	var got []string
	read := func() {
		t.Helper()
		if err := logs.Read(t.Context(), 3, func(l Line) { got = append(got, l.Host+": "+l.Text) }); err != nil {
			t.Fatal(err)
		}
	}
	read() // there is no group yet
	s.missing = false
	read()
	s.print("job/algo-1-1700000000", 7, second)
	s.print("job/algo-2-1700000000", 3, second)
	read()
	read()
	s.print("job/algo-1-1700000000", 5, func(i int) int64 { return second(50 + i/4) }) // several lines of one millisecond
	s.print("job/algo-10-1700000009", 1, second)
	read()
	s.expired = true
	read()
	s.print("job/algo-1-1700000000", 4, func(int) int64 { return second(100) })
	read()
	var want []string
	for stream, events := range s.streams {
		for _, e := range events {
			want = append(want, strings.TrimPrefix(stream[:strings.LastIndexByte(stream, '-')], "job/")+": "+e.Message)
		}
	}
	order := func(list []string) []string {
		return slices.SortedFunc(slices.Values(list), func(a, b string) int { return cmp.Compare(a, b) })
	}
	if diff := gocmp.Diff(order(want), order(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// After an answer that failed, reading goes on where it stopped.
func TestReadGoesOnAfterError(t *testing.T) {
	t.Parallel()
	s := &logServer{streams: map[string][]event{}}
	s.print("job/algo-1-1700000000", 20, second)
	logs := NewLogs(s.config(t), "job")
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	err := logs.Read(ctx, 1, func(l Line) {
		if got = append(got, l.Text); len(got) == 8 {
			cancel()
		}
	})
	if err == nil || len(got) >= 20 {
		t.Fatalf("%v after %d lines", err, len(got))
	}
	if err := logs.Read(t.Context(), 1, func(l Line) { got = append(got, l.Text) }); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprintf("job/algo-1-1700000000 line %d", i))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"algo-1-1574293123": "algo-1", "algo-12-1574293123": "algo-12", "algo-1": "algo-1"} {
		if got := hostOf(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
