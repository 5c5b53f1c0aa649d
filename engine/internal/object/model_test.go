package object_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// TestStoreIsAMap drives one store through random operations and compares it with a map after each.
func TestStoreIsAMap(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	ctx := t.Context()
	key := rapid.OneOf(
		rapid.SampledFrom([]string{"a", "a/", "a/b", "a//b", "a/b/c", "b", "../x", "\x00", "a\nb", "é/ü", "\xff\xff", strings.Repeat("語", 341)}),
		rapid.StringMatching(`[ab/]{1,5}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]string{}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k, text := key.Draw(t, "key"), rapid.StringN(0, 20, -1).Draw(t, "text")
				if _, err := s.Put(ctx, "b", k, strings.NewReader(text), object.PutOptions{}); err != nil {
					t.Fatal(err)
				}
				model[k] = text
			},
			"copy": func(t *rapid.T) {
				from, to := key.Draw(t, "from"), key.Draw(t, "to")
				_, err := s.Copy(ctx, object.Ref{Bucket: "b", Key: from}, object.Ref{Bucket: "b", Key: to}, object.CopyOptions{})
				if text, ok := model[from]; ok && err == nil {
					model[to] = text
				} else if ok || !errors.Is(err, object.ErrNoKey) {
					t.Fatalf("copy %q (there: %v): %v", from, ok, err)
				}
			},
			"delete": func(t *rapid.T) {
				keys := rapid.SliceOfN(key, 1, 3).Draw(t, "keys")
				if err := s.Delete(ctx, "b", keys...); err != nil {
					t.Fatal(err)
				}
				for _, k := range keys {
					delete(model, k)
				}
			},
			"": func(t *rapid.T) {
				opts := object.ListOptions{
					Prefix:    rapid.SampledFrom([]string{"", "a", "a/", "b/a", "\xff"}).Draw(t, "prefix"),
					Delimiter: rapid.SampledFrom([]string{"", "/", "b", "//"}).Draw(t, "delimiter"),
					Max:       rapid.SampledFrom([]int{1, 3, 10, 1000}).Draw(t, "max"),
				}
				if diff := cmp.Diff(listModel(model, opts), listAll(ctx, t, s, opts), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("list %+v: %s", opts, diff)
				}
			},
		})
		checkContents(ctx, t, s, model)
		if err := s.Delete(ctx, "b", slices.Collect(maps.Keys(model))...); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Fatalf("blobs left: %v, %v", left, err)
		}
	})
}

func checkContents(ctx context.Context, t *rapid.T, s *object.Store, model map[string]string) {
	got := map[string]string{}
	for info, err := range s.All(ctx, "b", "") {
		if err != nil {
			t.Fatal(err)
		}
		f, _, err := s.Open(ctx, "b", info.Key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		got[info.Key] = string(data)
	}
	if diff := cmp.Diff(model, got); diff != "" {
		t.Fatal(diff)
	}
}

// listModel is a listing by the book: all entries, groups once, sorted by bytes.
func listModel(model map[string]string, opts object.ListOptions) []string {
	entries := map[string]bool{}
	for k := range model {
		rest, ok := strings.CutPrefix(k, opts.Prefix)
		if !ok {
			continue
		}
		if before, _, found := strings.Cut(rest, opts.Delimiter); found && opts.Delimiter != "" {
			k = opts.Prefix + before + opts.Delimiter + " (group)"
		}
		entries[k] = true
	}
	return slices.Sorted(maps.Keys(entries))
}

func listAll(ctx context.Context, t *rapid.T, s *object.Store, opts object.ListOptions) []string {
	var all []string
	for {
		page, err := s.List(ctx, "b", opts)
		if err != nil {
			t.Fatal(err)
		}
		n := len(page.Objects) + len(page.Prefixes)
		if n > opts.Max || n == 0 && page.Next != "" {
			t.Fatalf("page of %d entries with next %q for max %d", n, page.Next, opts.Max)
		}
		for _, info := range page.Objects {
			all = append(all, info.Key)
		}
		for _, p := range page.Prefixes {
			all = append(all, p+" (group)")
		}
		if opts.After = page.Next; page.Next == "" {
			slices.Sort(all)
			return all
		}
	}
}

func TestListStartsAfterAKey(t *testing.T) {
	t.Parallel()
	s, _ := openBucket(t)
	for _, k := range []string{"a", "d/1", "d/2", "e"} {
		put(t, s, k, "")
	}
	for _, c := range []struct {
		opts object.ListOptions
		want []string
	}{
		{object.ListOptions{After: "a"}, []string{"d/1", "d/2", "e"}},
		{object.ListOptions{After: "d/1"}, []string{"d/2", "e"}},
		{object.ListOptions{After: "c", Delimiter: "/"}, []string{"e", "d/"}},
		{object.ListOptions{After: "d/1", Delimiter: "/"}, []string{"e"}},
		{object.ListOptions{After: "z"}, nil},
		{object.ListOptions{After: "z", Prefix: "d"}, nil},
		{object.ListOptions{After: "a", Prefix: "d"}, []string{"d/1", "d/2"}},
	} {
		page, err := s.List(t.Context(), "b", c.opts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range page.Objects {
			got = append(got, o.Key)
		}
		if diff := cmp.Diff(c.want, append(got, page.Prefixes...)); diff != "" {
			t.Errorf("%+v: %s", c.opts, diff)
		}
	}
}
