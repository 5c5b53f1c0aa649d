package process

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

func (r *Runner) start(ctx context.Context, spec runner.Spec) (*shim.Host, error) {
	if err := errors.Join(context.Cause(ctx), check(spec)); err != nil {
		return nil, err
	}
	o := order{Mode: r.Mode()}
	var iso isolation
	if o.Mode == runner.ModeOptML {
		var err error
		if iso, err = r.probe(); err != nil {
			return nil, err
		}
		o.Hide = append(credentialFiles(), r.config.Hide...)
	}
	if h := shim.Started(shim.Dir(spec.Dir)); h != nil {
		return h, nil
	}
	o.limit(spec)
	h, err := shim.Start(ctx, shim.Order{Kind: hostKind, Spec: spec, More: o, Attributes: iso.attributes()})
	if err != nil {
		o.Group.remove()
		return nil, err
	}
	return h, nil
}

// limit makes the control group that bounds the host's memory. Where there is none the host runs without, and its log
// says so.
func (o *order) limit(spec runner.Spec) {
	if spec.Memory == 0 {
		return
	}
	g, err := newGroup(groupName(shim.Dir(spec.Dir)), spec.Memory)
	if err != nil {
		o.Note = "the memory limit does not hold on this machine: " + err.Error()
		return
	}
	o.Group = g
}

func check(spec runner.Spec) error {
	if len(spec.Command) == 0 {
		return errors.New("no command")
	}
	if spec.Image != "" {
		return errors.New("container images are not run as processes: " + spec.Image)
	}
	return shim.Check(spec)
}

// credentialFiles are the places where the AWS SDKs look for the user's own credentials.
func credentialFiles() []string {
	var list []string
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, filepath.Join(home, ".aws"))
	}
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		if file := os.Getenv(name); filepath.IsAbs(file) {
			list = append(list, file)
		}
	}
	return list
}

// forget removes what a killed shim could not.
func forget(d shim.Dir) error {
	var o order
	if err := shim.More(d, &o); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	o.Group.remove()
	return nil
}
