package s3

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

const (
	ssePrefix     = "x-amz-server-side-encryption"
	metaPrefix    = "x-amz-meta-"
	tagHeader     = "x-amz-tagging"
	storageHeader = "x-amz-storage-class"
)

// plainHeaders are those of HTTP that an object keeps.
func plainHeaders() []string {
	return []string{"content-type", "content-encoding", "content-language", "content-disposition", "cache-control", "expires"}
}

// keep collects what an object keeps of a request's headers, under lower-case names.
func (c *call) keep() (map[string]string, error) {
	if err := c.checkSettings(); err != nil {
		return nil, err
	}
	kept := map[string]string{}
	metadata := 0
	for name, values := range c.r.Header {
		name, value := strings.ToLower(name), strings.Join(values, ",")
		switch {
		case name == "content-encoding":
			value = withoutChunked(value)
		case strings.HasPrefix(name, metaPrefix):
			metadata += len(name) - len(metaPrefix) + len(value)
		case !slices.Contains(plainHeaders(), name) && !isSetting(name):
			continue
		}
		if value != "" || strings.HasPrefix(name, metaPrefix) {
			kept[name] = value
		}
	}
	if metadata > 2048 {
		return nil, newError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
	}
	if kept["content-type"] == "" {
		kept["content-type"] = "binary/octet-stream"
	}
	return kept, nil
}

// isSetting says whether a header is of how the object is stored and not of what it is: a copy does not inherit it.
func isSetting(name string) bool {
	return strings.HasPrefix(name, ssePrefix) || name == storageHeader || name == tagHeader || name == "x-amz-website-redirect-location"
}

// checkSettings refuses what would change how an object can be read.
func (c *call) checkSettings() error {
	for name := range c.r.Header {
		if strings.HasPrefix(strings.ToLower(name), ssePrefix+"-customer-") {
			return newError("NotImplemented", "Encryption with keys of customers is not implemented.")
		}
	}
	switch c.r.Header.Get(ssePrefix) {
	case "", "AES256", "aws:kms", "aws:kms:dsse", "aws:fsx":
	default:
		return newError("InvalidArgument", "The encryption method specified is not supported")
	}
	switch c.r.Header.Get("X-Amz-Acl") {
	case "", "private", "bucket-owner-full-control", "bucket-owner-read":
		return nil
	}
	return newError("AccessControlListNotSupported", "The bucket does not allow ACLs")
}

// withoutChunked drops the framing, which is no property of the content.
func withoutChunked(codings string) string {
	var kept []string
	for coding := range strings.SplitSeq(codings, ",") {
		if coding = strings.TrimSpace(coding); coding != "" && coding != "aws-chunked" {
			kept = append(kept, coding)
		}
	}
	return strings.Join(kept, ",")
}

// echoEncryption says how an object is encrypted, or would be on S3.
func (c *call) echoEncryption(headers map[string]string) {
	h := c.w.Header()
	if headers[ssePrefix] == "" {
		h.Set(ssePrefix, "AES256")
	}
	for name, value := range headers {
		if strings.HasPrefix(name, ssePrefix) {
			h.Set(name, value)
		}
	}
}

func (c *call) echoSums(headers map[string]string) {
	for name, value := range headers {
		if isSum(name) {
			c.w.Header().Set(name, value)
		}
	}
}

// describe writes an object's headers.
func (c *call) describe(info object.Info) {
	h := c.w.Header()
	for name, value := range info.Headers {
		switch {
		case name == tagHeader:
			h.Set("X-Amz-Tagging-Count", strconv.Itoa(strings.Count(value, "&")+1))
		case name == storageHeader && value == "STANDARD", isSum(name):
		case strings.HasPrefix(name, metaPrefix):
			h[name] = []string{value} // not Set: boto3 shows the name as it arrives, and S3 sends it in lower case
		default:
			h.Set(name, value)
		}
	}
	c.echoEncryption(info.Headers)
	h.Set("Etag", quote(info.ETag))
	h.Set("Last-Modified", info.Modified.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	for name, header := range map[string]string{
		"response-content-type": "Content-Type", "response-content-encoding": "Content-Encoding",
		"response-content-language": "Content-Language", "response-content-disposition": "Content-Disposition",
		"response-cache-control": "Cache-Control", "response-expires": "Expires",
	} {
		if v := c.query.Get(name); v != "" {
			h.Set(header, v)
		}
	}
}
