// Package xgboost is the training program for Amazon SageMaker's built-in XGBoost algorithm: it reads the contract below /opt/ml,
// trains with the real XGBoost library and leaves model, log lines, exit code and failure file as the AWS container of the same image
// tag does. The library is loaded without cgo and must be exactly the version of the tag; models are then byte-equal to the ones
// that Python's xgboost package writes with the container's parameters.
//
// The package is linked by the sagefly command alone, which the engine starts as `sagefly trainer xgboost --tag TAG`.
package xgboost

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/libxgboost"
)

// Exit codes of [Main].
const (
	exitOK        = 0
	exitFailed    = 1 // training failed; the failure file says why
	exitUsage     = 2
	exitNoLibrary = 3 // --check found no fitting library
)

// Main is the program. args are the arguments after `trainer xgboost`, env the environment. It returns the exit code:
//
//	--tag TAG             train for an image tag (default: the catalogue's default)
//	--tag TAG --check     print {"protocol":1,"tag":…,"library":…,"version":…} if the tag's library is found, else an error and exit 3
//	--handshake           print {"trainer":"xgboost","protocol":1,"tags":[…]}
//	--library PATH        use this library file and no other
//
// It trains on the calling goroutine, which it locks to its thread meanwhile. With save_model_on_termination, SIGTERM ends the
// whole process; otherwise the signal has its default effect.
func Main(args []string, env func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("sagefly trainer xgboost", flag.ContinueOnError)
	flags.SetOutput(stderr)
	tag := flags.String("tag", "", "image tag to train for")
	check := flags.Bool("check", false, "look for the library and exit")
	handshake := flags.Bool("handshake", false, "say what this program can do and exit")
	library := flags.String("library", "", "path of the XGBoost library")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if *handshake {
		return printJSON(stdout, stderr, struct {
			Trainer  string   `json:"trainer"`
			Protocol int      `json:"protocol"`
			Tags     []string `json:"tags"`
		}{"xgboost", Protocol, Tags()})
	}
	if *tag == "" {
		xgb, _ := algorithm.Lookup("xgboost")
		*tag = xgb.DefaultTag
	}
	p, err := profileOf(*tag)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	search := libxgboost.Search{Explicit: *library, Env: env}
	if *check {
		return checkLibrary(p, search, stdout, stderr)
	}
	log := &logger{stdout: stdout, stderr: stderr, now: time.Now}
	return train(p, container.FromEnv(env), search, log)
}

func checkLibrary(p profile, s libxgboost.Search, stdout, stderr io.Writer) int {
	lib, err := open(s, p.library)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitNoLibrary
	}
	return printJSON(stdout, stderr, struct {
		Protocol int    `json:"protocol"`
		Tag      string `json:"tag"`
		Library  string `json:"library"`
		Version  string `json:"version"`
	}{Protocol, p.tag, lib.Path(), lib.Version().String()})
}

func printJSON(stdout, stderr io.Writer, v any) int {
	if err := json.NewEncoder(stdout).Encode(v); err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	return exitOK
}

// train runs a job and leaves the failure file when it fails.
func train(p profile, layout container.Layout, s libxgboost.Search, log *logger) int {
	err := protect(func() error {
		// A job makes few garbage but large arrays; collecting in between only delays it.
		defer debug.SetGCPercent(debug.SetGCPercent(400))
		j, err := newJob(p, layout, s, log)
		if err != nil {
			return err
		}
		defer j.release()
		return j.run()
	})
	if err == nil {
		return exitOK
	}
	text := report(err)
	log.fail("Reporting training FAILURE")
	log.fail("%s", text)
	if err := layout.WriteFailure(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return exitFailed
}

// protect turns a panic into an error, so that a fault of this program is told like any other failure.
func protect(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = platformError("internal error: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
