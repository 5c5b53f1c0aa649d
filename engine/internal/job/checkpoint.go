package job

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/checkpoint"
)

// localCheckpoints is the path of the request, or the API's default.
func localCheckpoints(r *request) string {
	if p := r.CheckpointConfig.LocalPath; p != nil && *p != "" {
		return *p
	}
	return container.Layout{Root: container.Root}.Checkpoints()
}

// servedCheckpoint refuses what a folder of this machine cannot be.
func servedCheckpoint(r *request) error {
	if r.CheckpointConfig == nil {
		return nil
	}
	l := container.Layout{Root: container.Root}
	path := localCheckpoints(r)
	for _, taken := range []string{l.Root, l.Model(), l.Output(), l.Code()} {
		if path == taken {
			return api.ValidationError("CheckpointConfig.LocalPath %s is a folder of the training container's own: choose another below %s.", path, l.Root)
		}
	}
	rel, err := filepath.Rel(l.Root, path)
	input, errInput := filepath.Rel(l.Input(), path)
	if err != nil || !filepath.IsLocal(rel) || errInput == nil && filepath.IsLocal(input) {
		return api.ValidationError("CheckpointConfig.LocalPath %s is not supported by this engine: it has to lie below %s and outside of %s.", path, l.Root, l.Input())
	}
	return nil
}

// checkpointPath is where the program whose contract is at root has its checkpoints; "" = the job has none.
func (v *supervisor) checkpointPath(root string) string {
	if v.request.CheckpointConfig == nil {
		return ""
	}
	path, _ := container.Layout{Root: root}.Locate(localCheckpoints(v.request))
	return path
}

func (v *supervisor) checkpoints(host string) checkpoint.Folder {
	return checkpoint.Folder{
		Objects: v.service.Objects, URI: *v.request.CheckpointConfig.S3Uri,
		Dir:   v.checkpointPath(filepath.Join(v.hostDir(host), "ml")),
		Notes: filepath.Join(v.hostDir(host), "checkpoints.json"),
	}
}

func (v *supervisor) restoreCheckpoints(ctx context.Context, host string) error {
	if v.request.CheckpointConfig == nil {
		return nil
	}
	return v.checkpoints(host).Restore(ctx)
}

// watchCheckpoints carries a host's checkpoints over while it runs.
func (v *supervisor) watchCheckpoints(ctx context.Context, host string) {
	if v.request.CheckpointConfig == nil {
		return
	}
	v.checkpoints(host).Watch(ctx, func(err error) {
		v.service.Logger.Warn("checkpoints not carried over", "job", v.row.Name, "host", host, "err", err)
	})
}

// syncCheckpoints carries over what every host left at its end.
func (v *supervisor) syncCheckpoints(ctx context.Context) error {
	if v.request.CheckpointConfig == nil {
		return nil
	}
	for _, host := range v.names {
		if err := v.checkpoints(host).Sync(ctx); err != nil {
			return fmt.Errorf("host %s: %w", host, err)
		}
	}
	return nil
}
