//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"
)

// fromAWS explains an answer of the API, a connection that was not to be had, or anything else.
func fromAWS(err error) *Problem {
	if errors.Is(err, context.Canceled) {
		return &Problem{What: "interrupted", Exit: exitInterrupted, Cause: err}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return fromCode(api, err)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return unreachable(err)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return unreachable(err)
	}
	return &Problem{What: err.Error(), Cause: err}
}

func fromCode(api smithy.APIError, err error) *Problem {
	p := &Problem{What: api.ErrorMessage(), Cause: err}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		p.Where = op.Operation()
	}
	if p.What == "" {
		p.What = api.ErrorCode()
	}
	switch code := api.ErrorCode(); {
	case code == "ResourceLimitExceeded":
		p.Exit = exitQuota
	case strings.Contains(code, "AccessDenied") || strings.Contains(code, "Unrecognized") || strings.Contains(code, "InvalidClientToken") ||
		strings.Contains(code, "Signature") || strings.Contains(code, "ExpiredToken") || strings.Contains(code, "InvalidAccessKeyId"):
		p.Exit = exitAccess
	case code == "ValidationException":
		p.Exit = exitRefused
	}
	return p
}

func unreachable(err error) *Problem {
	p := &Problem{
		What: "the target does not answer", Why: "nothing listens there", Cause: err,
		Fix: []string{"start an engine:  sagefly serve"},
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		if at, perr := url.Parse(u.URL); perr == nil {
			p.Where = at.Scheme + "://" + at.Host
		}
	}
	return p
}

// notFound reports whether the API knows no such job: that answer is a ValidationException with this text.
func notFound(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && strings.HasPrefix(api.ErrorMessage(), "Requested resource not found")
}

// hasCode reports whether err is an API error of one of the codes.
func hasCode(err error, codes ...string) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if api.ErrorCode() == c {
			return true
		}
	}
	return false
}
