package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/api"
)

// maxBody bounds a JSON or query request. The largest legal CreateTrainingJob is well below 1 MiB.
const maxBody = 4 << 20

const contentType = "application/x-amz-json-1.1"

// json serves the AWS JSON 1.1 protocol: the operation is in X-Amz-Target, the body is its input.
func (s *Server) json(w http.ResponseWriter, r *http.Request, prefix string, do JSON) {
	operation, err := target(r, prefix)
	if err != nil {
		writeError(w, err)
		return
	}
	body, err := readBody(w, r)
	if err != nil {
		writeError(w, err)
		return
	}
	region := regionOf(r.Context())
	answer, err := do(r.Context(), region, operation, body)
	if err != nil {
		s.fail(w, r, operation, err)
		return
	}
	if raw, ok := answer.([]byte); ok {
		write(w, http.StatusOK, contentType, raw)
		return
	}
	writeJSON(w, contentType, answer)
}

func target(r *http.Request, prefix string) (string, error) {
	if r.Method != http.MethodPost {
		return "", &api.Error{Code: "UnknownOperationException", Status: http.StatusMethodNotAllowed, Message: "This service takes POST requests."}
	}
	service, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !ok || service != prefix {
		return "", &api.Error{Code: "UnknownOperationException", Status: http.StatusBadRequest, Message: fmt.Sprintf("The header X-Amz-Target must be %s.OPERATION.", prefix)}
	}
	return operation, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &api.Error{
			Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("The request body is larger than %d bytes.", tooLarge.Limit),
		}
	}
	if err != nil {
		return nil, api.Malformed("The request body ended early.")
	}
	return body, nil
}

// fail answers with an error: the client's own, or InternalFailure for everything that is not meant for it.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, operation string, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the client has left
	}
	if _, ok := errors.AsType[*api.Error](err); !ok {
		s.Logger.Error("request failed", "op", operation, "err", err)
	}
	writeError(w, err)
}

func writeError(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		e = api.Internal()
	}
	body, _ := json.Marshal(map[string]string{"__type": e.Code, "message": e.Message, "Message": e.Message}) // strings
	w.Header().Set("X-Amzn-Errortype", e.Code)
	write(w, e.Status, contentType, body)
}

func writeJSON(w http.ResponseWriter, contentType string, v any) {
	if v == nil {
		write(w, http.StatusOK, contentType, nil)
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		writeError(w, err)
		return
	}
	write(w, http.StatusOK, contentType, body)
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone when this fails
}
