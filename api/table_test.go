package api

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOperations(t *testing.T) {
	t.Parallel()
	want := []string{
		"AddTags", "CreateHyperParameterTuningJob", "CreateTrainingJob", "DeleteHyperParameterTuningJob", "DeleteTags", "DeleteTrainingJob",
		"DescribeHyperParameterTuningJob", "DescribeTrainingJob", "ListHyperParameterTuningJobs", "ListTags", "ListTrainingJobs",
		"ListTrainingJobsForHyperParameterTuningJob", "Search", "StopHyperParameterTuningJob", "StopTrainingJob", "UpdateTrainingJob",
	}
	if diff := cmp.Diff(want, Operations()); diff != "" {
		t.Errorf("Operations (-want +got):\n%s", diff)
	}
	for _, op := range append(want, "CreateModel", "DescribeEndpoint", "UpdateWorkteam", "AddAssociation") {
		if !Known(op) {
			t.Errorf("Known(%s) = false", op)
		}
	}
	for _, op := range []string{"", "createModel", "SageMaker.CreateTrainingJob", "ListBuckets"} {
		if Known(op) {
			t.Errorf("Known(%q) = true", op)
		}
	}
	if got := DeclaredErrors("CreateTrainingJob"); !slices.Equal(got, []string{"ResourceNotFound", "ResourceInUse", "ResourceLimitExceeded"}) {
		t.Errorf("DeclaredErrors(CreateTrainingJob) = %v", got)
	}
}

// The table must hold all of the extract: counted from model.json without the generator.
func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("model.json")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		OperationNames []string
		Shapes         map[string]struct {
			Required, Enum []string
			Members        []any
			Pattern        string
			Min, Max       *float64
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.OperationNames) != 434 || !slices.Equal(m.OperationNames, knownOperations[:]) {
		t.Errorf("%d operation names, %d in the table, want 434", len(m.OperationNames), len(knownOperations))
	}
	for _, s := range shapes[1:] {
		source, required := m.Shapes[s.name], 0
		for _, f := range s.members {
			if f.required {
				required++
			}
		}
		if len(s.members) != len(source.Members) || required != len(source.Required) || len(s.enum) != len(source.Enum) ||
			(s.pattern != 0) != (source.Pattern != "") || s.hasMin != (source.Min != nil) || s.hasMax != (source.Max != nil) {
			t.Errorf("shape %s differs from model.json", s.name)
		}
	}
	if len(shapes)-1 != len(m.Shapes) {
		t.Errorf("%d shapes, want %d", len(shapes)-1, len(m.Shapes))
	}
}

func TestPatternsCompile(t *testing.T) {
	t.Parallel()
	for _, p := range patterns[1:] {
		if _, err := regexp.Compile(p.expr); err != nil {
			t.Errorf("%s: %v", p.printed, err)
		}
	}
}

// TestPatterns tells accepted from refused strings by reading the Java expressions; a pattern is found by its shape.
func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ shape, accepted, refused string }{
		{"TrainingJobName", "a|A1|a-b|a--b|0", "|-a|a-|a_b|a.b|é|a\n"},
		{"HyperParameterTuningJobName", "a|a-1", "-|a-|ä"},
		{"ArnOrName", "a|my-algo|arn:aws:sagemaker:us-east-1:123456789012:algorithm/my-algo|arn:aws-cn:sagemaker:cn-north-1:123456789012:algorithm/x", "|my-|-|a_b|arn:aws:sagemaker:us-east-1:12:algorithm/x|arn:aws:sagemaker:us-east-1:123456789012:algorithm/x-"},
		{"RoleArn", "arn:aws:iam::123456789012:role/r|arn:aws-us-gov:iam::123456789012:role/service-role/a.b@c=d", "r|arn:aws:iam::1234:role/r|arn:aws:iam::123456789012:user/r|arn:aws:iam::123456789012:rol/r"},
		{"S3Uri", "s3://b|s3://b/|s3://b/k|https://h/x y", "s3:/b|s3://|http://b/k|/b|s3:///k|s3://b/k\nx"},
		{"ChannelName", "train|a.b-c_D", "|a b|a/b"},
		{"TagKey", "|team|a b|größe|a_.:/=+-@1| |日本|Ⅷ", "a!|a#b|a\tb|a&b|a(b)"},
		{"HyperParameterValue", "|1|a b|#é|\t", "a\nb|a\rb|\u2028|\u0085"},
		{"TrainingEnvironmentKey", "_|A|a_1", "|1a|A-B|A.B|é"},
		{"TrainingEnvironmentValue", "|a\nb|\u2028", ""},
		{"MetricRegex", "a|.*", "|a\nb"},
		{"SubnetId", "subnet-0a1B", "|subnet_1"},
		{"FileSystemId", "fs-0123456789abcdef0|fs-01234567", "fs-0123456|fs-0123456X"},
		{"KmsKeyId", "|alias/x|arn:aws:kms:us-east-1:123456789012:key/1-2", "a b|a.b"},
		{"ModelPackageArn", "arn:aws:sagemaker:us-east-1:123456789012:model-package/a/1", "arn:aws:sagemaker:us-east-1:123456789012:model-package/|arn:aws:sagemaker:us-east-1:123456789012:model-package/a\v1"},
		{"TrainingRepositoryCredentialsProviderArn", "arn:aws:lambda:us-east-1:123456789012:function:f", "arn:aws:lambda:us_east:123456789012:function:f|arn:aws:lambda:us-east-1:1:function:f"},
		{"HubDataSetArn", "arn:aws:sagemaker:us-east-1:aws:hub-content/h/DataSet/d|arn:aws:sagemaker:us-east-1:123456789012:hub-content/h/DataSet/d/1.0.0", "arn:aws:sagemaker:us-east-1:aws:hub-content/h/Model/d|arn:aws:sagemaker:us:aws:hub-content/h/DataSet/d"},
		{"ResourceArn", "arn:aws:sagemaker:us-east-1:123456789012:training-job/a", "arn:aws:s3:::b|a"},
		{"SequenceLength", "4K|128K", "K|4k|4"},
		{"NameContains", "a-1", "|a_b|a b"},
	} {
		s := findShape(t, test.shape)
		for _, text := range strings.Split(test.accepted, "|") {
			if (text != "" || strings.HasPrefix(test.accepted, "|")) && !matches(s.pattern, text) {
				t.Errorf("%s: %q refused", test.shape, text)
			}
		}
		for _, text := range strings.Split(test.refused, "|") {
			if (text != "" || strings.HasPrefix(test.refused, "|")) && matches(s.pattern, text) {
				t.Errorf("%s: %q accepted", test.shape, text)
			}
		}
	}
}

func findShape(t testing.TB, name string) *shape {
	t.Helper()
	for i := range shapes {
		if shapes[i].name == name {
			return &shapes[i]
		}
	}
	t.Fatal(fmt.Errorf("no shape %s", name))
	return nil
}
