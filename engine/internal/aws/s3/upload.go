package s3

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/internal/sigv4"
)

const maxParts = 10000

func (c *call) ref() object.UploadRef {
	return object.UploadRef{Bucket: c.bucket, Key: c.key, ID: c.query.Get("uploadId")}
}

// createUpload begins a multipart upload. The checksum that the parts will have is kept among the headers until the end.
func (c *call) createUpload() error {
	headers, err := c.keep()
	if err != nil {
		return err
	}
	algo, kind := strings.ToLower(c.r.Header.Get(sumAlgoHeader)), strings.ToUpper(c.r.Header.Get(sumTypeHeader))
	if algo != "" {
		if kind == "" && algo == "crc64nvme" {
			kind = fullObject
		} else if kind == "" {
			kind = composite
		}
		if newSum(algo) == nil {
			return newError("InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512]")
		}
		if kind != composite && kind != fullObject || kind == fullObject && !strings.HasPrefix(algo, "crc") || kind == composite && algo == "crc64nvme" {
			return newError("InvalidRequest", fmt.Sprintf("The %s checksum type cannot be used with the %s checksum algorithm.", kind, algo))
		}
		headers[sumAlgoHeader], headers[sumTypeHeader] = strings.ToUpper(algo), kind
	}
	ref, err := c.objects.CreateUpload(c.ctx, object.Ref{Bucket: c.bucket, Key: c.key}, headers)
	if err != nil {
		return err
	}
	c.echoEncryption(headers)
	c.echoSums(headers)
	return c.answer(struct {
		XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
		Bucket   string
		Key      string
		UploadID string `xml:"UploadId"`
	}{Bucket: c.bucket, Key: c.key, UploadID: ref.ID})
}

func (c *call) uploadPart() error {
	number, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || number < 1 || number > maxParts {
		return newError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	}
	if c.r.Header.Get("X-Amz-Copy-Source") != "" {
		return c.copyPart(c.ref(), number)
	}
	algo, err := c.uploadAlgorithm(c.ref())
	if err != nil {
		return err
	}
	in, err := c.bounded()
	if err != nil {
		return err
	}
	if in.algo == "" && algo != "" {
		in.compute(algo)
	}
	if algo != "" && in.algo != algo {
		return newError("InvalidRequest", fmt.Sprintf("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", algo, in.algo))
	}
	part, err := c.objects.PutPart(c.ctx, c.ref(), number, in.reader, in.options())
	if err != nil {
		return err
	}
	c.w.Header().Set("Etag", quote(part.ETag))
	c.echoEncryption(nil)
	delete(part.Headers, sumTypeHeader)
	c.echoSums(part.Headers)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// uploadAlgorithm is the checksum that an upload's parts must have, empty when none was asked for.
func (c *call) uploadAlgorithm(ref object.UploadRef) (string, error) {
	up, err := c.objects.Upload(c.ctx, ref)
	return strings.ToLower(up.Headers[sumAlgoHeader]), err
}

// newSource is content from ourselves: nothing is said of it.
func newSource(r io.Reader, algo string) *content {
	in := &content{payload: &sigv4.Payload{Reader: r}, reader: r}
	if algo != "" {
		in.compute(algo)
	}
	return in
}

func (in *content) options() object.PutOptions {
	return object.PutOptions{Final: func(info *object.Info) error { return in.check(info.ETag, info.Headers) }}
}

type completePart struct {
	PartNumber int
	ETag       string
	sumElements
}

func (c *call) completeUpload() error {
	var in struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []completePart
	}
	announced := maps.Clone(map[string][]string(c.r.Header))
	for name := range c.r.Header { // here they are of the object, not of the body
		if isValue(strings.ToLower(name)) {
			c.r.Header.Del(name)
		}
	}
	if err := c.readXML(&in); err != nil {
		return err
	}
	if len(in.Part) == 0 || len(in.Part) > maxParts {
		return malformedXML()
	}
	condition, err := c.condition()
	if err != nil {
		return err
	}
	opts := object.CompleteOptions{MinPart: c.config.MinPart, Condition: condition}
	for _, p := range in.Part {
		opts.Parts = append(opts.Parts, object.PartRef{Number: p.PartNumber, ETag: strings.Trim(p.ETag, `"`)})
	}
	opts.Final = func(info *object.Info, parts []object.Part) error {
		return complete(info, parts, in.Part, announced)
	}
	info, err := c.objects.Complete(c.ctx, c.ref(), opts)
	if err != nil {
		return err
	}
	c.echoEncryption(info.Headers)
	return c.answer(struct {
		XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
		Location string
		Bucket   string
		Key      string
		ETag     string
		sumElements
	}{Location: "http://" + c.r.Host + c.r.URL.EscapedPath(), Bucket: c.bucket, Key: c.key, ETag: quote(info.ETag), sumElements: sumsOf(info.Headers)})
}

// complete compares the checksums that the client has with ours and gives the object its own.
func complete(info *object.Info, parts []object.Part, said []completePart, request http.Header) error {
	for i, p := range parts {
		for _, algo := range algorithms() {
			if want, got := said[i].of(algo), p.Headers[sumHeader(algo)]; want != "" && got != "" && want != got {
				return newError("InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
			}
		}
	}
	if size := request.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.FormatInt(info.Size, 10) {
		return newError("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	algo, kind := strings.ToLower(info.Headers[sumAlgoHeader]), info.Headers[sumTypeHeader]
	delete(info.Headers, sumAlgoHeader)
	delete(info.Headers, sumTypeHeader)
	if algo == "" {
		return nil
	}
	sum, ok := joinSums(parts, algo, kind)
	if !ok {
		return nil
	}
	if want := request.Get(sumHeader(algo)); want != "" && want != sum {
		return newError("BadDigest", fmt.Sprintf("The %s you specified did not match the calculated checksum.", strings.ToUpper(algo)))
	}
	info.Headers[sumHeader(algo)], info.Headers[sumTypeHeader] = sum, kind
	return nil
}

func (c *call) abortUpload() error {
	if err := c.objects.Abort(c.ctx, c.ref()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
