"""Script mode by boto3 alone: a tar.gz of the folder in S3, and hyperparameters that name it and the script."""

import io
import json
import os
import sys
import tarfile

import boto3

s3, sagemaker, logs = (boto3.client(name) for name in ("s3", "sagemaker", "logs"))
region = s3.meta.region_name
where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
s3.create_bucket(Bucket="scripts", **where)
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    for name in ("train.py", "requirements.txt"):
        tar.add(os.path.join(sys.argv[1], name), arcname=name)
s3.put_object(Bucket="scripts", Key="code/sourcedir.tar.gz", Body=archive.getvalue())

values = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://scripts/code/sourcedir.tar.gz", "penalty": 10, "gamma": 0.001}
sagemaker.create_training_job(
    TrainingJobName="digits",
    RoleArn="arn:aws:iam::000000000000:role/sagemaker",
    AlgorithmSpecification={
        "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "validation:accuracy", "Regex": "validation:accuracy=([0-9.]+)"}],
    },
    HyperParameters={name: json.dumps(value) for name, value in values.items()},
    OutputDataConfig={"S3OutputPath": "s3://scripts/out"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 600},
)
sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="digits", WaiterConfig={"Delay": 1, "MaxAttempts": 120})
job = sagemaker.describe_training_job(TrainingJobName="digits")
print(job["TrainingJobStatus"], [t["Status"] for t in job["SecondaryStatusTransitions"]])
print("accuracy", job["FinalMetricDataList"][0]["Value"])
bucket, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as model:
    print(*sorted(model.getnames()))
group = "/aws/sagemaker/TrainingJobs"
for event in logs.filter_log_events(logGroupName=group, logStreamNamePrefix="digits/")["events"]:
    print(event["message"])
