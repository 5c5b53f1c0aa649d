package cloud

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// patience bounds the whole check. What is not answered by then is unknown.
const patience = 40 * time.Second

// check is one run of Check. Its parts run side by side.
type check struct {
	config  aws.Config
	request *sagemaker.CreateTrainingJobInput
	coming  []string // addresses of inputs that are still to be uploaded
	caller  Identity
	search  string // the tuning job whose trials are asked about; "" = a job of its own
	trials  int    // that run at a time; at least 1

	iam    *iam.Client
	s3     *s3.Client
	ecr    *ecr.Client
	quotas *servicequotas.Client

	mu     sync.Mutex
	report Report
}

// Check looks for what would make the job fail after Create, without creating anything: role and its trust, permissions of the
// caller and the role by simulation, buckets and their regions, prefixes, image, quota, and parts of a search that AWS does not
// have. coming are addresses of inputs that will be uploaded when nothing is found, as they are in the request: that nothing is there yet is no
// finding. All findings come together, within 40 seconds. An error means that the target could not be asked at all: [Explain] says
// why.
//
// What it cannot see: policies of organizations, of buckets, repositories and keys, except that they are there; networks; how many
// instances are in use; whether there is capacity.
func Check(ctx context.Context, config aws.Config, request *sagemaker.CreateTrainingJobInput, coming ...string) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	caller, err := WhoAmI(ctx, config)
	if err != nil {
		return Report{}, err
	}
	return newCheck(config, caller, request, coming).run(ctx)
}

func newCheck(config aws.Config, caller Identity, request *sagemaker.CreateTrainingJobInput, coming []string) *check {
	return &check{
		config: config, request: request, coming: coming, caller: caller, trials: 1, iam: iam.NewFromConfig(config), s3: objects(config),
		ecr: ecr.NewFromConfig(config), quotas: servicequotas.NewFromConfig(config),
	}
}

func (c *check) run(ctx context.Context) (Report, error) {
	var parts sync.WaitGroup
	for _, part := range []func(context.Context){
		c.checkRole, c.checkCaller, c.checkRolePermissions, c.checkBuckets, c.checkChannels, c.checkImage, c.checkQuotas, c.checkSpec,
	} {
		parts.Go(func() { part(ctx) })
	}
	parts.Wait()
	if err := context.Cause(ctx); err != nil && ctx.Err() != context.DeadlineExceeded {
		return Report{}, err
	}
	c.report.sort()
	return c.report, nil
}

// objects is an S3 client. An endpoint of one's own has no names for buckets.
func objects(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil })
}

func (c *check) find(f Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Findings = append(c.report.Findings, f)
}

// unknown notes what could not be checked, in one line.
func (c *check) unknown(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Unknown = append(c.report.Unknown, fmt.Sprintf(format, args...))
}

// unasked notes that the target refused a question, or did not answer it.
func (c *check) unasked(what string, err error) { c.unknown("%s: %s", what, plain(err)) }
