package object

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"
)

// ListOptions choose what a listing shows. The zero value lists everything.
type ListOptions struct {
	Prefix    string // only keys that begin with it
	Delimiter string // keys that have it after the prefix are shown as one entry of Page.Prefixes
	After     string // only entries that sort after it, and not the group that it belongs to
	Max       int    // most entries a page has, objects and prefixes together; 0 or less = 1000
}

// Page is a part of a listing. Both lists are ordered by bytes.
type Page struct {
	Objects  []Info
	Prefixes []string
	Next     string // what After is for the next page; "" = this is the last
}

// List returns the objects of a bucket in the order of their keys' bytes. Errors: [ErrNoBucket].
func (s *Store) List(ctx context.Context, bucket string, opts ListOptions) (Page, error) {
	if err := bucketExists(ctx, s.db.Read(), bucket); err != nil {
		return Page{}, err
	}
	if opts.Max <= 0 {
		opts.Max = 1000
	}
	l := listing{s: s, bucket: bucket, opts: opts, end: successor(opts.Prefix)}
	for from := opts.start(); from != nil; {
		next, err := l.scan(ctx, from)
		if err != nil {
			return Page{}, bucketError(bucket, err)
		}
		from = next
	}
	return l.page, nil
}

// All yields the objects whose keys begin with prefix, page by page, so it sees changes made meanwhile. After an error
// it ends.
func (s *Store) All(ctx context.Context, bucket, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		opts := ListOptions{Prefix: prefix}
		for {
			page, err := s.List(ctx, bucket, opts)
			if err != nil {
				yield(Info{}, err)
				return
			}
			for _, info := range page.Objects {
				if !yield(info, nil) {
					return
				}
			}
			if opts.After = page.Next; page.Next == "" {
				return
			}
		}
	}
}

// listing is a page in the making.
type listing struct {
	s      *Store
	bucket string
	opts   ListOptions
	end    []byte // first key beyond the prefix; nil = none
	page   Page
	last   string // the last entry of the page
}

// scan adds entries from a key on. It returns the key to go on with after a group, or nil when the page is done. A group
// costs one query, however many keys it has.
func (l *listing) scan(ctx context.Context, from []byte) ([]byte, error) {
	rows, err := l.query(ctx, from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	for rows.Next() {
		if l.full() {
			l.page.Next = l.last
			return nil, nil
		}
		info := Info{Bucket: l.bucket}
		var key []byte
		var blob string
		var modified int64
		if err := rows.Scan(&key, &blob, &info.Size, &info.ETag, &modified); err != nil {
			return nil, err
		}
		if group := l.opts.group(string(key)); group != "" {
			l.page.Prefixes, l.last = append(l.page.Prefixes, group), group
			return successor(group), nil
		}
		info.Key, info.Modified, info.Path = string(key), time.UnixMilli(modified), l.s.path(blob)
		l.page.Objects, l.last = append(l.page.Objects, info), info.Key
	}
	return nil, rows.Err()
}

func (l *listing) full() bool { return len(l.page.Objects)+len(l.page.Prefixes) == l.opts.Max }

func (l *listing) query(ctx context.Context, from []byte) (*sql.Rows, error) {
	const columns = "SELECT key, blob, size, etag, modified FROM object WHERE bucket = ? AND key >= ? "
	if l.end == nil {
		return l.s.db.Read().QueryContext(ctx, columns+"ORDER BY key", l.bucket, from)
	}
	return l.s.db.Read().QueryContext(ctx, columns+"AND key < ? ORDER BY key", l.bucket, from, l.end)
}

// start is the first key a listing may show; nil = there is none.
func (o ListOptions) start() []byte {
	if o.After < o.Prefix {
		return []byte(o.Prefix)
	}
	if o.After == "" {
		return []byte{}
	}
	if group := o.group(o.After); group != "" {
		return successor(group)
	}
	return append([]byte(o.After), 0)
}

// group is what the key is shown as when it has the delimiter, else "".
func (o ListOptions) group(key string) string {
	rest, ok := strings.CutPrefix(key, o.Prefix)
	if !ok || o.Delimiter == "" {
		return ""
	}
	if i := strings.Index(rest, o.Delimiter); i >= 0 {
		return key[:len(o.Prefix)+i+len(o.Delimiter)]
	}
	return ""
}

// successor is the least key that sorts after every key with the prefix; nil = none.
func successor(prefix string) []byte {
	b := []byte(prefix)
	for len(b) > 0 && b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	if len(b) == 0 {
		return nil
	}
	b[len(b)-1]++
	return b
}
