package job

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/listing"
	"github.com/sagefly/sagefly/engine/internal/store"
)

const maxTags = 50

// AddTags is AddTags; it answers with all tags of the resource.
func (s *Service) AddTags(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	arn, err := s.taggable(ctx, region, tree)
	if err != nil {
		return nil, err
	}
	list, _ := tree["Tags"].([]any)
	if err := api.CheckTags(list); err != nil {
		return nil, err
	}
	err = s.DB.PutTags(ctx, arn, TagsOf(list), func(total int) error {
		if total > maxTags {
			return api.TooManyTags()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all, err := s.DB.Tags(ctx, arn, "", maxTags)
	return map[string]any{"Tags": tagList(all)}, err
}

// DeleteTags is DeleteTags.
func (s *Service) DeleteTags(ctx context.Context, region string, tree map[string]any) error {
	arn, err := s.taggable(ctx, region, tree)
	if err != nil {
		return err
	}
	var keys []string
	for _, k := range tree["TagKeys"].([]any) {
		keys = append(keys, k.(string))
	}
	return s.DB.DeleteTags(ctx, arn, keys)
}

// ListTags is ListTags. The token is the last key of the page before.
func (s *Service) ListTags(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	arn, err := s.taggable(ctx, region, tree)
	if err != nil {
		return nil, err
	}
	after := ""
	if token, ok := tree["NextToken"].(string); ok {
		key, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return nil, api.InvalidToken("malformed")
		}
		after = string(key)
	}
	limit := listing.Number(tree["MaxResults"], maxTags)
	tags, err := s.DB.Tags(ctx, arn, after, limit+1)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{}
	if len(tags) > limit {
		tags = tags[:limit]
		answer["NextToken"] = base64.URLEncoding.EncodeToString([]byte(tags[limit-1].Key))
	}
	answer["Tags"] = tagList(tags)
	return answer, nil
}

// taggable returns the request's ARN when it names a training or tuning job of this account that exists.
func (s *Service) taggable(ctx context.Context, region string, tree map[string]any) (string, error) {
	text, _ := tree["ResourceArn"].(string)
	arn, err := api.ParseARN(text)
	if err != nil {
		return "", api.ValidationError("%v", err)
	}
	table := map[string]*store.Table{"training-job": s.DB.Jobs, "hyper-parameter-tuning-job": s.DB.Tunings}[arn.Type]
	if arn.Account != s.Account || arn.Region != region || table == nil {
		return "", api.NotFound()
	}
	row, err := table.Get(ctx, region, arn.Name)
	if errors.Is(err, store.ErrNotFound) {
		return "", api.NotFound()
	}
	return strings.TrimSuffix(text, arn.Name) + row.Name, err
}

// TagsOf reads a tag list that was checked.
func TagsOf(list []any) []store.Tag {
	tags := make([]store.Tag, len(list))
	for i, item := range list {
		m, _ := item.(map[string]any)
		tags[i].Key, _ = m["Key"].(string)
		tags[i].Value, _ = m["Value"].(string)
	}
	return tags
}

func tagList(tags []store.Tag) []any {
	list := make([]any, len(tags))
	for i, t := range tags {
		list[i] = map[string]any{"Key": t.Key, "Value": t.Value}
	}
	return list
}
