//go:build !sagefly_task

package cli

import (
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// image inspect shows all that SageMaker may refuse, and tells what stops a job from what hosting alone refuses.
func TestInspectTellsProblemsFromWarnings(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	reference := strings.TrimPrefix(server.URL, "http://") + "/trees:v1"
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), static.NewLayer([]byte("layer"), types.OCILayerZStd))
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	env := map[string]string{"SAGEFLY_DATA": t.TempDir(), "HOME": t.TempDir()}
	code := Run(t.Context(), []string{"image", "inspect", reference}, IO{Out: &stdout, Err: &stderr, Env: func(name string) string { return env[name] }})
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	for _, want := range []string{
		`(?m)^warning +the manifest is not Docker's schema 2: its media type is application/vnd\.oci\.image\.manifest\.v1\+json`,
		`(?m)^problem +a layer is not compressed by gzip, or not in the image: layer 1 of 1 has the media type application/vnd\.oci\.image\.layer\.v1\.tar\+zstd`,
		`(?m)^problem +the image is not for linux/amd64: it is for /,`, // it does not say which
	} {
		if !regexp.MustCompile(want).MatchString(stdout.String()) {
			t.Errorf("%s is not in\n%s", want, stdout.String())
		}
	}
}
