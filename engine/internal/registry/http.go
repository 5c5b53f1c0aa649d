package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Handler serves a store by the Docker Registry HTTP API below /v2/. It refuses everything that has no token.
type Handler struct {
	Store   *Store
	Key     Key
	Account string // that refusals name
	Logger  *slog.Logger
}

// call is one request to a repository.
type call struct {
	*Handler

	w            http.ResponseWriter
	r            *http.Request
	region, name string
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	token, err := h.token(r)
	if err != nil {
		h.unauthorized(w, r, err)
		return
	}
	if err := h.serve(w, r, token.Region); err != nil {
		h.fail(w, r, err)
	}
}

func (h *Handler) token(r *http.Request) (Token, error) {
	if link := r.URL.Query().Get("token"); link != "" {
		t, err := h.Key.Read(link, time.Now())
		if err == nil && (t.Path != r.URL.Path || r.Method != http.MethodGet && r.Method != http.MethodHead) {
			return t, ErrToken
		}
		return t, err
	}
	user, password, ok := r.BasicAuth()
	if !ok || user != User {
		return Token{}, ErrToken
	}
	t, err := h.Key.Read(password, time.Now())
	if err == nil && t.Path != "" {
		return t, ErrToken
	}
	return t, err
}

func (h *Handler) unauthorized(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrExpired) {
		h.fail(w, r, &refusal{http.StatusForbidden, "DENIED", "Your authorization token has expired. Reauthenticate and try again."})
		return
	}
	w.Header().Set("Www-Authenticate", fmt.Sprintf(`Basic realm="http://%s/",service="ecr.amazonaws.com"`, r.Host))
	http.Error(w, "Not Authorized", http.StatusUnauthorized)
}

// serve finds out what a path means: /v2/<name>/<kind>/<which>, where a name may have slashes.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, region string) error {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/v2"), "/")
	switch path {
	case "":
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}")) // the client is gone when this fails
		return nil
	case "_catalog":
		return h.catalog(w, r, region)
	}
	part := strings.Split(path, "/")
	n := len(part)
	c := call{Handler: h, w: w, r: r, region: region}
	switch {
	case n >= 4 && part[n-3] == "blobs" && part[n-2] == "uploads":
		return c.in(part[:n-3], func() error { return c.upload(part[n-1]) })
	case n >= 3 && part[n-2] == "blobs" && part[n-1] == "uploads":
		return c.in(part[:n-2], func() error { return c.upload("") })
	case n >= 3 && part[n-2] == "blobs":
		return c.in(part[:n-2], func() error { return c.blob(part[n-1]) })
	case n >= 3 && part[n-2] == "manifests":
		return c.in(part[:n-2], func() error { return c.manifest(part[n-1]) })
	case n >= 3 && part[n-2] == "tags" && part[n-1] == "list":
		return c.in(part[:n-2], c.tags)
	}
	return &refusal{http.StatusNotFound, "UNSUPPORTED", "The operation is unsupported."}
}

// in runs a call to a repository that exists.
func (c *call) in(name []string, do func() error) error {
	c.name = strings.Join(name, "/")
	if problem := CheckName("name", c.name); problem != "" {
		return &refusal{http.StatusBadRequest, "NAME_INVALID", problem}
	}
	if _, err := c.Store.Find(c.region, c.name); err != nil {
		return c.explain(err)
	}
	if err := do(); err != nil {
		return c.explain(err)
	}
	return nil
}

// refusal is an error of the protocol.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

// explain gives errors of the store their form on the wire.
func (c *call) explain(err error) error {
	for _, known := range []struct {
		err     error
		refusal refusal
	}{
		{ErrNoRepository, refusal{http.StatusNotFound, "NAME_UNKNOWN", fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", c.name, c.Account)}},
		{ErrTagTaken, refusal{http.StatusBadRequest, "TAG_INVALID", fmt.Sprintf("The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", lastPart(c.r.URL.Path), c.name)}},
		{ErrTag, refusal{http.StatusBadRequest, "TAG_INVALID", err.Error()}},
		{ErrDigest, refusal{http.StatusBadRequest, "DIGEST_INVALID", err.Error()}},
		{ErrManifest, refusal{http.StatusBadRequest, "MANIFEST_INVALID", err.Error()}},
		{ErrNoUpload, refusal{http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", err.Error()}},
		{ErrRange, refusal{http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", err.Error()}},
		{ErrBusy, refusal{http.StatusConflict, "BLOB_UPLOAD_INVALID", err.Error()}},
	} {
		if errors.Is(err, known.err) {
			return &known.refusal
		}
	}
	return err
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// fail answers with an error: the client's own, or UNKNOWN for everything that is not meant for it.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	known, ok := errors.AsType[*refusal](err)
	if !ok {
		if r.Context().Err() != nil {
			return // the client has left
		}
		h.Logger.Error("registry request failed", "method", r.Method, "path", r.URL.Path, "err", err)
		known = &refusal{http.StatusInternalServerError, "UNKNOWN", "The registry failed."}
	}
	body, _ := json.Marshal(map[string]any{"errors": []any{map[string]string{"code": known.code, "message": known.message}}}) // strings
	answer(w, r, known.status, "application/json; charset=utf-8", body)
}

func answer(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone when this fails
	}
}

func (h *Handler) catalog(w http.ResponseWriter, r *http.Request, region string) error {
	var names []string
	for _, repo := range h.Store.List(region) {
		names = append(names, repo.Name)
	}
	page, err := paged(w, r, names)
	if err != nil {
		return err
	}
	return list(w, r, map[string]any{"repositories": page})
}

func (c *call) tags() error {
	if c.r.Method != http.MethodGet {
		return unsupported()
	}
	repo, err := c.Store.Find(c.region, c.name)
	if err != nil {
		return err
	}
	page, err := paged(c.w, c.r, repo.Tags())
	if err != nil {
		return err
	}
	return list(c.w, c.r, map[string]any{"name": c.name, "tags": page})
}

func list(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, "application/json", body)
	return nil
}

// paged cuts a sorted list by the query's last and n, and says in a Link header where the next page is.
func paged(w http.ResponseWriter, r *http.Request, names []string) ([]string, error) {
	q := r.URL.Query()
	last, limit := q.Get("last"), 1000
	if text := q.Get("n"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, &refusal{http.StatusBadRequest, "PAGINATION_NUMBER_INVALID", fmt.Sprintf("n is %q, want a number above 0", text)}
		}
		limit = min(n, limit)
	}
	page := []string{}
	for _, name := range names {
		if name <= last && last != "" {
			continue
		}
		if len(page) == limit {
			next := url.Values{"n": {strconv.Itoa(limit)}, "last": {page[limit-1]}}
			w.Header().Set("Link", fmt.Sprintf("<%s?%s>; rel=\"next\"", r.URL.Path, next.Encode()))
			break
		}
		page = append(page, name)
	}
	return page, nil
}

func unsupported() error {
	return &refusal{http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported."}
}
