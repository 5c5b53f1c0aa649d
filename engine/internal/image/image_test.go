package image

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/api"
)

const xgboost = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:"

func TestResolve(t *testing.T) {
	t.Parallel()
	trainer := &Programs{Trainer: &Trainer{Path: "/opt/sagefly"}}
	tests := map[string]struct {
		request Request
		command []string
		refusal string // part of the text; "" = resolved
	}{
		"entry point wins": {Request{Image: xgboost + "3.0-5", Entrypoint: []string{"/bin/sh"}, Arguments: []string{"-c", "true"}}, []string{"/bin/sh", "-c", "true"}, ""},
		"built-in":         {Request{Image: xgboost + "1.7-1"}, []string{"/opt/sagefly", "trainer", "xgboost", "--tag", "1.7-1"}, ""},
		"another region":   {Request{Image: "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.0-5"}, []string{"/opt/sagefly", "trainer", "xgboost", "--tag", "3.0-5"}, ""},
		"untrainable tag":  {Request{Image: xgboost + "1.2-1"}, nil, "trains xgboost at 1.7-1 and 3.0-5"},
		"unknown image":    {Request{Image: "me/mine:1"}, nil, "cannot run me/mine:1"},
		"algorithm name":   {Request{AlgorithmName: "mine"}, nil, "cannot run algorithm mine"},
	}
	for name, tt := range tests {
		p, err := trainer.Resolve(t.Context(), tt.request)
		if tt.refusal == "" {
			if err != nil || !slices.Equal(p.Command, tt.command) || p.Note == "" {
				t.Errorf("%s: %v, %v; want %v", name, p.Command, err, tt.command)
			}
			continue
		}
		e, ok := errors.AsType[*api.Error](err)
		if !ok || e.Code != "ValidationException" || !strings.Contains(e.Message, tt.refusal) {
			t.Errorf("%s: %v; want %q", name, err, tt.refusal)
		}
	}
}

// script writes a program that answers the handshake with text.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sagefly")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho '"+text+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	if err := handshake(t.Context(), script(t, `{"trainer":"xgboost","protocol":1,"tags":[]}`)); err != nil {
		t.Errorf("fitting program: %v", err)
	}
	for text, want := range map[string]string{
		`{"trainer":"xgboost","protocol":2}`: "speaks trainer protocol 2, this engine speaks 1",
		`hello`:                              "instead of its handshake",
	} {
		if err := handshake(t.Context(), script(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if err := handshake(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing program: %v", err)
	}
}
