"""An unmodified boto3 names a job's objects by a manifest: which files come, where they lie, how hosts share them, what is refused."""
import io
import sys
import tarfile
import time
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

arguments = dict(
    endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b", config=Config(retries={"max_attempts": 1}))
s3, sagemaker = boto3.client("s3", **arguments), boto3.client("sagemaker", **arguments)

# What a host finds below its channel becomes a file of the model that is named for the host.
PROGRAM = (
    'cd "${SAGEMAKER_BASE_DIR:-/opt/ml}"; h=$(grep -o \'current_host": *"algo-.\' input/config/resourceconfig.json);'
    ' cd input/data/train; grep -r . . | sort > "../../../model/${h##*\\"}"'
)


def job(name, uri, data_type="ManifestFile", mode="File", hosts=1, **source):
    distribution = "ShardedByS3Key" if hosts > 1 else "FullyReplicated"
    return dict(
        TrainingJobName=name, RoleArn="arn:aws:iam::000000000000:role/train",
        AlgorithmSpecification={"TrainingImage": "example.com/a:1", "TrainingInputMode": mode, "ContainerEntrypoint": ["/bin/sh", "-c", PROGRAM]},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": dict(
            S3DataType=data_type, S3Uri=uri, S3DataDistributionType=distribution, **source)}}],
        OutputDataConfig={"S3OutputPath": "s3://results/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": hosts, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def run(*args, **kwargs):
    request = job(*args, **kwargs)
    sagemaker.create_training_job(**request)
    while (d := sagemaker.describe_training_job(TrainingJobName=request["TrainingJobName"]))["TrainingJobStatus"] == "InProgress":
        time.sleep(0.05)
    assert d["InputDataConfig"][0]["DataSource"] == request["InputDataConfig"][0]["DataSource"], d["InputDataConfig"]
    return d


def found(d):
    assert d["TrainingJobStatus"] == "Completed", d
    bucket, _, key = d["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as model:
        return {m.name.removeprefix("./"): model.extractfile(m).read().decode().split() for m in model if m.isfile()}


for bucket in "the-data", "the-lists", "results":
    s3.create_bucket(Bucket=bucket)
for key in "some/prefix/a", "some/prefix/deep/er/b", "some/prefix/c", "some/prefix/not-named":
    s3.put_object(Bucket="the-data", Key=key, Body=key[-1].encode())


def manifest(name, text):
    s3.put_object(Bucket="the-lists", Key=name, Body=text.encode())
    return "s3://the-lists/" + name


good = manifest("train.manifest", '[{"prefix": "s3://the-data/some/prefix/"},\n "deep/er/b",\n "c",\n "a"\n]')
assert found(run("all", good)) == {"algo-1": ["./a:a", "./c:c", "./deep/er/b:b"]}
shards = found(run("shards", good, hosts=2))
assert shards == {"algo-1": ["./a:a", "./deep/er/b:b"], "algo-2": ["./c:c"]}, shards

for name, uri, reason in [
    ("not-json", manifest("csv", "1,2\n"), "bad manifest s3://the-lists/csv: want a JSON array"),
    ("no-prefix", manifest("bare", '["a", "c"]'), 'bad manifest s3://the-lists/bare: the first element must be {"prefix":'),
    ("no-key", manifest("gone", '[{"prefix": "s3://the-data/some/"}, "none"]'), "bad manifest s3://the-lists/gone: object s3://the-data/some/none: not found"),
    ("no-bucket", manifest("far", '[{"prefix": "s3://elsewhere/"}, "a"]'), "bad manifest s3://the-lists/far: bucket s3://elsewhere: no such bucket"),
    ("two-buckets", manifest("two", '[{"prefix": "s3://the-data/"}, "s3://results/a"]'), "all objects are in its bucket, the-data"),
    ("no-manifest", "s3://the-lists/none", 'No S3 objects found under S3 URL "s3://the-lists/none" given in input data source'),
]:
    d = run(name, uri)
    assert d["TrainingJobStatus"] == "Failed" and d["FailureReason"].startswith("ClientError: Data download failed:") and reason in d["FailureReason"], d


def refused(text, request):
    try:
        sagemaker.create_training_job(**request)
    except ClientError as e:
        assert e.response["Error"]["Code"] == "ValidationException" and text in e.response["Error"]["Message"], e
        return
    raise AssertionError(f"{request['TrainingJobName']} is not refused")


refused("FastFile needs S3DataType S3Prefix", job("fast", good, mode="FastFile"))
refused("AugmentedManifestFile needs the input mode Pipe", job("augmented-file", good, "AugmentedManifestFile", AttributeNames=["a"]))
refused("S3DataType AugmentedManifestFile", job("augmented", good, "AugmentedManifestFile", mode="Pipe", AttributeNames=["a"]))
