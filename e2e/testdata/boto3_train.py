"""boto3 alone: bucket, upload, create, wait, describe, logs, download, load, predict. Prints the validation error as JSON."""

import json
import math
import sys
import tarfile

import abalone
import boto3
import xgboost
from required import check_required

REGION, IMAGE = sys.argv[1], sys.argv[2]
BUCKET, JOB = "team-data", "abalone-boto3"

session = boto3.Session()
assert session.region_name == REGION, session.region_name
check_required(session)
s3, sagemaker, logs = session.client("s3"), session.client("sagemaker"), session.client("logs")

s3.create_bucket(Bucket=BUCKET)
for path in abalone.write("."):
    s3.upload_file(path, BUCKET, "abalone/" + path.removeprefix("./"))


def channel(name):
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://%s/abalone/%s.csv" % (BUCKET, name), "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


created = sagemaker.create_training_job(
    TrainingJobName=JOB,
    AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    RoleArn="arn:aws:iam::123456789012:role/training",
    HyperParameters={"objective": "reg:squarederror", "num_round": "30", "eta": "0.2", "max_depth": "5", "nthread": "1"},
    InputDataConfig=[channel("train"), channel("validation")],
    OutputDataConfig={"S3OutputPath": "s3://%s/models" % BUCKET},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    StoppingCondition={"MaxRuntimeInSeconds": 600},
)
assert created["TrainingJobArn"].endswith(":training-job/" + JOB), created

# The waiter asks every two minutes unless told otherwise.
sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=JOB, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
job = sagemaker.describe_training_job(TrainingJobName=JOB)
assert job["TrainingJobStatus"] == "Completed", job
assert job["TrainingStartTime"] <= job["TrainingEndTime"] <= job["LastModifiedTime"], job
assert [t["Status"] for t in job["SecondaryStatusTransitions"]][-1] == "Completed", job
final = {m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]}

streams = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=JOB + "/")["logStreams"]
assert len(streams) == 1, streams
events = logs.get_log_events(
    logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=streams[0]["logStreamName"], startFromHead=True
)["events"]
assert any("validation-rmse" in e["message"] for e in events), events

bucket, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
s3.download_file(bucket, key, "model.tar.gz")
with tarfile.open("model.tar.gz") as archive:
    archive.extract("xgboost-model", filter="data")

booster = xgboost.Booster(model_file="xgboost-model")
data = abalone.read("validation.csv")
predicted = booster.predict(data)
rmse = math.sqrt(sum((p - y) ** 2 for p, y in zip(predicted.tolist(), data.get_label().tolist())) / len(predicted))
assert abs(rmse - final["validation:rmse"]) < 1e-4, (rmse, final)
names = [j["TrainingJobName"] for j in sagemaker.list_training_jobs(StatusEquals="Completed")["TrainingJobSummaries"]]
assert names == [JOB], names
print(json.dumps({"rmse": rmse, "rounds": booster.num_boosted_rounds()}))
