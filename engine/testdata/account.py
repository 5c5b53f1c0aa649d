"""An unmodified boto3 meets a strict account: IAM, Service Quotas, STS, S3 regions, and what CreateTrainingJob refuses."""
import sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url = sys.argv[1]
account, region = "000000000000", "us-west-2"


def client(service, region=region):
    return boto3.client(
        service, endpoint_url=url, region_name=region, aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(retries={"max_attempts": 1}),
    )


def refused(code, call, **args):
    try:
        call(**args)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return e.response["Error"]["Message"]
    raise AssertionError(f"{call} is not refused")


assert client("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{account}:assumed-role/dev/alice"

iam = client("iam")
role = iam.get_role(RoleName="train")["Role"]
assert role["Arn"] == f"arn:aws:iam::{account}:role/ml/train", role
# botocore decodes the policy, as AWS sends it URL-encoded
assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"] == "sagemaker.amazonaws.com", role
assert "cannot be found" in refused("NoSuchEntity", iam.get_role, RoleName="none")
assert sorted(r["RoleName"] for r in iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]) == ["build", "dev", "train"]


def decide(principal, action, resource="*", **context):
    results = iam.simulate_principal_policy(
        PolicySourceArn=principal, ActionNames=[action], ResourceArns=[resource],
        ContextEntries=[{"ContextKeyName": k.replace("_", ":"), "ContextKeyType": "string", "ContextKeyValues": [v]} for k, v in context.items()],
    )["EvaluationResults"]
    assert len(results) == 1 and results[0]["EvalActionName"] == action and results[0]["EvalResourceName"] == resource, results
    return results[0]["EvalDecision"]


dev = f"arn:aws:iam::{account}:role/dev"
assert decide(dev, "iam:PassRole", role["Arn"], iam_PassedToService="sagemaker.amazonaws.com") == "allowed"
assert decide(dev, "iam:PassRole", role["Arn"], iam_PassedToService="ec2.amazonaws.com") == "implicitDeny"
assert decide(dev, "s3:DeleteBucket", "arn:aws:s3:::b") == "explicitDeny"
assert decide(role["Arn"], "s3:GetObject", "arn:aws:s3:::data-west/in/a") == "allowed"
assert decide(role["Arn"], "s3:GetObject", "arn:aws:s3:::data-west/other") == "implicitDeny"
refused("NoSuchEntity", iam.simulate_principal_policy, PolicySourceArn=f"arn:aws:iam::{account}:role/none", ActionNames=["s3:GetObject"])
refused("InvalidInput", iam.simulate_principal_policy, PolicySourceArn=f"arn:aws:sts::{account}:assumed-role/dev/alice", ActionNames=["s3:GetObject"])

quotas = client("service-quotas")
pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker", PaginationConfig={"PageSize": 2})
found = {q["QuotaName"]: q for page in pages for q in page["Quotas"]}
assert len(found) == 5 and found["ml.m5.xlarge for training job usage"]["Value"] == 3, found
code = found["ml.p3.2xlarge for training job usage"]["QuotaCode"]
assert quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode=code)["Quota"]["Value"] == 0
assert quotas.get_aws_default_service_quota(ServiceCode="sagemaker", QuotaCode=code)["Quota"]["QuotaName"] == "ml.p3.2xlarge for training job usage"
refused("NoSuchResourceException", quotas.get_service_quota, ServiceCode="sagemaker", QuotaCode="L-00000000")
refused("NoSuchResourceException", quotas.list_service_quotas, ServiceCode="ec2")

s3 = client("s3")
s3.create_bucket(Bucket="data-west", CreateBucketConfiguration={"LocationConstraint": region})
eu = client("s3", "eu-west-1")
eu.create_bucket(Bucket="data-eu", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
refused("IllegalLocationConstraintException", s3.create_bucket, Bucket="data-none")
assert s3.get_bucket_location(Bucket="data-eu")["LocationConstraint"] == "eu-west-1"
# botocore follows a redirect by signing for the region that the answer names
s3.put_object(Bucket="data-eu", Key="in/a", Body=b"x")
assert s3.head_bucket(Bucket="data-eu")["BucketRegion"] == "eu-west-1"
assert s3.get_object(Bucket="data-eu", Key="in/a")["Body"].read() == b"x"
s3.put_object(Bucket="data-west", Key="in/a", Body=b"x")

sagemaker = client("sagemaker")


def job(name, **changes):
    request = dict(
        TrainingJobName=name, RoleArn=role["Arn"],
        AlgorithmSpecification={"TrainingImage": "example.com/a:1", "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/true"]},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data-west/in/"}}}],
        OutputDataConfig={"S3OutputPath": "s3://data-west/out"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    request.update(changes)
    return request


def channel(uri):
    return [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}]


create = sagemaker.create_training_job
# the texts are those that Terraform's provider, the SDKs and ACK look for
text = refused("ValidationException", create, **job("a", RoleArn=f"arn:aws:iam::{account}:role/none"))
assert text.startswith("Could not assume role"), text
text = refused("ValidationException", create, **job("a", RoleArn=f"arn:aws:iam::{account}:role/build"))
assert "Could not assume role" in text and "allows principal 'sagemaker.amazonaws.com' to assume the role" in text, text
text = refused("ValidationException", create, **job("a", RoleArn=f"arn:aws:iam::{account}:role/train"))
assert "Could not assume role" in text, text
text = refused("AccessDeniedException", create, **job("a", RoleArn=f"arn:aws:iam::{account}:role/dev"))
assert f"User: arn:aws:sts::{account}:assumed-role/dev/alice is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{account}:role/dev" in text, text
text = refused("AccessDeniedException", create, **job("forbidden-1"))
assert "is not authorized to perform: sagemaker:CreateTrainingJob on resource" in text and "with an explicit deny" in text, text
text = refused("ValidationException", create, **job("a", InputDataConfig=channel("s3://data-west/none/")))
assert text.startswith('No S3 objects found under S3 URL "s3://data-west/none/" given in input data source'), text
text = refused("ValidationException", create, **job("a", InputDataConfig=channel("s3://data-eu/in/")))
assert "ensure that the bucket exists in the selected region (us-west-2)" in text, text
text = refused("ValidationException", create, **job("a", OutputDataConfig={"S3OutputPath": "s3://data-west/private"}))
assert text.startswith("Access denied to OutputDataConfig S3 bucket"), text
text = refused("ResourceLimitExceeded", create, **job("a", ResourceConfig={"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}))
assert text == (
    "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances "
    "and a request delta of 1 Instances. Please contact AWS support to request an increase for this limit."
), text
text = refused("ResourceLimitExceeded", create, **job("a", EnableManagedSpotTraining=True, StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}))
assert "'ml.m5.xlarge for spot training job usage' is 0 Instances" in text, text
create(**job("a"))
assert sagemaker.describe_training_job(TrainingJobName="a")["RoleArn"] == role["Arn"]
