package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

func walk(d *sagemaker.DescribeTrainingJobOutput) (list []string) {
	for _, tr := range d.SecondaryStatusTransitions {
		list = append(list, string(tr.Status))
	}
	return list
}

func TestJobCompletes(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{
		Run:   fake.Seconds(0.05),
		Lines: []fake.Line{{Text: "loss=3"}, {Text: "loss=0.5", After: fake.Seconds(0.01)}},
		Files: map[string]string{"model/weights": "w", "output/data/report.txt": "r"},
	})})
	s.put(t, "data/a.csv", "1,2\n")
	r := request("complete")
	r.InputDataConfig = []types.Channel{channel("train", "s3://bucket/data")}
	s.create(t, r)
	d := s.await(t, "complete", over)
	if diff := cmp.Diff([]string{"Starting", "Downloading", "Training", "Uploading", "Completed"}, walk(d)); diff != "" {
		t.Errorf("walk (-want +got):\n%s\nreason: %v", diff, d.FailureReason)
	}
	seconds := max(1, int32(d.TrainingEndTime.Sub(*d.TrainingStartTime).Seconds()))
	if !d.TrainingEndTime.Equal(*d.LastModifiedTime) || *d.TrainingTimeInSeconds != seconds {
		t.Errorf("end %v, modified %v, %d seconds; want %d", d.TrainingEndTime, d.LastModifiedTime, *d.TrainingTimeInSeconds, seconds)
	}
	if len(d.FinalMetricDataList) != 1 || *d.FinalMetricDataList[0].MetricName != "loss" || *d.FinalMetricDataList[0].Value != 0.5 {
		t.Errorf("final metrics %v, want loss 0.5", d.FinalMetricDataList)
	}
	uri := "s3://bucket/out/complete/output/model.tar.gz"
	if *d.ModelArtifacts.S3ModelArtifacts != uri {
		t.Errorf("model at %s, want %s", *d.ModelArtifacts.S3ModelArtifacts, uri)
	}
	if diff := cmp.Diff(map[string]string{"weights": "w"}, untar(t, s.object(t, uri))); diff != "" {
		t.Errorf("model.tar.gz (-want +got):\n%s", diff)
	}
	output := untar(t, s.object(t, "s3://bucket/out/complete/output/output.tar.gz"))
	if diff := cmp.Diff(map[string]string{"report.txt": "r"}, output); diff != "" {
		t.Errorf("output.tar.gz (-want +got):\n%s", diff)
	}
}

func TestLooseModel(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{Files: map[string]string{"model/a/b": "loose"}})})
	s.put(t, "x", "")
	r := request("loose")
	r.OutputDataConfig.CompressionType = types.OutputCompressionTypeNone
	s.create(t, r)
	d := s.await(t, "loose", over)
	if want := "s3://bucket/out/loose/output/model/"; *d.ModelArtifacts.S3ModelArtifacts != want {
		t.Errorf("model at %s, want %s", *d.ModelArtifacts.S3ModelArtifacts, want)
	}
	if got := s.object(t, *d.ModelArtifacts.S3ModelArtifacts+"a/b"); string(got) != "loose" {
		t.Errorf("model/a/b = %q", got)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Slots: 1, Runner: scripted(fake.Script{Run: -1, Files: map[string]string{"model/partial": "p"}})})
	s.put(t, "x", "")
	stop := func(name string) error {
		_, err := s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: &name})
		return err
	}
	s.create(t, request("running"))
	s.await(t, "running", secondary(types.SecondaryStatusTraining))
	s.create(t, request("queued")) // the one slot is taken
	for _, name := range []string{"queued", "running"} {
		if err := stop(name); err != nil {
			t.Fatalf("stop %s: %v", name, err)
		}
	}
	if d := s.await(t, "queued", over); !slices.Equal(walk(d), []string{"Starting", "Stopping", "Stopped"}) || d.TrainingStartTime != nil {
		t.Errorf("queued: %v, start %v", walk(d), d.TrainingStartTime)
	}
	d := s.await(t, "running", over)
	if want := []string{"Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"}; !slices.Equal(walk(d), want) {
		t.Errorf("running: %v", walk(d))
	}
	if got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts)); got["partial"] != "p" {
		t.Errorf("archive of what was there: %v", got)
	}
	err := stop("running")
	code, message := refusal(t, err)
	if code != "ValidationException" || message != "The request was rejected because the training job is in status Stopped." {
		t.Errorf("second stop: %s %q", code, message)
	}
}

func TestFailureReason(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "x", "")
	scripts := map[string]string{
		`{"exit":1,"files":{"output/failure":"no label"}}`: "AlgorithmError: no label, exit code: 1",
		`{"exit":3}`: "AlgorithmError: , exit code: 3",
		`{"exit":137,"oom":true}`: "AlgorithmError: OutOfMemory: the process was ended by the kernel's out-of-memory killer, " +
			"exit code: 137",
		`{"start_error":"no namespaces"}`: "InternalServerError: We encountered an internal error. Please try again. " +
			`(start algo-1 of job "fail-3": no namespaces)`,
	}
	for i, script := range []string{
		`{"exit":1,"files":{"output/failure":"no label"}}`, `{"exit":3}`, `{"exit":137,"oom":true}`, `{"start_error":"no namespaces"}`,
	} {
		name := fmt.Sprintf("fail-%d", i)
		r := request(name)
		r.Environment = map[string]string{fake.Variable: script}
		s.create(t, r)
		d := s.await(t, name, over)
		if d.TrainingJobStatus != types.TrainingJobStatusFailed || d.FailureReason == nil || *d.FailureReason != scripts[script] {
			t.Errorf("%s: %s, reason %v, want %q", script, d.TrainingJobStatus, deref(d.FailureReason), scripts[script])
		}
	}
}

func deref(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

func TestInputThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "data/a.csv", "1,2\n")
	r := request("empty-prefix")
	r.InputDataConfig = []types.Channel{channel("train", "s3://bucket/nothing/")}
	s.create(t, r)
	d := s.await(t, "empty-prefix", over)
	want := `ClientError: Data download failed:channel "train": No S3 objects found under S3 URL "s3://bucket/nothing/" given in ` +
		"input data source. Please ensure that the S3 URL is correct and that the bucket has objects under it."
	if deref(d.FailureReason) != want {
		t.Errorf("reason %q, want %q", deref(d.FailureReason), want)
	}
	r = request("no-bucket")
	r.InputDataConfig = []types.Channel{channel("train", "s3://my-aws-bucket/data")}
	_, err := s.sagemaker.CreateTrainingJob(t.Context(), r)
	code, message := refusal(t, err)
	for _, part := range []string{`"my-aws-bucket"`, "does not exist in this engine", "aws s3 mb s3://my-aws-bucket"} {
		if code != "ValidationException" || !strings.Contains(message, part) {
			t.Errorf("%s %q lacks %q", code, message, part)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "x", "")
	s.create(t, request("same"))
	_, err := s.sagemaker.CreateTrainingJob(t.Context(), request("same"))
	code, message := refusal(t, err)
	want := "Training job names must be unique within an AWS account and region, and a training job with this name already exists " +
		"(arn:aws:sagemaker:us-east-1:000000000000:training-job/same)"
	if code != "ResourceInUse" || message != want {
		t.Errorf("second create: %s %q", code, message)
	}
	_, err = s.sagemaker.DescribeTrainingJob(t.Context(), &sagemaker.DescribeTrainingJobInput{TrainingJobName: new("other")})
	if code, message = refusal(t, err); code != "ValidationException" || message != "Requested resource not found." {
		t.Errorf("unknown name: %s %q", code, message)
	}
	s.await(t, "same", over)
	if _, err := s.sagemaker.DeleteTrainingJob(t.Context(), &sagemaker.DeleteTrainingJobInput{TrainingJobName: new("same")}); err != nil {
		t.Fatal(err)
	}
	s.create(t, request("same")) // the name is free again
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "x", "")
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("list-%d", i)
		s.create(t, request(name))
		want = append(want, name)
	}
	pages := sagemaker.NewListTrainingJobsPaginator(s.sagemaker, &sagemaker.ListTrainingJobsInput{
		MaxResults: new(int32(3)), SortBy: types.SortByCreationTime, SortOrder: types.SortOrderAscending,
	})
	var got []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range page.TrainingJobSummaries {
			got = append(got, *j.TrainingJobName)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	_, err := s.sagemaker.ListTrainingJobs(t.Context(), &sagemaker.ListTrainingJobsInput{NextToken: new("bm9uc2Vuc2U=")})
	if code, message := refusal(t, err); code != "ValidationException" || !strings.HasPrefix(message, "Invalid pagination token because") {
		t.Errorf("bad token: %s %q", code, message)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "x", "")
	r := request("tagged")
	r.Tags = []types.Tag{{Key: new("team"), Value: new("churn")}}
	s.create(t, r)
	arn := s.describe(t, "tagged").TrainingJobArn
	if _, err := s.sagemaker.AddTags(t.Context(), &sagemaker.AddTagsInput{ResourceArn: arn, Tags: []types.Tag{{Key: new("cost"), Value: new("1")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.sagemaker.DeleteTags(t.Context(), &sagemaker.DeleteTagsInput{ResourceArn: arn, TagKeys: []string{"team"}}); err != nil {
		t.Fatal(err)
	}
	out, err := s.sagemaker.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: arn})
	if err != nil || len(out.Tags) != 1 || *out.Tags[0].Key != "cost" {
		t.Errorf("tags %v, %v", out, err)
	}
	_, err = s.sagemaker.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: new("arn:aws:sagemaker:us-east-1:000000000000:training-job/none")})
	if code, _ := refusal(t, err); code != "ValidationException" {
		t.Errorf("tags of nothing: %s", code)
	}
}

// An engine that is closed in the middle of a job and opened again carries it on: one history, one run.
func TestReopenAdopts(t *testing.T) {
	t.Parallel()
	dir, r := t.TempDir(), scripted(fake.Script{Run: fake.Seconds(0.5), Lines: []fake.Line{{Text: "loss=1"}}})
	first, err := engine.Open(t.Context(), engine.Config{Dir: dir, Runner: r})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s := clients(first)
	s.put(t, "x", "")
	s.create(t, request("adopted"))
	before := s.await(t, "adopted", secondary(types.SecondaryStatusTraining))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, engine.Config{Dir: dir, Runner: r})
	after := again.await(t, "adopted", over)
	if after.TrainingJobStatus != types.TrainingJobStatusCompleted || len(after.SecondaryStatusTransitions) != 5 {
		t.Errorf("%s: %v", after.TrainingJobStatus, walk(after))
	}
	if !after.SecondaryStatusTransitions[2].StartTime.Equal(*before.SecondaryStatusTransitions[2].StartTime) {
		t.Error("training started twice")
	}
}

func TestSecondOwnerIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, engine.Config{Dir: dir, Runner: fake.New(fake.Config{})})
	_, err := engine.Open(context.WithoutCancel(t.Context()), engine.Config{Dir: dir, Runner: fake.New(fake.Config{})})
	owned, ok := asOwned(err)
	if !ok || owned.Addr != s.Addr() || owned.PID == 0 {
		t.Errorf("second open = %v; want the owner's address %s", err, s.Addr())
	}
}
