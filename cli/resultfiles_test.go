//go:build !sagefly_task

package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"
)

// A trial is named with its search, whose files there are.
func TestFilesOfATrial(t *testing.T) {
	t.Parallel()
	o := &fileFlags{csv: "a b.csv"}
	job := &sagemaker.DescribeTrainingJobOutput{
		TrainingJobName: new("s-001-0123abcd"), TuningJobArn: new("arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/s"),
	}
	p, ok := errors.AsType[*Problem](o.noTrials(job))
	if !ok || p.Why != "s-001-0123abcd is a trial of s" || !cmp.Equal(p.Fix, []string{"sagefly show s --csv 'a b.csv'"}) {
		t.Errorf("%+v", p)
	}
}

// What is said of the objective does not hide that a file was not written.
func TestProblemsTogether(t *testing.T) {
	t.Parallel()
	said := &Problem{What: "no objective", Exit: exitFailed}
	all, code := explain(also(said, problems{{What: "no file"}}))
	if all.Error() != "no objective; no file" || code != exitFailed {
		t.Errorf("%v, exit code %d", all, code)
	}
	for _, other := range []error{nil, exit(exitStopped)} {
		if got := also(said, other); got != error(said) {
			t.Errorf("with %v: %v", other, got)
		}
	}
}

// The search is over when its files cannot be written: the result says so in each form.
func TestResultComesBeforeItsFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"text": "▸ InProgress s\n", "json": `"HyperParameterTuningJobName"`, "quiet": "s\n"} {
		a, out := tuneApp(t)
		a.json, a.quiet = name == "json", name == "quiet"
		a.screen.json, a.screen.quiet = a.json, a.quiet
		job, trials := sampleTuning()
		files := &resultFiles{csv: t.TempDir() + "/none/t.csv"}
		err := (&tuningReport{app: a, job: job, trials: trials[2:], files: files}).write(t.Context())
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: no result:\n%s", name, out)
		}
		p, _ := explain(err)
		if len(p) != 1 || p[0].Where != "--csv "+files.csv || p[0].Why != "no such file or directory" ||
			!cmp.Equal(p[0].Fix, []string{"again:  sagefly show s --csv " + files.csv}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
