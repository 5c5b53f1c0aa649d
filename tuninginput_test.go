//go:build !sagefly_task

package sagefly_test

import (
	"archive/tar"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm/xgboost"
)

// stubbed lets the stub answer for a search whose request is given; the objects of its channels are where it can read them.
func stubbed(t *testing.T, target sagefly.Target, request *sagemaker.CreateHyperParameterTuningJobInput, tuned map[string]any) sagefly.Target {
	t.Helper()
	stub := &tuningStub{objects: map[string]string{}, trials: []map[string]any{trialSummary(1, "Completed", 0.5, tuned)}}
	for _, c := range request.TrainingJobDefinition.InputDataConfig {
		s := c.DataSource.S3DataSource
		if *c.ChannelName == "sagefly" || s.S3DataType == types.S3DataTypeManifestFile {
			stub.objects[(*s.S3Uri)[len("s3://"):]] = object(t, target, *s.S3Uri)
		}
	}
	if _, err := sagefly.LaunchTuning(t.Context(), stubTarget(target, stub.start(t)), request, sagefly.StartOptions{Name: "nightly"}); err != nil {
		t.Fatal(err)
	}
	return stubTarget(target, stub.start(t))
}

func stubTarget(target sagefly.Target, at string) sagefly.Target {
	target.AWS.BaseEndpoint = &at
	return target
}

// channels are a request's, sorted, but for the spec.
func channels(list []types.Channel) [][3]string {
	var out [][3]string
	for _, c := range list {
		if *c.ChannelName == "sagefly" {
			continue
		}
		kind := ""
		if c.ContentType != nil {
			kind = *c.ContentType
		}
		out = append(out, [3]string{*c.ChannelName, string(c.DataSource.S3DataSource.S3DataType) + " " + *c.DataSource.S3DataSource.S3Uri, kind})
	}
	slices.SortFunc(out, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

// A trial's input is one: the task that is run with it gets the data that the trial had, files of the caller's, objects, folders and parts of archives alike.
func TestTrialInputRunsAgain(t *testing.T) {
	t.Parallel()
	target := local(t)
	archiveAt(t, target, "m.tar.gz", []tar.Header{{Name: "base"}}, map[string][]byte{"base": []byte("a\n")})
	fill(t, target, "data", "d/x.csv", "d/x.csv.bak", "train/a", "train2/b")
	search := sagefly.NewTuning("report-search", report, sagefly.TuningConfig{Objective: sagefly.Minimize("accuracy"), Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.01, 1)}})
	train := sagefly.Dir(folder(t, map[string]string{"a.csv": "1\n"}))
	file := sagefly.File(folder(t, map[string]string{"b.csv": "1\n"}) + "/b.csv")
	for name, in := range map[string]reportInput{
		"local":           {Train: train, Base: file, Note: "one\ntwo"},
		"objects":         {Train: "s3://data/train", Base: "s3://data/d/x.csv"},
		"part of archive": {Train: train, Base: "s3://archives/m.tar.gz#base"},
		"whole archive":   {Train: "s3://archives/m.tar.gz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, err := search.Request(t.Context(), target, in)
			if err != nil {
				t.Fatal(err)
			}
			trials, err := search.Attach(stubbed(t, target, request, map[string]any{"learning_rate": "0.25"}), "nightly").Trials(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := trials[0].Input
			if got.Rate != 0.25 || got.Note != in.Note {
				t.Errorf("%+v", got)
			}
			again, err := report.Request(t.Context(), target, got)
			if err != nil {
				t.Fatal(err)
			}
			// A single object of the caller's own is a prefix when it is uploaded and a manifest when it is given by its address.
			a, b := channels(request.TrainingJobDefinition.InputDataConfig), channels(again.InputDataConfig)
			if name != "local" && !cmp.Equal(a, b) {
				t.Errorf("channels: %s", cmp.Diff(a, b))
			}
			if name == "local" {
				if a[1] != b[1] || "S3Prefix "+string(got.Base) != a[0][1] {
					t.Errorf("%v, %v, %+v", a, b, got)
				}
			}
		})
	}
}

func TestTrialInputOfOthers(t *testing.T) {
	t.Parallel()
	target := local(t)
	data := sagefly.Dir(folder(t, map[string]string{"a.libsvm": "1 0:2\n"}))
	churn := sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{})
	search := sagefly.NewTuning("churn-search", churn, sagefly.TuningConfig{Objective: sagefly.Minimize("validation:rmse"), Ranges: sagefly.Ranges{"eta": sagefly.Float(0.1, 0.5), "num_round": sagefly.Int(1, 9)}})
	in := sagefly.BuiltinInput[xgboost.Params]{Params: xgboost.Params{Lambda: new(0.0)}, Train: data, Validation: data, ContentType: "text/libsvm"}
	request, err := search.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	trials, err := search.Attach(stubbed(t, target, request, map[string]any{"eta": "0.25", "num_round": "7"}), "nightly").Trials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := trials[0].Input
	if diff := cmp.Diff(xgboost.Params{Eta: 0.25, NumRound: 7, Lambda: new(0.0)}, got.Params); diff != "" {
		t.Error(diff)
	}
	again, err := churn.Request(t.Context(), target, got)
	if err != nil || !cmp.Equal(channels(request.TrainingJobDefinition.InputDataConfig), channels(again.InputDataConfig)) {
		t.Errorf("%v: %v", channels(again.InputDataConfig), err)
	}

	script := sagefly.NewScript("s", folder(t, map[string]string{"train.py": ""}), sagefly.ScriptConfig{TrainingConfig: sagefly.TrainingConfig{Metrics: []string{"loss"}}})
	around := sagefly.NewTuning("s-search", script, sagefly.TuningConfig{Objective: sagefly.Minimize("loss"), Ranges: sagefly.Ranges{"x": sagefly.Int(0, 9)}})
	request, err = around.Request(t.Context(), target, sagefly.ScriptInput{Hyperparameters: map[string]string{"content_type": "mine"}, Channels: map[string]string{"train": "s3://data/train/"}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := around.Attach(stubbed(t, target, request, map[string]any{"x": "3"}), "nightly").Trials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := sagefly.ScriptInput{Hyperparameters: map[string]string{"content_type": "mine", "x": "3"}, Channels: map[string]string{"train": "s3://data/train/"}}
	if diff := cmp.Diff(want, rows[0].Input); diff != "" {
		t.Error(diff)
	}
}
