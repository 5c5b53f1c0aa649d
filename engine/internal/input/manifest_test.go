package input

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// The API reference of S3DataSource shows this manifest and the list of URIs that it equals.
func TestManifestOfTheReference(t *testing.T) {
	t.Parallel()
	m, err := readManifest(strings.NewReader(`[ {"prefix": "s3://customer_bucket/some/prefix/"},
		"relative/path/to/custdata-1",
		"relative/path/custdata-2",
		"relative/path/custdata-N"
	]`))
	want := []string{"some/prefix/relative/path/to/custdata-1", "some/prefix/relative/path/custdata-2", "some/prefix/relative/path/custdata-N"}
	if err != nil || m.bucket != "customer_bucket" || !slices.Equal(m.keys, want) {
		t.Errorf("%+v, %v; want %v", m, err, want)
	}
}

func TestBadManifests(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                              "want a JSON array",
		"a,b\n1,2\n":                    "want a JSON array",
		`{"prefix": "s3://b/"}`:         "want a JSON array",
		`[]`:                            "the first element must be",
		`["a"]`:                         "the first element must be",
		`[{"Prefix": "s3://b/"}, "a"]`:  "the first element must be",
		`[{"prefix": 1}, "a"]`:          "the first element must be",
		`[{"prefix": ""}, "a"]`:         `prefix: S3 URI ""`,
		`[{"prefix": "data/"}, "a"]`:    `prefix: S3 URI "data/"`,
		`[{"prefix": "s3://b"}, "c/a"]`: `want "s3://b/"`,
		`[{"prefix": "s3://b/"}]`:       "at least one key must follow",
		`[{"prefix": "s3://b/"}, 1]`:    "element 2 is no string",
		`[{"prefix": "s3://b/"}, "a", "s3://other/a"]`: `element 3 is "s3://other/a": elements are appended to the prefix, and all objects are in its bucket, b`,
		`[{"prefix": "s3://b/"}, "a"`:                  "not JSON",
		`[{"prefix": "s3://b/"}, "a",]`:                "not JSON",
		`[{"prefix": "s3://b/"} "a"]`:                  "not JSON",
		`[{"prefix": "s3://b/"}, "a"] "b"`:             "not JSON",
		`[{"prefix": "s3://b/"}, "a`:                   "not JSON",
	} {
		if m, err := readManifest(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %+v, %v; want %q in one line", text, m, err, want)
		}
	}
}

func TestStageManifest(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{
		"p/x/a": "1", "p/b": "2", "p/c": "3", "p/unnamed": "", "p/folder/": "",
		"all":  `[{"prefix": "s3://bucket/p/"}, "x/a", "folder/", "c", "b", "c"]`,
		"name": `[{"prefix": "s3://bucket/p"}, "/x/a", "/b"]`,
		"part": `[{"prefix": "s3://bucket/p/x"}, "/a"]`,
	})
	for _, tt := range []struct {
		name  string
		shard Shard
		want  map[string]string
	}{
		{"all", Shard{0, 1}, map[string]string{"x/a": "1", "c": "3", "b": "2"}},
		{"name", Shard{0, 1}, map[string]string{"x/a": "1", "b": "2"}},
		{"part", Shard{0, 1}, map[string]string{"a": "1"}},
		{"all", Shard{0, 2}, map[string]string{"x/a": "1", "b": "2"}}, // in the manifest's order
		{"all", Shard{1, 2}, map[string]string{"c": "3"}},
	} {
		dir := filepath.Join(t.TempDir(), "train")
		c := Channel{Name: "train", URI: "s3://bucket/" + tt.name, Manifest: true, Sharded: tt.shard.Hosts > 1}
		n, _, err := Stage(t.Context(), s, c, tt.shard, dir, Copy)
		if diff := cmp.Diff(tt.want, files(t, dir)); err != nil || n != len(tt.want) || diff != "" {
			t.Errorf("%s of %v: %d files, %v (-want +got):\n%s", tt.name, tt.shard, n, err, diff)
		}
	}
}

func TestStageManifestErrors(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{
		"p/a": "1", "csv": "1,2\n",
		"missing": `[{"prefix": "s3://bucket/p/"}, "a", "none"]`,
		"other":   `[{"prefix": "s3://elsewhere/p/"}, "a"]`,
		"only":    `[{"prefix": "s3://bucket/p/"}, "folder/"]`, "p/folder/": "",
	})
	for key, tt := range map[string]struct {
		want error
		text string
	}{
		"missing": {ErrManifest, "bad manifest s3://bucket/missing: object s3://bucket/p/none: not found"},
		"other":   {ErrManifest, "bad manifest s3://bucket/other: bucket s3://elsewhere: no such bucket"},
		"csv":     {ErrManifest, "bad manifest s3://bucket/csv: want a JSON array"},
		"only":    {ErrEmpty, "No S3 objects found"},
		"absent":  {ErrEmpty, `No S3 objects found under S3 URL "s3://bucket/absent" given in input data source`},
	} {
		_, _, err := Stage(t.Context(), s, Channel{URI: "s3://bucket/" + key, Manifest: true}, Shard{0, 1}, filepath.Join(t.TempDir(), "c"), Copy)
		wantError(t, key, err, tt.want, tt.text)
	}
	_, _, err := Stage(t.Context(), s, Channel{URI: "s3://none/m", Manifest: true}, Shard{0, 1}, filepath.Join(t.TempDir(), "c"), Copy)
	wantError(t, "no bucket", err, object.ErrNoBucket, "none")
}

// Whatever is taken is JSON by another reader's judgement too, and names each string of it once, in its order.
func FuzzManifest(f *testing.F) {
	f.Add(`[{"prefix": "s3://bucket/some/prefix/"}, "a", "b/c", "a", ""]`)
	f.Add(`[{"prefix": "https://s3.amazonaws.com/bucket/p"}, "/x"]`)
	f.Add(`[{"prefix": "s3://b"}, "a"`)
	f.Add(`[{"prefix": "s3://b/", "more": [1]}, 2,]{}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := readManifest(strings.NewReader(text))
		if err != nil {
			return
		}
		var all []any
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatalf("taken, but %v: %q", err, text)
		}
		want := []string{}
		for _, element := range all[1:] {
			if key := m.prefix + element.(string); !slices.Contains(want, key) {
				want = append(want, key)
			}
		}
		if diff := cmp.Diff(want, m.keys); diff != "" || m.bucket == "" {
			t.Fatalf("bucket %q, keys (-want +got):\n%s", m.bucket, diff)
		}
	})
}
