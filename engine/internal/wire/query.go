package wire

import (
	"context"
	"net/http"
	"net/url"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/aws"
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

// regionOf is the region of the signature's scope.
func regionOf(ctx context.Context) string { return aws.From(ctx).Region }
