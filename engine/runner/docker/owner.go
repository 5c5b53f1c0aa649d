package docker

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/sagefly/sagefly/container"
)

// chownFrom are this machine's folders with chown and what it is linked with.
var chownFrom = []string{"/bin", "/lib", "/lib64", "/usr"}

// giveBack makes the engine's user the owner of all that the container wrote. Images run as root, as SageMaker runs them,
// and what root writes an ordinary user can neither read (if its mode says so) nor remove; only root can give it away.
// So the daemon runs this machine's own chown in a last container, which works with images that have none.
func (b *box) giveBack(ctx context.Context) error {
	helper := createBody{
		Image: b.Image, User: "0:0", WorkingDir: "/", Labels: map[string]string{Label: b.shim.Spec.Dir},
		Entrypoint: []string{"/bin/chown"},
		Cmd:        []string{"-R", "-h", fmt.Sprintf("%d:%d", os.Geteuid(), os.Getegid()), container.Root},
		HostConfig: hostConfig{
			NetworkMode: "none", Mounts: mounts(b.shim.Dir, nil),
			SecurityOpt: []string{"no-new-privileges", "label=disable"}, LogConfig: logConfig{Type: "none"},
		},
	}
	for _, dir := range chownFrom {
		if _, err := os.Stat(dir); err == nil {
			helper.HostConfig.Mounts = append(helper.HostConfig.Mounts, mount{Type: "bind", Source: dir, Target: dir, ReadOnly: true})
		}
	}
	id, err := b.create(ctx, helper)
	if err != nil {
		return err
	}
	if err := errors.Join(b.startContainer(ctx, id), b.await(ctx, id)); err != nil {
		return err
	}
	st, err := b.inspect(ctx, id)
	if err == nil && st.ExitCode != 0 {
		err = fmt.Errorf("chown in a container: exit code %d %s", st.ExitCode, st.Error)
	}
	return err
}
