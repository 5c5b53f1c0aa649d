package s3

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

type partEntry struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
	sumElements
}

func (c *call) listParts() error {
	most, err := c.count("max-parts", 1000)
	if err != nil {
		return err
	}
	after, err := c.count("part-number-marker", maxParts)
	if err != nil {
		return err
	}
	if c.query.Get("part-number-marker") == "" {
		after = 0
	}
	up, err := c.objects.Upload(c.ctx, c.ref())
	if err != nil {
		return err
	}
	parts, err := c.objects.Parts(c.ctx, c.ref())
	if err != nil {
		return err
	}
	first, _ := slices.BinarySearchFunc(parts, after+1, func(p object.Part, n int) int { return p.Number - n })
	parts = parts[first:]
	truncated := most > 0 && len(parts) > most // a page of none must not ask for ever for the next
	entries := []partEntry{}
	for _, p := range parts[:min(most, len(parts))] {
		sums := sumsOf(p.Headers)
		sums.ChecksumType = ""
		entries = append(entries, partEntry{p.Number, timestamp(p.Modified), quote(p.ETag), p.Size, sums})
	}
	next := after
	if len(entries) > 0 {
		next = entries[len(entries)-1].PartNumber
	}
	return c.answer(struct {
		XMLName              xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
		Bucket               string
		Key                  string
		UploadID             string `xml:"UploadId"`
		Owner                *owner
		StorageClass         string
		ChecksumAlgorithm    string `xml:",omitempty"`
		ChecksumType         string `xml:",omitempty"`
		PartNumberMarker     int
		NextPartNumberMarker int
		MaxParts             int
		IsTruncated          bool
		Part                 []partEntry
	}{
		Bucket: c.bucket, Key: c.key, UploadID: up.ID, Owner: c.owner(), StorageClass: "STANDARD",
		ChecksumAlgorithm: up.Headers[sumAlgoHeader], ChecksumType: up.Headers[sumTypeHeader],
		PartNumberMarker: after, NextPartNumberMarker: next, MaxParts: most, IsTruncated: truncated, Part: entries,
	})
}

type uploadEntry struct {
	Key          string
	UploadID     string `xml:"UploadId"`
	Owner        *owner
	StorageClass string
	Initiated    string
}

type uploadsResult struct {
	XMLName            xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
	Bucket             string
	KeyMarker          string
	UploadIDMarker     string `xml:"UploadIdMarker"`
	NextKeyMarker      string `xml:",omitempty"`
	NextUploadIDMarker string `xml:"NextUploadIdMarker,omitempty"`
	Prefix             string
	Delimiter          string `xml:",omitempty"`
	EncodingType       string `xml:",omitempty"`
	MaxUploads         int
	IsTruncated        bool
	Upload             []uploadEntry
	CommonPrefixes     []commonPrefix
}

// listUploads pages by key, then by id within a key.
func (c *call) listUploads() error {
	most, err := c.count("max-uploads", 1000)
	if err != nil {
		return err
	}
	q, enc := c.query, c.encoder()
	all, err := c.objects.Uploads(c.ctx, c.bucket, q.Get("prefix"))
	if err != nil {
		return err
	}
	out := uploadsResult{
		Bucket: c.bucket, KeyMarker: enc(q.Get("key-marker")), UploadIDMarker: q.Get("upload-id-marker"), Prefix: enc(q.Get("prefix")),
		Delimiter: enc(q.Get("delimiter")), EncodingType: q.Get("encoding-type"), MaxUploads: most,
	}
	last := q.Get("key-marker")
	for _, up := range c.unseen(all) {
		group := groupOf(up.Key, q.Get("prefix"), q.Get("delimiter"))
		if group != "" && group == last {
			continue
		}
		if len(out.Upload)+len(out.CommonPrefixes) == most {
			out.IsTruncated = most > 0
			break
		}
		if group != "" {
			out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{enc(group)})
			last, out.NextUploadIDMarker = group, ""
		} else {
			out.Upload = append(out.Upload, uploadEntry{enc(up.Key), up.ID, c.owner(), "STANDARD", timestamp(up.Started)})
			last, out.NextUploadIDMarker = up.Key, up.ID
		}
		out.NextKeyMarker = enc(last)
	}
	if !out.IsTruncated {
		out.NextKeyMarker, out.NextUploadIDMarker = "", ""
	}
	return c.answer(out)
}

// unseen drops the uploads up to the markers.
func (c *call) unseen(all []object.Upload) []object.Upload {
	key, id := c.query.Get("key-marker"), c.query.Get("upload-id-marker")
	i := 0
	for i < len(all) && all[i].Key < key {
		i++
	}
	rest := all[i:]
	seen := slices.IndexFunc(rest, func(up object.Upload) bool { return up.Key == key && up.ID == id })
	if id != "" && seen >= 0 {
		return rest[seen+1:]
	}
	for len(rest) > 0 && rest[0].Key == key {
		rest = rest[1:]
	}
	return rest
}

// groupOf is the common prefix that a key is shown as, empty when it is shown itself.
func groupOf(key, prefix, delimiter string) string {
	rest := strings.TrimPrefix(key, prefix)
	i := strings.Index(rest, delimiter)
	if delimiter == "" || i < 0 {
		return ""
	}
	return key[:len(key)-len(rest)+i+len(delimiter)]
}
