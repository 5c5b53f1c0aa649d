package xgboost

import (
	"io"
	"path/filepath"
	"testing"
)

// smallJob is a job of 4,000 rows, 5 columns and 5 rounds.
func smallJob(b *testing.B) string {
	b.Helper()
	root, _ := contractDir(b, configuration{name: "small", data: "binary", hyper: map[string]string{"objective": "binary:logistic", "num_round": "5"}})
	writeData(b, filepath.Join(root, "input/data/train"), "binary", 1, 4000)
	return root
}

// BenchmarkProcess is a job as the engine sees it: a process from start to exit.
func BenchmarkProcess(b *testing.B) {
	for _, p := range profiles() {
		b.Run(p.tag, func(b *testing.B) {
			needLibrary(b, p)
			root := smallJob(b)
			for b.Loop() {
				if out, err := trainerCommand(b, p.tag, root).CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}

// BenchmarkMain is the same job without the process and, after the first time, without loading the library.
func BenchmarkMain(b *testing.B) {
	p := profiles()[1]
	lib := testLibrary(b, p.library)
	root := smallJob(b)
	env := func(name string) string {
		return map[string]string{"SAGEMAKER_BASE_DIR": root, "SAGEFLY_LIBXGBOOST": lib.Path()}[name]
	}
	for b.Loop() {
		if code := Main([]string{"--tag", p.tag}, env, io.Discard, io.Discard); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}
