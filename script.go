package sagefly

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// Script is a task made of a program of the user's, usually Python, which SageMaker's script mode runs: it gets its
// hyperparameters as arguments and in SM_* variables, its data in folders, and leaves its model in SM_MODEL_DIR. Make it with
// [NewScript]; it is launched as a [Training] is.
type Script struct {
	def *definition
}

// ScriptConfig says how a script's jobs run.
type ScriptConfig struct {
	// TrainingConfig says where and how long. Image is the one in which the script runs, with the training toolkit in it; ""
	// is AWS's image for scikit-learn. Metrics are names that the script prints as LogMetric does, in lines "metric: NAME=VALUE". Persist
	// must be nil: what a script leaves is its model.
	TrainingConfig

	// Entry is the program inside a folder, with slashes; "" is train.py, else the only .py file at the folder's top.
	Entry string

	// Patterns find metrics in what the script prints: name → regular expression with one group, the number. It is read by Go
	// locally and by another engine at AWS.
	Patterns map[string]string
}

// ScriptInput is what a script trains with.
type ScriptInput struct {
	// Hyperparameters go to the script as arguments --NAME VALUE.
	Hyperparameters map[string]string
	// Channels are files, folders or s3:// prefixes by the names of their channels. A script finds them in SM_CHANNEL_NAME.
	Channels map[string]string
}

// ScriptOutput is what a script leaves.
type ScriptOutput struct {
	Model   File               // model.tar.gz
	Metrics map[string]float64 // final values by name
}

// NewScript defines a task. name is as that of [NewTraining]. path is a .py file, another program, or a folder whose entry
// ScriptConfig names; it is looked at when a job is launched. A requirements.txt beside the file, or in the folder, travels along. NewScript panics
// when the name or the configuration cannot work, saying why.
//
//	var Iris = sagefly.NewScript("iris", "./train.py", sagefly.ScriptConfig{Patterns: map[string]string{"accuracy": `accuracy=(\S+)`}})
func NewScript(name, path string, config ScriptConfig) *Script {
	s, err := newScript(name, path, config)
	if err != nil {
		panic(fmt.Sprintf("sagefly: task %q: %v", name, err))
	}
	return s
}

// OpenScript is NewScript for programs that learn of the script while they run, such as the command line: the task is named by the
// path, which is looked at now, and nothing panics. A folder without a program that could be its entry is an *EntryError.
func OpenScript(path string, config ScriptConfig) (*Script, error) {
	entry, err := findEntry(path, config.Entry)
	if err != nil {
		return nil, err
	}
	config.Entry = entry
	return newScript(scriptName(path), path, config)
}

func newScript(name, path string, config ScriptConfig) (*Script, error) {
	output, err := value.Of(reflect.TypeFor[ScriptOutput](), value.Types{File: reflect.TypeFor[File](), Dir: reflect.TypeFor[Dir]()})
	if err != nil {
		return nil, err
	}
	d := &definition{
		name: name, kind: KindScript, config: config.TrainingConfig, output: output,
		path: path, entry: config.Entry, patterns: maps.Clone(config.Patterns),
	}
	if config.Persist != nil {
		return nil, errors.New("config: Persist is set, and what a script leaves is its model")
	}
	if err := errors.Join(d.check(), checkPatterns(config)); err != nil {
		return nil, err
	}
	return &Script{d}, nil
}

func checkPatterns(c ScriptConfig) error {
	for _, name := range slices.Sorted(maps.Keys(c.Patterns)) {
		if err := checkPattern(name, c.Patterns[name]); err != nil {
			return fmt.Errorf("metric %q: %w", name, err)
		}
		if slices.Contains(c.Metrics, name) {
			return fmt.Errorf("metric %q: it is in Metrics and in Patterns", name)
		}
	}
	if n := len(c.Patterns) + len(c.Metrics); n > maxMetrics {
		return fmt.Errorf("%d metrics: a job has at most %d", n, maxMetrics)
	}
	return nil
}

// checkPattern refuses what the API or the search for the metric could not use.
func checkPattern(name, pattern string) error {
	expression, err := regexp.Compile(pattern)
	switch {
	case name == "" || len([]rune(name)) > maxMetricName || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("want a name of 1–%d printable characters", maxMetricName)
	case err != nil:
		return fmt.Errorf("its expression: %w", err)
	case expression.NumSubexp() == 0:
		return fmt.Errorf("its expression %q has no group: put the number into parentheses, such as %s=(\\S+)", pattern, name)
	case len(pattern) > maxMetricRegex:
		return fmt.Errorf("its expression has %d characters: the API takes %d", len(pattern), maxMetricRegex)
	case strings.ContainsFunc(pattern, unicode.IsControl):
		return errors.New("its expression has control characters")
	}
	return nil
}

// Name is the task's name.
func (s *Script) Name() string { return s.def.name }

// Describe is the task for programs. Which input a script takes, it alone knows: its description has none.
func (s *Script) Describe() Description { return s.def.describe() }

func (s *Script) definition() *definition { return s.def }

var notInTaskNames = regexp.MustCompile(`[^a-z0-9]+`)

// scriptName is a task's name made of a path: ./My_Model/train.py is my-model, since "train" says nothing.
func scriptName(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		absolute = path
	}
	base := strings.TrimSuffix(filepath.Base(absolute), filepath.Ext(absolute))
	if base == "train" || base == "main" {
		base = filepath.Base(filepath.Dir(absolute))
	}
	name := strings.Trim(notInTaskNames.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if name = strings.TrimRight(name[:min(len(name), 40)], "-"); name == "" {
		return "script"
	}
	return name
}

// EntryError says that a folder does not tell which of its programs to run.
type EntryError struct {
	Dir        string
	Entry      string   // that was asked for; "" = none
	Candidates []string // .py files, at most ten
}

func (e *EntryError) Error() string {
	switch {
	case e.Entry != "":
		return fmt.Sprintf("folder %s has no file %s", e.Dir, e.Entry)
	case len(e.Candidates) == 0:
		return fmt.Sprintf("folder %s has no train.py and no other .py file", e.Dir)
	}
	return fmt.Sprintf("folder %s has no train.py, but %s: say which one is the entry", e.Dir, strings.Join(e.Candidates, ", "))
}

// findEntry is the program inside a folder, "" for a path that is a program itself.
func findEntry(path, entry string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("script: %w", err)
	}
	if !info.IsDir() {
		if entry != "" {
			return "", fmt.Errorf("script %s: it is a program itself, and %s would be one inside a folder", path, entry)
		}
		return "", nil
	}
	if entry == "" {
		entry = "train.py"
		if top, _ := filepath.Glob(filepath.Join(escapeGlob(path), "*.py")); len(top) == 1 {
			entry = filepath.Base(top[0])
		}
		if !isFile(path, entry) {
			return "", &EntryError{Dir: path, Candidates: programsIn(path)}
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(entry)) || !isFile(path, entry) {
		return "", &EntryError{Dir: path, Entry: entry, Candidates: programsIn(path)}
	}
	return filepath.ToSlash(filepath.Clean(entry)), nil
}

func isFile(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// escapeGlob makes a pattern that matches the path itself.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// programsIn lists the first .py files of a folder, hidden ones and environments left out.
func programsIn(dir string) []string {
	var found []string
	_ = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, at)
		switch {
		case err != nil:
			return nil //nolint:nilerr // what cannot be read is no candidate
		case d.IsDir() && at != dir && (strings.HasPrefix(d.Name(), ".") || isFile(at, "pyvenv.cfg")):
			return fs.SkipDir
		case !d.IsDir() && filepath.Ext(at) == ".py":
			found = append(found, filepath.ToSlash(name))
		}
		if len(found) == shown {
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// checkScriptInput refuses names that the API or the platform has other uses for.
func checkScriptInput(in ScriptInput) error {
	for _, name := range slices.Sorted(maps.Keys(in.Hyperparameters)) {
		if name == "" || !isUsers(name) {
			return fmt.Errorf("hyperparameter %q: the name is the platform's own", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Channels)) {
		switch {
		case !channelName.MatchString(name) || name == container.SpecChannel:
			return fmt.Errorf("channel %q: a name has 1–64 characters of A–Z, a–z, 0–9, \".\", \"-\" and \"_\", and is not %q", name, container.SpecChannel)
		case in.Channels[name] == "":
			return fmt.Errorf("channel %q: want a path or an address", name)
		}
	}
	if len(in.Channels) > maxChannels {
		return fmt.Errorf("%d channels: a job has at most %d", len(in.Channels), maxChannels)
	}
	return nil
}
