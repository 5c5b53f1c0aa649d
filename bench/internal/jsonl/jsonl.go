// Package jsonl keeps what was measured as lines of JSON.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Read decodes a file's lines; a file that is not there has none.
func Read[T any](file string) (all []T, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for line := range bytes.Lines(text) {
		var one T
		if err := json.Unmarshal(line, &one); err != nil {
			return nil, fmt.Errorf("rows %s: line %d: %w", file, len(all)+1, err)
		}
		all = append(all, one)
	}
	return all, err
}

// Append puts values at the end of a file in one write: all of them are there, or none.
func Append[T any](file string, values ...T) error {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	for _, v := range values {
		if err := out.Encode(v); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	return errors.Join(err, f.Close())
}
