package sagefly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// CheckpointDir is the folder that outlives an interrupted job when TrainingConfig.Checkpoints is set: what it holds is
// copied to S3 while the job runs, and back when it starts again. All hosts share one place in S3: a file that several
// write is the last one's. "" without checkpoints and outside of a job.
func CheckpointDir(ctx context.Context) string { return sessionFrom(ctx).checkpoints }

// SaveCheckpoint writes v as JSON under name, whole or not at all, also for who copies the folder meanwhile. name is 1–128
// characters of A–Z, a–z, 0–9, ".", "-" and "_", the first no "."; v's previous value under it is replaced. In a
// distributed job one process calls it, or each with a name of its own. Without checkpoints it does nothing.
func SaveCheckpoint(ctx context.Context, name string, v any) error {
	dir := CheckpointDir(ctx)
	if err := checkCheckpoint(name); err != nil || dir == "" {
		return err
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = replace(dir, name, data)
	}
	if err != nil {
		return fmt.Errorf("save checkpoint %s: %w", name, err)
	}
	return nil
}

// LoadCheckpoint reads what SaveCheckpoint wrote; ok is false when there is nothing.
func LoadCheckpoint(ctx context.Context, name string, v any) (ok bool, err error) {
	dir := CheckpointDir(ctx)
	if err := checkCheckpoint(name); err != nil || dir == "" {
		return false, err
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return false, fmt.Errorf("load checkpoint %s: %w", name, err)
	}
	return true, nil
}

var checkpointName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)

// Names with reserved are the platform's own beside checkpoints; what ends in ignored is not copied to S3.
const (
	reserved = ".sagemaker-"
	ignored  = ".sagemaker-ignore"
)

func checkCheckpoint(name string) error {
	if !checkpointName.MatchString(name) || strings.Contains(name, reserved) {
		return fmt.Errorf("checkpoint %q: a name is 1–128 characters of A–Z, a–z, 0–9, \".\", \"-\" and \"_\", starts with no \".\" "+
			"and has no %q in it", name, reserved)
	}
	return nil
}

// replace writes a file by way of one that the platform does not copy.
func replace(dir, name string, data []byte) error {
	f, err := os.CreateTemp(dir, "."+name+".*"+ignored)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return atomicfile.SyncDir(dir)
}
