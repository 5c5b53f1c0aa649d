package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quota "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
)

// usage is how many instances a job takes, by the name of their quota.
func usage(r *types.ResourceConfig, spot bool) map[string]int {
	suffix := " for training job usage"
	if spot {
		suffix = " for spot training job usage"
	}
	use := map[string]int{}
	if r == nil {
		return use
	}
	if r.InstanceType != "" {
		use[string(r.InstanceType)+suffix] += int(max(aws.ToInt32(r.InstanceCount), 1))
	}
	for _, g := range r.InstanceGroups {
		use[string(g.InstanceType)+suffix] += int(max(aws.ToInt32(g.InstanceCount), 1))
	}
	return use
}

// checkQuotas compares what the job takes with the account's quotas, else with AWS's defaults.
func (c *check) checkQuotas(ctx context.Context) {
	use := usage(c.request.ResourceConfig, aws.ToBool(c.request.EnableManagedSpotTraining))
	for name := range use {
		use[name] *= c.trials
	}
	if len(use) == 0 {
		return
	}
	known, err := c.appliedQuotas(ctx, use)
	if err == nil && len(known.found) < len(use) {
		err = c.defaultQuotas(ctx, use, known)
	}
	if err != nil {
		c.unasked("the quota of instances", err)
		return
	}
	for name, count := range use {
		q, ok := known.found[name]
		switch {
		case !ok:
			c.unknown("the quota of instances: Service Quotas has none named %q", name)
		case aws.ToFloat64(q.Value) < float64(count):
			c.overQuota(name, count, q, known.enough)
		}
	}
}

// quotas are the ones asked for, and the names of others of the kind that suffice.
type quotas struct {
	found  map[string]quota.ServiceQuota
	enough []string
}

func (q *quotas) see(list []quota.ServiceQuota, use map[string]int) {
	for _, one := range list {
		name := aws.ToString(one.QuotaName)
		if _, wanted := use[name]; wanted {
			if _, have := q.found[name]; !have {
				q.found[name] = one
			}
			continue
		}
		for other, count := range use {
			if _, kind, _ := strings.Cut(other, " "); strings.HasSuffix(name, " "+kind) && aws.ToFloat64(one.Value) >= float64(count) {
				q.enough = append(q.enough, name)
			}
		}
	}
}

// appliedQuotas reads the account's own values, page by page: the code of a quota is not known before.
func (c *check) appliedQuotas(ctx context.Context, use map[string]int) (*quotas, error) {
	known := &quotas{found: map[string]quota.ServiceQuota{}}
	pages := servicequotas.NewListServiceQuotasPaginator(c.quotas, &servicequotas.ListServiceQuotasInput{
		ServiceCode: aws.String("sagemaker"), MaxResults: aws.Int32(100),
	})
	for pages.HasMorePages() && len(known.found) < len(use) {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return known, err
		}
		known.see(page.Quotas, use)
	}
	return known, nil
}

// defaultQuotas adds AWS's defaults for what the account has no value of its own for.
func (c *check) defaultQuotas(ctx context.Context, use map[string]int, known *quotas) error {
	pages := servicequotas.NewListAWSDefaultServiceQuotasPaginator(c.quotas, &servicequotas.ListAWSDefaultServiceQuotasInput{
		ServiceCode: aws.String("sagemaker"), MaxResults: aws.Int32(100),
	})
	for pages.HasMorePages() && len(known.found) < len(use) {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		known.see(page.Quotas, use)
	}
	return nil
}

func (c *check) overQuota(name string, count int, q quota.ServiceQuota, enough []string) {
	instance, _, _ := strings.Cut(name, " ")
	f := Finding{
		Code: CodeQuota, Quota: true, What: fmt.Sprintf("the account's quota does not allow %s", instances(count, instance)),
		Where: c.quotaWhere(count, instance),
		Why:   fmt.Sprintf("the quota %q in %s is %g", name, c.config.Region, aws.ToFloat64(q.Value)),
		Fix: []string{fmt.Sprintf("ask for more:  aws service-quotas request-service-quota-increase --region %s --service-code sagemaker --quota-code %s --desired-value %d",
			c.config.Region, aws.ToString(q.QuotaCode), count)},
	}
	if list := alternatives(instance, enough); len(list) > 0 {
		f.Why += "; those of " + strings.Join(list, ", ") + " suffice"
		f.Fix = append([]string{"use  --instance " + list[0]}, f.Fix...)
	}
	c.find(f)
}

// quotaWhere says what makes up a count.
func (c *check) quotaWhere(count int, instance string) string {
	if c.trials > 1 {
		return fmt.Sprintf("MaxParallelTrainingJobs × ResourceConfig = %d × %d × %s", c.trials, count/c.trials, instance)
	}
	return fmt.Sprintf("ResourceConfig = %d × %s", count, instance)
}

func instances(n int, kind string) string {
	if n == 1 {
		return "an instance of " + kind
	}
	return fmt.Sprintf("%d instances of %s", n, kind)
}

// alternatives are at most three types whose quota suffices, of the same family and then of the same size first.
func alternatives(instance string, enough []string) []string {
	var types []string
	for _, name := range enough {
		kind, _, _ := strings.Cut(name, " ")
		types = append(types, kind)
	}
	parts := strings.SplitN(instance, ".", 3)
	near := func(kind string) int {
		other := strings.SplitN(kind, ".", 3)
		switch {
		case len(other) != 3 || len(parts) != 3:
			return 3
		case other[1] == parts[1]:
			return 0
		case other[1][0] == parts[1][0] && other[2] == parts[2]:
			return 1
		}
		return 2
	}
	slices.Sort(types)
	types = slices.Compact(types)
	slices.SortStableFunc(types, func(a, b string) int { return near(a) - near(b) })
	return types[:min(3, len(types))]
}
