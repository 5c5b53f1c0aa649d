package collective

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// RankError is a group that cannot go on because of one process. Every process of the group gets one that names the same rank.
type RankError struct {
	Rank    int    // whose fault it is; the first, where several did not come
	Size    int    // of the group
	Problem string // "has died: its connection ended", "did not come within 5m0s"

	also []int // further ranks with the same problem
}

func (e *RankError) Error() string {
	if len(e.also) == 0 {
		return fmt.Sprintf("rank %d of %d %s", e.Rank, e.Size, e.Problem)
	}
	texts := []string{strconv.Itoa(e.Rank)}
	for _, r := range e.also {
		texts = append(texts, strconv.Itoa(r))
	}
	last := len(texts) - 1
	return fmt.Sprintf("ranks %s and %s of %d %s", strings.Join(texts[:last], ", "), texts[last], e.Size, e.Problem)
}

var (
	errTimeout = errors.New("time-out")
	errClosed  = errors.New("the group is closed")
)
