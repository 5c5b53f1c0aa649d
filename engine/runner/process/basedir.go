package process

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// enterBaseDir makes what base-directory mode can offer: variables and symbolic links.
func enterBaseDir(d shim.Dir, spec *runner.Spec) error {
	if spec.Env == nil {
		spec.Env = map[string]string{}
	}
	spec.Env[container.BaseDirVariable] = d.ML()
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		if _, ok := spec.Env[name]; !ok {
			spec.Env[name] = os.DevNull
		}
	}
	if spec.WorkDir == "" {
		spec.WorkDir = d.ML()
	}
	for _, m := range spec.Mounts {
		if err := link(m.Source, filepath.Join(d.ML(), m.Target)); err != nil {
			return fmt.Errorf("show %s: %w", m.Source, err)
		}
	}
	becomeSubreaper()
	return nil
}

// link puts a symbolic link in the place of an empty directory, a former link or nothing.
func link(source, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if err := os.Remove(target); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(source, target)
}
