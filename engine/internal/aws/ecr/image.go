package ecr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/internal/registry"
)

// imageID names an image by digest, by tag or by both.
type imageID struct {
	ImageDigest string `json:"imageDigest,omitempty"`
	ImageTag    string `json:"imageTag,omitempty"`
}

// String is the form that refusals quote.
func (i imageID) String() string {
	quote := func(s string) string {
		if s == "" {
			return "null"
		}
		return s
	}
	return fmt.Sprintf("{imageDigest:'%s', imageTag:'%s'}", quote(i.ImageDigest), quote(i.ImageTag))
}

// failure is why one image of a batch was not served.
type failure struct {
	ImageID       imageID `json:"imageId"`
	FailureCode   string  `json:"failureCode"`
	FailureReason string  `json:"failureReason"`
}

// find returns the image that an id means, or why there is none.
func (i imageID) find(r *registry.Repository) (registry.Image, *failure) {
	fail := func(code, reason string) (registry.Image, *failure) {
		return registry.Image{}, &failure{i, code, reason}
	}
	switch {
	case i == imageID{}:
		return fail("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
	case i.ImageDigest != "" && !registry.ValidDigest(i.ImageDigest):
		return fail("InvalidImageDigest", "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
	}
	image, ok := r.Images[i.ImageDigest]
	if i.ImageDigest == "" {
		image, ok = r.Tagged(i.ImageTag)
	}
	switch {
	case !ok:
		return fail("ImageNotFound", "Requested image not found")
	case i.ImageTag != "" && !slices.Contains(image.Tags, i.ImageTag):
		return fail("ImageTagDoesNotMatchDigest", fmt.Sprintf("Image tag '%s' does not match the image digest '%s'", i.ImageTag, i.ImageDigest))
	}
	return image, nil
}

type filter struct{ TagStatus string }

func (f filter) takes(i registry.Image) bool {
	switch f.TagStatus {
	case "TAGGED":
		return len(i.Tags) > 0
	case "UNTAGGED":
		return len(i.Tags) == 0
	}
	return true
}

// sorted are a repository's images by digest.
func sorted(r *registry.Repository, f filter) []registry.Image {
	var list []registry.Image
	for _, i := range r.Images {
		if f.takes(i) {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b registry.Image) int { return strings.Compare(a.Digest, b.Digest) })
	return list
}

func (c call) images() (any, error) {
	var in struct {
		named

		ImageIDs   []imageID
		NextToken  string
		MaxResults int
		Filter     filter
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r, err := c.Store.Find(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	found := sorted(r, in.Filter)
	if len(in.ImageIDs) > 0 {
		found = nil
		for _, id := range in.ImageIDs {
			image, missing := id.find(r)
			if missing != nil {
				return nil, refuse("ImageNotFoundException", "The image with imageId %s does not exist within the repository with name '%s' in the registry with id '%s'", id, r.Name, c.Account)
			}
			found = append(found, image)
		}
	}
	list, next, err := page(found, in.MaxResults, in.NextToken, func(i registry.Image) string { return i.Digest })
	if err != nil {
		return nil, err
	}
	details := []any{}
	for _, i := range list {
		details = append(details, c.detail(r, i))
	}
	return withToken(map[string]any{"imageDetails": details}, next), nil
}

func (c call) detail(r *registry.Repository, i registry.Image) map[string]any {
	d := map[string]any{
		"registryId": c.Account, "repositoryName": r.Name, "imageDigest": i.Digest, "imageSizeInBytes": i.Size,
		"imagePushedAt": stamp(i.Pushed), "imageManifestMediaType": i.MediaType, "imageStatus": "ACTIVE",
	}
	if i.Artifact != "" {
		d["artifactMediaType"] = i.Artifact
	}
	if len(i.Tags) > 0 {
		d["imageTags"] = i.Tags
	}
	return d
}

func (c call) list() (any, error) {
	var in struct {
		named

		NextToken  string
		MaxResults int
		Filter     filter
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r, err := c.Store.Find(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	ids := []imageID{}
	for _, i := range sorted(r, in.Filter) {
		if len(i.Tags) == 0 {
			ids = append(ids, imageID{ImageDigest: i.Digest})
		}
		for _, tag := range i.Tags {
			ids = append(ids, imageID{i.Digest, tag})
		}
	}
	list, next, err := page(ids, in.MaxResults, in.NextToken, func(i imageID) string { return i.ImageDigest + " " + i.ImageTag })
	if err != nil {
		return nil, err
	}
	return withToken(map[string]any{"imageIds": list}, next), nil
}

func (c call) get() (any, error) {
	var in struct {
		named

		ImageIDs []imageID
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r, err := c.Store.Find(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	images, failures := []any{}, []failure{}
	for _, id := range in.ImageIDs {
		found, missing := id.find(r)
		if missing != nil {
			failures = append(failures, *missing)
			continue
		}
		image, data, err := c.Store.Manifest(c.region, r.Name, found.Digest)
		if err != nil {
			return nil, err
		}
		id.ImageDigest = image.Digest
		images = append(images, c.image(r.Name, id, image.MediaType, data))
	}
	return map[string]any{"images": images, "failures": failures}, nil
}

func (c call) image(name string, id imageID, mediaType string, data []byte) map[string]any {
	return map[string]any{
		"registryId": c.Account, "repositoryName": name, "imageId": id, "imageManifest": string(data), "imageManifestMediaType": mediaType,
	}
}

// put gives an image that is there another tag, which is what scripts use it for, or takes a new manifest.
func (c call) put() (any, error) {
	var in struct {
		named

		ImageManifest, ImageManifestMediaType, ImageTag, ImageDigest string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	m := registry.Manifest{Tag: in.ImageTag, Digest: in.ImageDigest, MediaType: in.ImageManifestMediaType, Data: []byte(in.ImageManifest)}
	if old, _, err := c.Store.Manifest(c.region, in.RepositoryName, in.ImageTag); err == nil && old.Digest == digestOf(m.Data) {
		return nil, refuse("ImageAlreadyExistsException", "Image with digest '%s' and tag '%s' already exists in the repository with name '%s' in registry with id '%s'",
			old.Digest, in.ImageTag, in.RepositoryName, c.Account)
	}
	image, err := c.Store.PutManifest(c.region, in.RepositoryName, m)
	if err != nil {
		return nil, c.refusedManifest(err, in.RepositoryName, in.ImageTag)
	}
	return map[string]any{"image": c.image(in.RepositoryName, imageID{image.Digest, in.ImageTag}, image.MediaType, m.Data)}, nil
}

func (c call) refusedManifest(err error, name, tag string) error {
	switch {
	case errors.Is(err, registry.ErrTagTaken):
		return refuse("ImageTagAlreadyExistsException", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", tag, name)
	case errors.Is(err, registry.ErrNoBlob):
		return refuse("LayersNotFoundException", "%s", err)
	case errors.Is(err, registry.ErrNoImage):
		return refuse("ReferencedImagesNotFoundException", "%s", err)
	case errors.Is(err, registry.ErrDigest):
		return refuse("ImageDigestDoesNotMatchException", "%s", err)
	case errors.Is(err, registry.ErrManifest), errors.Is(err, registry.ErrTag):
		return invalid("Invalid parameter at 'ImageManifest' failed to satisfy constraint: '%s'", err)
	}
	return c.explain(err, name)
}

func (c call) remove() (any, error) {
	var in struct {
		named

		ImageIDs []imageID
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if _, err := c.Store.Find(c.region, in.RepositoryName); err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	gone, failures := []imageID{}, []failure{}
	for _, id := range in.ImageIDs {
		removed, failed, err := c.removeOne(in.RepositoryName, id)
		if err != nil {
			return nil, c.explain(err, in.RepositoryName)
		}
		gone = append(gone, removed...)
		if failed != nil {
			failures = append(failures, *failed)
		}
	}
	return map[string]any{"imageIds": gone, "failures": failures}, nil
}

// removeOne removes a tag, or an image with all its tags when only the digest is given.
func (c call) removeOne(name string, id imageID) ([]imageID, *failure, error) {
	r, err := c.Store.Find(c.region, name)
	if err != nil {
		return nil, nil, err
	}
	image, missing := id.find(r)
	if missing != nil {
		return nil, missing, nil
	}
	gone := []imageID{{image.Digest, id.ImageTag}}
	if id.ImageTag != "" {
		_, err = c.Store.Untag(c.region, name, id.ImageTag)
	} else {
		_, err = c.Store.Remove(c.region, name, image.Digest)
		for _, tag := range image.Tags {
			gone = append(gone, imageID{image.Digest, tag})
		}
		if len(image.Tags) > 0 {
			gone = gone[1:]
		}
	}
	switch {
	case errors.Is(err, registry.ErrReferenced):
		return nil, &failure{id, "ImageReferencedByManifestList", "Requested image referenced by manifest list: [" + strings.TrimPrefix(err.Error(), registry.ErrReferenced.Error()+": ") + "]"}, nil
	case errors.Is(err, registry.ErrNoImage):
		return nil, &failure{id, "ImageNotFound", "Requested image not found"}, nil
	}
	return gone, nil, err
}

func (c call) layers() (any, error) {
	var in struct {
		named

		LayerDigests []string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if _, err := c.Store.Find(c.region, in.RepositoryName); err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	layers, failures := []any{}, []any{}
	for _, digest := range in.LayerDigests {
		if !registry.ValidDigest(digest) {
			failures = append(failures, map[string]any{
				"layerDigest": digest, "failureCode": "InvalidLayerDigest", "failureReason": "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
			})
			continue
		}
		layers = append(layers, c.layer(in.RepositoryName, digest))
	}
	return map[string]any{"layers": layers, "failures": failures}, nil
}

func (c call) layer(name, digest string) map[string]any {
	answer := map[string]any{"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
	f, err := c.Store.Blob(c.region, name, digest)
	if err != nil {
		return answer
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		answer["layerAvailability"], answer["layerSize"] = "AVAILABLE", info.Size()
	}
	return answer
}

// link is an address that gives one layer or configuration to whoever has it, for an hour.
func (c call) link() (any, error) {
	var in struct {
		named

		LayerDigest string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if !registry.ValidDigest(in.LayerDigest) {
		return nil, invalid("Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''")
	}
	f, err := c.Store.Blob(c.region, in.RepositoryName, in.LayerDigest)
	if errors.Is(err, registry.ErrNoBlob) {
		return nil, refuse("LayersNotFoundException", "The layer with digest '%s' does not exist in the repository with name '%s' in the registry with id '%s'", in.LayerDigest, in.RepositoryName, c.Account)
	}
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	path := "/v2/" + in.RepositoryName + "/blobs/" + in.LayerDigest
	token := c.Key.Sign(registry.Token{Region: c.region, Path: path, Expires: time.Now().Add(time.Hour)})
	return map[string]any{"layerDigest": in.LayerDigest, "downloadUrl": "http://" + c.host + path + "?token=" + token}, nil
}
