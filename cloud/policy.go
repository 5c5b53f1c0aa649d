package cloud

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/internal/policy"
)

// Scope is what jobs use, and so what policies have to allow. Its policies are the least with which [Check] finds nothing.
type Scope struct {
	Region  string
	Account string   // twelve digits
	Jobs    string   // beginning of the jobs' names; "" = any job
	Role    string   // ARN of the execution role
	Image   string   // URI; "" = none in a registry of one's own
	Read    []string // s3:// addresses below which jobs read
	Write   []string // s3:// addresses below which jobs write: results and checkpoints
	Bucket  string   // where the caller uploads inputs and programs and reads results; "" = nowhere

	OutputKey, VolumeKey string // ARNs of KMS keys
	VPC                  bool   // jobs run in a network of one's own
}

// ScopeOf is the scope of one request.
func ScopeOf(region, account string, r *sagemaker.CreateTrainingJobInput) Scope {
	s := Scope{Region: region, Account: account, Jobs: aws.ToString(r.TrainingJobName), Role: aws.ToString(r.RoleArn), Image: trainingImage(r), VPC: r.VpcConfig != nil}
	for _, p := range (&check{request: r}).places() {
		if p.read {
			s.Read = append(s.Read, p.at.String())
		}
		if p.write {
			s.Write = append(s.Write, p.at.String())
		}
	}
	if o := r.OutputDataConfig; o != nil {
		s.OutputKey = aws.ToString(o.KmsKeyId)
	}
	if c := r.ResourceConfig; c != nil {
		s.VolumeKey = aws.ToString(c.VolumeKmsKeyId)
	}
	return s
}

// Trust is the trust policy of the execution role, as JSON: SageMaker may assume it, for jobs of this account and region.
func (s Scope) Trust() string {
	return document(policy.Statement{
		Effect: policy.Allow, Principal: &policy.Principal{Kinds: map[string]policy.List{"Service": {service}}}, Action: policy.List{"sts:AssumeRole"},
		Condition: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": {s.Account}},
			"ArnLike":      {"aws:SourceArn": {s.arn("sagemaker", s.Region, s.Account, "*")}},
		},
	})
}

// RolePolicy is what the execution role needs, as JSON.
func (s Scope) RolePolicy() string {
	statements := []policy.Statement{
		allow("Observe", policy.List{"*"}, "cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"),
		allow("Log", s.logs(), "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
		allow("Image", s.repository(), "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
		allow("Buckets", s.buckets(s.Read, s.Write), "s3:GetBucketLocation", "s3:ListBucket"),
		allow("Read", s.below(s.Read), "s3:GetObject"),
		allow("Write", s.below(s.Write), "s3:AbortMultipartUpload", "s3:PutObject"),
		allow("OutputKey", key(s.OutputKey), "kms:Encrypt", "kms:GenerateDataKey"),
		allow("VolumeKey", key(s.VolumeKey), "kms:CreateGrant", "kms:DescribeKey"),
	}
	if s.VPC {
		statements = append(statements, allow("Network", policy.List{"*"},
			"ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission",
			"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"))
	}
	return document(statements...)
}

// CallerPolicy is what whoever launches the jobs needs, as JSON: to create, watch and stop them, to give them the role, to bring data
// and fetch results, and for the checks before Create.
func (s Scope) CallerPolicy() string {
	pass := allow("PassRole", policy.List{s.Role}, "iam:PassRole")
	pass.Condition = policy.Conditions{"StringEquals": {"iam:PassedToService": {service}}}
	own := append(s.addresses(), slices.Concat(s.Read, s.Write)...)
	return document(
		allow("Jobs", policy.List{s.arn("sagemaker", s.Region, s.Account, "training-job/"+s.Jobs+"*")},
			"sagemaker:AddTags", "sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:ListTags", "sagemaker:StopTrainingJob"),
		allow("Searches", policy.List{s.arn("sagemaker", s.Region, s.Account, "hyper-parameter-tuning-job/"+s.Jobs+"*")},
			"sagemaker:AddTags", "sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob",
			"sagemaker:ListTags", "sagemaker:ListTrainingJobsForHyperParameterTuningJob", "sagemaker:StopHyperParameterTuningJob"),
		allow("ListJobs", policy.List{"*"}, "sagemaker:ListHyperParameterTuningJobs", "sagemaker:ListTrainingJobs"),
		pass,
		allow("Logs", s.logs(), "logs:DescribeLogStreams", "logs:GetLogEvents"),
		allow("Buckets", s.buckets(own), "s3:GetBucketLocation", "s3:ListBucket", "s3:GetBucketPolicy"),
		allow("Objects", s.below(own), "s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
		allow("CheckRoles", policy.List{s.arn("iam", "", s.Account, "role/*"), s.arn("iam", "", s.Account, "user/*")}, "iam:GetRole", "iam:SimulatePrincipalPolicy"),
		allow("CheckAccount", policy.List{"*"}, "iam:ListRoles", "servicequotas:ListAWSDefaultServiceQuotas", "servicequotas:ListServiceQuotas"),
		allow("CheckImage", s.asked(), "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy"),
	)
}

// allow is a statement; one without resources allows nothing and is left out of documents.
func allow(sid string, resources policy.List, actions ...string) policy.Statement {
	return policy.Statement{Sid: sid, Effect: policy.Allow, Action: actions, Resource: resources}
}

func document(statements ...policy.Statement) string {
	d := policy.Document{Version: policy.Version}
	for _, s := range statements {
		if len(s.Resource) > 0 || s.Principal != nil {
			d.Statement = append(d.Statement, s)
		}
	}
	return d.String()
}

func (s Scope) arn(service, region, account, resource string) string {
	return strings.Join([]string{"arn", api.Partition(s.Region), service, region, account, resource}, ":")
}

func (s Scope) logs() policy.List {
	return policy.List{s.arn("logs", s.Region, s.Account, "log-group:/aws/sagemaker/TrainingJobs*")}
}

func (s Scope) repository() policy.List {
	if i, ok := parseImage(s.Image); ok {
		return policy.List{i.arn()}
	}
	return nil
}

// asked is the repository where the checks look for the image; AWS's own are not asked.
func (s Scope) asked() policy.List {
	if i, ok := parseImage(s.Image); ok && ours(i) {
		return nil
	}
	return s.repository()
}

func key(arn string) policy.List {
	if !strings.HasPrefix(arn, "arn:") {
		return nil
	}
	return policy.List{arn}
}

// addresses are the caller's own bucket.
func (s Scope) addresses() []string {
	if s.Bucket == "" {
		return nil
	}
	return []string{"s3://" + s.Bucket}
}

// buckets are the ARNs of the addresses' buckets.
func (s Scope) buckets(lists ...[]string) (arns policy.List) {
	for _, uri := range slices.Concat(lists...) {
		if at, ok := parseS3(uri); ok {
			arns = append(arns, s.arn("s3", "", "", at.bucket))
		}
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

// below are the ARNs of everything at and below addresses, as SageMaker takes them: every key that begins with the address.
func (s Scope) below(uris []string) (arns policy.List) {
	for _, uri := range uris {
		if at, ok := parseS3(uri); ok {
			arns = append(arns, s.arn("s3", "", "", at.bucket+"/"+at.key+"*"))
		}
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}
