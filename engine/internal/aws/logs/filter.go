package logs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/log"
)

type filteredEvent struct {
	LogStreamName string `json:"logStreamName"`
	event
	EventID string `json:"eventId"`
}

// filter goes through the streams one after the other. The token names the stream and the offset to go on from.
func filter(streams []job.Stream, pattern, token string, w window) (any, error) {
	words := strings.Fields(strings.ReplaceAll(pattern, `"`, ""))
	from, offset, err := readFilterToken(streams, token)
	if err != nil {
		return nil, err
	}
	events := []filteredEvent{}
	for _, s := range streams[from:] {
		next, full, err := filterStream(s, words, offset, w, &events)
		if err != nil {
			return nil, err
		}
		if full {
			return map[string]any{"events": events, "nextToken": fmt.Sprintf("%d@%s", next, s.Name)}, nil
		}
		offset = 0
	}
	return map[string]any{"events": events}, nil
}

func readFilterToken(streams []job.Stream, token string) (from int, offset int64, err error) {
	if token == "" {
		return 0, 0, nil
	}
	at, name, _ := strings.Cut(token, "@")
	offset, err = strconv.ParseInt(at, 10, 64)
	for i, s := range streams {
		if s.Name == name && err == nil {
			return i, offset, nil
		}
	}
	return 0, 0, invalid("The specified nextToken is invalid.")
}

func filterStream(s job.Stream, words []string, offset int64, w window, events *[]filteredEvent) (next int64, full bool, err error) {
	r, err := log.Open(s.Path)
	if err != nil {
		return 0, false, err
	}
	defer r.Close()
	for rec, err := range r.Forward(offset) {
		if err != nil {
			return 0, false, err
		}
		if !w.holds(rec) || !hasAll(rec.Text, words) {
			continue
		}
		if len(*events) == w.Limit {
			return rec.Offset, true, nil
		}
		*events = append(*events, filteredEvent{s.Name, toEvent(rec), fmt.Sprintf("%s-%d", s.Name, rec.Offset)})
	}
	return 0, false, nil
}

func hasAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
