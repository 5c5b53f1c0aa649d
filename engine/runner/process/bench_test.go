package process_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/process"
)

// BenchmarkHost measures a whole host around a program that does nothing.
func BenchmarkHost(b *testing.B) {
	for _, mode := range []runner.Mode{runner.ModeOptML, runner.ModeBaseDir} {
		b.Run(string(mode), func(b *testing.B) {
			r, err := process.New(process.Config{Mode: mode})
			if err != nil {
				b.Skip(err)
			}
			var starting, ending time.Duration
			for b.Loop() {
				dir := b.TempDir()
				if err := (container.Contract{}).Write(filepath.Join(dir, "ml")); err != nil {
					b.Fatal(err)
				}
				begin := time.Now()
				p, err := r.Start(b.Context(), runner.Spec{
					Job: "j", Host: "algo-1", Dir: dir, Log: filepath.Join(dir, "log"),
					Command: []string{"/bin/true"}, Hosts: map[string]string{"algo-1": "127.0.0.1"},
				})
				if err != nil {
					b.Fatal(err)
				}
				starting += time.Since(begin)
				e, err := p.Wait(b.Context())
				if err != nil || e.Code != 0 {
					b.Fatal(e, err)
				}
				ending += time.Since(e.End)
			}
			b.ReportMetric(float64(starting.Microseconds())/float64(b.N)/1000, "ms/start")
			b.ReportMetric(float64(ending.Microseconds())/float64(b.N)/1000, "ms/end")
		})
	}
}
