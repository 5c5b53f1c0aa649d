// Package ecr is what clients ask of Amazon ECR around pushing and pulling: a login, repositories, and what images they
// hold. The images themselves go through package registry, on the same port.
//
// A repository's URI is HOST:PORT/NAME with the address by which the client reached the engine, so that `docker push` of
// what CreateRepository answered goes there. Repositories belong to the region that the request was signed for.
//
// Scanning, replication, lifecycle rules and pull-through caches are not served: UnknownOperationException.
package ecr

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/engine/internal/registry"
)

// Target is what the service's X-Amz-Target begins with.
const Target = "AmazonEC2ContainerRegistry_V20150921"

// Face answers ECR requests.
type Face struct {
	Account string
	Store   *registry.Store
	Key     registry.Key
}

type operation func(call) (any, error)

// call is one request.
type call struct {
	Face

	region, host string
	body         []byte
}

// Do answers one operation of the JSON protocol.
func (f Face) Do(ctx context.Context, region, name string, body []byte) (any, error) {
	do, ok := operations()[name]
	if !ok {
		return nil, &api.Error{Code: "UnknownOperationException", Status: http.StatusBadRequest, Message: name + " is not served by this engine, which offers what pushing and pulling images needs."}
	}
	return do(call{Face: f, region: region, host: aws.From(ctx).Host, body: body})
}

func operations() map[string]operation {
	return map[string]operation{
		"GetAuthorizationToken":       call.token,
		"CreateRepository":            call.create,
		"DescribeRepositories":        call.describe,
		"DeleteRepository":            call.delete,
		"PutImageTagMutability":       call.mutability,
		"GetRepositoryPolicy":         call.policy,
		"SetRepositoryPolicy":         call.setPolicy,
		"DeleteRepositoryPolicy":      call.deletePolicy,
		"ListTagsForResource":         call.labels,
		"DescribeImages":              call.images,
		"ListImages":                  call.list,
		"BatchGetImage":               call.get,
		"PutImage":                    call.put,
		"BatchDeleteImage":            call.remove,
		"BatchCheckLayerAvailability": call.layers,
		"GetDownloadUrlForLayer":      call.link,
	}
}

// read decodes a request. What every request to a repository has is checked here: the account and the name.
func (c call) read(in interface{ where() (account, name string) }) error {
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, in); err != nil {
			return api.Undecoded(err)
		}
	}
	account, name := in.where()
	if problem := registry.CheckName("repositoryName", name); problem != "" {
		return invalid("%s", problem)
	}
	if account != "" && account != c.Account {
		return noRepository(name, account)
	}
	return nil
}

// named is what requests to one repository begin with.
type named struct{ RegistryID, RepositoryName string }

func (n named) where() (account, name string) { return n.RegistryID, n.RepositoryName }

func refuse(code, format string, args ...any) error {
	return &api.Error{Code: code, Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return refuse("InvalidParameterException", format, args...)
}

func noRepository(name, account string) error {
	return refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", name, account)
}

// explain gives the store's errors their codes and words.
func (c call) explain(err error, name string) error {
	switch {
	case errors.Is(err, registry.ErrNoRepository):
		return noRepository(name, c.Account)
	case errors.Is(err, registry.ErrRepositoryExists):
		return refuse("RepositoryAlreadyExistsException", "The repository with name '%s' already exists in the registry with id '%s'", name, c.Account)
	case errors.Is(err, registry.ErrNotEmpty):
		return refuse("RepositoryNotEmptyException", "The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", name, c.Account)
	}
	return err
}

// stamp is a time as the protocol has it.
func stamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// token logs in: the password holds the region, and is good for its repositories at the address that is answered.
func (c call) token() (any, error) {
	expires := time.Now().Add(registry.Lifetime)
	password := c.Key.Sign(registry.Token{Region: c.region, Expires: expires})
	return map[string]any{"authorizationData": []any{map[string]any{
		"authorizationToken": base64.StdEncoding.EncodeToString([]byte(registry.User + ":" + password)),
		"expiresAt":          stamp(expires), "proxyEndpoint": "http://" + c.host,
	}}}, nil
}

// page cuts a list by maxResults and nextToken, which is the key of the last entry given out.
func page[T any](list []T, most int, token string, key func(T) string) (part []T, next *string, err error) {
	if most < 0 || most > 1000 {
		return nil, nil, invalid("Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must be between 1 and 1000'")
	}
	if most == 0 {
		most = 100
	}
	last, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, nil, invalid("Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'")
	}
	part = []T{}
	for _, entry := range list {
		if token != "" && strings.Compare(key(entry), string(last)) <= 0 {
			continue
		}
		if len(part) == most {
			text := base64.RawURLEncoding.EncodeToString([]byte(key(part[most-1])))
			return part, &text, nil
		}
		part = append(part, entry)
	}
	return part, nil, nil
}

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }
