package engine

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"time"

	"github.com/sagefly/sagefly/engine/internal/aws/ecr"
	"github.com/sagefly/sagefly/engine/internal/registry"
)

// images are the engine's container images and the key that its registry's tokens are signed with.
type images struct {
	store *registry.Store
	key   registry.Key
}

func (e *Engine) openImages(ctx context.Context) (err error) {
	if e.images.key, err = e.registryKey(ctx); err != nil {
		return err
	}
	e.images.store, err = registry.Open(filepath.Join(e.config.Dir, "registry"))
	return err
}

// registryKey returns the directory's key and makes it the first time: a login outlives the engine's restart.
func (e *Engine) registryKey(ctx context.Context) (registry.Key, error) {
	text, err := e.db.Setting(ctx, "registry-key")
	if err != nil || text != "" {
		return registry.Key(text), err
	}
	text = rand.Text() + rand.Text()
	return registry.Key(text), e.db.PutSetting(ctx, "registry-key", text)
}

func (e *Engine) ecr() ecr.Face {
	return ecr.Face{Account: Account, Store: e.images.store, Key: e.images.key}
}

func (e *Engine) registry() *registry.Handler {
	return &registry.Handler{Store: e.images.store, Key: e.images.key, Account: Account, Logger: e.config.Logger}
}

// registryLogin is a user and a password for pulling a region's images from HOST:PORT of this engine.
func (e *Engine) registryLogin(region string) (user, password string) {
	return registry.User, e.images.key.Sign(registry.Token{Region: region, Expires: time.Now().Add(registry.Lifetime)})
}
