package engine_test

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/engine/runner/fake"
	"github.com/sagefly/sagefly/internal/testenv"
)

// boto3 knows nothing of these rules: what it decodes, and the texts, are AWS's.
func TestStrictAccountByBoto3(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{}), Rules: &account.Rules{
		Caller: account.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/dev/alice", Policies: []string{`{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","NotAction":"iam:PassRole","Resource":"*"},
			{"Effect":"Allow","Action":"iam:PassRole","NotResource":"arn:aws:iam::000000000000:role/dev","Condition":{"StringEquals":{"iam:PassedToService":"sagemaker.amazonaws.com"}}},
			{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"},
			{"Effect":"Deny","Action":"sagemaker:CreateTrainingJob","Resource":"arn:aws:sagemaker:*:*:training-job/forbidden-*"}]}`}},
		Roles: []account.Role{
			{Name: "train", Path: "/ml/", Policies: []string{`{"Version":"2012-10-17","Statement":[
				{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"},
				{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::data-west/in/*"},
				{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::data-west/out/*"}]}`}},
			{Name: "build", Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}`},
			{Name: "dev"},
		},
		Quotas: map[string]int{
			account.Training("ml.m5.xlarge"): 3, account.Training("ml.p3.2xlarge"): 0, account.Training("ml.c5.xlarge"): 1,
			account.SpotTraining("ml.m5.xlarge"): 0, account.SpotTraining("ml.p3.2xlarge"): 0,
		},
	}})
	out, err := exec.CommandContext(t.Context(), testenv.Python(t), "testdata/account.py", "http://"+s.Addr()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// Many creates at once share a quota: never more than the limit run, and an ended job gives its instances back.
func TestQuotaHoldsForManyAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{Run: -1}), Rules: &account.Rules{
		Roles: []account.Role{{Name: "SageMaker"}}, Quotas: map[string]int{account.Training("ml.m5.xlarge"): 5},
	}})
	s.put(t, "x", "")
	var wait sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		wait.Go(func() {
			r := request(fmt.Sprintf("many-%d", i))
			r.ResourceConfig.InstanceCount = new(int32(2))
			_, errs[i] = s.sagemaker.CreateTrainingJob(t.Context(), r)
		})
	}
	wait.Wait()
	var made []string
	for i, err := range errs {
		if err == nil {
			made = append(made, fmt.Sprintf("many-%d", i))
			continue
		}
		want := "The account-level service limit 'ml.m5.xlarge for training job usage' is 5 Instances, with current utilization of 4 Instances and " +
			"a request delta of 2 Instances. Please contact AWS support to request an increase for this limit."
		if code, message := refusal(t, err); code != "ResourceLimitExceeded" || message != want {
			t.Errorf("%s: %s", code, message)
		}
	}
	if len(made) != 2 {
		t.Fatalf("%d jobs of two instances were made within a quota of five", len(made))
	}
	if _, err := s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: &made[0]}); err != nil {
		t.Fatal(err)
	}
	s.await(t, made[0], func(d *sagemaker.DescribeTrainingJobOutput) bool {
		return d.TrainingJobStatus == types.TrainingJobStatusStopped
	})
	r := request("after")
	s.await(t, made[0], func(*sagemaker.DescribeTrainingJobOutput) bool { // its end is told before its supervisor is gone
		_, err := s.sagemaker.CreateTrainingJob(t.Context(), r)
		return err == nil
	})
}

func TestRulesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, rules := range []account.Rules{
		{Caller: account.Principal{Policies: []string{"{"}}},
		{Roles: []account.Role{{Name: "a", Trust: "{}"}}},
		{Roles: []account.Role{{Name: "a", Policies: []string{`{"Statement":[{"Effect":"allow"}]}`}}}},
	} {
		e, err := engine.Open(t.Context(), engine.Config{Dir: t.TempDir(), Rules: &rules})
		if err == nil {
			t.Errorf("%+v is taken: %v", rules, e.Close())
		}
	}
}

// A tuning job asks for as many instances as its trials may use side by side, and for permissions in its own name.
func TestStrictAccountAndTuning(t *testing.T) {
	t.Parallel()
	c := playing(bowls)
	c.Rules = &account.Rules{
		Caller: account.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/dev/alice", Policies: []string{`{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","NotAction":"sagemaker:AddTags","Resource":"*"},
			{"Effect":"Deny","Action":"sagemaker:CreateHyperParameterTuningJob","Resource":"arn:aws:sagemaker:*:*:hyper-parameter-tuning-job/forbidden"}]}`}},
		Roles: []account.Role{{Name: "SageMaker"}}, Quotas: map[string]int{account.Training("ml.m5.xlarge"): 5},
	}
	s := start(t, c)
	s.put(t, "x", "")
	for name, tt := range map[string]struct {
		change     func(*sagemaker.CreateHyperParameterTuningJobInput)
		code, text string
	}{
		"quota": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(3))
			r.TrainingJobDefinition.ResourceConfig.InstanceCount = new(int32(2))
		}, "ResourceLimitExceeded", "is 5 Instances, with current utilization of 0 Instances and a request delta of 6 Instances."},
		"forbidden": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.HyperParameterTuningJobName = new("forbidden")
		}, "AccessDeniedException", "sagemaker:CreateHyperParameterTuningJob"},
		"tags": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.Tags = []types.Tag{{Key: new("a"), Value: new("b")}}
		}, "AccessDeniedException", "sagemaker:AddTags"},
		"role": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.TrainingJobDefinition.RoleArn = new("arn:aws:iam::000000000000:role/nobody")
		}, "ValidationException", "Could not assume role"},
	} {
		r := tuning("strict", 6)
		tt.change(r)
		_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), r)
		if code, text := refusal(t, err); code != tt.code || !strings.Contains(text, tt.text) {
			t.Errorf("%s: %s: %s", name, code, text)
		}
	}
	s.tune(t, tuning("strict", 6))
	if d := s.tuned(t, "strict"); *d.TrainingJobStatusCounters.Completed != 6 {
		t.Errorf("%+v", d.TrainingJobStatusCounters)
	}
}
