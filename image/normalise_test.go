package image

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/compression"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// tarLayer is a layer with one file.
func tarLayer(t *testing.T, name, text string, options ...tarball.LayerOption) v1.Layer {
	t.Helper()
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		var b bytes.Buffer
		err := writeItems(t.Context(), &b, []item{{name: name, mode: 0o644, data: []byte(text)}})
		return io.NopCloser(&b), err
	}, options...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// withPlatform gives an image its platform and a configuration.
func withPlatform(t *testing.T, img v1.Image, os, architecture string, c v1.Config) v1.Image {
	t.Helper()
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config = os, architecture, c
	img, err = mutate.ConfigFile(img, config)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// python is an OCI image as buildx makes them: gzip, zstd and plain layers, one elsewhere, annotations, history.
func python(t *testing.T) v1.Image {
	t.Helper()
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.Append(img,
		mutate.Addendum{Layer: tarLayer(t, "/a", "gzip", tarball.WithMediaType(types.OCILayer)), History: v1.History{CreatedBy: "gzip"}, Annotations: map[string]string{"k": "v"}},
		mutate.Addendum{History: v1.History{CreatedBy: "env", EmptyLayer: true}},
		mutate.Addendum{Layer: tarLayer(t, "/b", "zstd", tarball.WithCompression(compression.ZStd), tarball.WithMediaType(types.OCILayerZStd)), History: v1.History{CreatedBy: "zstd"}},
		mutate.Addendum{Layer: static.NewLayer([]byte("not here"), types.OCIRestrictedLayer), URLs: []string{"https://example.com/l"}, History: v1.History{CreatedBy: "foreign"}},
		mutate.Addendum{Layer: static.NewLayer(plainTar(t, "/c", "plain"), types.OCIUncompressedLayer), History: v1.History{CreatedBy: "plain"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	img = withPlatform(t, img, "linux", "amd64", v1.Config{
		User: "1000", Entrypoint: []string{"/usr/bin/env"}, Cmd: []string{"python3"}, Env: []string{"PATH=/usr/bin", "LANG=C.UTF-8"}, Labels: map[string]string{"maintainer": "somebody"},
	})
	return mutate.Annotations(img, map[string]string{"org.example": "x"}).(v1.Image)
}

func plainTar(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeItems(t.Context(), &b, []item{{name: name, mode: 0o644, data: []byte(text)}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	old := python(t)
	img, err := Normalise(old)
	if err != nil {
		t.Fatal(err)
	}
	consistent(t, img)
	raw, err := img.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		MediaType string
		Config    struct{ MediaType string }
		Layers    []map[string]any
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.MediaType != "application/vnd.docker.distribution.manifest.v2+json" || got.Config.MediaType != "application/vnd.docker.container.image.v1+json" || len(got.Layers) != 3 {
		t.Errorf("manifest %s", raw)
	}
	for _, l := range got.Layers {
		if l["mediaType"] != "application/vnd.docker.image.rootfs.diff.tar.gzip" || len(l) != 3 {
			t.Errorf("layer %v", l)
		}
	}
	if strings.Contains(string(raw), "annotations") {
		t.Errorf("annotations are left: %s", raw)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	var history []string
	for _, h := range config.History {
		history = append(history, h.CreatedBy)
	}
	if diff := cmp.Diff([]string{"gzip", "env", "zstd", "plain"}, history); diff != "" {
		t.Errorf("history: %s", diff)
	}
	before, after := layers(t, old), layers(t, img)
	if digestOf(t, before[0]) != digestOf(t, after[0]) {
		t.Error("a gzip layer has other bytes than before")
	}
	for i, want := range []string{"a", "b", "c"} {
		r, err := after[i].Compressed()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gzip.NewReader(r); err != nil {
			t.Errorf("layer %d is not gzip: %v", i, err)
		}
		if got := listing(t, after[i]); len(got) != 1 || !strings.HasSuffix(got[0], " "+want) {
			t.Errorf("layer %d holds %v, want %s", i, got, want)
		}
	}
	again, err := Normalise(img)
	if err != nil || digestOf(t, again) != digestOf(t, img) {
		t.Errorf("a normal image is changed: %v", err)
	}
}

func TestNormaliseOtherPlatform(t *testing.T) {
	t.Parallel()
	img := withPlatform(t, empty.Image, "linux", "arm64", v1.Config{})
	if _, err := Normalise(img); !errors.Is(err, ErrPlatform) || !strings.Contains(err.Error(), "linux/arm64") {
		t.Errorf("got %v, want ErrPlatform", err)
	}
}

func TestNormaliseArtifact(t *testing.T) {
	t.Parallel()
	img := withPlatform(t, empty.Image, "linux", "amd64", v1.Config{})
	img, err := mutate.Append(img, mutate.Addendum{Layer: static.NewLayer([]byte("{}"), "application/vnd.in-toto+json")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Normalise(img); err == nil || !strings.Contains(err.Error(), "is no file system") {
		t.Errorf("got %v", err)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	const (
		docker = `"mediaType":"application/vnd.docker.distribution.manifest.v2+json"`
		gz     = `{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip"}`
		amd64  = `{"os":"linux","architecture":"amd64"}`
	)
	const stops = " stops"
	for _, test := range []struct {
		name, manifest, config string
		want                   []string
	}{
		{"good", `{` + docker + `,"layers":[` + gz + `]}`, amd64, nil},
		{"arm64", `{` + docker + `}`, `{"os":"linux","architecture":"arm64"}`, []string{CodePlatform + stops}},
		{"windows", `{` + docker + `}`, `{"os":"windows","architecture":"amd64"}`, []string{CodePlatform + stops}},
		{"index", `{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{},{}]}`, "", []string{CodeFormat + stops}},
		{"index without media type", `{"manifests":[{}]}`, "", []string{CodeFormat + stops}},
		{"list", `{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}`, "", []string{CodeFormat + stops}},
		{"oci", `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}`, amd64, []string{CodeFormat}},
		{"oci without media type", `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json"}}`, amd64, []string{CodeFormat}},
		{"schema 1", `{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:00"}]}`, "", []string{CodeFormat + stops}},
		{"schema 1, signed", `{"schemaVersion":1,"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws"}`, "", []string{CodeFormat + stops}},
		{"zstd and oci", `{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[` + gz + `,{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd"}]}`, amd64, []string{CodeFormat, CodeFormat + stops}},
		{"zstd in schema 2", `{` + docker + `,"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.zstd"}]}`, amd64, []string{CodeFormat + stops}},
		{"foreign", `{` + docker + `,"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}]}`, amd64, []string{CodeFormat}},
		{"plain, then zstd", `{` + docker + `,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar"},{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd"}]}`, amd64, []string{CodeFormat, CodeFormat + stops}},
		{"attestation", `{` + docker + `,"layers":[{"mediaType":"application/vnd.in-toto+json"}]}`, amd64, []string{CodeFormat + stops}},
		{"configuration unknown", `{` + docker + `}`, "", nil},
	} {
		var config []byte
		if test.config != "" {
			config = []byte(test.config)
		}
		found, err := Problems([]byte(test.manifest), config)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var got []string
		for _, p := range found {
			code := p.Code
			if p.Stops {
				code += stops
			}
			got = append(got, code)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if _, err := Problems([]byte("no JSON"), nil); err == nil {
		t.Error("no JSON was accepted")
	}
}

func FuzzProblems(f *testing.F) {
	f.Add([]byte(`{"layers":[{"mediaType":""}]}`), []byte(`{}`))
	f.Fuzz(func(_ *testing.T, manifest, config []byte) {
		_, _ = Problems(manifest, config)
	})
}
