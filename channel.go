//go:build !sagefly_task

package sagefly

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// addChannels makes a channel of each file and folder that was given. Local ones are to be uploaded.
func (p *preparation) addChannels(ctx context.Context) error {
	for _, f := range p.input.Fields {
		from := p.values.Files[f.Name]
		if !f.IsChannel() || from == "" {
			continue
		}
		uri, err := p.locate(ctx, f, from)
		if err != nil {
			return fmt.Errorf("input %s: %w", f.Name, err)
		}
		p.addChannel(f.Name, uri)
	}
	return nil
}

func (p *preparation) addChannel(name, uri string) {
	c := types.Channel{ChannelName: &name, DataSource: &types.DataSource{S3DataSource: &types.S3DataSource{
		S3DataType: types.S3DataTypeS3Prefix, S3Uri: &uri, S3DataDistributionType: types.S3DataDistributionFullyReplicated,
	}}}
	if kind := p.values.Params[contentType]; p.kind == KindBuiltin && kind != "" && name != container.SpecChannel {
		c.ContentType = &kind
	}
	p.request.InputDataConfig = append(p.request.InputDataConfig, c)
}

// locate is the address of a channel's data.
func (p *preparation) locate(ctx context.Context, f value.Field, from string) (string, error) {
	if !strings.Contains(from, "://") {
		return p.planInput(ctx, f, from)
	}
	a, err := parseAddress(from)
	if err != nil {
		return "", err
	}
	if p.kind == KindTraining && f.Kind == value.Dir && a.member == "" && isArchive(a.key) {
		a.member = "." // all of it
	}
	switch {
	case p.kind != KindTraining && a.member != "":
		return "", fmt.Errorf("%s: only a Go task can use a part of an archive: fetch it and give the copy", a)
	case p.kind != KindTraining || a.isPrefix():
		return a.object(), nil
	case f.Kind == value.Dir && a.member == "":
		return a.object() + "/", nil // the API's prefix "train" would also be that of train2/
	}
	p.addSingle(f.Name, a)
	return a.object(), nil
}

// addSingle notes that a channel is one object, and which member when the object is an archive: the program finds it by the spec.
func (p *preparation) addSingle(channel string, a address) {
	p.single[channel] = a
	if a.member == "" {
		return
	}
	if p.spec.Members == nil {
		p.spec.Members = map[string]string{}
	}
	p.spec.Members[channel] = a.member
}

func (p *preparation) planInput(ctx context.Context, f value.Field, path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", err
	case f.Kind == value.File && info.IsDir():
		return "", fmt.Errorf("%s is a folder, and it is to be a file", path)
	case f.Kind == value.Dir && !info.IsDir() && p.kind == KindTraining:
		return "", fmt.Errorf("%s is a file, and it is to be a folder", path)
	}
	upload, err := p.files.Plan(ctx, path)
	if err != nil {
		return "", err
	}
	p.pending = append(p.pending, upload)
	return upload.URI, nil
}

// addSpec adds the spec channel when something is in the spec.
func (p *preparation) addSpec(context.Context) (err error) {
	if p.search != nil {
		if p.spec.Search, err = p.search.search(); err != nil {
			return err
		}
	}
	if len(p.spec.Values) == 0 && len(p.spec.Members) == 0 && p.spec.Search == nil {
		return nil
	}
	name, data, err := p.spec.Marshal()
	if err != nil {
		return err
	}
	upload := p.files.PlanBytes(name, data)
	p.pending = append(p.pending, upload)
	p.addChannel(container.SpecChannel, upload.URI)
	return nil
}

// address is a place in S3: s3://BUCKET/KEY, or s3://BUCKET/KEY#MEMBER for a part of an archive.
type address struct{ bucket, key, member string }

func parseAddress(text string) (a address, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	a.bucket, a.key, _ = strings.Cut(rest, "/")
	if !ok || a.bucket == "" {
		return a, fmt.Errorf("%q is no address: want s3://BUCKET/KEY", text)
	}
	// Keys may hold "#"; only behind an archive's name does it part.
	for _, suffix := range []string{".tar.gz#", ".tgz#"} {
		if i := strings.Index(a.key, suffix); i >= 0 {
			cut := i + len(suffix) - 1
			a.key, a.member = a.key[:cut], strings.TrimSuffix(a.key[cut+1:], "/")
			if a.member == "" {
				return a, fmt.Errorf("%q names no part of the archive behind the #", text)
			}
			return a, nil
		}
	}
	return a, nil
}

func isArchive(key string) bool {
	return strings.HasSuffix(key, ".tar.gz") || strings.HasSuffix(key, ".tgz")
}

// isPrefix says that an address is of everything below it.
func (a address) isPrefix() bool {
	return a.member == "" && (a.key == "" || strings.HasSuffix(a.key, "/"))
}

// folder is the key up to its last slash.
func (a address) folder() string { return a.key[:strings.LastIndexByte(a.key, '/')+1] }

func (a address) object() string { return "s3://" + a.bucket + "/" + a.key }

func (a address) String() string {
	if a.member == "" {
		return a.object()
	}
	return a.object() + "#" + a.member
}
