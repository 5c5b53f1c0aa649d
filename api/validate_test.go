package api

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAnswers compares with texts that the service gave to users (issue trackers and published logs), marked "seen",
// and with the same sentences for other members.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const name = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
	long := strings.Repeat("x", 64)
	for _, test := range []struct {
		what, op, body, want string
	}{
		{
			"a missing required member", "DescribeTrainingJob", `{}`,
			"1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null",
		},
		{
			"null counts as absent", "DescribeTrainingJob", `{"TrainingJobName":null}`,
			"1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null",
		},
		{"null is no empty string", "ListTrainingJobs", `{"NextToken":null,"MaxResults":null}`, ""},
		{
			"pattern (seen: sagify 57, with the pattern of 2018)", "DescribeTrainingJob", `{"TrainingJobName":"my_job"}`,
			"1 validation error detected: Value 'my_job' at 'trainingJobName' failed to satisfy constraint: " +
				"Member must satisfy regular expression pattern: ^" + name,
		},
		{
			"length before pattern, joined by a semicolon (seen: CreateModel, 2019)", "DescribeTrainingJob", `{"TrainingJobName":"_` + long + `"}`,
			"2 validation errors detected: Value '_" + long + "' at 'trainingJobName' failed to satisfy constraint: " +
				"Member must have length less than or equal to 63; Value '_" + long + "' at 'trainingJobName' failed to satisfy constraint: " +
				"Member must satisfy regular expression pattern: ^" + name,
		},
		{
			"lower length", "DescribeTrainingJob", `{"TrainingJobName":""}`,
			"2 validation errors detected: Value '' at 'trainingJobName' failed to satisfy constraint: " +
				"Member must have length greater than or equal to 1; Value '' at 'trainingJobName' failed to satisfy constraint: " +
				"Member must satisfy regular expression pattern: ^" + name,
		},
		{
			"range", "ListTrainingJobs", `{"MaxResults":101}`,
			"1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
		},
		{
			"range, lower", "ListTrainingJobs", `{"MaxResults":0}`,
			"1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
		},
		{
			"a number beyond 32 bits is out of range", "ListTrainingJobs", `{"MaxResults":99999999999999999999}`,
			"1 validation error detected: Value '99999999999999999999' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
		},
		{
			"tags are listed by 50 or more", "ListTags", `{"ResourceArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/a","MaxResults":49}`,
			"1 validation error detected: Value '49' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 50",
		},
		{
			"pattern of a list's elements, the list as value (seen: ACM, Config)", "DeleteTags",
			`{"ResourceArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/a","TagKeys":["ok","no!"]}`,
			"1 validation error detected: Value '[ok, no!]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: " +
				"[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, " +
				`Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]`,
		},
		{
			"member of a list's structure (seen for tags: directory service)", "AddTags",
			`{"ResourceArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/a","Tags":[{"Key":"foo!","Value":"bar"}]}`,
			"1 validation error detected: Value 'foo!' at 'tags.1.member.key' failed to satisfy constraint: " +
				`Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`,
		},
		{
			"empty list", "DeleteTags", `{"ResourceArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/a","TagKeys":[]}`,
			"1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
	} {
		err := Validate(test.op, decode(t, test.body)).Err()
		if diff := cmp.Diff(answer(test.want), err); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

func answer(message string) error {
	if message == "" {
		return nil
	}
	return &Error{Code: "ValidationException", Message: message, Status: 400}
}

func TestCreateAnswers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2501)
	for _, test := range []struct {
		what, at, value, want string
	}{
		{
			"enumeration in a channel (seen: a training log of October 2025)", "InputDataConfig",
			`[{"ChannelName":"a","DataSource":{},"InputMode":"fastfile"}]`,
			"Value 'fastfile' at 'inputDataConfig.1.member.inputMode' failed to satisfy constraint: Member must satisfy enum value set: [Pipe, FastFile, File]",
		},
		{
			"map values (seen: detectron2 sample 10)", "HyperParameters", `{"classes":"` + long + `","a":"1"}`,
			"Value '{a=1, classes=" + long + "}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: " +
				"[Member must have length less than or equal to 2500, Member must have length greater than or equal to 0, " +
				"Member must satisfy regular expression pattern: .*]",
		},
		{
			"map keys (seen: EventBridge, the same sentence)", "Environment", `{"A-B":"x"}`,
			"Value '{A-B=x}' at 'environment' failed to satisfy constraint: Map keys must satisfy constraint: " +
				"[Member must have length less than or equal to 512, Member must have length greater than or equal to 0, " +
				"Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*]",
		},
		{
			"a line break in a hyperparameter: Java's dot", "HyperParameters", `{"a":"1\r2"}`,
			"Value '{a=1\r2}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: " +
				"[Member must have length less than or equal to 2500, Member must have length greater than or equal to 0, " +
				"Member must satisfy regular expression pattern: .*]",
		},
		{
			"role", "RoleArn", `"AmazonSageMaker-ExecutionRole"`,
			"Value 'AmazonSageMaker-ExecutionRole' at 'roleArn' failed to satisfy constraint: " +
				`Member must satisfy regular expression pattern: ^arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`,
		},
		{
			"no channel at all (SDK issue 6154)", "InputDataConfig", `[]`,
			"Value '[]' at 'inputDataConfig' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"a null channel", "InputDataConfig", `[null]`,
			"Value null at 'inputDataConfig.1.member' failed to satisfy constraint: Member must not be null",
		},
		{
			"a path", "OutputDataConfig.S3OutputPath", `"/tmp/out"`,
			"Value '/tmp/out' at 'outputDataConfig.s3OutputPath' failed to satisfy constraint: " +
				"Member must satisfy regular expression pattern: ^(https|s3)://([^/]+)/?(.*)$",
		},
	} {
		err := Validate("CreateTrainingJob", with(t, test.at, test.value)).Err()
		if diff := cmp.Diff(answer("1 validation error detected: "+test.want), err); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

// A map with more than 100 entries (seen: SDK issue 6016).
func TestTooManyHyperParameters(t *testing.T) {
	t.Parallel()
	tree := request(t)
	many := map[string]any{}
	for i := range 101 {
		many[fmt.Sprint("p", i)] = "1"
	}
	tree["HyperParameters"] = many
	err := Validate("CreateTrainingJob", tree).Err().(*Error)
	if !strings.HasPrefix(err.Message, "1 validation error detected: Value '{p0=1, p1=1, p10=1, ") ||
		!strings.HasSuffix(err.Message, "}' at 'hyperParameters' failed to satisfy constraint: Member must have length less than or equal to 100") {
		t.Error(err)
	}
}

// TestEnumOrder holds two lists as the service printed them, in 2020 and (its beginning) in December 2025. Types that
// came in between stand among the older ones, which is how the order was found.
func TestEnumOrder(t *testing.T) {
	t.Parallel()
	var types []string
	for _, s := range shapes {
		if s.name == "TrainingInstanceType" {
			types = s.enum
		}
	}
	for _, printed := range []string{
		"ml.p2.xlarge, ml.m5.4xlarge, ml.m4.16xlarge, ml.p3.16xlarge, ml.m5.large, ml.p2.16xlarge, ml.c4.2xlarge, ml.c5.2xlarge, " +
			"ml.c4.4xlarge, ml.c5.4xlarge, ml.g4dn.xlarge, ml.g4dn.12xlarge, ml.c4.8xlarge, ml.g4dn.2xlarge, ml.c5.9xlarge, ml.g4dn.4xlarge, " +
			"ml.c5.xlarge, ml.g4dn.16xlarge, ml.c4.xlarge, ml.g4dn.8xlarge, ml.c5.18xlarge, ml.p3dn.24xlarge, ml.p3.2xlarge, ml.m5.xlarge, " +
			"ml.m4.10xlarge, ml.m5.12xlarge, ml.m4.xlarge, ml.m5.24xlarge, ml.m4.2xlarge, ml.p2.8xlarge, ml.m5.2xlarge, ml.p3.8xlarge, ml.m4.4xlarge",
		"ml.r7i.48xlarge, ml.r5.12xlarge, ml.r5d.12xlarge, ml.m6i.xlarge, ml.trn1.32xlarge, ml.p2.xlarge, ml.m5.4xlarge, ml.m4.16xlarge, " +
			"ml.r7i.16xlarge, ml.m7i.xlarge, ml.r5.24xlarge, ml.r5d.24xlarge, ml.m6i.12xlarge, ml.p5.48xlarge, ml.r7i.8xlarge, ml.r7i.large, " +
			"ml.m7i.12xlarge, ml.m6i.24xlarge, ml.p4d.24xlarge, ml.m7i.24xlarge, ml.t3.xlarge, ml.r5.16xlarge, ml.r5d.16xlarge, ml.trn2.48xlarge, " +
			"ml.g5.2xlarge, ml.c5n.xlarge, ml.p5e.48xlarge, ml.p3.16xlarge, ml.m5.large, ml.m7i.48xlarge, ml.m6i.16xlarge, ml.g6.2xlarge, ml.p2.16xlarge",
	} {
		want := strings.Split(printed, ", ")
		got := slices.DeleteFunc(slices.Clone(types), func(s string) bool { return !slices.Contains(want, s) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order (-AWS +ours):\n%s", diff)
		}
	}
}

func TestInstanceTypes(t *testing.T) {
	t.Parallel()
	for value, listed := range map[string]string{
		"ml.m5.xlarge": "listed", "ml.c5.18xlarge": "listed",
		"ml.m9i.48xlarge": "warned", "ml.p9-gb300.metal-48xl": "warned", "ml.c8g-flex.large": "warned",
		"local": "refused", "local_gpu": "refused", "m5.xlarge": "refused", "ml.m5": "refused", "ml.m5.": "refused",
		"ml..xlarge": "refused", "ml.M5.xlarge": "refused", "ml.m5.gigantic": "refused", "ml.m9.large\n": "refused", "": "refused",
		"ml.memory.large": "refused", "ml.m5.xlarge.large": "refused",
	} {
		report := Validate("CreateTrainingJob", with(t, "ResourceConfig.InstanceType", quote(t, value)))
		got := "listed"
		if len(report.Warnings) == 1 && report.Warnings[0].Kind == UnlistedInstanceType {
			got = "warned"
		}
		if err := report.Err(); err != nil {
			got = "refused"
			want := "1 validation error detected: Value '" + value + "' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value set: [ml.r"
			if !strings.HasPrefix(err.(*Error).Message, want) {
				t.Errorf("%q: %v", value, err)
			}
		}
		if got != listed {
			t.Errorf("%q: %s, want %s", value, got, listed)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	report := Validate("CreateTrainingJob", with(t,
		"InputDataConfig", `[{"ChannelName":"ok","DataSource":{}},{"ChannelName":"no good","DataSource":{"S3DataSource":{"S3Uri":"s3://b","Uri":1}}}]`,
		"StopingCondition", `{}`))
	var got [][]string
	for _, v := range report.Violations {
		got = append(got, v.Path)
	}
	for _, w := range report.Warnings {
		got = append(got, w.Path)
	}
	want := [][]string{
		{"InputDataConfig", "1", "ChannelName"},
		{"InputDataConfig", "1", "DataSource", "S3DataSource", "S3DataType"},
		{"InputDataConfig", "1", "DataSource", "S3DataSource", "Uri"},
		{"StopingCondition"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if w := report.Warnings[1]; w.Text != `CreateTrainingJobRequest has no member "StopingCondition"` || !slices.Contains(w.Members, "StoppingCondition") {
		t.Errorf("warning %+v", w)
	}
}

// TestMistyped: the texts for strings, numbers, lists and structures were measured on services with this protocol.
func TestMistyped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ at, value, want, path string }{
		{"TrainingJobName", `1`, "NUMBER_VALUE can not be converted to a String", "TrainingJobName"},
		{"TrainingJobName", `true`, "TRUE_VALUE can not be converted to a String", "TrainingJobName"},
		{"TrainingJobName", `[]`, "Start of list found where not expected", "TrainingJobName"},
		{"TrainingJobName", `{}`, "Start of structure or map found where not expected.", "TrainingJobName"},
		{"ResourceConfig.InstanceCount", `"1"`, "STRING_VALUE can not be converted to an Integer", "ResourceConfig.InstanceCount"},
		{"ResourceConfig.InstanceCount", `1.5`, "NUMBER_VALUE can not be converted to an Integer", "ResourceConfig.InstanceCount"},
		{"EnableNetworkIsolation", `"yes"`, "STRING_VALUE can not be converted to a Boolean", "EnableNetworkIsolation"},
		{"ResourceConfig", `"x"`, "Expected null", "ResourceConfig"},
		{"ResourceConfig", `[]`, "Start of list found where not expected", "ResourceConfig"},
		{"Tags", `"x"`, "Expected list or null", "Tags"},
		{"Tags", `{}`, "Start of structure or map found where not expected.", "Tags"},
		{"HyperParameters", `{"b":2,"a":[]}`, "Start of list found where not expected", "HyperParameters.a"},
		{"InputDataConfig", `[{"ChannelName":2}]`, "NUMBER_VALUE can not be converted to a String", "InputDataConfig.0.ChannelName"},
		{"VpcConfig", `{"Subnets":["a",1],"SecurityGroupIds":["!"]}`, "NUMBER_VALUE can not be converted to a String", "VpcConfig.Subnets.1"},
	} {
		report := Validate("CreateTrainingJob", with(t, test.at, test.value))
		err, _ := report.Err().(*Error)
		want := &Error{Code: "SerializationException", Message: test.want, Status: 400, Path: strings.Split(test.path, ".")}
		if diff := cmp.Diff(want, err); diff != "" || len(report.Violations) > 0 {
			t.Errorf("%s = %s: %d violations (-want +got):\n%s", test.at, test.value, len(report.Violations), diff)
		}
	}
	err := Validate("ListTrainingJobs", decode(t, `{"CreationTimeAfter":"2026-11-25"}`)).Err()
	if want := "SerializationException: STRING_VALUE can not be converted to milliseconds since epoch"; err == nil || err.Error() != want {
		t.Errorf("a date as text: %v, want %s", err, want)
	}
	if err := Validate("ListTrainingJobs", decode(t, `{"CreationTimeAfter":1795519271.764,"LastModifiedTimeBefore":0}`)).Err(); err != nil {
		t.Errorf("times as numbers: %v", err)
	}
}

// TestNumbersThatDoNotFit: a Float has the range of 32 bits, up to 3.4e38.
func TestNumbersThatDoNotFit(t *testing.T) {
	t.Parallel()
	const target = "HyperParameterTuningJobConfig.TuningJobCompletionCriteria"
	for value, want := range map[string]string{
		"1e38": "", "-3.4e38": "", "1e-50": "",
		"1e39": "SerializationException: NUMBER_VALUE can not be converted to a Float", "-1e39": "SerializationException: NUMBER_VALUE can not be converted to a Float",
	} {
		err := Validate("CreateHyperParameterTuningJob", tuning(t, target, `{"TargetObjectiveMetricValue":`+value+`}`)).Err()
		if got := fmt.Sprint(err); (err == nil) != (want == "") || err != nil && got != want {
			t.Errorf("%s: %v, want %q", value, err, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "", " \n": "", "{}": "", `{"a":1,"a":2}`: "", `[]`: "SerializationException: Start of list found where not expected",
		"null": "SerializationException", `"x"`: "SerializationException", `{"a":1,}`: "SerializationException",
		`{"a":1`: "SerializationException", `{} {}`: "SerializationException", "\xff": "SerializationException",
		strings.Repeat("[", 20_000): "SerializationException",
	} {
		tree, err := Decode([]byte(body))
		if got := fmt.Sprint(err); (err == nil) != (want == "") || err != nil && got != want {
			t.Errorf("Decode(%.20q) = %v, %v, want %q", body, tree, err, want)
		}
	}
	if tree := decode(t, `{"a":1,"a":2}`); tree["a"] != json.Number("2") {
		t.Errorf("of members given twice %v counts, want the last", tree["a"])
	}
}

// A job file read from YAML has Go's numbers.
func TestGoNumbers(t *testing.T) {
	t.Parallel()
	for _, n := range []any{1, int64(1), uint64(1), 1.0} {
		tree := request(t)
		tree["ResourceConfig"].(map[string]any)["InstanceCount"] = n
		if err := Validate("CreateTrainingJob", tree).Err(); err != nil {
			t.Errorf("%T: %v", n, err)
		}
		if err := CheckTrainingJob(tree); err != nil {
			t.Errorf("%T: %v", n, err)
		}
	}
}

// What a caller sends can be as large as a body may be; the answer must not be.
func TestEchoIsBounded(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("é", 1<<20)
	for _, tree := range []map[string]any{
		{"TrainingJobName": big},
		{"TrainingJobName": "a", "HyperParameters": map[string]any{big: big}},
		{"TrainingJobName": "a", "InputDataConfig": make([]any, 1<<20)},
	} {
		if err := Validate("CreateTrainingJob", tree).Err(); err == nil || len(err.Error()) > 5*maxEcho {
			t.Errorf("answer of %d bytes", len(fmt.Sprint(err)))
		}
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	tree := map[string]any{"Resource": "TrainingJob"}
	for i := range 1000 {
		tree[fmt.Sprint("x", i)] = 1
	}
	deep := func(sub []any) map[string]any { return map[string]any{"SubExpressions": sub} }
	var bad []any
	for range 20 {
		bad = append(bad, deep([]any{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}))
	}
	tree["SearchExpression"] = deep(bad)
	report := Validate("Search", tree)
	if len(report.Warnings) != maxFindings || len(report.Violations) != maxFindings {
		t.Errorf("%d warnings, %d violations, want %d each", len(report.Warnings), len(report.Violations), maxFindings)
	}
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	err := Validate("CreateModel", nil).Err()
	if err == nil || err.(*Error).Code != "UnknownOperationException" {
		t.Errorf("Validate(CreateModel) = %v", err)
	}
}

func FuzzValidate(f *testing.F) {
	body, err := os.ReadFile("testdata/create.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("CreateTrainingJob", body)
	f.Add("Search", []byte(`{"Resource":"TrainingJob","SearchExpression":{"SubExpressions":[{"Filters":[null]}]}}`))
	f.Add("ListTrainingJobs", []byte(`{"MaxResults":1e999,"CreationTimeAfter":1e999,"NextToken":"\ud800"}`))
	f.Fuzz(func(t *testing.T, op string, body []byte) {
		tree, err := Decode(body)
		if err != nil {
			return
		}
		report := Validate(op, tree)
		if again := Validate(op, tree); fmt.Sprint(report.Err()) != fmt.Sprint(again.Err()) {
			t.Errorf("two answers to one request:\n%v\n%v", report.Err(), again.Err())
		}
		if report.Err() == nil && op == "CreateTrainingJob" {
			_ = CheckTrainingJob(tree)
			_ = Defaults(tree)
		}
		_ = CheckResponse(op, tree)
	})
}

func BenchmarkValidate(b *testing.B) {
	tree := request(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := Validate("CreateTrainingJob", tree).Err(); err != nil {
			b.Fatal(err)
		}
	}
}
