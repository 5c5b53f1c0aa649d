package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// blob serves GET and HEAD of a layer or a configuration, with ranges.
func (c *call) blob(digest string) error {
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return unsupported()
	}
	if !ValidDigest(digest) {
		return invalidDigest(digest)
	}
	f, err := c.Store.Blob(c.region, c.name, digest)
	if errors.Is(err, ErrNoBlob) {
		return &refusal{http.StatusNotFound, "BLOB_UNKNOWN", fmt.Sprintf("The layer with digest '%s' does not exist in the repository with name '%s'", digest, c.name)}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := c.w.Header()
	head.Set("Content-Type", "application/octet-stream")
	head.Set("Docker-Content-Digest", digest)
	head.Set("Etag", `"`+digest+`"`)
	http.ServeContent(c.w, c.r, "", time.Time{}, f)
	return nil
}

func invalidDigest(digest string) error {
	return &refusal{http.StatusBadRequest, "DIGEST_INVALID", fmt.Sprintf("%q is not a SHA-256 digest", digest)}
}

// manifest serves what a tag or a digest names, and takes manifests in.
func (c *call) manifest(reference string) error {
	switch c.r.Method {
	case http.MethodGet, http.MethodHead:
		return c.getManifest(reference)
	case http.MethodPut:
		return c.putManifest(reference)
	}
	return unsupported() // images are deleted by BatchDeleteImage
}

func (c *call) getManifest(reference string) error {
	image, data, err := c.Store.Manifest(c.region, c.name, reference)
	if errors.Is(err, ErrNoImage) {
		return &refusal{http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found"}
	}
	if err != nil {
		return err
	}
	c.w.Header().Set("Docker-Content-Digest", image.Digest)
	answer(c.w, c.r, http.StatusOK, image.MediaType, data)
	return nil
}

func (c *call) putManifest(reference string) error {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, MaxManifest+1))
	if err != nil {
		return &refusal{http.StatusBadRequest, "MANIFEST_INVALID", "The manifest ended early."}
	}
	m := Manifest{Tag: reference, Data: data}
	m.MediaType, _, _ = strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if strings.Contains(reference, ":") {
		m.Tag, m.Digest = "", reference
		if !ValidDigest(reference) {
			return invalidDigest(reference)
		}
	}
	image, err := c.Store.PutManifest(c.region, c.name, m)
	if errors.Is(err, ErrNoBlob) || errors.Is(err, ErrNoImage) {
		return &refusal{http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", err.Error()}
	}
	if err != nil {
		return err
	}
	return c.created("manifests", image.Digest)
}

// created answers that a thing is there now, and where.
func (c *call) created(kind, digest string) error {
	c.w.Header().Set("Location", "/v2/"+c.name+"/"+kind+"/"+digest)
	c.w.Header().Set("Docker-Content-Digest", digest)
	answer(c.w, c.r, http.StatusCreated, "text/plain", nil)
	return nil
}

// upload serves the steps of an upload: POST begins, PATCH adds, PUT ends, GET asks how far it is, DELETE gives up.
func (c *call) upload(id string) error {
	switch {
	case id == "" && c.r.Method == http.MethodPost:
		return c.start()
	case id == "":
		return unsupported()
	}
	switch c.r.Method {
	case http.MethodPatch:
		start, err := contentStart(c.r.Header.Get("Content-Range"))
		if err != nil {
			return err
		}
		size, err := c.Store.Append(c.region, c.name, id, start, c.r.Body)
		if err != nil {
			c.progress(id, size)
			return err
		}
		return c.accepted(id, size)
	case http.MethodPut:
		return c.finish(id)
	case http.MethodGet:
		size, err := c.Store.Uploaded(c.region, c.name, id)
		if err != nil {
			return err
		}
		c.progress(id, size)
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	case http.MethodDelete:
		if err := c.Store.Abort(c.region, c.name, id); err != nil {
			return err
		}
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return unsupported()
}

// start begins an upload, unless another repository has the blob (mount) or the body is the whole of it (digest).
func (c *call) start() error {
	q := c.r.URL.Query()
	if digest := q.Get("mount"); ValidDigest(digest) && q.Get("from") != "" {
		err := c.Store.Mount(c.region, c.name, q.Get("from"), digest)
		if err == nil {
			return c.created("blobs", digest)
		}
		if !errors.Is(err, ErrNoBlob) {
			return err
		}
	}
	id, err := c.Store.Start(c.region, c.name)
	if err != nil {
		return err
	}
	if q.Get("digest") != "" {
		return c.finish(id)
	}
	return c.accepted(id, 0)
}

func (c *call) finish(id string) error {
	digest := c.r.URL.Query().Get("digest")
	if !ValidDigest(digest) {
		return invalidDigest(digest)
	}
	if err := c.Store.Finish(c.region, c.name, id, digest, c.r.Body); err != nil {
		return err
	}
	return c.created("blobs", digest)
}

// contentStart is where a part begins; −1 when the client does not say.
func contentStart(header string) (int64, error) {
	if header == "" {
		return -1, nil
	}
	first, _, ok := strings.Cut(strings.TrimPrefix(header, "bytes "), "-")
	start, err := strconv.ParseInt(first, 10, 64)
	if !ok || err != nil || start < 0 {
		return 0, ErrRange
	}
	return start, nil
}

func (c *call) accepted(id string, size int64) error {
	c.progress(id, size)
	answer(c.w, c.r, http.StatusAccepted, "text/plain", nil)
	return nil
}

// progress says how far an upload is. The range's end is the last byte; of nothing it is 0 too, as in the reference registry.
func (c *call) progress(id string, size int64) {
	c.w.Header().Set("Location", "/v2/"+c.name+"/blobs/uploads/"+id)
	c.w.Header().Set("Docker-Upload-Uuid", id)
	c.w.Header().Set("Range", fmt.Sprintf("0-%d", max(size-1, 0)))
}
