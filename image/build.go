package image

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/sagefly/sagefly/internal/version"
)

// Where things are in the images that we make.
const (
	programDir = "/opt/sagefly/bin"
	codeDir    = "/opt/sagefly/code"
	workDir    = "/opt/ml" // SageMaker's
)

// Labels that our images carry, besides those of the OCI image specification.
const (
	LabelVersion    = "org.sagefly.version"         // of sagefly, that made the image
	LabelSource     = "org.sagefly.source"          // SHA-256 of the program
	LabelEntrypoint = "org.sagefly.base.entrypoint" // what the base ran, as a JSON array
	labelRevision   = "org.opencontainers.image.revision"
	labelRelease    = "org.opencontainers.image.version"
	labelBaseName   = "org.opencontainers.image.base.name"
	labelBaseDigest = "org.opencontainers.image.base.digest"
)

// BuildOptions say what Build makes. Only Program is required.
type BuildOptions struct {
	// Program is the path of a static executable for linux/amd64. It becomes the image's entry point.
	Program string
	// Name is what the program is called in the image; "" = its base name.
	Name string
	// Base is the image to put the program on; nil = nothing but CA certificates, /etc/passwd and /tmp.
	Base *Base
	// Roots is a file with CA certificates for an image without a base; "" = this machine's, [NoRoots] = none.
	Roots string
	// Labels are added to the image's own.
	Labels map[string]string
}

// ProgramError says why a file cannot be the program of an image.
type ProgramError struct {
	Path string
	Err  error
}

func (e *ProgramError) Error() string { return fmt.Sprintf("program %s: %v", e.Path, e.Err) }

func (e *ProgramError) Unwrap() error { return e.Err }

// Build makes an image of one program. The same program, base and certificates give the same digest, on every machine and day;
// the program is a layer of its own, so a registry gets only that one again when the program changes. It runs as root, for
// SageMaker mounts /opt/ml owned by root.
func Build(ctx context.Context, o BuildOptions) (v1.Image, error) {
	if err := runnable(o.Program); err != nil {
		return nil, &ProgramError{o.Program, err}
	}
	if o.Name == "" {
		o.Name = programName(o.Program)
	}
	source, err := hashFile(o.Program)
	if err != nil {
		return nil, &ProgramError{o.Program, err}
	}
	if o.Base == nil {
		if o.Base, err = fromNothing(ctx, o.Roots); err != nil {
			return nil, err
		}
	}
	program := programDir + "/" + o.Name
	layer, err := newLayer(ctx, []item{{name: program, mode: 0o755, path: o.Program}})
	if err != nil {
		return nil, err
	}
	labels := o.Base.labels()
	maps.Copy(labels, built(o.Program))
	labels[LabelSource] = source
	maps.Copy(labels, o.Labels)
	return o.Base.extend(layer, "sagefly image build", func(c *v1.Config) {
		c.Entrypoint, c.Cmd, c.WorkingDir = []string{program}, nil, workDir
		addLabels(c, labels)
	})
}

// runnable says why a file cannot be started in an image that has nothing else; nil when it can.
func runnable(path string) error {
	if err := portable(path); err != nil {
		return err
	}
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN || f.Entry == 0 {
		return errors.New("a library or an object file, not an executable")
	}
	return nil
}

// extend normalises the base and puts a layer on it. Images that we make run as root.
func (b *Base) extend(layer v1.Layer, by string, configure func(*v1.Config)) (v1.Image, error) {
	base, err := Normalise(b.Image)
	if err != nil {
		return nil, err
	}
	img, err := mutate.Append(base, mutate.Addendum{
		Layer: layer, MediaType: types.DockerLayer, History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: by},
	})
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.Config.User = ""
	configure(&config.Config)
	return mutate.ConfigFile(img, config)
}

func addLabels(c *v1.Config, labels map[string]string) {
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	maps.Copy(c.Labels, labels)
}

// setEnv sets variables; those that were there keep their place.
func setEnv(c *v1.Config, variables ...string) {
	for _, v := range variables {
		name, _, _ := strings.Cut(v, "=")
		i := slices.IndexFunc(c.Env, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		if i >= 0 {
			c.Env[i] = v
			continue
		}
		c.Env = append(c.Env, v)
	}
}

// built are labels about the version that a Go program was built from; none for other programs.
func built(program string) map[string]string {
	labels := map[string]string{}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return labels
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		labels[labelRelease] = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			labels[labelRevision] = s.Value
		}
	}
	return labels
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// fromNothing is the base of programs that need none.
func fromNothing(ctx context.Context, roots string) (*Base, error) {
	items := []item{
		{name: "/etc/passwd", mode: 0o644, data: []byte("root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n")},
		{name: "/etc/group", mode: 0o644, data: []byte("root:x:0:\nnobody:x:65534:\n")},
		{name: "/root", mode: 0o700, dir: true},
		{name: "/tmp", mode: 0o1777, dir: true},
		{name: workDir, mode: 0o755, dir: true},
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	if roots != NoRoots {
		data, err := readRoots(roots, bundles())
		if err != nil {
			return nil, err
		}
		items = append(items, item{name: rootsInImage, mode: 0o644, data: data})
		env = append(env, "SSL_CERT_FILE="+rootsInImage)
	}
	layer, err := newLayer(ctx, items)
	if err != nil {
		return nil, err
	}
	config, err := empty.Image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", "amd64", v1.Time{Time: epoch}
	img, err := mutate.ConfigFile(empty.Image, config)
	if err != nil {
		return nil, err
	}
	img, err = (&Base{Image: img}).extend(layer, "sagefly image build: base", func(c *v1.Config) { c.Env = env })
	return &Base{Image: img}, err
}

// labels of an image on this base.
func (b *Base) labels() map[string]string {
	labels := map[string]string{LabelVersion: version.Version}
	if b.Name != "" {
		labels[labelBaseName], labels[labelBaseDigest] = b.Name, b.Digest
	}
	return labels
}
