package job

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/internal/metric"
)

// valuesInterval is how often a running job's logs are looked at for values. A quick trial ends within a second, so what a decision comes too late for
// is not little; a look costs some microseconds.
const valuesInterval = 20 * time.Millisecond

// Values calls value for every value of a metric that a job prints, with the time in the log, from the beginning and as they are printed, until
// the job has ended and its log is read, or ctx is done. Of several hosts one counts: the one whose first value is the earliest by the times in
// the logs, which is the same one whoever reads them and whenever; of hosts in the same millisecond, the first.
func (s *Service) Values(ctx context.Context, region, name, metricName string, value func(time.Time, float64)) error {
	w, err := s.valueReader(ctx, region, name, metricName)
	if err != nil {
		return err
	}
	w.value = value
	wait := func(context.Context) bool { return false }
	if v := s.supervised(region, name); v != nil {
		wait = log.Every(valuesInterval, v.over.Done())
	}
	for more := true; more; more = wait(ctx) {
		if err := w.read(); err != nil || ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
	}
	return w.read()
}

// valueReader finds the values of one metric in a job's logs.
type valueReader struct {
	scanner *metric.Scanner
	value   func(time.Time, float64)
	files   []string // of the hosts, and of one as soon as there is a value
	offsets []int64  // what of them was read
}

func (s *Service) valueReader(ctx context.Context, region, name, metricName string) (*valueReader, error) {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return nil, err
	}
	r, err := decode(row.Request)
	if err != nil {
		return nil, err
	}
	definitions := slices.DeleteFunc(metricDefinitions(r), func(d metric.Definition) bool { return d.Name != metricName })
	scanner, err := metric.New(definitions)
	w := &valueReader{scanner: scanner}
	for _, host := range hostNames(int(*r.ResourceConfig.InstanceCount)) {
		w.files = append(w.files, filepath.Join(s.logDir(row.ID), host+".log"))
	}
	w.offsets = make([]int64, len(w.files))
	return w, err
}

// read reads what is new.
func (w *valueReader) read() error {
	if len(w.files) > 1 {
		if err := w.choose(); err != nil || len(w.files) > 1 {
			return err
		}
	}
	return w.readFile()
}

// choose keeps one host's log once there is a value. It looks twice, for a host may print while the log of another one is read.
func (w *valueReader) choose() error {
	host, err := w.earliest()
	if err == nil && host >= 0 {
		host, err = w.earliest()
	}
	if err == nil && host >= 0 {
		w.files, w.offsets = w.files[host:host+1], w.offsets[host:host+1]
	}
	return err
}

// earliest is the host whose first value has the earliest time; −1: no host has a value.
func (w *valueReader) earliest() (int, error) {
	host, first := -1, time.Time{}
	for i := range w.files {
		at, err := w.firstValue(i)
		if err != nil {
			return -1, err
		}
		if !at.IsZero() && (host < 0 || at.Before(first)) {
			host, first = i, at
		}
	}
	return host, nil
}

// firstValue is the time of a host's first value; zero: it has none. What is before it is not read again.
func (w *valueReader) firstValue(i int) (at time.Time, err error) {
	err = w.forward(i, func(rec log.Record) bool {
		if len(w.scan(rec)) > 0 {
			at = rec.Time
			return false
		}
		w.offsets[i] = rec.Next
		return true
	})
	return at, err
}

func (w *valueReader) readFile() error {
	return w.forward(0, func(rec log.Record) bool {
		w.offsets[0] = rec.Next
		for _, p := range w.scan(rec) {
			w.value(p.Time, p.Value)
		}
		return true
	})
}

func (w *valueReader) scan(rec log.Record) []metric.Point {
	return w.scanner.Scan(log.Escape(rec.Text), rec.Time)
}

// forward yields the records of a host's log that were not read.
func (w *valueReader) forward(i int, yield func(log.Record) bool) error {
	r, err := log.Open(w.files[i])
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the host has not started
	}
	if err != nil {
		return err
	}
	defer r.Close()
	for rec, err := range r.Forward(w.offsets[i]) {
		if err != nil {
			return err
		}
		if !yield(rec) {
			return nil
		}
	}
	return nil
}
