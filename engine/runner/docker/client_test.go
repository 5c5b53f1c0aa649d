package docker

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// daemonAt serves answers by "METHOD path" and records what is asked. Other requests are answered as both daemons do, 404 with a message.
func daemonAt(t *testing.T, answers map[string]http.HandlerFunc) (address string, asked func() []string) {
	t.Helper()
	l, address := listenUnix(t)
	requests := make(chan string, 100)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Method + " " + r.URL.Path
		requests <- key
		if answer, ok := answers[key]; ok {
			answer(w, r)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"cause":"no such container","message":"no container with that name","response":404}`) // Podman's shape
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return address, func() (list []string) {
		for len(requests) > 0 {
			list = append(list, <-requests)
		}
		return list
	}
}

// ping answers as a daemon of that version of the API; Podman 4's and 5's compatible socket says 1.41, new Dockers more than this client knows.
func ping(version string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if version != "" {
			w.Header().Set("Api-Version", version)
		}
		fmt.Fprint(w, "OK")
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for theirs, want := range map[string]string{"1.41": "1.41", "1.44": "1.44", "1.51": "1.44", "1.9": "1.9", "": "1.44"} {
		address, _ := daemonAt(t, map[string]http.HandlerFunc{"GET /_ping": ping(theirs)})
		c, err := dial(address)
		if err == nil {
			err = c.negotiate(t.Context())
		}
		if err != nil || c.api != want {
			t.Errorf("a daemon of %q: %q, %v, want %q", theirs, c.api, err, want)
		}
	}
}

// Every request of a Podman-compatible socket goes to the paths of the version that it said, and what is gone already is no error.
func TestRequestsOfOlderAPI(t *testing.T) {
	t.Parallel()
	var query url.Values
	address, asked := daemonAt(t, map[string]http.HandlerFunc{
		"GET /_ping": ping("1.41"),
		"POST /v1.41/containers/create": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"Id":"abc","Warnings":[]}`)
		},
		"GET /v1.41/containers/json": func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.Query()
			fmt.Fprint(w, `[{"Id":"abc"},{"Id":"def"}]`)
		},
		"POST /v1.41/containers/abc/kill": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"message":"container abc is not running"}`)
		},
		"POST /v1.41/containers/abc/start": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"message":"no such program"}`)
		},
	})
	c, err := dial(address)
	if err == nil {
		err = c.negotiate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.create(t.Context(), createBody{})
	if id != "abc" || err != nil {
		t.Errorf("create: %q, %v", id, err)
	}
	ids, err := c.containers(t.Context(), Label, `/a"b`)
	if !cmp.Equal(ids, []string{"abc", "def"}) || err != nil {
		t.Errorf("containers: %q, %v", ids, err)
	}
	if want := (url.Values{"all": {"1"}, "filters": {`{"label":["dev.sagefly.dir=/a\"b"]}`}}); !cmp.Equal(query, want) {
		t.Errorf("the query is %v, want %v", query, want)
	}
	if err := errors.Join(c.kill(t.Context(), "abc", "SIGTERM"), c.remove(t.Context(), "gone")); err != nil {
		t.Errorf("what has ended, or is gone: %v", err)
	}
	if err := c.startContainer(t.Context(), "abc"); status(err) != 500 || err.Error() != "no such program" {
		t.Errorf("start: status %d, %v", status(err), err)
	}
	if _, err := c.inspect(t.Context(), "gone"); status(err) != 404 || err.Error() != "no container with that name" {
		t.Errorf("inspect: status %d, %v", status(err), err)
	}
	want := []string{
		"GET /_ping", "POST /v1.41/containers/create", "GET /v1.41/containers/json", "POST /v1.41/containers/abc/kill",
		"DELETE /v1.41/containers/gone", "POST /v1.41/containers/abc/start", "GET /v1.41/containers/gone/json",
	}
	if diff := cmp.Diff(want, asked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// A proxy in front of a daemon answers in its own way; the status says it all where the text does not.
func TestAnswersThatAreNotJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "502 Bad Gateway", "upstream is down\n": "upstream is down", `{"message":""}`: `{"message":""}`} {
		address, _ := daemonAt(t, map[string]http.HandlerFunc{"GET /_ping": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, text)
		}})
		c, err := dial(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.negotiate(t.Context()); status(err) != 502 || err.Error() != want {
			t.Errorf("%q: status %d, %v, want %q", text, status(err), err, want)
		}
	}
}
