package s3

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"syscall"

	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/internal/sigv4"
)

// Error is an answer that says what is wrong, with S3's code and words.
type Error struct {
	Status  int
	Code    string
	Message string
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func newError(code, message string) *Error {
	return &Error{Status: statusOf(code), Code: code, Message: message}
}

func statusOf(code string) int {
	switch code {
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed":
		return http.StatusForbidden
	case "NoSuchBucket", "NoSuchKey", "NoSuchUpload", "NoSuchBucketPolicy", "NoSuchTagSet", "NoSuchLifecycleConfiguration",
		"NoSuchCORSConfiguration", "NoSuchWebsiteConfiguration", "ReplicationConfigurationNotFoundError",
		"ObjectLockConfigurationNotFoundError", "NoSuchVersion":
		return http.StatusNotFound
	case "BucketAlreadyOwnedByYou", "BucketNotEmpty":
		return http.StatusConflict
	case "MissingContentLength":
		return http.StatusLengthRequired
	case "PreconditionFailed":
		return http.StatusPreconditionFailed
	case "InvalidRange", "InvalidPartNumber":
		return http.StatusRequestedRangeNotSatisfiable
	case "NotModified":
		return http.StatusNotModified
	case "PermanentRedirect":
		return http.StatusMovedPermanently
	case "NotImplemented":
		return http.StatusNotImplemented
	case "InsufficientStorage":
		return http.StatusInsufficientStorage // no 500: SDKs would send the body again
	case "InternalError":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// asError finds S3's words for an error.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	for _, known := range []struct {
		err           error
		code, message string // an empty message = the error's own words
	}{
		{object.ErrNoBucket, "NoSuchBucket", "The specified bucket does not exist"},
		{object.ErrNoKey, "NoSuchKey", "The specified key does not exist."},
		{object.ErrBucketExists, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it."},
		{object.ErrBucketNotEmpty, "BucketNotEmpty", "The bucket you tried to delete is not empty"},
		{object.ErrNoUpload, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."},
		{object.ErrPart, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."},
		{object.ErrPartOrder, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number."},
		{object.ErrPartTooSmall, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"},
		{object.ErrPrecondition, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"},
		{sigv4.ErrUnsigned, "AccessDenied", "Access Denied"},
		{sigv4.ErrMalformed, "AuthorizationHeaderMalformed", ""},
		{sigv4.ErrUnknownKey, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
		{sigv4.ErrMismatch, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		{sigv4.ErrSkewed, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."},
		{sigv4.ErrExpired, "AccessDenied", "Request has expired"},
		{sigv4.ErrNotSigned, "AccessDenied", "There were headers present in the request which were not signed"},
		{sigv4.ErrPayload, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."},
		{sigv4.ErrFraming, "InvalidRequest", ""},
		{sigv4.ErrIncomplete, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"},
		{io.ErrUnexpectedEOF, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"},
		{syscall.ENOSPC, "InsufficientStorage", "The disk of the data directory is full."},
		{syscall.EDQUOT, "InsufficientStorage", "The disk quota of the data directory is used up."},
	} {
		if errors.Is(err, known.err) {
			if known.message == "" {
				known.message = err.Error()
			}
			return newError(known.code, known.message)
		}
	}
	return newError("InternalError", fmt.Sprintf("We encountered an internal error: %v", err))
}

// WriteError answers a request with an error, in S3's XML. Errors of this package, of object and of sigv4 get S3's codes,
// all others are InternalError.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	e := asError(err)
	body, _ := xml.Marshal(struct { // strings only: cannot fail
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestID string `xml:"RequestId"`
	}{Code: e.Code, Message: e.Message, Resource: r.URL.Path, RequestID: aws.From(r.Context()).ID})
	if r.Method == http.MethodHead || e.Status == http.StatusNotModified {
		w.WriteHeader(e.Status)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(body)))
	w.WriteHeader(e.Status)
	_, _ = io.WriteString(w, xml.Header+string(body)) // the client may be gone
}
