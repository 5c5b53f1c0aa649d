package s3

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/sagefly/sagefly/internal/sigv4"
)

// content is a request's body on its way in, with what the request says of it.
type content struct {
	payload *sigv4.Payload
	reader  io.Reader
	md5     string // hex, of Content-MD5; empty = not said
	sum     hash.Hash
	algo    string // of sum, as in the header names; empty = no checksum
	want    string // base64; empty = comes in the trailer, or nobody says it
	trailer bool
}

// content opens the body. The checksum is taken while the body is read; check compares it afterwards.
func (c *call) content() (*content, error) {
	p, err := sigv4.Body(c.r)
	if err != nil {
		return nil, err
	}
	in := &content{payload: p, reader: p}
	if text := c.r.Header.Get("Content-Md5"); text != "" {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != md5.Size {
			return nil, newError("InvalidDigest", "The Content-MD5 you specified was invalid.")
		}
		in.md5 = hex.EncodeToString(raw)
	}
	if err := in.announced(c); err != nil {
		return nil, err
	}
	if in.algo != "" {
		in.compute(in.algo)
	}
	return in, nil
}

// compute takes a checksum of what is read from now on.
func (in *content) compute(algo string) {
	in.algo, in.sum = algo, newSum(algo)
	in.reader = io.TeeReader(in.payload, in.sum)
}

// announced finds the one checksum that the headers give or announce.
func (in *content) announced(c *call) error {
	for name := range c.r.Header {
		algo, text := strings.TrimPrefix(strings.ToLower(name), sumPrefix), c.r.Header.Get(name)
		if text == "" || !isValue(strings.ToLower(name)) {
			continue
		}
		if newSum(algo) == nil {
			return newError("NotImplemented", "The checksum algorithm "+algo+" is not implemented.")
		}
		if in.algo != "" {
			return newError("InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		if raw, err := base64.StdEncoding.DecodeString(text); err != nil || len(raw) != newSum(algo).Size() {
			return newError("InvalidRequest", "Value for "+strings.ToLower(name)+" header is invalid.")
		}
		in.algo, in.want = algo, text
	}
	for name := range strings.SplitSeq(c.r.Header.Get("X-Amz-Trailer"), ",") {
		algo, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(name)), sumPrefix)
		if !ok {
			continue
		}
		if in.algo != "" || newSum(algo) == nil {
			return newError("InvalidRequest", "The value specified in the x-amz-trailer header is not supported")
		}
		in.algo, in.trailer = algo, true
	}
	if in.algo == "" && c.r.Header.Get("X-Amz-Sdk-Checksum-Algorithm") != "" {
		return newError("InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return nil
}

// bounded opens the body of a put: its length must be known and within the limit before the first byte is read.
func (c *call) bounded() (*content, error) {
	in, err := c.content()
	switch {
	case err != nil:
		return nil, err
	case in.payload.Length < 0:
		return nil, newError("MissingContentLength", "You must provide the Content-Length HTTP header.")
	case in.payload.Length > c.config.MaxPut:
		return nil, newError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	return in, nil
}

// check compares the content that was read with what the request said, and adds the checksum to headers.
func (in *content) check(md5Hex string, headers map[string]string) error {
	if in.md5 != "" && in.md5 != md5Hex {
		return newError("BadDigest", "The Content-MD5 you specified did not match what we received.")
	}
	if in.algo == "" {
		return nil
	}
	if in.trailer {
		if in.want = in.payload.Trailer.Get(sumHeader(in.algo)); in.want == "" {
			return newError("MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
		}
	}
	got := base64.StdEncoding.EncodeToString(in.sum.Sum(nil))
	if in.want != "" && in.want != got {
		return newError("BadDigest", fmt.Sprintf("The %s you specified did not match the calculated checksum.", strings.ToUpper(in.algo)))
	}
	headers[sumHeader(in.algo)] = got
	headers[sumTypeHeader] = fullObject
	return nil
}

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}
