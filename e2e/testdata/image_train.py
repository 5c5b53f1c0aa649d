"""Runs an image as a training job on s3://words/in/ and prints the model's file."""
import io
import sys
import tarfile

import boto3

sagemaker, s3 = boto3.client("sagemaker"), boto3.client("s3")
name = "words-1"
sagemaker.create_training_job(
    TrainingJobName=name,
    RoleArn="arn:aws:iam::000000000000:role/sagefly",
    AlgorithmSpecification={"TrainingImage": sys.argv[1], "TrainingInputMode": "File"},
    HyperParameters={"lr": "0.1"},
    InputDataConfig=[{
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://words/in/"}},
    }],
    OutputDataConfig={"S3OutputPath": "s3://words/out"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 300},
)
waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
job = sagemaker.describe_training_job(TrainingJobName=name)
if job["TrainingJobStatus"] != "Completed":
    raise SystemExit(job.get("FailureReason"))
bucket, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
archive = tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
print(archive.extractfile("model.json").read().decode())
