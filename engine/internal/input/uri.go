// Package input brings a job's channels into its directory.
package input

import (
	"fmt"
	"path"
	"strings"
)

// ParseURI splits an S3 URI into bucket and key prefix. Both forms of the API are understood: s3://BUCKET/KEY and
// https://s3….amazonaws.com/BUCKET/KEY.
func ParseURI(uri string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	if !ok {
		after, isHTTPS := strings.CutPrefix(uri, "https://")
		host, tail, _ := strings.Cut(after, "/")
		if !isHTTPS || !strings.HasPrefix(host, "s3") {
			return "", "", fmt.Errorf("S3 URI %q: want s3://BUCKET/PREFIX", uri)
		}
		rest = tail
	}
	bucket, key, _ = strings.Cut(rest, "/")
	if bucket == "" {
		return "", "", fmt.Errorf("S3 URI %q: no bucket", uri)
	}
	return bucket, key, nil
}

// fileName is the path below the channel's directory that the object key gets when the channel's prefix is prefix.
// A prefix that ends at a folder, or names the whole key, is cut off; a prefix that ends inside a name ("data/tr" for
// "data/train/a.csv") selects, and the path starts at that name. ok is false for folder markers, which are no files.
func fileName(prefix, key string) (name string, ok bool, err error) {
	if strings.HasSuffix(key, "/") {
		return "", false, nil
	}
	name = key
	switch {
	case prefix == "":
	case key == prefix:
		name = path.Base(key)
	case strings.HasSuffix(prefix, "/"):
		name = strings.TrimPrefix(key, prefix)
	case strings.HasPrefix(key, prefix+"/"):
		name = strings.TrimPrefix(key, prefix+"/")
	default:
		name = strings.TrimPrefix(key, prefix[:strings.LastIndexByte(prefix, '/')+1])
	}
	name = strings.TrimLeft(name, "/")
	if clean := path.Clean(name); name == "" || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(name, 0) {
		return "", false, fmt.Errorf("object key %q cannot become a file below the channel's directory", key)
	}
	return path.Clean(name), true, nil
}
