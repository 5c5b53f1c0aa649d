package cloud

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
)

// goodSearch is a search whose trials are the good request, some at a time.
func goodSearch(t *testing.T, parallel int32) *sagemaker.CreateHyperParameterTuningJobInput {
	t.Helper()
	job := good(t)
	return &sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobName: aws.String("churn-search"),
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
			Strategy: types.HyperParameterTuningJobStrategyTypeBayesian, ResourceLimits: &types.ResourceLimits{MaxParallelTrainingJobs: &parallel, MaxNumberOfTrainingJobs: aws.Int32(3)},
		},
		TrainingJobDefinition: &types.HyperParameterTrainingJobDefinition{
			StaticHyperParameters: job.HyperParameters, RoleArn: job.RoleArn, InputDataConfig: job.InputDataConfig, OutputDataConfig: job.OutputDataConfig,
			ResourceConfig: job.ResourceConfig, StoppingCondition: job.StoppingCondition,
			AlgorithmSpecification: &types.HyperParameterAlgorithmSpecification{TrainingImage: job.AlgorithmSpecification.TrainingImage, TrainingInputMode: "File"},
		},
	}
}

func findings(r Report) (codes []string) {
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

func TestCheckTuning(t *testing.T) {
	t.Parallel()
	rule := rules()
	instance := string(good(t).ResourceConfig.InstanceType)
	rule.Quotas = map[string]int{account.Training(instance): 2}
	r := ready(t, rule)
	search := &container.Search{
		Conditions: map[string]container.Condition{"rate_drop": {Parameter: "booster", In: []string{"dart"}}}, Start: []map[string]string{{"booster": "dart"}},
	}
	noRole, two := goodSearch(t, 1), goodSearch(t, 1)
	noRole.TrainingJobDefinition.RoleArn = aws.String(roleOK + "er")
	two.TrainingJobDefinition, two.TrainingJobDefinitions = nil, []types.HyperParameterTrainingJobDefinition{*noRole.TrainingJobDefinition, *noRole.TrainingJobDefinition}
	for name, c := range map[string]struct {
		request *sagemaker.CreateHyperParameterTuningJobInput
		search  *container.Search
		want    []string
	}{
		"good":                          {goodSearch(t, 2), nil, nil},
		"empty search":                  {goodSearch(t, 2), &container.Search{}, nil},
		"conditions and start":          {goodSearch(t, 2), search, []string{CodeSearch, CodeSearch}},
		"three at a time":               {goodSearch(t, 3), nil, []string{CodeQuota}},
		"no more at a time than trials": {goodSearch(t, 100), nil, []string{CodeQuota}},
		"role":                          {noRole, nil, []string{CodeRoleMissing}},
		"the same of two definitions":   {two, nil, []string{CodeRoleMissing}},
	} {
		report, err := CheckTuning(t.Context(), r.config, c.request, c.search)
		if err != nil || !slices.Equal(findings(report), c.want) {
			t.Errorf("%s: %+v, %v; want %v", name, report, err, c.want)
		}
	}
	report, err := CheckTuning(t.Context(), r.config, goodSearch(t, 100), nil)
	if err != nil || len(report.Findings) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	f := report.Findings[0]
	if f.Where != "MaxParallelTrainingJobs × ResourceConfig = 3 × 1 × "+instance || !strings.Contains(f.What, "3 instances of "+instance) {
		t.Errorf("%+v", f)
	}
}

// An account with the printed policies and nothing else may create and look at the search; without the right to create searches it may not.
func TestPrintedPoliciesSufficeForSearches(t *testing.T) {
	t.Parallel()
	in := goodSearch(t, 1)
	job := good(t)
	job.TrainingJobName = in.HyperParameterTuningJobName
	scope := ScopeOf(region, engine.Account, job)
	scope.Bucket = bucket
	for policy, want := range map[string]int{
		scope.CallerPolicy(): 0,
		strings.ReplaceAll(scope.CallerPolicy(), "sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateTransformJob"): 1,
	} {
		r := ready(t, account.Rules{
			Caller: account.Principal{ARN: user, Policies: []string{policy}},
			Roles:  []account.Role{{Name: "train", Trust: scope.Trust(), Policies: []string{scope.RolePolicy()}}},
			Quotas: rules().Quotas,
		})
		report, err := CheckTuning(t.Context(), r.config, in, nil)
		if err != nil || len(report.Findings) != want || len(report.Unknown) > 0 {
			t.Errorf("%+v, %v", report, err)
		}
		if want == 1 && report.Findings[0].Code != CodeCreateDenied {
			t.Errorf("%+v", report.Findings)
		}
	}
}
