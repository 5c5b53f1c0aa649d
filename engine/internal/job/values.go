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

// valuesInterval is how often a running job's logs are looked at for values.
const valuesInterval = 100 * time.Millisecond

// Values calls value for every value of a metric that a job prints, from the beginning and as they are printed, until the job has ended and
// its log is read, or ctx is done. Of several hosts the one whose value is found first counts.
func (s *Service) Values(ctx context.Context, region, name, metricName string, value func(float64)) error {
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
	value   func(float64)
	files   []string // of the hosts
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
	for i := range w.files {
		found, err := w.readFile(i)
		if err != nil {
			return err
		}
		if found {
			w.files, w.offsets = w.files[i:i+1], w.offsets[i:i+1]
			return nil
		}
	}
	return nil
}

func (w *valueReader) readFile(i int) (found bool, err error) {
	r, err := log.Open(w.files[i])
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // the host has not started
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	for rec, err := range r.Forward(w.offsets[i]) {
		if err != nil {
			return found, err
		}
		w.offsets[i] = rec.Next
		for _, p := range w.scanner.Scan(log.Escape(rec.Text), rec.Time) {
			found = true
			w.value(p.Value)
		}
	}
	return found, nil
}
