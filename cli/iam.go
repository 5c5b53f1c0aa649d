//go:build !sagefly_task

package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/cloud"
)

const iamLong = `Print the least IAM policies with which jobs run on AWS, as JSON. Nothing is created: the commands that would create
it are printed beside, for whoever may.

  role      what a job may do: read its inputs, write its results, pull its image, write its log (--trust: who may assume it)
  caller    what you need to launch jobs, watch them and fetch results, and for the checks before a job is created

NAME narrows the policies to jobs whose names begin with it, as those of "train NAME" and of tasks do. --file narrows them to a
job file's job. The account is asked for with --on aws, or given by --account.`

// iamFlags say what jobs use.
type iamFlags struct {
	account, image, file string
	read, write          []string
	trust                bool
}

func newIAM(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "iam", Short: "Print least-privilege policies for AWS", Long: iamLong, Args: cobra.ArbitraryArgs,
		Example: "  " + a.program + " iam role " + a.example() + " --on aws\n  " + a.program + " iam role --trust --account 123456789012\n  " +
			a.program + " iam caller " + a.example() + " --on aws --bucket my-bucket",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(a.iamCommand("role", "What a job's role needs", (*app).iamRole), a.iamCommand("caller", "What launching jobs needs", (*app).iamCaller))
	return cmd
}

// example is a name that fits the program.
func (a *app) example() string {
	if len(a.tasks) > 0 {
		return a.tasks[0].Name()
	}
	return "xgboost"
}

func (a *app) iamCommand(name, short string, do func(a *app, s cloud.Scope, o *iamFlags, again []string)) *cobra.Command {
	var o iamFlags
	cmd := &cobra.Command{
		Use: name + " [NAME]", Short: short, Long: iamLong, Args: args(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.scope(cmd.Context(), append(args, "")[0], &o)
			if err != nil {
				return err
			}
			do(a, s, &o, a.again(cmd, args, s))
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.file, "file", "", "a job file, whose job the policy is for")
	f.StringVar(&o.image, "image", "", "the jobs' image in ECR")
	f.StringArrayVar(&o.read, "read", nil, "an s3:// address that jobs read besides what is uploaded for them (repeatable)")
	f.StringArrayVar(&o.write, "write", nil, "an s3:// address that jobs write besides the bucket (repeatable)")
	f.StringVar(&o.account, "account", "", "number of the AWS account (asked for with --on aws)")
	if name == "role" {
		f.BoolVar(&o.trust, "trust", false, "print the role's trust policy")
	}
	return cmd
}

// scope is what the policies are about.
func (a *app) scope(ctx context.Context, name string, o *iamFlags) (cloud.Scope, error) {
	t, err := a.iamTarget(ctx, o)
	if err != nil {
		return cloud.Scope{}, err
	}
	at, err := t.where(ctx)
	if err != nil {
		return cloud.Scope{}, err
	}
	for _, uri := range append(o.read, o.write...) {
		if _, _, ok := splitS3(uri); !ok {
			return cloud.Scope{}, usage(uri+" is no s3:// address", "", "--read s3://BUCKET/PREFIX")
		}
	}
	if o.file != "" {
		return a.fileScope(t, at, name, o)
	}
	s := cloud.Scope{Region: t.aws.Region, Account: t.account, Role: at.role, Bucket: at.bucket, Image: o.image}
	if name != "" {
		s.Jobs = name + "-"
	}
	// What is uploaded for jobs is in these two places, what they leave in the second and, with checkpoints, the third.
	uploads, own := "s3://"+at.bucket+"/sagefly/", "s3://"+at.bucket+"/"+s.Jobs
	s.Read = append(o.read, uploads, own)
	s.Write = append(o.write, own)
	if len(a.tasks) > 0 {
		s.Write = append(s.Write, uploads+"checkpoints/")
	}
	return s, a.imageScope(&s, name)
}

// imageScope finds the image that a name means: a task's own, else the one of AWS's that runs it.
func (a *app) imageScope(s *cloud.Scope, name string) (err error) {
	if s.Image != "" {
		return nil
	}
	for _, task := range a.tasks {
		if task.Name() == name || len(a.tasks) == 1 {
			s.Image = task.Describe().Config.Image
		}
	}
	switch _, builtin := algorithm.Lookup(name); {
	case s.Image != "":
	case builtin:
		s.Image, err = algorithm.ImageURI(name, "", s.Region)
	default:
		s.Image, err = algorithm.CarrierURI(s.Region)
	}
	if err != nil {
		return refused("no image of the algorithm in this region", err.Error(), "--region us-east-1", "--image URI")
	}
	return nil
}

// fileScope is the scope of a job file's job.
func (a *app) fileScope(t *target, at place, name string, o *iamFlags) (cloud.Scope, error) {
	if name != "" || o.image != "" {
		return cloud.Scope{}, usage("--file excludes a name and --image", "the job file has both")
	}
	p, err := a.prepareFile(&trainFlags{file: o.file})
	if err != nil {
		return cloud.Scope{}, err
	}
	if err := t.complete(p, at); err != nil {
		return cloud.Scope{}, err
	}
	s := cloud.ScopeOf(t.aws.Region, t.account, p.request)
	s.Read, s.Write = append(s.Read, o.read...), append(s.Write, o.write...)
	return s, nil
}

// iamTarget knows account and region: AWS's answer, or what the flags say.
func (a *app) iamTarget(ctx context.Context, o *iamFlags) (*target, error) {
	if o.account == "" {
		if a.on == "" || a.on == "local" {
			return nil, usage("no account", "policies name the account, and a local engine has none of AWS's", "--on aws", "--account 123456789012")
		}
		return a.target(ctx)
	}
	if len(o.account) != 12 || strings.Trim(o.account, "0123456789") != "" {
		return nil, usage(fmt.Sprintf("--account %s is not an account's number", o.account), "it has twelve digits", "--account 123456789012")
	}
	t := &target{account: o.account, bucket: a.bucket, role: a.role}
	t.aws.Region = a.awsRegion()
	return t, nil
}

// again is the command line that prints the same policy anywhere: with the account and region that were found.
func (a *app) again(cmd *cobra.Command, args []string, s cloud.Scope) []string {
	line := append([]string{a.program, "iam", cmd.Name()}, args...)
	line = append(line, "--account", s.Account, "--region", s.Region)
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "account", "region", "on", "trust", "json", "quiet", "data", "fresh":
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			line = append(line, "--"+f.Name, v)
		}
	})
	return line
}

func (a *app) iamRole(s cloud.Scope, o *iamFlags, again []string) {
	role := s.Role[strings.LastIndex(s.Role, "/")+1:]
	if o.trust {
		a.screen.print("%s", s.Trust())
		return
	}
	a.screen.print("%s", s.RolePolicy())
	a.screen.note("to create it, once:")
	a.screen.note("  %s > trust.json", shellLine(append(slices.Clone(again), "--trust")))
	a.screen.note("  %s > policy.json", shellLine(again))
	a.screen.note("  aws iam create-role --role-name %s --assume-role-policy-document file://trust.json", role)
	a.screen.note("  aws iam put-role-policy --role-name %s --policy-name %s --policy-document file://policy.json", role, policyName(s))
}

func (a *app) iamCaller(s cloud.Scope, _ *iamFlags, again []string) {
	a.screen.print("%s", s.CallerPolicy())
	a.screen.note("to give it to a user (for a role: put-role-policy --role-name):")
	a.screen.note("  %s > caller.json", shellLine(again))
	a.screen.note("  aws iam put-user-policy --user-name NAME --policy-name %s-caller --policy-document file://caller.json", policyName(s))
}

func policyName(s cloud.Scope) string { return cmp.Or(strings.TrimSuffix(s.Jobs, "-"), "sagefly") }
