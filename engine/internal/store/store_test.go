package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "sagefly.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func sample(name string, created int64) Job {
	at := time.UnixMilli(created)
	return Job{Region: "us-east-1", Name: name, Status: "InProgress", Created: at, Modified: at, Request: []byte(`{}`), State: []byte(`{}`)}
}

func insert(t testing.TB, db *DB, jobs ...Job) {
	t.Helper()
	for _, j := range jobs {
		if _, err := db.Jobs.Insert(t.Context(), j, "arn:"+j.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// The API reference says of tuning jobs' names that they are not case-sensitive, and nothing of the kind of training jobs'. Both rows of a
// directory in which they were are found.
func TestNamesOfTuningJobsAreNotCaseSensitive(t *testing.T) {
	t.Parallel()
	db := open(t)
	insert(t, db, sample("Case", 1), sample("case", 2))
	if _, err := db.Tunings.Insert(t.Context(), sample("Case", 3), "arn:Case", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Tunings.Insert(t.Context(), sample("case", 4), "arn:case", nil); !errors.Is(err, ErrExists) {
		t.Errorf("second insert = %v, want ErrExists", err)
	}
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO tuning (region, name, status, created, modified, request, state) VALUES ('us-east-1', 'case', 'Completed', 5, 5, '{}', '{}')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Case": "Case", "case": "case"} {
		if j, err := db.Tunings.Get(t.Context(), "us-east-1", name); err != nil || j.Name != want {
			t.Errorf("%s = %s, %v", name, j.Name, err)
		}
	}
	if j, err := db.Tunings.Get(t.Context(), "us-east-1", "CASE"); err != nil || j.Name == "" {
		t.Errorf("CASE = %s, %v; want either", j.Name, err)
	}
	if j, err := db.Jobs.Get(t.Context(), "us-east-1", "CASE"); !errors.Is(err, ErrNotFound) {
		t.Errorf("training job CASE = %s, %v, want ErrNotFound", j.Name, err)
	}
}

func TestNamesAreUniquePerRegion(t *testing.T) {
	t.Parallel()
	db := open(t)
	insert(t, db, sample("a", 1))
	if _, err := db.Jobs.Insert(t.Context(), sample("a", 2), "arn:a", nil); !errors.Is(err, ErrExists) {
		t.Errorf("second insert = %v, want ErrExists", err)
	}
	other := sample("a", 3)
	other.Region = "eu-west-1"
	insert(t, db, other)
	j, err := db.Jobs.Get(t.Context(), "us-east-1", "a")
	if err != nil || j.Created.UnixMilli() != 1 {
		t.Errorf("Job = %v, %v; want the first one", j, err)
	}
	if _, err := db.Jobs.Get(t.Context(), "us-east-1", "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown job = %v, want ErrNotFound", err)
	}
}

func TestPagesCoverEveryOrder(t *testing.T) {
	t.Parallel()
	db := open(t)
	insert(t, db, sample("b", 30), sample("a", 10), sample("d", 10), sample("c", 20))
	tests := []struct {
		order      Order
		descending bool
		want       string
	}{
		{ByCreation, false, "adcb"},
		{ByCreation, true, "bcda"},
		{ByName, false, "abcd"},
		{ByName, true, "dcba"},
		{ByStatus, false, "badc"},
	}
	for _, tt := range tests {
		for limit := 1; limit <= 4; limit++ {
			q := JobQuery{Region: "us-east-1", Order: tt.order, Descending: tt.descending, Limit: limit}
			got := ""
			for {
				page, err := db.Jobs.List(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range page {
					got += j.Name
				}
				if len(page) < limit {
					break
				}
				p := page[len(page)-1].Position(tt.order)
				q.After = &p
			}
			if got != tt.want {
				t.Errorf("%s descending=%v limit %d: %s, want %s", tt.order, tt.descending, limit, got, tt.want)
			}
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	db := open(t)
	done := sample("train-2", 20)
	done.Status = "Completed"
	insert(t, db, sample("train-1", 10), done, sample("tune_%", 30))
	tests := map[string]JobQuery{
		"train-1 train-2 tune_%": {},
		"train-1 train-2":        {NameContains: "train"},
		"tune_%":                 {NameContains: "_%"}, // no wildcards
		"train-2":                {Status: "Completed"},
		"train-1 tune_%":         {Status: "InProgress"},
		"train-2 tune_% ":        {CreatedAfter: time.UnixMilli(10)},
		"train-1":                {CreatedBefore: time.UnixMilli(20)},
		"train-2 ":               {ModifiedAfter: time.UnixMilli(10), ModifiedBefore: time.UnixMilli(30)},
	}
	for want, q := range tests {
		q.Region, q.Limit = "us-east-1", 10
		jobs, err := db.Jobs.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, j := range jobs {
			got += j.Name + " "
		}
		if got != want && got != want+" " {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
}

// One failing write of a batch undoes itself and nothing else.
func TestFailingWriteLeavesTheBatchAlone(t *testing.T) {
	t.Parallel()
	db := open(t)
	bad := errors.New("refused")
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(tx *sql.Tx) error {
				if err := putTags(t.Context(), tx, fmt.Sprint(i), []Tag{{"k", "v"}}); err != nil {
					return err
				}
				if i%8 == 3 {
					return bad
				}
				return nil
			})
			if want := i%8 == 3; errors.Is(err, bad) != want {
				t.Errorf("write %d = %v", i, err)
			}
		})
	}
	wg.Wait()
	for i := range 64 {
		tags, err := db.Tags(t.Context(), fmt.Sprint(i), "", 10)
		if err != nil || (len(tags) == 1) == (i%8 == 3) {
			t.Errorf("write %d left %v, %v", i, tags, err)
		}
	}
}

func TestCancelledWriteWritesNothing(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.PutSetting(ctx, "a", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("write = %v, want context.Canceled", err)
	}
	if v, err := db.Setting(t.Context(), "a"); v != "" || err != nil {
		t.Errorf("setting = %q, %v", v, err)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	db := open(t)
	allow := func(int) error { return nil }
	if err := db.PutTags(t.Context(), "x", []Tag{{"b", "1"}, {"a", "2"}, {"c", "3"}}, allow); err != nil {
		t.Fatal(err)
	}
	full := errors.New("too many")
	err := db.PutTags(t.Context(), "x", []Tag{{"d", "4"}}, func(total int) error {
		if total > 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("fourth tag = %v, want refusal", err)
	}
	if err := db.DeleteTags(t.Context(), "x", []string{"b", "unknown"}); err != nil {
		t.Fatal(err)
	}
	tags, err := db.Tags(t.Context(), "x", "", 10)
	if diff := cmp.Diff([]Tag{{"a", "2"}, {"c", "3"}}, tags); diff != "" || err != nil {
		t.Errorf("tags (-want +got):\n%s%v", diff, err)
	}
	if tags, err = db.Tags(t.Context(), "x", "a", 10); len(tags) != 1 || err != nil {
		t.Errorf("after a: %v, %v", tags, err)
	}
}

// What was answered is there after the process ended without closing: the file is read by a second handle.
func TestWritesAreThereWithoutClose(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sagefly.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	insert(t, db, sample("a", 1))
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if jobs, err := again.Jobs.Live(t.Context()); len(jobs) != 1 || err != nil {
		t.Errorf("live jobs = %v, %v", jobs, err)
	}
	if err := errors.Join(again.Close(), db.Close()); err != nil {
		t.Error(err)
	}
	if err := db.PutSetting(t.Context(), "a", "b"); !errors.Is(err, ErrClosed) {
		t.Errorf("write after close = %v, want ErrClosed", err)
	}
}
