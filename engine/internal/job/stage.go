package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/runner"
)

// staged prepares every host's directory: contract and channels. It can be repeated.
func (v *supervisor) staged(ctx context.Context) lifecycle.Event {
	if err := os.MkdirAll(v.service.logDir(v.row.ID), 0o700); err != nil {
		return lifecycle.StageFailed{Reason: internal(err)}
	}
	if err := v.pull(ctx); err != nil {
		return lifecycle.StageFailed{Reason: stageReason(err)}
	}
	for i, host := range v.names {
		if err := v.prepare(ctx, host, i); err != nil {
			return lifecycle.StageFailed{Reason: stageReason(err)}
		}
	}
	return lifecycle.Staged{}
}

// stageReason gives an error the class word that FailureReason starts with: what the user's request caused is a
// ClientError, everything else the engine's own trouble.
func stageReason(err error) string {
	if reason, ok := noImage(err); ok {
		return reason
	}
	if errors.Is(err, input.ErrEmpty) {
		return "ClientError: Data download failed:" + err.Error() + ". Please ensure that the S3 URL is correct and that the bucket has objects under it."
	}
	if errors.Is(err, object.ErrNoBucket) || errors.Is(err, input.ErrManifest) {
		return "ClientError: Data download failed:" + err.Error()
	}
	return internal(err)
}

func internal(err error) string {
	return "InternalServerError: We encountered an internal error. Please try again. (" + err.Error() + ")"
}

func (v *supervisor) prepare(ctx context.Context, host string, index int) error {
	dir := v.hostDir(host)
	l := container.Layout{Root: filepath.Join(dir, "ml")}
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return err
	}
	if err := v.contract(v.mode().Root(dir)).Host(host).Write(l.Root); err != nil {
		return err
	}
	if err := v.restoreCheckpoints(ctx, host); err != nil {
		return err
	}
	for _, c := range v.request.InputDataConfig {
		target, lay := l.Channel(*c.ChannelName), input.Lay(input.Copy)
		if v.mounted(c) {
			target, lay = v.fastFileDir(host, *c.ChannelName), input.Link
		}
		channel := input.Channel{
			Name: *c.ChannelName, URI: *c.DataSource.S3DataSource.S3Uri,
			Manifest: c.DataSource.S3DataSource.S3DataType == types.S3DataTypeManifestFile,
			Sharded:  c.DataSource.S3DataSource.S3DataDistributionType == types.S3DataDistributionShardedByS3Key,
		}
		shard := input.Shard{Index: index, Hosts: len(v.names)}
		if _, _, err := input.Stage(ctx, v.service.Objects, channel, shard, target, lay); err != nil {
			return fmt.Errorf("channel %q: %w", channel.Name, err)
		}
	}
	return nil
}

// inputMode is the channel's own mode, else the algorithm's.
func (v *supervisor) inputMode(c types.Channel) types.TrainingInputMode {
	if c.InputMode != "" {
		return c.InputMode
	}
	return v.request.AlgorithmSpecification.TrainingInputMode
}

// toldMode is the mode as the contract has it. Built-in algorithms are told File for FastFile: AWS documents that every
// algorithm with File mode takes FastFile, while XGBoost's container refuses the word.
func (v *supervisor) toldMode(c types.Channel) types.TrainingInputMode {
	mode := v.inputMode(c)
	if mode == types.TrainingInputModeFastfile && v.service.imageRequest(v.request).BuiltIn() {
		return types.TrainingInputModeFile
	}
	return mode
}

// mounted says that a channel is shown instead of copied. Without a mount namespace a program could write through, so
// there a FastFile channel is copied as well.
func (v *supervisor) mounted(c types.Channel) bool {
	return v.inputMode(c) == types.TrainingInputModeFastfile && v.mode() == runner.ModeOptML
}

func (v *supervisor) fastFileDir(host, channel string) string {
	return filepath.Join(v.hostDir(host), "fastfile", channel)
}

// mode is how the job's programs see their contract.
func (v *supervisor) mode() runner.Mode {
	if v.service.imageRequest(v.request).InContainer() {
		return v.service.Runners[1].Mode()
	}
	return v.service.Runners[0].Mode()
}

// contract is what every host is told; Host makes it one host's. root is where its program sees it.
func (v *supervisor) contract(root string) container.Contract {
	r := v.request
	names := slices.Sorted(slices.Values(v.names))
	instance := string(r.ResourceConfig.InstanceType)
	c := container.Contract{
		JobName: v.row.Name, JobARN: v.arn(), Region: v.row.Region,
		Hyperparameters: r.HyperParameters,
		Environment:     r.Environment,
		CheckpointPath:  v.checkpointPath(root),
		Resource: container.Resource{
			InstanceType: instance, Hosts: names,
			Groups: []container.Group{{Name: container.DefaultGroup, InstanceType: instance, Hosts: names}},
		},
	}
	for _, m := range r.AlgorithmSpecification.MetricDefinitions {
		c.Metrics = append(c.Metrics, container.MetricDefinition{Name: *m.Name, Regex: *m.Regex})
	}
	for _, ch := range r.InputDataConfig {
		channel := container.Channel{
			Name: *ch.ChannelName, InputMode: string(v.toldMode(ch)),
			Distribution:  string(ch.DataSource.S3DataSource.S3DataDistributionType),
			RecordWrapper: string(ch.RecordWrapperType),
		}
		if ch.ContentType != nil {
			channel.ContentType = *ch.ContentType
		}
		c.Channels = append(c.Channels, channel)
	}
	return c
}

func (v *supervisor) arn() string {
	return api.TrainingJobARN(v.row.Region, v.service.Account, v.row.Name)
}

// logStream is the CloudWatch stream of a host: JOB/HOST-EPOCH, as the service names it.
func logStream(job, host string, s lifecycle.State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s-%d", job, host, s.TrainingStart.Unix())
	return b.String()
}
