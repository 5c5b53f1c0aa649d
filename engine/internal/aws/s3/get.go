package s3

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// getObject answers GET and HEAD.
func (c *call) getObject() error {
	f, info, err := c.objects.Open(c.ctx, c.bucket, c.key)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if err := c.checkConditions(info); err != nil {
		return err
	}
	part, err := c.span(info)
	if err != nil {
		return err
	}
	c.describe(info)
	h, status := c.w.Header(), http.StatusOK
	if part.partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.start, part.start+part.length-1, info.Size))
	} else if strings.EqualFold(c.r.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
		c.echoSums(info.Headers)
	}
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	if c.r.Method == http.MethodHead {
		c.w.WriteHeader(status)
		return nil
	}
	if _, err := f.Seek(part.start, io.SeekStart); err != nil {
		return err
	}
	c.w.WriteHeader(status)
	_, _ = io.CopyN(c.w, f, part.length) // the client may be gone
	return nil
}

// checkConditions compares If-… headers in the order of RFC 9110 §13.2.2.
func (c *call) checkConditions(info object.Info) error {
	h := c.r.Header
	if v := h.Get("If-Match"); v != "" {
		if !matches(v, info.ETag) {
			return precondition()
		}
	} else if t, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && info.Modified.Unix() > t.Unix() {
		return precondition()
	}
	unchanged := false
	if v := h.Get("If-None-Match"); v != "" {
		unchanged = matches(v, info.ETag)
	} else if t, err := http.ParseTime(h.Get("If-Modified-Since")); err == nil {
		unchanged = info.Modified.Unix() <= t.Unix()
	}
	if unchanged {
		c.w.Header().Set("Etag", quote(info.ETag))
		return newError("NotModified", "Not Modified")
	}
	return nil
}

func precondition() *Error {
	return newError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

// matches says whether a list of ETags, quoted or not, has one.
func matches(list, etag string) bool {
	for v := range strings.SplitSeq(list, ",") {
		v = strings.TrimSpace(v)
		if v == "*" || strings.Trim(strings.TrimPrefix(v, "W/"), `"`) == etag {
			return true
		}
	}
	return false
}

// span is the piece of an object that is asked for.
type span struct {
	start, length int64
	partial       bool
}

func (c *call) span(info object.Info) (span, error) {
	if c.query.Has("partNumber") {
		return c.partSpan(info)
	}
	header := c.r.Header.Get("Range")
	if v := c.r.Header.Get("If-Range"); v != "" && !matches(v, info.ETag) {
		header = ""
	}
	part, ok := parseRange(header, info.Size)
	if !ok {
		return span{}, newError("InvalidRange", "The requested range is not satisfiable")
	}
	return part, nil
}

// partSpan is what one part of a multipart upload became. Other objects have one part.
func (c *call) partSpan(info object.Info) (span, error) {
	n, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || n < 1 || n > maxParts {
		return span{}, newError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	}
	sizes := info.Parts
	if sizes == nil {
		sizes = []int64{info.Size}
	} else {
		c.w.Header().Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(sizes)))
	}
	if n > len(sizes) {
		return span{}, newError("InvalidPartNumber", "The requested partnumber is not satisfiable")
	}
	part := span{length: sizes[n-1], partial: info.Size > 0}
	for _, size := range sizes[:n-1] {
		part.start += size
	}
	return part, nil
}

// parseRange reads a Range header. What S3 does not understand, such as several ranges, means the whole; ok is false when
// the range is outside.
func parseRange(header string, size int64) (part span, ok bool) {
	whole := span{length: size}
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return whole, true
	}
	end, errEnd := strconv.ParseUint(last, 10, 63)
	if last != "" && errEnd != nil {
		return whole, true
	}
	if first == "" {
		if last == "" {
			return whole, true
		}
		n := min(int64(end), size)
		return span{start: size - n, length: n, partial: true}, n > 0
	}
	start, err := strconv.ParseUint(first, 10, 63)
	if err != nil || last != "" && end < start {
		return whole, true
	}
	if int64(start) >= size {
		return span{}, false
	}
	stop := size - 1
	if last != "" {
		stop = min(stop, int64(end))
	}
	return span{start: int64(start), length: stop - int64(start) + 1, partial: true}, true
}

type tag struct {
	Key   string
	Value string
}

type tagging struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging"`
	TagSet  struct {
		Tag []tag
	}
}

// getObjectTagging shows the tags that came with the put.
func (c *call) getObjectTagging() error {
	info, err := c.objects.Stat(c.ctx, c.bucket, c.key)
	if err != nil {
		return err
	}
	var out tagging
	for pair := range strings.SplitSeq(info.Headers[tagHeader], "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, errKey := url.QueryUnescape(k)
		value, errValue := url.QueryUnescape(v)
		if key != "" && errKey == nil && errValue == nil {
			out.TagSet.Tag = append(out.TagSet.Tag, tag{key, value})
		}
	}
	return c.answer(out)
}
