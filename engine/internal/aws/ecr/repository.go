package ecr

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/registry"
)

// repository is how a repository shows.
func (c call) repository(r *registry.Repository) map[string]any {
	encryption := map[string]any{"encryptionType": r.Encryption}
	if r.KMSKey != "" {
		encryption["kmsKey"] = r.KMSKey
	}
	return map[string]any{
		"repositoryArn": c.arn(r.Name), "registryId": c.Account, "repositoryName": r.Name,
		"repositoryUri": c.host + "/" + r.Name, "createdAt": stamp(r.Created), "imageTagMutability": mutabilityOf(r),
		"imageScanningConfiguration": map[string]bool{"scanOnPush": r.ScanOnPush},
		"encryptionConfiguration":    encryption,
	}
}

func (c call) arn(name string) string {
	return fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", c.region, c.Account, name)
}

func mutabilityOf(r *registry.Repository) string {
	if r.Immutable {
		return "IMMUTABLE"
	}
	return "MUTABLE"
}

// immutable reads imageTagMutability; "" is MUTABLE.
func immutable(text string) (bool, error) {
	switch text {
	case "", "MUTABLE":
		return false, nil
	case "IMMUTABLE":
		return true, nil
	}
	return false, invalid("Invalid parameter at 'imageTagMutability' failed to satisfy constraint: this engine serves MUTABLE and IMMUTABLE, not %q", text)
}

type label struct{ Key, Value string }

func (c call) create() (any, error) {
	var in struct {
		named

		Tags                       []label
		ImageTagMutability         string
		ImageScanningConfiguration struct{ ScanOnPush bool }
		EncryptionConfiguration    struct{ EncryptionType, KMSKey string }
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r := registry.Repository{
		Region: c.region, Name: in.RepositoryName, ScanOnPush: in.ImageScanningConfiguration.ScanOnPush,
		Encryption: in.EncryptionConfiguration.EncryptionType, KMSKey: in.EncryptionConfiguration.KMSKey, Labels: map[string]string{},
	}
	if r.Encryption == "" {
		r.Encryption = "AES256"
	}
	if len(in.Tags) > 50 {
		return nil, refuse("TooManyTagsException", "The number of tags for the resource exceeds the limit of 50.")
	}
	for _, t := range in.Tags {
		r.Labels[t.Key] = t.Value
	}
	var err error
	if r.Immutable, err = immutable(in.ImageTagMutability); err != nil {
		return nil, err
	}
	made, err := c.Store.Create(r)
	if err != nil {
		return nil, c.explain(err, r.Name)
	}
	return map[string]any{"repository": c.repository(made)}, nil
}

func (c call) describe() (any, error) {
	var in struct {
		RegistryID, NextToken string
		RepositoryNames       []string
		MaxResults            int
	}
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &in); err != nil {
			return nil, api.Undecoded(err)
		}
	}
	found := c.Store.List(c.region)
	if len(in.RepositoryNames) > 0 {
		found = nil
		for _, name := range in.RepositoryNames {
			r, err := c.Store.Find(c.region, name)
			if err != nil || in.RegistryID != "" && in.RegistryID != c.Account {
				return nil, noRepository(name, cmp.Or(in.RegistryID, c.Account))
			}
			found = append(found, r)
		}
	}
	list, next, err := page(found, in.MaxResults, in.NextToken, func(r *registry.Repository) string { return r.Name })
	if err != nil {
		return nil, err
	}
	shown := []any{}
	for _, r := range list {
		shown = append(shown, c.repository(r))
	}
	return withToken(map[string]any{"repositories": shown}, next), nil
}

func withToken(answer map[string]any, next *string) map[string]any {
	if next != nil {
		answer["nextToken"] = *next
	}
	return answer
}

func (c call) delete() (any, error) {
	var in struct {
		named

		Force bool
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	drop := c.Store.Drop
	if in.Force {
		drop = c.Store.DropAll
	}
	r, err := drop(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	return map[string]any{"repository": c.repository(r)}, nil
}

func (c call) mutability() (any, error) {
	var in struct {
		named

		ImageTagMutability string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	fixed, err := immutable(in.ImageTagMutability)
	if err != nil {
		return nil, err
	}
	r, err := c.Store.Change(c.region, in.RepositoryName, func(r *registry.Repository) error {
		r.Immutable = fixed
		return nil
	})
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	return map[string]any{"registryId": c.Account, "repositoryName": r.Name, "imageTagMutability": mutabilityOf(r)}, nil
}

func (c call) policy() (any, error) {
	var in struct{ named }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r, err := c.Store.Find(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	return c.policyOf(r.Name, r.Policy)
}

func (c call) policyOf(name, text string) (any, error) {
	if text == "" {
		return nil, refuse("RepositoryPolicyNotFoundException", "Repository policy does not exist for the repository with name '%s' in the registry with id '%s'", name, c.Account)
	}
	return map[string]any{"registryId": c.Account, "repositoryName": name, "policyText": text}, nil
}

// setPolicy keeps a policy so that it can be read back. Here everybody is of the one account, so it decides nothing.
func (c call) setPolicy() (any, error) {
	var in struct {
		named

		PolicyText string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	var document struct{ Statement any }
	if err := json.Unmarshal([]byte(in.PolicyText), &document); err != nil || document.Statement == nil {
		return nil, invalid("Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
	}
	return c.changePolicy(in.RepositoryName, in.PolicyText, in.PolicyText)
}

func (c call) deletePolicy() (any, error) {
	var in struct{ named }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	r, err := c.Store.Find(c.region, in.RepositoryName)
	if err != nil {
		return nil, c.explain(err, in.RepositoryName)
	}
	return c.changePolicy(r.Name, "", r.Policy)
}

// changePolicy stores a policy and answers with the one that is shown.
func (c call) changePolicy(name, text, shown string) (any, error) {
	answer, err := c.policyOf(name, shown)
	if err != nil {
		return nil, err
	}
	_, err = c.Store.Change(c.region, name, func(r *registry.Repository) error {
		r.Policy = text
		return nil
	})
	return answer, c.explain(err, name)
}

func (c call) labels() (any, error) {
	var in struct{ ResourceARN string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return nil, api.Undecoded(err)
	}
	name, ok := strings.CutPrefix(in.ResourceARN, c.arn(""))
	if !ok {
		return nil, invalid("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'")
	}
	r, err := c.Store.Find(c.region, name)
	if err != nil {
		return nil, c.explain(err, name)
	}
	tags := []map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
		tags = append(tags, map[string]string{"Key": key, "Value": r.Labels[key]})
	}
	return map[string]any{"tags": tags}, nil
}
