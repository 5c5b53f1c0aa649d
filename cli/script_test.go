//go:build !sagefly_task

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine"
)

func TestMain(m *testing.M) {
	engine.Init()
	testscript.Main(m, map[string]func(){
		"sagefly": func() { Main() }, "standin": standIn,
		"tasks": func() { Main(fitTask, countTask) }, "onetask": func() { Main(fitTask) },
		"searches": func() { Main(fitTask, fitSearch) }, "grid": func() { Main(stepSearch) },
	})
}

// TestScript runs each command against a real engine that runs real processes; only the training program is a stand-in,
// so that no XGBoost library is needed.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			standin, err := exec.LookPath("standin")
			if err != nil {
				return err
			}
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("SAGEFLY_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("SAGEFLY_TRAINER", standin)
			env.Setenv("SAGEFLY_LIBXGBOOST", os.DevNull)
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "until": until, "elf": elfFile},
	})
}

// exits runs a command that must end with a code: exits 7 sagefly train …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// until repeats a command until a file or its output matches: until 'regexp' PROGRAM ARGS…
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP PROGRAM ARGS…")
	}
	want := regexp.MustCompile("(?m)" + args[0])
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...)
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("never matched %s", args[0])
}

// standIn is a training program that speaks the trainer's protocol and writes XGBoost's lines. With seed=13 it fails,
// with verbosity=3 it goes on until it is told to end. Best is an eta of 0.3.
func standIn() {
	if strings.Contains(strings.Join(os.Args, " "), "--handshake") {
		fmt.Println(`{"trainer":"xgboost","protocol":1}`)
		return
	}
	layout := container.FromEnv(os.Getenv)
	contract, err := container.Read(layout.Root)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	params := contract.Hyperparameters
	if params["seed"] == "13" {
		_ = os.WriteFile(layout.Failure(), []byte("the number is unlucky"), 0o600)
		os.Exit(1)
	}
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	rounds, _ := strconv.Atoi(params["num_round"])
	far := 0.0
	if eta, err := strconv.ParseFloat(params["eta"], 64); err == nil {
		far = math.Abs(eta - 0.3)
	}
	for i := range rounds {
		fmt.Printf("[%d]\ttrain-rmse:%.5f\tvalidation-rmse:%.5f\n", i, 2/float64(i+1), 3/float64(i+1)+far)
	}
	if params["verbosity"] == "3" {
		<-term
	}
	rows := map[string]int{}
	for _, c := range contract.Channels {
		_ = filepath.WalkDir(layout.Channel(c.Name), func(path string, _ os.DirEntry, _ error) error {
			text, _ := os.ReadFile(path)
			rows[c.Name] += strings.Count(string(text), "\n")
			return nil
		})
	}
	model, _ := json.Marshal(map[string]any{"rows": rows, "params": params})
	if err := os.WriteFile(filepath.Join(layout.Model(), "xgboost-model"), model, 0o600); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
