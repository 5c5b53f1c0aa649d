package cloud

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pace is the time between two looks. It grows with a job's age, so that the end of a short job is seen at once and a long one
// costs few requests; trouble makes it grow faster. Many watchers do not look at the same moment.
type pace struct {
	wait, most time.Duration
	troubles   int
}

// paceOf is fast for an endpoint on this machine, which answers in a millisecond and has no budget.
func paceOf(config aws.Config) pace {
	if near(config) {
		return pace{wait: 10 * time.Millisecond, most: 2 * time.Second}
	}
	return pace{wait: time.Second, most: 5 * time.Second}
}

// longestTrouble bounds the wait after looks that failed.
const longestTrouble = 30 * time.Second

func (p *pace) next() time.Duration {
	p.troubles = 0
	wait := p.wait
	p.wait = min(p.wait*6/5, p.most)
	return jitter(wait)
}

func (p *pace) trouble() time.Duration {
	p.troubles = min(p.troubles+1, 10)
	return jitter(min(max(p.wait, 100*time.Millisecond)<<p.troubles, longestTrouble))
}

// jitter is d, up to a fifth longer.
func jitter(d time.Duration) time.Duration { return d + rand.N(d/5+1) }

// near says that the endpoint is on this machine.
func near(config aws.Config) bool {
	if config.BaseEndpoint == nil {
		return false
	}
	u, err := url.Parse(*config.BaseEndpoint)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// status is the HTTP status of an answer that is an error; 0 when there was none.
func status(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}
