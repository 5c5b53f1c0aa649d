package algorithm

import (
	"os"
	"strings"
	"testing"
)

// testdata/image_uris.tsv is what image_uris.retrieve("xgboost", region, version=tag) of sagemaker 2.257.7 returned for every tag and
// region. That release does not have 3.2-0; for its lines the same code read the configuration of sagemaker-core 2.27.0.
func TestImagesAsSDK(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/image_uris.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		tag, region, want := fields[0], fields[1], fields[2]
		seen[tag]++
		got, err := ImageURI("xgboost", tag, region)
		if err != nil || got != want {
			t.Errorf("ImageURI(%s, %s) = %s, %v; the SDK gives %s", tag, region, got, err, want)
		}
		ref, ok := ParseImage(want)
		if tag == "latest" {
			tag = "1"
		}
		wantRef := ImageRef{Algorithm: "xgboost", Tag: tag, Region: region, Account: want[:12]}
		if !ok || ref != wantRef {
			t.Errorf("ParseImage(%s) = %+v, %v; want %+v", want, ref, ok, wantRef)
		}
	}
	for _, v := range version(t, "").siblings() {
		if got, want := len(Regions("xgboost", v.Tag)), seen[v.Tag]; got != want || got == 0 {
			t.Errorf("%s: %d regions, the SDK has %d", v.Tag, got, want)
		}
	}
}

func (v Version) siblings() []Version {
	a, _ := Lookup(v.Algorithm)
	return a.Versions
}

func TestLookalikes(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"xgboost": "it is not the URI of an image in Amazon ECR",
		"docker.io/library/sagemaker-xgboost:1.7-1":                                                 "it is not the URI of an image in Amazon ECR",
		"246618743249.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1":                      "account 246618743249 is not the registry of xgboost in us-east-1, which is 683313688378",
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost":                            "it names the image by no tag, so its version cannot be told",
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:c764382b16cd0c921f1": "it names the image by no tag, so its version cannot be told",
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-2":                      `repository "sagemaker-xgboost" has no tag "1.7-2" known here`,
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:latest":                     `repository "sagemaker-xgboost" has no tag "latest" known here`,
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/xgboost:1":                                    "account 683313688378 is not the registry of xgboost in us-east-1, which is 811284229777",
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3":         `no built-in algorithm known here has a repository "sagemaker-scikit-learn"`,
		"683313688378.dkr.ecr.us-east-1.amazonaws.com.cn/sagemaker-xgboost:1.7-1":                   "registries in us-east-1 are under amazonaws.com, not amazonaws.com.cn",
		"683313688378.dkr.ecr.mars-north-1.amazonaws.com/sagemaker-xgboost:1.7-1":                   `xgboost has no registry in region "mars-north-1"`,
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/my/sagemaker-xgboost:1.7-1":                   `no built-in algorithm known here has a repository "my/sagemaker-xgboost"`,
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1@sha256:00":            `repository "sagemaker-xgboost" has no tag "1.7-1@sha256:00" known here`,
	}
	for uri, want := range tests {
		if _, ok := ParseImage(uri); ok {
			t.Errorf("%s is recognised", uri)
		}
		if got := ExplainImage(uri); got != want {
			t.Errorf("%s: got %q, want %q", uri, got, want)
		}
	}
	for _, uri := range []string{
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1-cpu-py3",
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.0-1",
	} {
		if why := ExplainImage(uri); why != "" {
			t.Errorf("%s is not recognised: %s", uri, why)
		}
	}
}

func TestNoImage(t *testing.T) {
	t.Parallel()
	for _, args := range [][3]string{
		{"linear-learner", "1", "us-east-1"},
		{"xgboost", "9.9-9", "us-east-1"},
		{"xgboost", "", "mars-north-1"},
		{"xgboost", "1", "ca-west-1"},
	} {
		if uri, err := ImageURI(args[0], args[1], args[2]); err == nil {
			t.Errorf("ImageURI(%v) = %s", args, uri)
		}
	}
}
