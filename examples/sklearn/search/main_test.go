package main

import (
	"context"
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/testenv"
)

// TestMain makes the test binary an engine that searches, when it is started again as one.
func TestMain(m *testing.M) {
	engine.Init()
	folder := os.Getenv("SEARCH_FOLDER")
	if folder == "" {
		os.Exit(m.Run())
	}
	if err := searchIn(context.Background(), folder); err != nil {
		log.Fatal(err)
	}
}

func searchIn(ctx context.Context, folder string) error {
	e, err := engine.Open(ctx, engine.Config{Dir: os.Getenv("HOME")})
	if err != nil {
		return err
	}
	if err := e.Listen(ctx, "127.0.0.1:0"); err != nil {
		return errors.Join(err, e.Close())
	}
	return errors.Join(run(ctx, sagefly.Target{AWS: e.AWSConfig("us-east-1"), Local: true}, folder), e.Close())
}

// The best trial's values come back. With its own defaults the script has an accuracy of 0.9911 (scikit-learn 1.9.1, run without any of this); five
// trials come near.
func TestSearch(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "search-") // t.TempDir would not wait for processes that still end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cmd := exec.Command(program)
	cmd.Env = []string{
		"SEARCH_FOLDER=" + filepath.Join(testenv.Root(t), "examples/sklearn"), "HOME=" + dir, "TMPDIR=" + dir,
		"PATH=" + filepath.Dir(testenv.Python(t)) + ":" + os.Getenv("PATH"), "PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + testenv.Wheels(t),
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := regexp.MustCompile(`(?m)^trial (\d): accuracy (0\.\d+) with penalty (\S+) and gamma (\S+)$`).FindAllStringSubmatch(string(out), -1)
	if len(lines) != 5 || !regexp.MustCompile(`(?m)^best: map\[gamma:\S+ penalty:\S+ seed:7\]\nmodel: .*/model\.tar\.gz$`).Match(out) {
		t.Fatalf("%s", out)
	}
	best := lines[0]
	for _, l := range lines {
		if l[2] > best[2] {
			best = l
		}
	}
	if !regexp.MustCompile(`map\[gamma:` + regexp.QuoteMeta(best[4]) + ` penalty:` + regexp.QuoteMeta(best[3]) + ` `).Match(out) {
		t.Errorf("the best is trial %s:\n%s", best[1], out)
	}
	if accuracy, err := strconv.ParseFloat(best[2], 64); err != nil || accuracy < 0.97 {
		t.Errorf("the best accuracy is %v, %v", accuracy, err)
	}
}
