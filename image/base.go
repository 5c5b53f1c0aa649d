package image

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Base is an image to build on.
type Base struct {
	Image  v1.Image
	Name   string // the reference it was asked for by; "" for one that is in no registry
	Digest string // of the one image for linux/amd64
}

func platform() v1.Platform { return v1.Platform{OS: "linux", Architecture: "amd64"} }

// Pull finds an image in a registry; of one for several platforms, the one for linux/amd64. Its layers are fetched when
// they are needed. A reference without a host is a repository of the target's ECR when Access has one, else Docker Hub's.
func Pull(ctx context.Context, reference string, a Access) (*Base, error) {
	ref, options, err := a.resolve(ctx, reference)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	found, err := remote.Get(ref, options...)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, explain(err, ref.Context().Registry))
	}
	img, err := child(found)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	digest, err := img.Digest()
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	return &Base{Image: img, Name: ref.Name(), Digest: digest.String()}, nil
}

// resolve reads a reference and logs in to its registry.
func (a Access) resolve(ctx context.Context, reference string) (name.Reference, []remote.Option, error) {
	host, repository, _ := split(reference)
	if a.AWS != nil && (host == "" || ecrHost.MatchString(host) && endpointHost(a.AWS) != "") {
		if e, ok := ParseECR(reference); ok {
			a = a.in(e.Region)
		}
		at, err := a.registryOf(ctx, reference)
		if err != nil {
			return nil, nil, err
		}
		if at != "" {
			rest := strings.TrimPrefix(reference, host+"/")
			host, reference = at, at+"/"+rest
		} else {
			a.AWS = nil // it is somebody else's, whom this target knows no login for
		}
	}
	if repository == "" {
		return nil, nil, errors.New("the reference names no repository")
	}
	ref, err := name.ParseReference(reference, nameOptions(host)...)
	if err != nil {
		return nil, nil, err
	}
	options, err := a.options(ctx, host)
	return ref, options, err
}

// registryOf is the host of the target's registry that has an image's repository; "" when it does not have one of that account.
func (a Access) registryOf(ctx context.Context, reference string) (string, error) {
	in := &ecr.DescribeRepositoriesInput{}
	if e, ok := ParseECR(reference); ok {
		in.RegistryId, in.RepositoryNames = &e.Account, []string{e.Repository}
	} else {
		_, repository, _ := split(reference)
		repository, _, _ = strings.Cut(repository, "@")
		in.RepositoryNames = []string{repository}
	}
	found, err := ecr.NewFromConfig(*a.AWS).DescribeRepositories(ctx, in)
	if _, missing := errors.AsType[*types.RepositoryNotFoundException](err); missing && in.RegistryId != nil {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find repository %s: %w", in.RepositoryNames[0], err)
	}
	if len(found.Repositories) == 0 {
		return "", nil
	}
	host, _, _ := strings.Cut(aws.ToString(found.Repositories[0].RepositoryUri), "/")
	return host, nil
}

// child is the image for linux/amd64. Attestations, which builders put beside it, have the platform unknown/unknown.
func child(found *remote.Descriptor) (v1.Image, error) {
	if !found.MediaType.IsIndex() {
		return found.Image()
	}
	index, err := found.ImageIndex()
	if err != nil {
		return nil, err
	}
	list, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	var platforms []string
	for _, m := range list.Manifests {
		if m.Platform == nil {
			continue
		}
		if m.Platform.Satisfies(platform()) {
			return index.Image(m.Digest)
		}
		platforms = append(platforms, m.Platform.String())
	}
	return nil, fmt.Errorf("%w: it is for %s", ErrPlatform, strings.Join(platforms, ", "))
}

// Load reads an image from a file that docker save, podman save or [Save] wrote.
func Load(path string) (*Base, error) {
	manifest, err := tarball.LoadManifest(opener(path))
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	if len(manifest) != 1 {
		return nil, fmt.Errorf("load %s: %w", path, fmt.Errorf("it has %d images, want one", len(manifest)))
	}
	img, err := tarball.Image(opener(path), nil)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	digest, err := img.Digest()
	return &Base{Image: img, Digest: digest.String()}, errors.Join(err)
}
