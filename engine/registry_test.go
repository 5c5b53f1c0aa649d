package engine_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
	"github.com/sagefly/sagefly/image"
	"github.com/sagefly/sagefly/internal/testenv"
)

// someImage is an image for linux/amd64 with one layer; label makes it another one.
func someImage(t *testing.T, label string) v1.Image {
	t.Helper()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Repeat(label+".", 1000))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config.Labels = "linux", "amd64", map[string]string{"label": label}
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

func push(t *testing.T, config aws.Config, reference string, img v1.Image) image.Pushed {
	t.Helper()
	pushed, err := image.Push(t.Context(), reference, img, image.PushOptions{Access: image.Access{AWS: &config}})
	if err != nil {
		t.Fatal(err)
	}
	return pushed
}

// wantRefusal checks an error's code and words, which are ECR's.
func wantRefusal(t *testing.T, err error, code, words string) {
	t.Helper()
	failed, ok := errors.AsType[smithy.APIError](err)
	if !ok || failed.ErrorCode() != code || !strings.Contains(failed.ErrorMessage(), words) {
		t.Errorf("got %v, want %s with %q", err, code, words)
	}
}

// A push creates the repository, and the image is known to the API, in its region only, and under the name that ECR's images have.
func TestImageIsPushed(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	config := s.AWSConfig("eu-west-1")
	img := someImage(t, "")
	pushed := push(t, config, "team/digits", img)
	if want := "000000000000.dkr.ecr.eu-west-1.amazonaws.com/team/digits@" + pushed.Digest; pushed.ByDigest != want || !pushed.Created || pushed.Existed {
		t.Errorf("pushed %+v, want %s", pushed, want)
	}
	if again := push(t, config, "team/digits", img); !again.Existed || again.Created || again.ByDigest != pushed.ByDigest {
		t.Errorf("pushed again: %+v", again)
	}
	client := ecr.NewFromConfig(config)
	out, err := client.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("team/digits")})
	if err != nil || len(out.ImageDetails) != 1 || aws.ToString(out.ImageDetails[0].ImageDigest) != pushed.Digest ||
		aws.ToString(out.ImageDetails[0].ImageManifestMediaType) != "application/vnd.docker.distribution.manifest.v2+json" || len(out.ImageDetails[0].ImageTags) != 1 {
		t.Errorf("described %+v %v", out, err)
	}
	elsewhere := ecr.NewFromConfig(s.AWSConfig("us-east-1"))
	_, err = elsewhere.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("team/digits")})
	wantRefusal(t, err, "RepositoryNotFoundException", "The repository with name 'team/digits' does not exist in the registry with id '000000000000'")

	for _, reference := range []string{pushed.ByDigest, pushed.Tagged, "team/digits@" + pushed.Digest, s.Addr() + "/team/digits@" + pushed.Digest} {
		summary, err := image.Inspect(t.Context(), reference, image.Access{AWS: &config})
		if err != nil || summary.Digest != pushed.Digest || len(summary.Problems) != 0 {
			t.Errorf("inspect %s: %+v %v", reference, summary, err)
		}
	}
	us := s.AWSConfig("us-east-1")
	if summary, err := image.Inspect(t.Context(), pushed.ByDigest, image.Access{AWS: &us}); err != nil || summary.Digest != pushed.Digest {
		t.Errorf("inspect from another region: %+v %v", summary, err)
	}
}

// A tag of an immutable repository stays; what it names may be pushed again.
func TestImmutableRepository(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	config := s.AWSConfig("")
	o := image.PushOptions{Access: image.Access{AWS: &config}, Immutable: true, Tags: map[string]string{"team": "vision"}}
	for i := range 2 {
		if _, err := image.Push(t.Context(), "digits:v1", someImage(t, ""), o); err != nil {
			t.Errorf("push %d: %v", i+1, err)
		}
	}
	_, err := image.Push(t.Context(), "digits:v1", someImage(t, "other"), o)
	if taken, ok := errors.AsType[*image.TagTakenError](err); !ok || !strings.HasPrefix(taken.Digest, "sha256:") {
		t.Errorf("another image: %v, want a TagTakenError", err)
	}
	client := ecr.NewFromConfig(config)
	labels, err := client.ListTagsForResource(t.Context(), &ecr.ListTagsForResourceInput{ResourceArn: new("arn:aws:ecr:us-east-1:000000000000:repository/digits")})
	if err != nil || len(labels.Tags) != 1 || *labels.Tags[0].Value != "vision" {
		t.Errorf("the repository's tags: %+v %v", labels, err)
	}
}

// Images and logins are still good after the engine's restart.
func TestImagesSurviveRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e, err := engine.Open(t.Context(), engine.Config{Dir: dir, Runner: scripted(fake.Script{})})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	pushed := push(t, e.AWSConfig(""), "digits", someImage(t, ""))
	login, err := ecr.NewFromConfig(e.AWSConfig("")).GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	s := start(t, engine.Config{Dir: dir, Runner: scripted(fake.Script{})})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+"/v2/digits/manifests/"+pushed.Digest, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Basic "+*login.AuthorizationData[0].AuthorizationToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Docker-Content-Digest") != pushed.Digest {
		t.Errorf("status %d, digest %s", res.StatusCode, res.Header.Get("Docker-Content-Digest"))
	}
}

// Nothing below /v2/ is answered without a token, and a bucket of that name is S3's.
func TestRegistryPaths(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	res, err := http.Get("http://" + s.Addr() + "/v2/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(res.Header.Get("Www-Authenticate"), "Basic ") {
		t.Errorf("status %d, %v", res.StatusCode, res.Header)
	}
	login, err := ecr.NewFromConfig(s.AWSConfig("")).GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil || aws.ToString(login.AuthorizationData[0].ProxyEndpoint) != "http://"+s.Addr() {
		t.Errorf("login %+v %v", login, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+"/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Basic "+*login.AuthorizationData[0].AuthorizationToken)
	req.Header.Set("Origin", "http://evil.example")
	if res, err = http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a web page's request: status %d", res.StatusCode)
	}
}

func TestECROperations(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	config, ctx := s.AWSConfig(""), t.Context()
	client := ecr.NewFromConfig(config)
	for i := range 3 {
		push(t, config, fmt.Sprintf("repo%d:v1", i), someImage(t, ""))
	}
	var names []string
	for pages := ecr.NewDescribeRepositoriesPaginator(client, &ecr.DescribeRepositoriesInput{MaxResults: new(int32(2))}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Repositories {
			names = append(names, *r.RepositoryName)
		}
	}
	if diff := cmp.Diff([]string{"repo0", "repo1", "repo2"}, names); diff != "" {
		t.Error(diff)
	}
	repo := new("repo0")
	_, err := client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: repo})
	wantRefusal(t, err, "RepositoryAlreadyExistsException", "The repository with name 'repo0' already exists in the registry with id '000000000000'")
	_, err = client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: new("No_")})
	wantRefusal(t, err, "InvalidParameterException", "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '")
	_, err = client.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: repo})
	wantRefusal(t, err, "RepositoryNotEmptyException", "The repository with name 'repo0' in registry with id '000000000000' cannot be deleted because it still contains images")
	_, err = client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: repo, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: new("v2")}}})
	wantRefusal(t, err, "ImageNotFoundException", "The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the repository with name 'repo0' in the registry with id '000000000000'")
	_, err = client.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: repo})
	wantRefusal(t, err, "RepositoryPolicyNotFoundException", "Repository policy does not exist for the repository with name 'repo0' in the registry with id '000000000000'")
	_, err = client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: repo, RegistryId: new("123456789012")})
	wantRefusal(t, err, "RepositoryNotFoundException", "in the registry with id '123456789012'")
	_, err = client.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: repo, LifecyclePolicyText: new("{}")})
	wantRefusal(t, err, "UnknownOperationException", "PutLifecyclePolicy is not served")

	const policy = `{"Version":"2012-10-17","Statement":[]}`
	if _, err := client.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: repo, PolicyText: new(policy)}); err != nil {
		t.Error(err)
	}
	if got, err := client.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: repo}); err != nil || *got.PolicyText != policy {
		t.Errorf("policy %+v %v", got, err)
	}
}

// A script gives an image another tag, looks at it, and takes things away again.
func TestECRImages(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	config, ctx := s.AWSConfig(""), t.Context()
	pushed := push(t, config, "digits:v1", someImage(t, ""))
	client, repo := ecr.NewFromConfig(config), new("digits")
	got, err := client.BatchGetImage(ctx, &ecr.BatchGetImageInput{RepositoryName: repo, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: new("v1")}, {ImageTag: new("v9")}}})
	if err != nil || len(got.Images) != 1 || len(got.Failures) != 1 || got.Failures[0].FailureCode != ecrtypes.ImageFailureCodeImageNotFound || *got.Failures[0].FailureReason != "Requested image not found" {
		t.Fatalf("%+v %v", got, err)
	}
	retag := &ecr.PutImageInput{RepositoryName: repo, ImageManifest: got.Images[0].ImageManifest, ImageTag: new("stable")}
	if put, err := client.PutImage(ctx, retag); err != nil || *put.Image.ImageId.ImageDigest != pushed.Digest {
		t.Errorf("%+v %v", put, err)
	}
	_, err = client.PutImage(ctx, retag)
	wantRefusal(t, err, "ImageAlreadyExistsException", "Image with digest '"+pushed.Digest+"' and tag 'stable' already exists")

	var manifest struct{ Config struct{ Digest string } }
	if err := json.Unmarshal([]byte(*got.Images[0].ImageManifest), &manifest); err != nil {
		t.Fatal(err)
	}
	link, err := client.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RepositoryName: repo, LayerDigest: &manifest.Config.Digest})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(*link.DownloadUrl)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || !strings.Contains(string(text), `"architecture":"amd64"`) {
		t.Errorf("configuration %s %v", text, err)
	}
	none := "sha256:" + strings.Repeat("0", 64)
	layers, err := client.BatchCheckLayerAvailability(ctx, &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: repo, LayerDigests: []string{manifest.Config.Digest, none}})
	if err != nil || len(layers.Layers) != 2 || layers.Layers[0].LayerAvailability != ecrtypes.LayerAvailabilityAvailable || layers.Layers[1].LayerAvailability != ecrtypes.LayerAvailabilityUnavailable {
		t.Errorf("%+v %v", layers, err)
	}
	listed, err := client.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: repo})
	if err != nil || len(listed.ImageIds) != 2 {
		t.Errorf("%+v %v, want two tags", listed, err)
	}
	for _, tag := range []string{"v1", "stable"} {
		gone, err := client.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RepositoryName: repo, ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: &tag}}})
		if err != nil || len(gone.ImageIds) != 1 || len(gone.Failures) != 0 {
			t.Errorf("%s: %+v %v", tag, gone, err)
		}
	}
	if _, err := client.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: repo}); err != nil {
		t.Errorf("after its last tag the repository is not empty: %v", err)
	}
}

// An image that was built here, pushed to the engine and named as ECR's images are runs in two containers.
func TestPushedImageRuns(t *testing.T) {
	t.Parallel()
	s, _ := dockerSite(t, engine.Config{Slots: 4})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	img, err := image.Build(t.Context(), image.BuildOptions{Program: self, Roots: image.NoRoots})
	if err != nil {
		t.Fatal(err)
	}
	pushed := push(t, s.AWSConfig(""), "sagefly-test/pushed", img)
	for i, name := range []string{pushed.ByDigest, pushed.Tagged, s.Addr() + "/sagefly-test/pushed@" + pushed.Digest} {
		job := fmt.Sprintf("pushed-%d", i)
		s.create(t, hosts(2, contained(job, name, "ok")))
		if d := s.await(t, job, over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
			t.Errorf("%s: %s %s", name, d.TrainingJobStatus, aws.ToString(d.FailureReason))
		}
	}
}

// The docker client logs in, pushes an image and pulls it back; a push to a repository that nobody created is refused in ECR's words.
func TestDockerClient(t *testing.T) {
	t.Parallel()
	s, local := dockerSite(t, engine.Config{})
	client, err := exec.LookPath("docker")
	testenv.Require(t, err == nil, "the docker client", "apt-get install docker.io")
	home := t.TempDir()
	docker := func(stdin string, args ...string) (string, error) {
		cmd := exec.Command(client, append([]string{"--host", testenv.Docker(t)}, args...)...)
		cmd.Env, cmd.Stdin = append(os.Environ(), "HOME="+home, "DOCKER_CONFIG="+home), strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(stdin string, args ...string) string {
		out, err := docker(stdin, args...)
		if err != nil {
			t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	api := ecr.NewFromConfig(s.AWSConfig(""))
	made, err := api.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: new("team/by-docker")})
	if err != nil {
		t.Fatal(err)
	}
	login, err := api.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := base64.StdEncoding.DecodeString(*login.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		t.Fatal(err)
	}
	must(strings.TrimPrefix(string(token), "AWS:"), "login", "--username", "AWS", "--password-stdin", s.Addr())
	name := *made.Repository.RepositoryUri + ":v1"
	must("", "tag", local, name)
	must("", "push", name)
	found, err := api.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("team/by-docker"), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: new("v1")}}})
	if err != nil {
		t.Fatal(err)
	}
	must("", "rmi", name)
	if out := must("", "pull", name); !strings.Contains(out, *found.ImageDetails[0].ImageDigest) {
		t.Errorf("pulled %s, want %s", out, *found.ImageDetails[0].ImageDigest)
	}
	other := s.Addr() + "/nobody-made-it:v1"
	must("", "tag", local, other)
	if out, err := docker("", "push", other); err == nil || !strings.Contains(out, "name unknown: The repository with name 'nobody-made-it' does not exist in the registry with id '000000000000'") {
		t.Errorf("push to no repository: %v\n%s", err, out)
	}
	must("", "rmi", name, other)
}
