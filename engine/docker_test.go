package engine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-containerregistry/pkg/authn"
	imagename "github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/testenv"
)

// insideVariable makes this test binary the program of a job's container; see inside.
const insideVariable = "ENGINE_TEST_INSIDE"

// inside are the programs of containers.
var inside = map[string]func(context.Context, container.Layout) (code int){
	"ok": func(_ context.Context, l container.Layout) int {
		os.WriteFile(l.Model()+"/weights", []byte("w"), 0o600)
		return 0
	},
	"fail": func(_ context.Context, l container.Layout) int {
		os.WriteFile(l.Failure(), []byte("bad data in row 7"), 0o644)
		return 3
	},
	"fail on 2": func(ctx context.Context, l container.Layout) int {
		if c, err := container.Read(l.Root); err != nil || c.Resource.CurrentHost != "algo-2" {
			<-ctx.Done()
			return 0
		}
		return 7
	},
	"long failure": func(_ context.Context, l container.Layout) int {
		os.WriteFile(l.Failure(), bytes.Repeat([]byte("why oh why "), 10<<20/11), 0o644)
		return 1
	},
	"eat": func(context.Context, container.Layout) int {
		data := make([]byte, 400<<20)
		for i := 0; i < len(data); i += 4096 {
			data[i] = 1
		}
		return 0
	},
	"deaf": func(context.Context, container.Layout) int {
		fmt.Println("deaf")
		time.Sleep(time.Hour)
		return 0
	},
	"s3": useS3,
}

// useS3 writes an object with the SDK as a program finds it set up, then tries what it must not get.
func useS3(ctx context.Context, l container.Layout) int {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	put := func(c aws.Config) error {
		_, err := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true; o.RetryMaxAttempts = 1 }).
			PutObject(ctx, &s3.PutObjectInput{Bucket: new("bucket"), Key: new("from-inside"), Body: strings.NewReader("hello")})
		return err
	}
	if err := put(c); err != nil {
		fmt.Println(err)
		return 1
	}
	foreign := c.Copy()
	foreign.Credentials = credentials.NewStaticCredentialsProvider("sagefly", "sagefly", "")
	own, _ := c.Credentials.Retrieve(ctx)
	wrong := c.Copy()
	wrong.Credentials = credentials.NewStaticCredentialsProvider(own.AccessKeyID, "wrong", "")
	for what, c := range map[string]aws.Config{"foreign": foreign, "wrong": wrong} {
		fmt.Printf("%s: %v\n", what, put(c))
	}
	for _, path := range []string{"/bucket/from-inside", "/_/health"} {
		resp, err := http.Get(os.Getenv("AWS_ENDPOINT_URL_S3") + path)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%s: %d %s\n", path, resp.StatusCode, strings.ReplaceAll(string(text), "\n", " "))
	}
	return 0
}

func runInside(name string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	if name == "deaf" {
		stop()
		signal.Ignore(syscall.SIGTERM)
	} else {
		defer stop()
	}
	return inside[name](ctx, container.FromEnv(os.Getenv))
}

// dockerSite is an engine that runs images, and the name of one with this test binary.
func dockerSite(t *testing.T, c engine.Config) (*site, string) {
	t.Helper()
	c.Docker = testenv.Docker(t)
	importInside.Do(func() {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		testenv.DockerImage(t, "sagefly-test/engine", map[string]testenv.File{"/test": {Source: exe}}, `ENTRYPOINT ["/test"]`)
	})
	s := start(t, c)
	s.put(t, "x", "")
	return s, "sagefly-test/engine"
}

var importInside sync.Once

// contained is a request for a job in that image whose program is one of inside.
func contained(name, image, program string) *sagemaker.CreateTrainingJobInput {
	r := request(name)
	r.AlgorithmSpecification.TrainingImage, r.AlgorithmSpecification.ContainerEntrypoint = &image, nil
	r.Environment = map[string]string{insideVariable: program}
	return r
}

func hosts(n int32, r *sagemaker.CreateTrainingJobInput) *sagemaker.CreateTrainingJobInput {
	r.ResourceConfig.InstanceCount = &n
	return r
}

// Hosts end in all ways that hosts of real jobs do; the expected words are those that SageMaker documents or shows.
func TestContainersEnd(t *testing.T) {
	t.Parallel()
	s, image := dockerSite(t, engine.Config{Slots: 4, Memory: 128 << 20})
	noProgram := contained("no-program", image, "ok")
	noProgram.AlgorithmSpecification.ContainerEntrypoint = []string{"/no/such/program"}
	for _, tt := range []struct {
		name    string
		request *sagemaker.CreateTrainingJobInput
		status  types.TrainingJobStatus
		reason  []string // what FailureReason contains, the first at its beginning
	}{
		{"ok", contained("ok", image, "ok"), types.TrainingJobStatusCompleted, nil},
		{"fail", contained("fail", image, "fail"), types.TrainingJobStatusFailed, []string{"AlgorithmError: bad data in row 7", "exit code: 3"}},
		{"fail-on-2", hosts(2, contained("fail-on-2", image, "fail on 2")), types.TrainingJobStatusFailed, []string{"AlgorithmError: algo-2", "exit code: 7"}},
		{"long-failure", contained("long-failure", image, "long failure"), types.TrainingJobStatusFailed, []string{"AlgorithmError: why oh why why oh why"}},
		{"eat", contained("eat", image, "eat"), types.TrainingJobStatusFailed, []string{"AlgorithmError: ", "OutOfMemory", "exit code: 137"}},
		{"no-program", noProgram, types.TrainingJobStatusFailed, []string{"AlgorithmError: ", "exit code: 127"}},
		{
			"no-image", contained("no-image", "127.0.0.1:1/none:1", "ok"), types.TrainingJobStatusFailed,
			[]string{"ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect."},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s.create(t, tt.request)
			d := s.await(t, tt.name, over)
			reason := aws.ToString(d.FailureReason)
			if d.TrainingJobStatus != tt.status {
				t.Errorf("status %s (%.300s), want %s", d.TrainingJobStatus, reason, tt.status)
			}
			for i, want := range tt.reason {
				if !strings.Contains(reason, want) || i == 0 && !strings.HasPrefix(reason, want) {
					t.Errorf("reason %.300q lacks %q", reason, want)
				}
			}
			if utf8.RuneCountInString(reason) > 1024 {
				t.Errorf("a reason of %d characters; the API's limit is 1024", utf8.RuneCountInString(reason))
			}
			if tt.name == "ok" {
				if got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts)); got["weights"] != "w" {
					t.Errorf("model %v", got)
				}
			}
		})
	}
}

// A program that ignores SIGTERM is killed when the grace is over, and its job is still one that was stopped.
func TestContainerIgnoresStop(t *testing.T) {
	t.Parallel()
	s, image := dockerSite(t, engine.Config{Grace: time.Second})
	s.create(t, contained("deaf", image, "deaf"))
	s.await(t, "deaf", func(d *sagemaker.DescribeTrainingJobOutput) bool {
		return d.SecondaryStatus == types.SecondaryStatusTraining
	})
	if _, err := s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: new("deaf")}); err != nil {
		t.Fatal(err)
	}
	if d := s.await(t, "deaf", over); d.TrainingJobStatus != types.TrainingJobStatusStopped || d.FailureReason != nil {
		t.Errorf("%s, reason %q", d.TrainingJobStatus, aws.ToString(d.FailureReason))
	}
	limited := contained("limited", image, "deaf")
	limited.StoppingCondition.MaxRuntimeInSeconds = new(int32(1))
	s.create(t, limited)
	if d := s.await(t, "limited", over); d.SecondaryStatus != types.SecondaryStatusMaxRuntimeExceeded {
		t.Errorf("%s, want MaxRuntimeExceeded", d.SecondaryStatus)
	}
}

// What containers reach is verified: their job's keys open it, nothing else does, and it says nothing about the machine.
func TestContainerReachesEngine(t *testing.T) {
	t.Parallel()
	s, image := dockerSite(t, engine.Config{})
	s.create(t, contained("s3", image, "s3"))
	d := s.await(t, "s3", over)
	log := s.hostLog(t, "s3")
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Fatalf("%s: %s\n%s", d.TrainingJobStatus, aws.ToString(d.FailureReason), log)
	}
	if got := s.object(t, "s3://bucket/from-inside"); string(got) != "hello" {
		t.Errorf("the object is %q", got)
	}
	for _, want := range []string{"foreign: .*InvalidAccessKeyId", "wrong: .*SignatureDoesNotMatch", "/bucket/from-inside: 400 .*MissingAuthenticationToken", `/_/health: 200 {"status":"ok"}`} {
		if !regexp.MustCompile(want).MatchString(log) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

// The same from outside of containers, on the same listener.
func TestContainerListenerIsVerified(t *testing.T) {
	t.Parallel()
	s, _ := dockerSite(t, engine.Config{})
	host, _, err := net.SplitHostPort(s.ContainerAddr())
	if err != nil || host == "127.0.0.1" {
		t.Fatalf("containers reach the engine at %q, %v", s.ContainerAddr(), err)
	}
	client := sagemaker.NewFromConfig(engine.AWSConfig(s.ContainerAddr(), ""))
	_, err = client.ListTrainingJobs(t.Context(), &sagemaker.ListTrainingJobsInput{})
	if code, _ := refusal(t, err); code != "UnrecognizedClientException" {
		t.Errorf("the key that loopback takes: %v", err)
	}
	for header, want := range map[string]string{"": "MissingAuthenticationToken", "rebound.example": "AccessDenied"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.ContainerAddr(), strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = header
		r.Header.Set("X-Amz-Target", "SageMaker.ListTrainingJobs")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode < 400 || !bytes.Contains(said, []byte(want)) {
			t.Errorf("unsigned, Host %q: %d %s %v, want %s", header, resp.StatusCode, said, err, want)
		}
	}
}

// An image that was pushed to the engine's own registry runs under its name in ECR, and a tag that was pushed again means the new one.
func TestContainerFromOwnRegistry(t *testing.T) {
	t.Parallel()
	s, _ := dockerSite(t, engine.Config{})
	const uri = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/team/trainer:v1"
	ecrConfig := s.AWSConfig("eu-west-1")
	registry := ecr.NewFromConfig(ecrConfig)
	if _, err := registry.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: new("team/trainer")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s3.NewFromConfig(ecrConfig, func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("bucket")}); err != nil && !strings.Contains(err.Error(), "Already") {
		t.Fatal(err)
	}
	west := clients(s.Engine)
	west.sagemaker = sagemaker.NewFromConfig(ecrConfig)
	for name, program := range map[string]string{"first": "ok", "second": "fail"} { // in any order
		s.push(t, registry, "team/trainer:v1", program)
		r := contained(name, uri, "")
		r.Environment = nil
		west.create(t, r)
		d := west.await(t, name, over)
		if want := map[string]types.TrainingJobStatus{"ok": types.TrainingJobStatusCompleted, "fail": types.TrainingJobStatusFailed}[program]; d.TrainingJobStatus != want {
			t.Errorf("%s: %s (%s), want %s", name, d.TrainingJobStatus, aws.ToString(d.FailureReason), want)
		}
	}
}

// push builds an image of this test binary with another standard tool and pushes it with a login from ECR.
func (s *site) push(t *testing.T, registry *ecr.Client, name, program string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return layerOf(exe) })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.Config(img, v1.Config{Entrypoint: []string{"/test"}, Env: []string{insideVariable + "=" + program}})
	if err != nil {
		t.Fatal(err)
	}
	login, err := registry.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := base64.StdEncoding.DecodeString(*login.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := strings.Cut(string(token), ":")
	ref, err := imagename.ParseReference(s.Addr()+"/"+name, imagename.Insecure)
	if err == nil {
		err = remote.Write(ref, img, remote.WithAuth(&authn.Basic{Username: user, Password: password}), remote.WithContext(t.Context()))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func layerOf(exe string) (io.ReadCloser, error) {
	data, err := os.ReadFile(exe)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "test", Mode: 0o755, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	return io.NopCloser(&b), w.Close()
}

// hostLog is what a job's one host printed.
func (s *site) hostLog(t *testing.T, job string) string {
	t.Helper()
	client := cloudwatchlogs.NewFromConfig(s.AWSConfig(""))
	group := "/aws/sagemaker/TrainingJobs"
	streams, err := client.DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group, LogStreamNamePrefix: new(job + "/")})
	if err != nil || len(streams.LogStreams) != 1 {
		t.Fatal(streams, err)
	}
	events, err := client.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: &group, LogStreamName: streams.LogStreams[0].LogStreamName, StartFromHead: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range events.Events {
		fmt.Fprintln(&b, *e.Message)
	}
	return b.String()
}
