package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type described = sagemaker.DescribeTrainingJobOutput

func inState(s types.TrainingJobStatus) *described {
	return &described{TrainingJobStatus: s, StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(3600)}}
}

func apiError(code string, httpStatus int) error {
	cause := &smithy.GenericAPIError{Code: code, Message: "said the API"}
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: httpStatus}}, Err: cause}
}

// watching plays answers: a status or an error for each look; the last one for ever.
func watching(answers ...any) (*watcher[described], *int) {
	n := 0
	v := trainingWatcher("job", pace{wait: time.Second, most: 5 * time.Second}, Watching{})
	v.look = func(context.Context) (*described, error) {
		answer := answers[min(n, len(answers)-1)]
		n++
		if err, ok := answer.(error); ok {
			return nil, err
		}
		return inState(answer.(types.TrainingJobStatus)), nil
	}
	return v, &n
}

func TestWatchEndsOnEveryEnd(t *testing.T) {
	t.Parallel()
	for _, end := range types.TrainingJobStatus("").Values() {
		if end == types.TrainingJobStatusInProgress || end == types.TrainingJobStatusStopping {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			v, n := watching(types.TrainingJobStatusInProgress, types.TrainingJobStatusStopping, end)
			job, err := v.run(t.Context())
			if err != nil || job.TrainingJobStatus != end || *n != 3 {
				t.Errorf("%s: %+v, %v after %d looks", end, job, err, *n)
			}
		})
	}
}

// What passes does not end a watch, however often it comes (DESIGN D14).
func TestTroublePasses(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		apiError("ThrottlingException", 400), apiError("InternalFailure", 500), apiError("ServiceUnavailable", 503), apiError("ExpiredTokenException", 400),
		apiError("ExpiredToken", 403), errors.New("dial tcp 127.0.0.1:1: connect: connection refused"),
		fmt.Errorf("get credentials: %w", context.DeadlineExceeded), &smithy.DeserializationError{Err: io.ErrUnexpectedEOF},
	} {
		synctest.Test(t, func(t *testing.T) {
			v, n := watching(types.TrainingJobStatusInProgress, err, err, err, err, err, err, err, err, types.TrainingJobStatusCompleted)
			troubles := 0
			v.trouble = func(got error, last time.Time) {
				if troubles++; !errors.Is(got, err) || time.Since(last) < time.Second {
					t.Errorf("trouble %v, seen last %v ago", got, time.Since(last))
				}
			}
			begin := time.Now()
			if _, got := v.run(t.Context()); got != nil || troubles != 8 || *n != 10 {
				t.Errorf("%v: %v, %d troubles, %d looks", err, got, troubles, *n)
			}
			if took := time.Since(begin); took < 60*time.Second || took > 5*time.Minute {
				t.Errorf("%v: nine waits took %v, want growing ones of at most 36 s", err, took)
			}
		})
	}
}

func TestRefusalEndsWatch(t *testing.T) {
	t.Parallel()
	unread := &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 200}},
		Err:      &smithy.DeserializationError{Err: errors.New("unexpected string value for float: +Inf")},
	}
	for _, err := range []error{apiError("ValidationException", 400), apiError("AccessDeniedException", 400), unread} {
		synctest.Test(t, func(t *testing.T) {
			v, n := watching(err)
			if _, got := v.run(t.Context()); !errors.Is(got, err) || *n != 1 {
				t.Errorf("%v after %d looks", got, *n)
			}
		})
	}
}

// A job that nobody can see any more is given up when it must have ended: an hour of run time and one of grace.
func TestUnobserved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := apiError("ServiceUnavailable", 503)
		v, _ := watching(types.TrainingJobStatusInProgress, down)
		begin := time.Now()
		_, err := v.run(t.Context())
		u, ok := errors.AsType[*Unobserved](err)
		if !ok || !errors.Is(err, down) || u.Last == nil || !u.At.Equal(begin) {
			t.Fatalf("%v", err)
		}
		if took := time.Since(begin); took < 2*time.Hour || took > 2*time.Hour+time.Minute {
			t.Errorf("given up after %v", took)
		}
	})
}

func TestWatchEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v, _ := watching(types.TrainingJobStatusInProgress)
		cause := errors.New("the user left")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, cause)
		defer cancel()
		if _, err := v.run(ctx); !errors.Is(err, cause) {
			t.Errorf("%v", err)
		}
	})
}

// A short job's end is seen soon after it: waits stay a small part of the job's age until they reach their bound.
func TestPace(t *testing.T) {
	t.Parallel()
	near := paceOf(aws.Config{BaseEndpoint: aws.String("http://127.0.0.1:8717")})
	age := time.Duration(0)
	for age < time.Minute {
		wait := near.next()
		if wait > age/3+20*time.Millisecond || wait > 2400*time.Millisecond {
			t.Errorf("waits %v at the age of %v", wait, age)
		}
		age += wait
	}
	far, looks := paceOf(aws.Config{}), 0
	for age = 0; age < time.Hour; age += far.next() {
		looks++
	}
	if looks < 600 || looks > 760 {
		t.Errorf("%d looks in an hour, want one in about 5 s", looks)
	}
}
