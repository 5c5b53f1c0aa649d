package cloud

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"
)

// Explain makes a finding of an error that says that the target cannot be asked: credentials that are missing, expired or not valid
// (CodeCredentials), or an endpoint that does not answer (CodeUnreachable). ok is false for other errors.
func Explain(err error) (f Finding, ok bool) {
	if api, isAPI := errors.AsType[smithy.APIError](err); isAPI {
		return explainCode(api)
	}
	if u, isURL := errors.AsType[*url.Error](err); isURL && offline(u) {
		at, _ := url.Parse(u.URL)
		f = Finding{Code: CodeUnreachable, What: "the target does not answer", Why: plain(u.Err)}
		if at != nil {
			f.Where = at.Scheme + "://" + at.Host
		}
		f.Fix = []string{"check the network, --region, and AWS_ENDPOINT_URL if it is set"}
		return f, true
	}
	if text := err.Error(); strings.Contains(text, "get credentials") || strings.Contains(text, "get identity") || strings.Contains(text, "SSO") {
		return Finding{
			Code: CodeCredentials, What: "there are no AWS credentials", Where: "AWS configuration", Why: noCredentials(err),
			Fix: []string{"sign in:  aws sso login   (or aws configure)", "or choose a profile:  AWS_PROFILE=NAME sagefly …"},
		}, true
	}
	return Finding{}, false
}

// noCredentials is the reason that configured credentials cannot be had; where none are configured, the SDK's last try says nothing to
// a person.
func noCredentials(err error) string {
	if strings.Contains(err.Error(), "IMDS") || strings.Contains(err.Error(), "static credentials are empty") {
		return "neither variables, nor a profile, nor a role of this machine give any"
	}
	return lastCause(err)
}

func explainCode(api smithy.APIError) (Finding, bool) {
	f := Finding{Code: CodeCredentials, Where: "AWS credentials", Why: api.ErrorCode() + ": " + redact(api.ErrorMessage())}
	switch code := api.ErrorCode(); {
	case strings.Contains(code, "Expired"):
		f.What = "the AWS credentials have expired"
		f.Fix = []string{"sign in again:  aws sso login   (or renew the session's variables)"}
	case strings.Contains(code, "InvalidClientTokenId"), strings.Contains(code, "UnrecognizedClient"), strings.Contains(code, "InvalidAccessKeyId"):
		f.What = "AWS does not know the access key"
		f.Fix = []string{"look at what is used:  aws configure list", "or choose a profile:  AWS_PROFILE=NAME sagefly …"}
	case strings.Contains(code, "Signature"):
		f.What = "the secret key does not belong to the access key"
		f.Fix = []string{"look at what is used:  aws configure list", "and that this machine's clock is right"}
	case strings.Contains(code, "AccessDenied"):
		f.What = "the AWS credentials are refused"
		f.Fix = []string{"print what they need:  sagefly iam caller"}
	default:
		return Finding{}, false
	}
	return f, true
}

func offline(err error) bool {
	_, dns := errors.AsType[*net.DNSError](err)
	return dns || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, os.ErrDeadlineExceeded)
}

// lastCause is the innermost error's text, which for credentials is the one that says something.
func lastCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return redact(err.Error())
		}
		err = inner
	}
}

// plain is an error in one line without the SDK's wrapping.
func plain(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return strings.TrimSuffix(api.ErrorCode()+": "+redact(api.ErrorMessage()), ": ")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return redact(err.Error())
}

var secrets = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?i)x-amz-security-token:\S+|[A-Za-z0-9+/=]{80,}`)

// redact keeps the first line, for a wrong signature is answered with all that was signed, session token included, and hides keys.
func redact(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return secrets.ReplaceAllString(text, "***")
}
