package cloud

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
)

// ready is an account in which the good request runs.
func ready(t *testing.T, r account.Rules) *remoteAccount {
	t.Helper()
	remote := start(t, r)
	remote.bucket(t, bucket, region)
	remote.put(t, bucket, "churn/train/a.csv", "1,2\n")
	return remote
}

func create(t *testing.T, r *remoteAccount, in *sagemaker.CreateTrainingJobInput) error {
	t.Helper()
	_, err := sagemaker.NewFromConfig(r.config).CreateTrainingJob(t.Context(), in)
	return err
}

func TestGoodRequestHasNoFinding(t *testing.T) {
	t.Parallel()
	r := ready(t, rules())
	report, err := Check(t.Context(), r.config, good(t))
	if err != nil || len(report.Findings) > 0 || len(report.Unknown) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if err := create(t, r, good(t)); err != nil {
		t.Errorf("the account refuses it: %v", err)
	}
}

// Each of these is a reason why AWS would refuse the job, or fail it minutes later. What the account itself answers to Create, where it
// answers at that moment, is beside it: a check that is stricter or laxer than that would be wrong.
func TestFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*account.Rules)
		job    func(*sagemaker.CreateTrainingJobInput)
		code   string
		texts  []string // of the finding
		create string   // what the account answers
	}{
		"role missing": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.RoleArn = aws.String(strings.Replace(roleOK, "train", "trainer", 1))
			},
			CodeRoleMissing,
			[]string{"RoleArn = arn:aws:iam::000000000000:role/trainer", "1 there trust", "--role " + roleOK, "sagefly iam role"},
			"ValidationException",
		},
		"role with a path": {
			func(r *account.Rules) { r.Roles = append(r.Roles, account.Role{Name: "deep", Path: "/service-role/"}) },
			func(r *sagemaker.CreateTrainingJobInput) {
				r.RoleArn = aws.String(strings.Replace(roleOK, "train", "deep", 1))
			},
			CodeRoleMissing,
			[]string{"another path", "--role arn:aws:iam::000000000000:role/service-role/deep"},
			"ValidationException",
		},
		"role of another account": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.RoleArn = aws.String("arn:aws:iam::123456789012:role/train")
			},
			CodeRoleMissing,
			[]string{"belongs to another account", "000000000000"},
			"ValidationException",
		},
		"role not trusting": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.RoleArn = aws.String(strings.Replace(roleOK, "train", "build", 1))
			},
			CodeRoleTrust,
			[]string{"codebuild.amazonaws.com, not sagemaker.amazonaws.com", "update-assume-role-policy --role-name build"},
			"ValidationException",
		},
		"PassRole denied": {
			func(r *account.Rules) {
				r.Caller.Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
					{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}]}`}
			},
			nil, CodePassRole,
			[]string{"iam:PassRole", "denies it explicitly for " + user, "sagefly iam caller"},
			"AccessDeniedException",
		},
		"PassRole for another service": {
			func(r *account.Rules) {
				r.Caller.Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:PassRole","Resource":"*"},
					{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}]}`}
			},
			nil, CodePassRole,
			[]string{"no identity-based policy allows it"},
			"AccessDeniedException",
		},
		"Create denied to a session": {
			func(r *account.Rules) {
				r.Caller = account.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/dev/alice", Policies: []string{
					`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"sagemaker:Create*","Resource":"*"}]}`,
				}}
				r.Roles = append(r.Roles, account.Role{Name: "dev", Path: "/sso/"})
			},
			nil, CodeCreateDenied,
			[]string{"sagemaker:CreateTrainingJob", "training-job/churn-1"},
			"AccessDeniedException",
		},
		"bucket missing": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.OutputDataConfig.S3OutputPath = aws.String("s3://acme-m1/out")
			},
			CodeBucketMissing,
			[]string{`"acme-m1"`, "use  s3://acme-ml", "aws s3 mb s3://acme-m1 --region us-west-2"},
			"ValidationException",
		},
		"bucket in another region": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.InputDataConfig[0].DataSource.S3DataSource.S3Uri = aws.String("s3://acme-eu/churn/")
			},
			CodeBucketRegion,
			[]string{"it is in eu-west-1, the job would run in us-west-2", "--region eu-west-1"},
			"ValidationException",
		},
		"prefix empty": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.InputDataConfig[0].DataSource.S3DataSource.S3Uri = aws.String("s3://" + bucket + "/churn/trian/")
			},
			CodePrefixEmpty,
			[]string{`channel "train"`, "1 object (4 bytes) under s3://acme-ml/churn/train/"},
			"ValidationException",
		},
		"a folder's marker alone": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.InputDataConfig[0].DataSource.S3DataSource.S3Uri = aws.String("s3://" + bucket + "/empty/")
			},
			CodePrefixEmpty,
			[]string{"s3://acme-ml/churn/"},
			"",
		},
		"role may not read": {
			func(r *account.Rules) {
				r.Roles[0].Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"}]}`}
			},
			nil, CodeRoleDenied,
			[]string{"s3:GetObject", "arn:aws:s3:::acme-ml/churn/train"},
			"",
		},
		"role may not write": {
			func(r *account.Rules) {
				r.Roles[0].Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}]}`}
			},
			nil, CodeRoleDenied,
			[]string{"s3:PutObject", "arn:aws:s3:::acme-ml/out/churn-1/output/model.tar.gz"},
			"ValidationException",
		},
		"role may not list": {
			func(r *account.Rules) {
				r.Roles[0].Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:ListBucket","Resource":"*"}]}`}
			},
			nil, CodeRoleDenied,
			[]string{"s3:ListBucket"},
			"ValidationException",
		},
		"quota zero": {
			nil, func(r *sagemaker.CreateTrainingJobInput) { r.ResourceConfig.InstanceType = "ml.p3.2xlarge" },
			CodeQuota,
			[]string{`"ml.p3.2xlarge for training job usage" in us-west-2 is 0`, "request-service-quota-increase", "--desired-value 1"},
			"ResourceLimitExceeded",
		},
		"quota of spare capacity": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.EnableManagedSpotTraining, r.StoppingCondition.MaxWaitTimeInSeconds = aws.Bool(true), aws.Int32(7200)
			},
			CodeQuota,
			[]string{`"ml.m5.xlarge for spot training job usage" in us-west-2 is 0`},
			"ResourceLimitExceeded",
		},
		"quota for two": {
			nil, func(r *sagemaker.CreateTrainingJobInput) { r.ResourceConfig.InstanceCount = aws.Int32(2) },
			CodeQuota,
			[]string{"2 instances of ml.m5.xlarge", "is 1; those of ml.m5.2xlarge suffice", "--instance ml.m5.2xlarge"},
			"ResourceLimitExceeded",
		},
		"image tag missing": {
			nil, image_("churn:v7"), CodeImageMissing, []string{"has no :v7; tags there: ", "use tag  v5", "sagefly image push"}, "",
		},
		"image repository missing": {nil, image_("chrun:v5"), CodeImageMissing, []string{`no repository "chrun" in us-west-2`, "use repository  churn"}, ""},
		"image in another region": {
			nil, func(r *sagemaker.CreateTrainingJobInput) {
				r.AlgorithmSpecification.TrainingImage = aws.String("000000000000.dkr.ecr.us-east-1.amazonaws.com/churn:v5")
			},
			CodeImageRegion,
			[]string{"it is in us-east-1, the job would run in us-west-2"},
			"",
		},
		"image not amd64": {nil, image_("churn:arm"), CodeImagePlatform, []string{"linux/arm64"}, ""},
		"image an index":  {nil, image_("churn:list"), CodeImageFormat, []string{"an index of several images", "linux/amd64, linux/arm64", "sagefly image push"}, ""},
		"image of zstd":   {nil, image_("churn:zstd"), CodeImageFormat, []string{"layer 2 of 2", "zstd"}, ""},
		"image outside ECR": {nil, func(r *sagemaker.CreateTrainingJobInput) {
			r.AlgorithmSpecification.TrainingImage = aws.String("python:3.12")
		}, CodeImageRegistry, []string{"python:3.12"}, ""},
		"conditional search": {nil, spec("spec-conditions"), CodeSearch, []string{"conditional parameters cannot be searched on AWS", "with a condition: gamma", "--on local"}, ""},
		"starting points":    {nil, spec("spec-start"), CodeSearch, []string{"no known starting points"}, ""},
		"no address": {nil, func(r *sagemaker.CreateTrainingJobInput) {
			r.InputDataConfig[0].DataSource.S3DataSource.S3Uri = aws.String("https://example.com/x")
		}, CodeRequestInvalid, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule := rules()
			if c.change != nil {
				c.change(&rule)
			}
			r := ready(t, rule)
			furnish(t, r)
			in := good(t)
			if c.job != nil {
				c.job(in)
			}
			report, err := Check(t.Context(), r.config, in)
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Findings) != 1 || report.Findings[0].Code != c.code {
				t.Fatalf("%+v, want one of %s", report, c.code)
			}
			f := report.Findings[0]
			all := strings.Join(append(f.Fix, f.What, f.Where, f.Why), "\n")
			for _, text := range c.texts {
				if !strings.Contains(all, text) {
					t.Errorf("%q is not in\n%s", text, all)
				}
			}
			if f.Quota != (c.code == CodeQuota) || f.Where == "" || f.Why == "" {
				t.Errorf("%+v", f)
			}
			if c.create != "" {
				if got := refusedAs(create(t, r, in)); got != c.create {
					t.Errorf("Create: %s, want %s", got, c.create)
				}
			}
		})
	}
}

func image_(name string) func(*sagemaker.CreateTrainingJobInput) {
	return func(r *sagemaker.CreateTrainingJobInput) {
		r.AlgorithmSpecification.TrainingImage = aws.String("000000000000.dkr.ecr.us-west-2.amazonaws.com/" + name)
	}
}

func spec(prefix string) func(*sagemaker.CreateTrainingJobInput) {
	return func(r *sagemaker.CreateTrainingJobInput) {
		r.InputDataConfig = append(r.InputDataConfig, channel("sagefly", "s3://"+bucket+"/"+prefix))
	}
}

// furnish brings what the cases look for besides the good request's data.
func furnish(t *testing.T, r *remoteAccount) {
	t.Helper()
	r.bucket(t, "acme-eu", "eu-west-1")
	r.put(t, bucket, "empty/", "")
	r.put(t, bucket, "spec-conditions/spec.json", `{"version":1,"search":{"conditions":{"gamma":{"booster":["gbtree"]}},"start":[]}}`)
	r.put(t, bucket, "spec-start/spec.json", `{"version":1,"search":{"start":[{"eta":"0.1"}]}}`)
	amd, arm := platformImage(t, "amd64"), platformImage(t, "arm64")
	r.push(t, "churn", "v5", amd)
	r.push(t, "churn", "arm", arm)
	r.push(t, "churn", "zstd", withLayer(t, amd, types.OCILayerZStd))
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: amd, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: arm, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}})
	ref, auth := r.reference(t, "churn", "list")
	if err := remote.WriteIndex(ref, index, auth); err != nil {
		t.Fatal(err)
	}
}

func platformImage(t *testing.T, architecture string) v1.Image {
	t.Helper()
	image, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", architecture
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	return image
}

// withLayer puts a layer of a media type on an image. Nobody looks into it.
func withLayer(t *testing.T, image v1.Image, mediaType types.MediaType) v1.Image {
	t.Helper()
	image, err := mutate.AppendLayers(image, static.NewLayer([]byte("layer"), mediaType))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// A job takes what Docker pushes and what buildx does: of OCI manifests no refusal by training is known. Hosting refuses them, which
// is no reason against a job.
func TestGoodImage(t *testing.T) {
	t.Parallel()
	r := ready(t, rules())
	docker := platformImage(t, "amd64")
	oci := mutate.MediaType(mutate.ConfigMediaType(docker, types.OCIConfigJSON), types.OCIManifestSchema1)
	for tag, image := range map[string]v1.Image{"docker": docker, "oci": withLayer(t, oci, types.OCILayer), "plain": withLayer(t, oci, types.OCIUncompressedLayer)} {
		r.push(t, "churn", tag, image)
		in := good(t)
		image_("churn:" + tag)(in)
		report, err := Check(t.Context(), r.config, in)
		if err != nil || len(report.Findings)+len(report.Unknown) > 0 {
			t.Errorf("%s: %+v, %v", tag, report, err)
		}
	}
}

// Everything that is wrong comes at once, worst first.
func TestAllFindingsTogether(t *testing.T) {
	t.Parallel()
	r := ready(t, rules())
	in := good(t)
	in.RoleArn = aws.String(strings.Replace(roleOK, "train", "none", 1))
	in.ResourceConfig.InstanceType = "ml.p3.2xlarge"
	in.InputDataConfig = append(in.InputDataConfig, channel("validation", "s3://"+bucket+"/none/"), channel("sagefly", "s3://"+bucket+"/spec"))
	r.put(t, bucket, "spec/spec.json", `{"version":1,"search":{"conditions":{"a":{}}}}`)
	image_("churn:v5")(in)
	report, err := Check(t.Context(), r.config, in)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, f := range report.Findings {
		codes = append(codes, f.Code)
	}
	if want := []string{CodeSearch, CodeRoleMissing, CodePrefixEmpty, CodeImageMissing, CodeQuota}; !slices.Equal(codes, want) {
		t.Errorf("%v, want %v", codes, want)
	}
}

// Who may not ask gets "unknown", not a finding and not silence.
func TestDeniedQuestionsAreUnknown(t *testing.T) {
	t.Parallel()
	rule := rules()
	rule.Caller.Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sagemaker:*","iam:PassRole"],"Resource":"*"}]}`}
	r := ready(t, rule)
	report, err := Check(t.Context(), r.config, good(t))
	if err != nil || len(report.Findings) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	all := strings.Join(report.Unknown, "\n")
	for _, text := range []string{"whether the role exists", "iam:GetRole", "iam:SimulatePrincipalPolicy", "the quota of instances: AccessDeniedException"} {
		if !strings.Contains(all, text) {
			t.Errorf("%q is not in\n%s", text, all)
		}
	}
	if err := create(t, r, good(t)); err != nil {
		t.Error(err)
	}
}

// An account with the printed policies and nothing else runs the job, and nothing is left unknown.
func TestPrintedPoliciesSuffice(t *testing.T) {
	t.Parallel()
	in := good(t)
	image_("churn:v5")(in)
	scope := ScopeOf(region, engine.Account, in)
	scope.Bucket = bucket
	r := ready(t, account.Rules{
		Caller: account.Principal{ARN: user, Policies: []string{scope.CallerPolicy()}},
		Roles:  []account.Role{{Name: "train", Trust: scope.Trust(), Policies: []string{scope.RolePolicy()}}},
		Quotas: rules().Quotas,
	})
	r.push(t, "churn", "v5", platformImage(t, "amd64"))
	report, err := Check(t.Context(), r.config, in)
	if err != nil || len(report.Findings)+len(report.Unknown) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	in.AlgorithmSpecification = good(t).AlgorithmSpecification
	if err := create(t, r, in); err != nil {
		t.Error(err)
	}
	in.TrainingJobName = aws.String("other-1")
	if report, err = Check(t.Context(), r.config, in); err != nil || len(report.Findings) == 0 || report.Findings[0].Code != CodeCreateDenied {
		t.Errorf("a job of another name: %+v, %v", report, err)
	}
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	r := start(t, rules())
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	_ = closed.Close()
	// The answer of an expired session, as the STS API reference's common errors have it.
	expired := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error><RequestId>x</RequestId></ErrorResponse>`))
	}))
	defer expired.Close()
	for name, c := range map[string]struct {
		endpoint, key, secret string
		code, what            string
	}{
		"wrong secret": {*r.config.BaseEndpoint, keyID, "wrong", CodeCredentials, "the secret key does not belong to the access key"},
		"unknown key":  {*r.config.BaseEndpoint, "AKIAUNKNOWN", keyText, CodeCredentials, "AWS does not know the access key"},
		"expired":      {expired.URL, keyID, keyText, CodeCredentials, "the AWS credentials have expired"},
		"unreachable":  {nobody, keyID, keyText, CodeUnreachable, "the target does not answer"},
		"none":         {*r.config.BaseEndpoint, "", "", CodeCredentials, "there are no AWS credentials"},
	} {
		config := r.config.Copy()
		config.BaseEndpoint = &c.endpoint
		config.Credentials = credentials.NewStaticCredentialsProvider(c.key, c.secret, "")
		_, err := Check(t.Context(), config, good(t))
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		f, ok := Explain(err)
		if !ok || f.Code != c.code || f.What != c.what || len(f.Fix) == 0 {
			t.Errorf("%s: %+v of %v", name, f, err)
		}
		if strings.Contains(f.String(), keyID) || strings.Contains(f.String(), keyText) {
			t.Errorf("%s: a key in %s", name, f)
		}
	}
}

// A service that does not answer does not hold the others' findings back for longer than the bound.
func TestSilenceIsBounded(t *testing.T) {
	t.Parallel()
	r := ready(t, rules())
	config := r.config.Copy()
	config.HTTPClient = silent{"ServiceQuotas", loopback()}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	in := good(t)
	in.RoleArn = aws.String(strings.Replace(roleOK, "train", "none", 1))
	report, err := Check(ctx, config, in)
	if err != nil || len(report.Findings) != 1 || len(report.Unknown) != 1 || !strings.Contains(report.Unknown[0], "the quota of instances: no answer in time") {
		t.Errorf("%+v, %v", report, err)
	}
}

// silent never answers requests for a target.
type silent struct {
	target string
	rest   aws.HTTPClient
}

func (s silent) Do(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), s.target) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return s.rest.Do(r)
}

func TestRedact(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("FwoGZXIvYXdzE", 10)
	for text, want := range map[string]string{
		"The request signature does not match.\n\nThe Canonical String was x-amz-security-token:" + long: "The request signature does not match.",
		"key AKIAIOSFODNN7EXAMPLE is wrong":    "key *** is wrong",
		"token " + long + " is wrong":          "token *** is wrong",
		"arn:aws:iam::123456789012:user/alice": "arn:aws:iam::123456789012:user/alice",
	} {
		if got := redact(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestParseImage(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0a", 32)
	for uri, want := range map[string]ecrImage{
		"123456789012.dkr.ecr.us-west-2.amazonaws.com/churn:v7":               {"123456789012", "us-west-2", "churn", "v7", ""},
		"123456789012.dkr.ecr.us-west-2.amazonaws.com/a/b":                    {"123456789012", "us-west-2", "a/b", "latest", ""},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/churn@" + digest:    {"123456789012", "cn-north-1", "churn", "", digest},
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/c:1@" + digest: {"123456789012", "us-gov-west-1", "c", "", digest},
		"churn:v7": {}, "docker.io/library/python:3.12": {}, "12345.dkr.ecr.us-west-2.amazonaws.com/churn": {}, "123456789012.dkr.ecr.us-west-2.amazonaws.com/": {},
	} {
		if got, ok := parseImage(uri); got != want || ok != (want != ecrImage{}) {
			t.Errorf("%s: %+v, %v", uri, got, ok)
		}
	}
}

func FuzzCheckSearch(f *testing.F) {
	f.Add([]byte(`{"version":1,"search":{"conditions":{"gamma":{}},"start":[{}],"other":1}}`))
	f.Add([]byte(`{"search":null}`))
	f.Add([]byte(`{"search":{"conditions":[1]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, found := range CheckSearch(text) {
			if found.Code == "" || found.What == "" || found.Where == "" || found.Why == "" {
				t.Errorf("%+v", found)
			}
		}
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add("s3://bucket/key")
	f.Add("https://s3.us-west-2.amazonaws.com/bucket/key")
	f.Add("123456789012.dkr.ecr.us-west-2.amazonaws.com/churn:v7@sha256:" + strings.Repeat("0", 64))
	f.Add("arn:aws:iam::123456789012:role/deep/er/name")
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := parseS3(text); ok {
			if again, ok := parseS3(at.String()); !ok || again != at {
				t.Errorf("%q: %+v, then %+v", text, at, again)
			}
		}
		if i, ok := parseImage(text); ok && ((i.tag == "") == (i.digest == "") || !strings.Contains(text, i.repository)) {
			t.Errorf("%q: %+v", text, i)
		}
		if account, name, ok := parseRole(text); ok && !strings.HasSuffix(text, name) || ok && len(account) != 12 {
			t.Errorf("%q: %s %s", text, account, name)
		}
	})
}
