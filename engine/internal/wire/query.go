package wire

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/internal/sigv4"
)

// query serves the query protocol: parameters in the form body or in the URL.
func (s *Server) query(w http.ResponseWriter, r *http.Request, do Query) {
	body, err := readBody(w, r)
	if err != nil {
		writeError(w, err)
		return
	}
	text := r.URL.RawQuery
	if r.Method == http.MethodPost {
		text = string(body)
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		writeError(w, api.Malformed("The request's parameters are not form-encoded."))
		return
	}
	do(w, r, form)
}

// refuseQuery refuses a request of the query protocol whose signature is not right. The codes are those of STS's and IAM's common errors.
func refuseQuery(w http.ResponseWriter, q aws.Request, service string, err error) {
	refusal := aws.QueryError{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch", Message: refused(err).Message}
	if errors.Is(err, sigv4.ErrUnknownKey) {
		refusal.Code = "InvalidClientTokenId"
	}
	namespace := "https://sts.amazonaws.com/doc/2011-06-15/"
	if service == "iam" {
		namespace = "https://iam.amazonaws.com/doc/2010-05-08/"
	}
	aws.WriteQueryError(w, q, namespace, refusal)
}

// regionOf is the region of the signature's scope.
func regionOf(ctx context.Context) string { return aws.From(ctx).Region }
