package s3

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

type copyResult struct {
	LastModified string
	ETag         string
	sumElements
}

// sumElements are the checksums of answers that have them in the body.
type sumElements struct {
	ChecksumCRC32     string `xml:",omitempty"`
	ChecksumCRC32C    string `xml:",omitempty"`
	ChecksumCRC64NVME string `xml:",omitempty"`
	ChecksumMD5       string `xml:",omitempty"`
	ChecksumSHA1      string `xml:",omitempty"`
	ChecksumSHA256    string `xml:",omitempty"`
	ChecksumSHA512    string `xml:",omitempty"`
	ChecksumType      string `xml:",omitempty"`
}

func sumsOf(headers map[string]string) sumElements {
	return sumElements{
		ChecksumCRC32: headers[sumHeader("crc32")], ChecksumCRC32C: headers[sumHeader("crc32c")],
		ChecksumCRC64NVME: headers[sumHeader("crc64nvme")], ChecksumMD5: headers[sumHeader("md5")],
		ChecksumSHA1: headers[sumHeader("sha1")], ChecksumSHA256: headers[sumHeader("sha256")],
		ChecksumSHA512: headers[sumHeader("sha512")], ChecksumType: headers[sumTypeHeader],
	}
}

// of is the checksum of an algorithm, empty when there is none.
func (s sumElements) of(algo string) string {
	return map[string]string{
		"crc32": s.ChecksumCRC32, "crc32c": s.ChecksumCRC32C, "crc64nvme": s.ChecksumCRC64NVME, "md5": s.ChecksumMD5,
		"sha1": s.ChecksumSHA1, "sha256": s.ChecksumSHA256, "sha512": s.ChecksumSHA512,
	}[algo]
}

func (c *call) copyObject() error {
	src, source, err := c.source()
	if err != nil {
		return err
	}
	if source.Size > c.config.MaxPut {
		return newError("InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source")
	}
	headers, err := c.copyHeaders(src, source)
	if err != nil {
		return err
	}
	condition, err := c.condition()
	if err != nil {
		return err
	}
	info, err := c.objects.Copy(c.ctx, src, object.Ref{Bucket: c.bucket, Key: c.key}, object.CopyOptions{
		SourceETag: source.ETag, Condition: condition,
		Final: func(info *object.Info) error {
			info.Headers = headers
			return nil
		},
	})
	if err != nil {
		return err
	}
	c.echoEncryption(info.Headers)
	return c.answer(struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
		copyResult
	}{copyResult: copyResult{timestamp(info.Modified), quote(info.ETag), sumsOf(info.Headers)}})
}

// copyHeaders are the headers of a copy: the source's or the request's, with the request's settings.
func (c *call) copyHeaders(src object.Ref, source object.Info) (map[string]string, error) {
	own, err := c.keep()
	if err != nil {
		return nil, err
	}
	kept := maps.Clone(own)
	switch directive := c.r.Header.Get("X-Amz-Metadata-Directive"); directive {
	case "", "COPY":
		maps.DeleteFunc(kept, func(name, _ string) bool { return !isSetting(name) })
		if len(kept) == 0 && src == (object.Ref{Bucket: c.bucket, Key: c.key}) {
			return nil, newError("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
		}
		for name, value := range source.Headers {
			if !isSetting(name) {
				kept[name] = value
			}
		}
	case "REPLACE":
	default:
		return nil, newError("InvalidArgument", "Unknown metadata directive.")
	}
	if tags := source.Headers[tagHeader]; tags != "" && c.r.Header.Get("X-Amz-Tagging-Directive") != "REPLACE" {
		kept[tagHeader] = tags
	}
	return kept, c.copySums(kept, source)
}

// copySums keeps the source's checksum, or takes the one that is asked for.
func (c *call) copySums(kept map[string]string, source object.Info) error {
	algo := strings.ToLower(c.r.Header.Get("X-Amz-Checksum-Algorithm"))
	if algo == "" || source.Headers[sumHeader(algo)] != "" {
		for name, value := range source.Headers {
			if isSum(name) {
				kept[name] = value
			}
		}
		return nil
	}
	if newSum(algo) == nil {
		return newError("InvalidRequest", "Checksum algorithm provided is unsupported.")
	}
	maps.DeleteFunc(kept, func(name, _ string) bool { return isSum(name) })
	sum, err := sumFile(source.Path, algo)
	kept[sumHeader(algo)], kept[sumTypeHeader] = sum, fullObject
	return err
}

// source finds the object that x-amz-copy-source names, and checks the conditions on it.
func (c *call) source() (object.Ref, object.Info, error) {
	text, version, _ := strings.Cut(c.r.Header.Get("X-Amz-Copy-Source"), "?")
	path, err := url.PathUnescape(strings.TrimPrefix(text, "/"))
	bucket, key, found := strings.Cut(path, "/")
	ref := object.Ref{Bucket: bucket, Key: key}
	switch {
	case err != nil || !found || bucket == "" || key == "":
		return ref, object.Info{}, newError("InvalidArgument", "Invalid copy source object key")
	case version != "" && version != "versionId=null":
		return ref, object.Info{}, newError("NoSuchVersion", "The specified version does not exist.")
	}
	if err := c.checkOwner(bucket, "X-Amz-Source-Expected-Bucket-Owner"); err != nil {
		return ref, object.Info{}, err
	}
	info, err := c.objects.Stat(c.ctx, bucket, key)
	if err != nil {
		return ref, info, err
	}
	return ref, info, c.checkSource(info)
}

func (c *call) checkSource(info object.Info) error {
	h := c.r.Header
	if v := h.Get("X-Amz-Copy-Source-If-Match"); v != "" {
		if !matches(v, info.ETag) {
			return precondition()
		}
	} else if t, err := http.ParseTime(h.Get("X-Amz-Copy-Source-If-Unmodified-Since")); err == nil && info.Modified.Unix() > t.Unix() {
		return precondition()
	}
	if v := h.Get("X-Amz-Copy-Source-If-None-Match"); v != "" {
		if matches(v, info.ETag) {
			return precondition()
		}
	} else if t, err := http.ParseTime(h.Get("X-Amz-Copy-Source-If-Modified-Since")); err == nil && info.Modified.Unix() <= t.Unix() {
		return precondition()
	}
	return nil
}

// copyPart is UploadPartCopy: a range of an object becomes a part.
func (c *call) copyPart(ref object.UploadRef, number int) error {
	src, source, err := c.source()
	if err != nil {
		return err
	}
	part := span{length: source.Size}
	if header := c.r.Header.Get("X-Amz-Copy-Source-Range"); header != "" {
		var ok bool
		if part, ok = parseRange(header, source.Size); !ok || !part.partial {
			return newError("InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
		}
	}
	if part.length > c.config.MaxPut {
		return newError("InvalidRequest", "The specified copy source is larger than the maximum allowable size for a copy source")
	}
	f, now, err := c.objects.Open(c.ctx, src.Bucket, src.Key)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if now.ETag != source.ETag {
		return precondition()
	}
	algo, err := c.uploadAlgorithm(ref)
	if err != nil {
		return err
	}
	in := newSource(io.NewSectionReader(f, part.start, part.length), algo)
	stored, err := c.objects.PutPart(c.ctx, ref, number, in.reader, in.options())
	if err != nil {
		return err
	}
	delete(stored.Headers, sumTypeHeader)
	return c.answer(struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyPartResult"`
		copyResult
	}{copyResult: copyResult{timestamp(stored.Modified), quote(stored.ETag), sumsOf(stored.Headers)}})
}
