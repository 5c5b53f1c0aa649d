// Package wire is HTTP in and out. It refuses what a web page could have sent, finds out which service a request is
// for and hands it to that service's face.
package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/engine/internal/aws/ecr"
	"github.com/sagefly/sagefly/engine/internal/aws/quotas"
	"github.com/sagefly/sagefly/engine/internal/aws/s3"
	"github.com/sagefly/sagefly/internal/sigv4"
)

// JSON answers one operation of a JSON protocol: the answer is nil, []byte that is already JSON, or a value to encode.
// An *api.Error is the client's to see; every other error is logged and becomes InternalFailure.
type JSON func(ctx context.Context, region, operation string, body []byte) (any, error)

// Query answers one request of the query protocol.
type Query func(w http.ResponseWriter, r *http.Request, form url.Values)

// Server is the engine's one handler. Its fields are set before the first request.
type Server struct {
	Account   string
	SageMaker JSON
	Logs      JSON
	Quotas    JSON
	STS, IAM  Query
	S3        http.Handler
	ECR       JSON
	Registry  http.Handler // image pushes and pulls below /v2/, which bring tokens instead of signatures
	Health    func() any   // what GET /_/health answers
	Logger    *slog.Logger

	// Hosts lists host names, besides loopback ones, under which the server may be addressed.
	Hosts []string
	// Secret returns the secret of an access key. When it is set, every signature is verified; nil accepts any
	// well-formed signature, which is right on loopback only.
	Secret func(accessKey string) (string, bool)
	// Stranger says that an access key is that of another engine's jobs, which found this one at their engine's address. It is
	// refused even where any signature is accepted: the same bucket is another one here. nil refuses none.
	Stranger func(accessKey string) bool
}

// ServeHTTP routes by the service named in the signature.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := aws.Request{ID: requestID(), Account: s.Account, Host: r.Host}
	w.Header().Set("X-Amzn-Requestid", q.ID)
	if err := s.admit(r); err != nil {
		writeError(w, err)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/_/") {
		s.own(w, r)
		return
	}
	if isRegistry(r) {
		s.Registry.ServeHTTP(w, r)
		return
	}
	auth, err := sigv4.Parse(r)
	if err != nil {
		writeError(w, unsigned(err))
		return
	}
	q.Region, q.AccessKey = auth.Region, auth.AccessKey
	r = r.WithContext(aws.With(r.Context(), q))
	verified, err := s.verify(r, auth)
	switch {
	case err == nil:
		s.route(w, verified, auth.Service)
	case auth.Service == "s3":
		s3.WriteError(w, r, err)
	case auth.Service == "sts" || auth.Service == "iam":
		refuseQuery(w, q, auth.Service, err)
	default:
		writeError(w, refused(err))
	}
}

func (s *Server) verify(r *http.Request, auth sigv4.Auth) (*http.Request, error) {
	if s.Stranger != nil && s.Stranger(auth.AccessKey) {
		return nil, sigv4.ErrUnknownKey
	}
	if s.Secret == nil {
		return r, nil
	}
	if auth.Service != "s3" {
		r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	}
	proof, err := sigv4.Verify(r, s.Secret, time.Now())
	if err != nil {
		return nil, err
	}
	return r.WithContext(proof.With(r.Context())), nil
}

func (s *Server) route(w http.ResponseWriter, r *http.Request, service string) {
	switch service {
	case "sagemaker":
		s.json(w, r, "SageMaker", s.SageMaker)
	case "logs":
		s.json(w, r, "Logs_20140328", s.Logs)
	case "servicequotas":
		s.json(w, r, quotas.Prefix, s.Quotas)
	case "ecr":
		s.json(w, r, ecr.Target, s.ECR)
	case "s3":
		s.S3.ServeHTTP(w, r)
	case "sts":
		s.query(w, r, s.STS)
	case "iam":
		s.query(w, r, s.IAM)
	default:
		writeError(w, &api.Error{
			Code: "UnknownOperationException", Status: http.StatusBadRequest,
			Message: fmt.Sprintf("The service %q is not part of this engine, which serves sagemaker, s3, logs, sts, iam, ecr and servicequotas.", service),
		})
	}
}

// isRegistry tells the registry's paths from those of an S3 bucket that is called v2: the latter are signed.
func isRegistry(r *http.Request) bool {
	if r.URL.Path != "/v2" && !strings.HasPrefix(r.URL.Path, "/v2/") {
		return false
	}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme != "" {
		return strings.EqualFold(scheme, "basic")
	}
	_, err := sigv4.Parse(r)
	return errors.Is(err, sigv4.ErrUnsigned)
}

// own answers the few unsigned paths.
func (s *Server) own(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/_/health" || r.Method != http.MethodGet {
		writeError(w, &api.Error{Code: "NotFound", Status: http.StatusNotFound, Message: "GET /_/health is what this engine answers below /_/."})
		return
	}
	writeJSON(w, "application/json", s.Health())
}

// admit refuses requests that a web page could have caused: an unknown Host means a name that was rebound to this
// machine, an Origin means a page.
func (s *Server) admit(r *http.Request) error {
	if !s.knownHost(r.Host) {
		return &api.Error{
			Code: "AccessDeniedException", Status: http.StatusForbidden,
			Message: fmt.Sprintf("The Host %q is not this engine's. Use its address as `sagefly env` prints it.", r.Host),
		}
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return &api.Error{
			Code: "AccessDeniedException", Status: http.StatusForbidden,
			Message: fmt.Sprintf("Requests of web pages from %q are not accepted.", origin),
		}
	}
	return nil
}

func refused(err error) *api.Error {
	switch {
	case errors.Is(err, sigv4.ErrUnknownKey):
		return api.UnknownKey()
	case errors.Is(err, sigv4.ErrMismatch):
		return api.BadSignature()
	}
	return &api.Error{Code: "InvalidSignatureException", Status: http.StatusForbidden, Message: err.Error()}
}

func unsigned(err error) error {
	if errors.Is(err, sigv4.ErrUnsigned) {
		e := api.Unsigned()
		e.Message += ". This is an embedded SageMaker: use an AWS client, with any credentials. eval \"$(sagefly env)\" sets them."
		return e
	}
	return &api.Error{Code: "IncompleteSignatureException", Status: http.StatusForbidden, Message: err.Error()}
}

// requestID is a random UUID.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
