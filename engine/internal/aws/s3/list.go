package s3

import (
	"encoding/base64"
	"encoding/xml"
	"strconv"
	"unicode/utf8"

	"github.com/sagefly/sagefly/engine/internal/object"
)

type listResult struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name                  string
	Prefix                string
	Marker                *string `xml:",omitempty"` // V1
	NextMarker            string  `xml:",omitempty"` // V1 with a delimiter
	StartAfter            string  `xml:",omitempty"`
	ContinuationToken     string  `xml:",omitempty"`
	NextContinuationToken string  `xml:",omitempty"`
	KeyCount              *int    `xml:",omitempty"` // V2
	MaxKeys               int
	Delimiter             string `xml:",omitempty"`
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	Contents              []listEntry
	CommonPrefixes        []commonPrefix
}

type listEntry struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	StorageClass string
	Owner        *owner `xml:",omitempty"`
}

type commonPrefix struct {
	Prefix string
}

func (c *call) listObjectsV1() error {
	marker := c.query.Get("marker")
	out, next, err := c.list(marker, true)
	if err != nil {
		return err
	}
	out.Marker = new(c.encoder()(marker))
	if out.Delimiter != "" {
		out.NextMarker = c.encoder()(next)
	}
	return c.answer(out)
}

func (c *call) listObjectsV2() error {
	if c.query.Get("list-type") != "2" {
		return newError("InvalidArgument", "Invalid List Type specified in Query")
	}
	token := c.query.Get("continuation-token")
	after, err := decodeToken(token)
	if err != nil {
		return err
	}
	if !c.query.Has("continuation-token") {
		after = c.query.Get("start-after")
	} else if token == "" {
		return newError("InvalidArgument", "The continuation token provided is incorrect")
	}
	out, next, err := c.list(after, c.query.Get("fetch-owner") == "true")
	if err != nil {
		return err
	}
	out.StartAfter = c.encoder()(c.query.Get("start-after"))
	out.ContinuationToken = token
	out.KeyCount = new(len(out.Contents) + len(out.CommonPrefixes))
	if next != "" {
		out.NextContinuationToken = encodeToken(next)
	}
	return c.answer(out)
}

// list makes what both versions share, and where the next page begins.
func (c *call) list(after string, owners bool) (out *listResult, next string, err error) {
	most, err := c.count("max-keys", 1000)
	if err != nil {
		return nil, "", err
	}
	if t := c.query.Get("encoding-type"); t != "" && t != "url" {
		return nil, "", newError("InvalidArgument", "Invalid Encoding Method specified in Request")
	}
	opts := object.ListOptions{Prefix: c.query.Get("prefix"), Delimiter: c.query.Get("delimiter"), After: after, Max: max(most, 1)}
	page, err := c.objects.List(c.ctx, c.bucket, opts)
	if err != nil {
		return nil, "", err
	}
	if most == 0 {
		page = object.Page{}
	}
	enc := c.encoder()
	out = &listResult{
		Name: c.bucket, Prefix: enc(opts.Prefix), MaxKeys: most, Delimiter: enc(opts.Delimiter),
		EncodingType: c.query.Get("encoding-type"), IsTruncated: page.Next != "",
	}
	for _, o := range page.Objects {
		e := listEntry{Key: enc(o.Key), LastModified: timestamp(o.Modified), ETag: quote(o.ETag), Size: o.Size, StorageClass: "STANDARD"}
		if owners {
			e.Owner = c.owner()
		}
		out.Contents = append(out.Contents, e)
	}
	for _, p := range page.Prefixes {
		out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{enc(p)})
	}
	return out, page.Next, nil
}

// encoder is how the answer writes keys.
func (c *call) encoder() func(string) string {
	if c.query.Get("encoding-type") == "url" {
		return encodeURL
	}
	return func(s string) string { return s }
}

// count reads a parameter that says how many entries a page may have; more than most counts as most.
func (c *call) count(name string, most int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return most, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, newError("InvalidArgument", "Provided "+name+" not an integer or within integer range")
	}
	if n < 0 {
		return 0, newError("InvalidArgument", "Argument "+name+" must be an integer between 0 and 2147483647")
	}
	return min(int(n), most), nil
}

// A token is the last entry of a page, wrapped so that nobody takes it for a key.
func encodeToken(last string) string { return base64.RawURLEncoding.EncodeToString([]byte("1" + last)) }

func decodeToken(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 2 || raw[0] != '1' || !utf8.Valid(raw) {
		return "", newError("InvalidArgument", "The continuation token provided is incorrect")
	}
	return string(raw[1:]), nil
}
