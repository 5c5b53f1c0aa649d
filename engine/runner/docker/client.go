package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// client speaks the Docker Engine API, as far as this runner needs it.
type client struct {
	address string
	api     string // version of the paths, such as "1.41"
	http    *http.Client
}

// newestAPI is the newest version of the API that this client was written for.
const newestAPI = "1.44"

func dial(address string) (*client, error) {
	network, target, err := endpoint(address)
	if err != nil {
		return nil, err
	}
	dialer := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, target)
	}
	return &client{address: address, http: &http.Client{Transport: &http.Transport{DialContext: dialer}}}, nil
}

// negotiate takes the newest version of the API that both sides know.
func (c *client) negotiate(ctx context.Context) error {
	resp, err := c.send(ctx, http.MethodGet, "/_ping", nil, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	c.api = newestAPI
	if theirs := resp.Header.Get("Api-Version"); theirs != "" && older(theirs, newestAPI) {
		c.api = theirs
	}
	return nil
}

func older(a, b string) bool {
	return number(a) < number(b)
}

// number makes versions 1.N comparable.
func number(version string) int {
	major, minor, _ := strings.Cut(version, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a*1000 + b
}

// apiError is an answer of the daemon that is not a success.
type apiError struct {
	Status  int
	Message string
}

func (e *apiError) Error() string { return e.Message }

// status is the HTTP status of a daemon's error, 0 for every other.
func status(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Status
	}
	return 0
}

// send performs a request; the caller closes the body. Every answer that is not a success is an *apiError.
func (c *client) send(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://docker"+path, body)
	if err != nil {
		return nil, err
	}
	if header != nil {
		r.Header = header
	}
	resp, err := c.http.Do(r)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the URL, whose host is made up
		}
		return nil, err
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, readError(resp)
}

func readError(resp *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return err
	}
	var said struct{ Message string }
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = strings.TrimSpace(string(text))
	}
	if said.Message == "" {
		said.Message = resp.Status
	}
	return &apiError{resp.StatusCode, said.Message}
}

// call sends in as JSON where it is not nil, and decodes the answer into out where that is not nil.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	header := http.Header{}
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
		header.Set("Content-Type", "application/json")
	}
	resp, err := c.send(ctx, method, "/v"+c.api+path, header, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	return nil
}

// labelled is the query for objects with a label of this value.
func labelled(key, value string) string {
	filter, err := json.Marshal(map[string][]string{"label": {key + "=" + value}})
	if err != nil {
		panic(fmt.Sprintf("docker: %v", err)) // strings always print
	}
	return url.Values{"filters": {string(filter)}}.Encode()
}
