package image

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// PushOptions say how an image is pushed. The zero value works for registries other than ECR.
type PushOptions struct {
	Access

	// Immutable makes the tags of a repository that Push creates immutable. One that exists stays as it is.
	Immutable bool
	// Tags are put on a repository that Push creates.
	Tags map[string]string
	// Progress is called with the bytes that were sent, and of how many, from one goroutine at a time; nil = nobody looks.
	Progress func(done, total int64)
}

// Pushed is an image in a registry. In an engine's ECR it has the name that it has in ECR's, which jobs and their checks know,
// whatever the address of the engine.
type Pushed struct {
	Digest   string // sha256:…
	Tagged   string // REPOSITORY:TAG
	ByDigest string // REPOSITORY@sha256:…, which always means this image
	Existed  bool   // it was there under that tag: nothing was sent
	Created  bool   // the repository is new
}

// TagTakenError says that a tag names another image and cannot be moved.
type TagTakenError struct {
	Reference string // REPOSITORY:TAG
	Digest    string // of the image there; "" when it is not known
	Err       error  // the registry's refusal; nil when it was not asked
}

func (e *TagTakenError) Error() string {
	return fmt.Sprintf("tag %s names another image (%s), and tags of this repository are immutable", e.Reference, e.Digest)
}

func (e *TagTakenError) Unwrap() error { return e.Err }

// Push sends an image to a registry, after [Normalise]. reference is a repository of the target's ECR (digits, team/digits:v1),
// which is created when it is missing, or one of any registry (localhost:5000/digits:v1); without a tag it is the content's,
// see [ContentTag]. Layers that the registry has are not sent. An image that is there under the tag is success.
func Push(ctx context.Context, reference string, img v1.Image, o PushOptions) (Pushed, error) {
	img, err := Normalise(img)
	if err != nil {
		return Pushed{}, fmt.Errorf("push %s: %w", reference, err)
	}
	digest, err := img.Digest()
	if err != nil {
		return Pushed{}, fmt.Errorf("push %s: %w", reference, err)
	}
	host, repository, tag := split(reference)
	if tag == "" {
		tag = ContentTag(digest)
	}
	d, err := o.destination(ctx, host, repository)
	if err != nil {
		return Pushed{}, fmt.Errorf("push %s: %w", reference, err)
	}
	ref, err := name.NewTag(d.repository+":"+tag, nameOptions(d.host)...)
	if err != nil {
		return Pushed{}, fmt.Errorf("push %s: %w", reference, err)
	}
	p := Pushed{Digest: digest.String(), Tagged: d.name + ":" + tag, ByDigest: d.name + "@" + digest.String(), Created: d.created}
	if p.Existed, err = o.send(ref, img, d); err != nil {
		return Pushed{}, fmt.Errorf("push %s: %w", reference, err)
	}
	return p, nil
}

// destination is a repository that exists, as far as that can be known, and how to reach it.
type destination struct {
	host, repository   string // HOST, HOST/NAME
	name               string // what jobs call the repository
	created, immutable bool
	options            []remote.Option
}

func (o PushOptions) destination(ctx context.Context, host, repository string) (d destination, err error) {
	d = destination{host: host, repository: host + "/" + repository, name: host + "/" + repository}
	switch {
	case host == "" && o.AWS == nil:
		return d, errors.New("the reference names no registry")
	case o.private(host):
		if d, err = o.ensure(ctx, host, repository); err != nil {
			return d, err
		}
	}
	d.options, err = o.options(ctx, d.host)
	return d, err
}

// ensure finds or creates a repository of ECR.
func (o PushOptions) ensure(ctx context.Context, host, repository string) (d destination, err error) {
	var account *string
	if m := ecrHost.FindStringSubmatch(host); m != nil {
		if m[2] != o.AWS.Region {
			return d, &RegionError{Image: host + "/" + repository, Region: m[2], Want: o.AWS.Region}
		}
		account = &m[1]
	}
	r, created, err := o.repository(ctx, account, repository)
	if err != nil {
		return d, err
	}
	d = destination{repository: aws.ToString(r.RepositoryUri), created: created, immutable: r.ImageTagMutability == types.ImageTagMutabilityImmutable}
	d.host, _, _ = strings.Cut(d.repository, "/")
	d.name = d.repository
	if d.host == endpointHost(o.AWS) {
		d.name = ECR{aws.ToString(r.RegistryId), o.AWS.Region, repository}.String()
	}
	return d, nil
}

func (o PushOptions) repository(ctx context.Context, account *string, repository string) (r types.Repository, created bool, err error) {
	client := ecr.NewFromConfig(*o.AWS)
	for range 2 {
		found, err := client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: account, RepositoryNames: []string{repository}})
		if err == nil && len(found.Repositories) == 1 {
			return found.Repositories[0], false, nil
		}
		if _, missing := errors.AsType[*types.RepositoryNotFoundException](err); !missing {
			return r, false, fmt.Errorf("find repository %s: %w", repository, err)
		}
		in := &ecr.CreateRepositoryInput{RegistryId: account, RepositoryName: &repository}
		if o.Immutable {
			in.ImageTagMutability = types.ImageTagMutabilityImmutable
		}
		for key, value := range o.Tags {
			in.Tags = append(in.Tags, types.Tag{Key: &key, Value: &value})
		}
		made, err := client.CreateRepository(ctx, in)
		if err == nil {
			return *made.Repository, true, nil
		}
		if _, exists := errors.AsType[*types.RepositoryAlreadyExistsException](err); !exists {
			return r, false, fmt.Errorf("create repository %s: %w", repository, err)
		}
	}
	return r, false, fmt.Errorf("create repository %s: it comes and goes", repository)
}

// send pushes unless the tag names the image already.
func (o PushOptions) send(ref name.Tag, img v1.Image, d destination) (existed bool, err error) {
	digest, err := img.Digest()
	if err != nil {
		return false, err
	}
	if there, err := remote.Head(ref, d.options...); err == nil {
		if there.Digest == digest {
			return true, nil
		}
		if d.immutable {
			return false, &TagTakenError{Reference: ref.Name(), Digest: there.Digest.String()}
		}
	}
	options := slices.Clone(d.options)
	var wait sync.WaitGroup
	if o.Progress != nil {
		updates := make(chan v1.Update, 64)
		options = append(options, remote.WithProgress(updates))
		wait.Go(func() {
			for u := range updates { // remote closes it
				if u.Error == nil {
					o.Progress(u.Complete, u.Total)
				}
			}
		})
	}
	err = remote.Write(ref, img, options...)
	wait.Wait()
	return false, refusedTag(err, ref)
}

// refusedTag recognises a registry's refusal to move a tag.
func refusedTag(err error, ref name.Tag) error {
	failed, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return err
	}
	for _, d := range failed.Errors {
		if d.Code == transport.TagInvalidErrorCode && strings.Contains(d.Message, "immutable") {
			return &TagTakenError{Reference: ref.Name(), Err: err}
		}
	}
	return explain(err, ref.Registry)
}
