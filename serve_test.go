package sagefly_test

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/container"
)

func TestServeReturnsWhatTheFunctionReturned(t *testing.T) {
	t.Parallel()
	h := newHost(t, "echo", map[string]string{
		"text": "hello", "__proto__": "", "count": "7", "rate": "0.1", "labels": `{"a":"b"}`, "pause": "2s",
		"sagemaker_program": "x", "sagemaker_region": `"eu-west-1"`, "_tuning_objective_metric": "validation:loss",
	})
	d := h.run(t).captured(t)
	want := container.Document{
		Version: 1, Task: "echo", Host: "algo-1", Rank: 0,
		Values: map[string]string{
			"text": "hello", "other": "", "count": "7", "rate": "0.1", "labels": `{"a":"b"}`, "pause": "2s", "read": "", "names": "null",
		},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

// Values arrive unchanged by both ways, hyperparameters.json and the spec channel.
func TestServeHostileValues(t *testing.T) {
	t.Parallel()
	values := []string{
		"two\nlines\r\n", `"quoted" and \back\slashed`, strings.Repeat("x", 2500), strings.Repeat("ä", 100_000), "日本語 😀 \u2028",
		"--leading", "$(reboot) `id` ;&|", "\x00\x01\x7f", " spaces ", "null", "{", "%s%n", "</script>", "a=b,c=d", "algo-1: , exit code: 3",
	}
	for i, text := range values {
		for _, way := range []string{"hyperparameter", "spec"} {
			t.Run(way+string(rune('a'+i)), func(t *testing.T) {
				t.Parallel()
				h := newHost(t, "echo", nil)
				given := map[string]string{"text": text, "__proto__": text}
				if way == "hyperparameter" {
					h.Hyperparameters = given
				} else {
					h.addSpec(t, container.Spec{Values: given})
				}
				d := h.run(t).captured(t)
				if d.Values["text"] != text || d.Values["other"] != text || len(d.Values) != 8 {
					t.Errorf("%.50q came back as %.50q and %.50q", text, d.Values["text"], d.Values["other"])
				}
			})
		}
	}
}

func (h *host) addSpec(t *testing.T, s container.Spec) {
	t.Helper()
	name, data, err := s.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	h.addChannel(t, container.SpecChannel, map[string]string{name: string(data)})
}

func (h *host) addChannel(t *testing.T, name string, files map[string]string) {
	t.Helper()
	h.Channels = append(h.Channels, container.Channel{Name: name})
	if err := os.MkdirAll(h.layout.Channel(name), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range files {
		path := filepath.Join(h.layout.Channel(name), file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServeFailures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		task   string
		params map[string]string
		code   int
		starts string // failure file
		log    string // in standard error
	}{
		"error":          {"end", how("error"), 1, "UserError: fit: first cause\nsecond cause", "second cause"},
		"retryable":      {"end", how("retryable"), 75, "RetryableError: read data: server busy", ""},
		"huge":           {"end", how("huge"), 1, "UserError: begin ää", "ä end\n"},
		"empty":          {"end", how("empty"), 1, "UserError: an error without text, of type *errors.errorString", ""},
		"error panics":   {"end", how("error panics"), 1, "UserError: %!v(PANIC=Error method: no text either)", ""},
		"panic":          {"end", how("panic"), 2, "Panic: at step 7\nat github.com/sagefly/sagefly_test.end (", "goroutine "},
		"panic nil":      {"end", how("panic nil"), 2, "Panic: panic called with nil argument", ""},
		"index":          {"end", how("index"), 2, "Panic: runtime error: index out of range [5] with length 0\nat github.com/sagefly/sagefly_test.end (", ""},
		"goexit":         {"end", how("goexit"), 2, "Panic: the function ended its goroutine", ""},
		"exit 3":         {"end", how("exit 3"), 3, "", ""},
		"fatal":          {"end", how("fatal"), 1, "", "no further"},
		"goroutine":      {"end", how("goroutine"), 2, "", "panic: elsewhere"},
		"killed":         {"end", how("killed"), -1, "", ""},
		"predicate":      {"who-panics", nil, 2, "Panic: which one?\nat ", ""},
		"marshal":        {"odd-text", map[string]string{"what": "panic"}, 2, "Panic: no words\nat github.com/sagefly/sagefly_test.panicText.MarshalText (", ""},
		"not UTF-8":      {"odd-text", map[string]string{"what": "bytes"}, 1, "UserError: output: field Text ", "UTF-8"},
		"unknown task":   {"not-there", nil, 2, `UserError: task "not-there": this program has echo, end, files`, "echo, end, files"},
		"unknown name":   {"end", map[string]string{"how": "", "who": "x"}, 1, "UserError: input: ", "who"},
		"no number":      {"echo", map[string]string{"text": "", "__proto__": "", "count": "many"}, 1, "UserError: input: ", "many"},
		"own name taken": {"end", map[string]string{"how": "", "sagefly": "x"}, 1, "UserError: input: ", `sagefly`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHost(t, tt.task, tt.params).run(t)
			if r.code != tt.code || !strings.HasPrefix(r.failure, tt.starts) || tt.starts == "" && r.failure != "" {
				t.Errorf("exit code %d, failure %.300q; want %d, %q…", r.code, r.failure, tt.code, tt.starts)
			}
			if !strings.Contains(r.stderr, tt.log) {
				t.Errorf("log lacks %q: %.2000s", tt.log, r.stderr)
			}
			if len(r.documents) > 0 {
				t.Errorf("a failed run was captured: %v", r.documents)
			}
		})
	}
}

func how(s string) map[string]string { return map[string]string{"how": s} }

func TestServeHugeFailureIsCut(t *testing.T) {
	t.Parallel()
	h := newHost(t, "end", how("huge"))
	h.run(t)
	info, err := os.Stat(h.layout.Failure())
	if err != nil || info.Size() > 64<<10 || info.Size() < 4096 {
		t.Errorf("failure file of %d bytes, %v; want more than FailureReason can hold and at most 64 KiB", info.Size(), err)
	}
}

// A program that leaves by itself with 0 has captured nothing, and says nothing.
func TestServeExitZero(t *testing.T) {
	t.Parallel()
	r := newHost(t, "end", how("exit 0")).run(t)
	if r.code != 0 || r.failure != "" || len(r.documents) != 0 {
		t.Errorf("exit code %d, failure %q, %d documents; want 0, none, none", r.code, r.failure, len(r.documents))
	}
}

func TestServeBrokenContract(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]func(container.Layout) string{
		"hyperparameters": container.Layout.Hyperparameters,
		"resources":       container.Layout.ResourceConfig,
		"spec":            func(l container.Layout) string { return filepath.Join(l.Channel(container.SpecChannel), "spec.json") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "end", how(""))
			h.addSpec(t, container.Spec{})
			cmd := h.command(t)
			if err := os.WriteFile(file(h.layout), []byte(`{"version":1,`), 0o644); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Run()
			r := h.result(t, cmd, "", "")
			if r.code != 1 || !strings.HasPrefix(r.failure, "UserError: read ") || !strings.Contains(r.failure, "JSON") {
				t.Errorf("exit code %d, failure %q", r.code, r.failure)
			}
		})
	}
}

func TestServeWithoutSpecFile(t *testing.T) {
	t.Parallel()
	h := newHost(t, "end", how(""))
	h.addChannel(t, container.SpecChannel, nil)
	if r := h.run(t); r.code != 1 || !strings.Contains(r.failure, "spec.json") {
		t.Errorf("exit code %d, failure %q; want 1 and the name of the missing file", r.code, r.failure)
	}
}

func TestServeStopped(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		then  string
		env   []string
		code  int
		cause string
	}{
		"stop":        {"cause", nil, 143, "the job was stopped\n"},
		"time":        {"cause", []string{"SAGEFLY_MAX_RUNTIME=1"}, 143, "the job's run time is over\n"},
		"early":       {"context", []string{"SAGEFLY_MAX_RUNTIME=3600"}, 143, "the job was stopped\n"},
		"spot":        {"context", []string{"SAGEFLY_SPOT=1", "SAGEFLY_MAX_RUNTIME=3600"}, 143, "the job was stopped or its spot capacity was taken\n"},
		"value":       {"value", nil, 0, "the job was stopped\n"},
		"other error": {"other", nil, 1, "the job was stopped\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "wait", map[string]string{"then": tt.then})
			h.env = append(h.env, tt.env...)
			cmd := h.command(t)
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(out)
			if line, err := lines.ReadString('\n'); line != "ready\n" {
				t.Fatalf("%q, %v; want ready", line, err)
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(lines)
			_ = cmd.Wait()
			r := h.result(t, cmd, string(rest), "")
			if r.code != tt.code || !strings.HasPrefix(r.stdout, "cause: "+tt.cause) {
				t.Errorf("exit code %d, %q; want %d, cause %q", r.code, r.stdout, tt.code, tt.cause)
			}
			if wantFile := tt.code == 1; wantFile != (r.failure != "") {
				t.Errorf("failure file %q", r.failure)
			}
			if wantValue := tt.code == 0; wantValue != (len(r.documents) == 1) {
				t.Errorf("documents %v", r.documents)
			}
		})
	}
}

func TestServeMetrics(t *testing.T) {
	t.Parallel()
	r := newHost(t, "numbers", nil).run(t)
	r.captured(t)
	count, last := map[string]int{}, map[string]string{}
	for line := range strings.Lines(r.stdout) {
		name, text, ok := strings.Cut(strings.TrimPrefix(line, "metric: "), "=")
		if !ok || !strings.HasPrefix(line, "metric: ") {
			t.Fatalf("%q is no line of a metric", line)
		}
		count[name]++
		last[name] = strings.TrimSuffix(text, "\n")
	}
	wantCount := map[string]int{"validation:loss": 1001, "nobody": 2, "accuracy": 1, "infinite": 1, "steps": 1, "nested.loss": 1}
	if diff := cmp.Diff(wantCount, count); diff != "" {
		t.Errorf("number of lines (-want +got):\n%s", diff)
	}
	wantLast := map[string]string{
		"validation:loss": "nan", "nobody": "-inf", "accuracy": "0.30000000000000004", "infinite": "inf",
		"steps": "4611686018427387905", "nested.loss": "-0.5",
	}
	if diff := cmp.Diff(wantLast, last); diff != "" {
		t.Errorf("last values (-want +got):\n%s", diff)
	}
	if n := strings.Count(r.stderr, `metric "nobody" is not among the Metrics`); n != 1 {
		t.Errorf("an unknown metric was mentioned %d times, want once:\n%s", n, r.stderr)
	}
}

// The second run of a job goes on with what the first one saved.
func TestServeCheckpoints(t *testing.T) {
	t.Parallel()
	h := newHost(t, "resume", nil)
	h.CheckpointPath = "/opt/ml/checkpoints"
	for i := range 3 {
		d := h.run(t).captured(t)
		if want := map[string]string{"before": string(rune('0' + i)), "dir": h.layout.Checkpoints()}; !cmp.Equal(want, d.Values) {
			t.Errorf("run %d: %v, want %v", i, d.Values, want)
		}
	}
	entries, err := os.ReadDir(h.layout.Checkpoints())
	if err != nil || len(entries) != 1 || entries[0].Name() != "state.json" {
		t.Errorf("checkpoints %v, %v; want state.json alone", entries, err)
	}
}
