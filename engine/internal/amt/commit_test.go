package amt

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/live"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/tuner"
)

// stored is a supervisor, with these trials, of a tuning job in a database of its own.
func stored(t *testing.T, p plan, trials ...*trial) *supervisor {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "sagefly.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &Service{Config: Config{DB: db, Logger: slog.New(slog.DiscardHandler)}, live: live.New[*supervisor](t.Context())}
	at := now()
	begin := state{Status: inProgress, Created: at}
	p.Parameters = []tuner.Parameter{{Name: "x", Max: 1}}
	row := store.Job{
		Region: "us-east-1", Name: "search", Status: inProgress, Created: at, Modified: at, Request: encode(document{Plan: p}), State: encode(begin),
	}
	if row.ID, err = db.Tunings.Insert(t.Context(), row, "arn", nil); err != nil {
		t.Fatal(err)
	}
	v, err := s.supervisor(row, p, begin)
	if err != nil {
		t.Fatal(err)
	}
	v.trials = trials
	v.save(trials...)
	return v
}

// kept is what is stored of a tuning job.
func (v *supervisor) kept(t *testing.T) store.Job {
	t.Helper()
	row, err := v.service.DB.Tunings.Get(t.Context(), v.row.Region, v.row.Name)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// The end of a trial that ends the search is one commit: an engine that is killed between two would count the trial again.
func TestEndIsOneCommit(t *testing.T) {
	t.Parallel()
	v := stored(t, plan{Target: new(2.0)}, &trial{Number: 1, Status: inProgress}, &trial{Number: 2, Status: inProgress})
	db := v.service.DB
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TRIGGER seen AFTER UPDATE ON tuning BEGIN INSERT INTO setting VALUES (hex(randomblob(8)), NEW.state); END`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v.ended(v.trials[0], lifecycle.State{Status: completed, Metrics: []lifecycle.Metric{{Name: job.ObjectiveMetric, Value: 1}}})
	commits := 0
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM setting`).Scan(&commits); err != nil || commits != 1 {
		t.Errorf("%d commits, %v", commits, err)
	}
	trials, err := v.service.trials(t.Context(), v.row.ID)
	if err != nil || trials[0].Status != completed || trials[1].Stop != stopSearch {
		t.Errorf("stored %+v, %v", trials, err)
	}
	if s, err := readState(v.kept(t)); err != nil || s.Halt != "TargetObjectiveMetricValue" || s.Jobs.Completed != 1 {
		t.Errorf("stored %+v, %v", s, err)
	}
}

// A search that its deadline ends before any trial has an objective has found nothing.
func TestNothingFoundByTheDeadline(t *testing.T) {
	t.Parallel()
	v := stored(t, plan{}, &trial{Number: 1, Name: "search-001", Status: inProgress}, &trial{Number: 2, Name: "search-002", Status: inProgress})
	v.ended(v.trials[0], lifecycle.State{Status: failed, FailureReason: "AlgorithmError: no such column"})
	v.save(v.halt("MaxRuntimeInSeconds")...)
	v.ended(v.trials[1], lifecycle.State{Status: stopped})
	v.conclude()
	want := "No training job succeeded after 2 attempts. Please take a look at the training job failures to get more details. Last: search-002: Stopped"
	if v.state.Status != failed || v.state.FailureReason != want {
		t.Errorf("%s: %s", v.state.Status, v.state.FailureReason)
	}
}
