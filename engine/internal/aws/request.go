// Package aws holds what the faces of the AWS services share.
package aws

import "context"

// Request is what every face needs to know of a request besides its content. Empty fields are not known.
type Request struct {
	ID        string // request id, for the answer's header and the log
	Region    string // that the client signed for
	Account   string // twelve digits
	AccessKey string // that signed, verified or not
	Host      string // HOST:PORT under which the client addressed the engine
}

type requestKey struct{}

// With returns a context that carries the request.
func With(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// From returns the context's request; without one, the zero Request.
func From(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}
