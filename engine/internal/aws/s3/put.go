package s3

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

func (c *call) putOrCopy() error {
	if c.r.Header.Get("X-Amz-Copy-Source") != "" {
		return c.copyObject()
	}
	return c.putObject()
}

func (c *call) putObject() error {
	headers, err := c.keep()
	if err != nil {
		return err
	}
	condition, err := c.condition()
	if err != nil {
		return err
	}
	in, err := c.bounded()
	if err != nil {
		return err
	}
	final := func(info *object.Info) error { return in.check(info.ETag, info.Headers) }
	info, err := c.objects.Put(c.ctx, c.bucket, c.key, in.reader, object.PutOptions{Headers: headers, Condition: condition, Final: final})
	if err != nil {
		return err
	}
	c.stored(info)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// stored writes the headers that answer a put, copy or completion.
func (c *call) stored(info object.Info) {
	c.w.Header().Set("Etag", quote(info.ETag))
	c.echoEncryption(info.Headers)
	c.echoSums(info.Headers)
}

// condition reads what a put asks of the object in its place. S3 knows "*" for absence only.
func (c *call) condition() (object.Condition, error) {
	absent, match := c.r.Header.Get("If-None-Match"), c.r.Header.Get("If-Match")
	if absent != "" && absent != "*" {
		return object.Condition{}, newError("NotImplemented", "A header you provided implies functionality that is not implemented")
	}
	return object.Condition{Absent: absent == "*", ETag: strings.Trim(match, `"`)}, nil
}

func (c *call) deleteObject() error {
	if err := c.objects.Delete(c.ctx, c.bucket, c.key); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

type deletedKey struct {
	Key string
}

type deleteResult struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
	Deleted []deletedKey
}

// deleteObjects removes up to a thousand keys.
func (c *call) deleteObjects() error {
	var in struct {
		XMLName xml.Name `xml:"Delete"`
		Object  []deletedKey
		Quiet   bool
	}
	if !c.hasDigest() {
		return newError("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	if err := c.readXML(&in); err != nil {
		return err
	}
	if len(in.Object) == 0 || len(in.Object) > 1000 {
		return malformedXML()
	}
	keys := make([]string, len(in.Object))
	for i, o := range in.Object {
		if keys[i] = o.Key; o.Key == "" {
			return newError("UserKeyMustBeSpecified", "You must specify the key of the object.")
		}
	}
	if err := c.objects.Delete(c.ctx, c.bucket, keys...); err != nil {
		return err
	}
	out := deleteResult{}
	if !in.Quiet {
		out.Deleted = in.Object
	}
	return c.answer(out)
}

func (c *call) hasDigest() bool {
	if c.r.Header.Get("Content-Md5") != "" || strings.Contains(strings.ToLower(c.r.Header.Get("X-Amz-Trailer")), sumPrefix) {
		return true
	}
	for name := range c.r.Header {
		if isValue(strings.ToLower(name)) {
			return true
		}
	}
	return false
}
