"""Train what the job named on the command line trained, by hand: its rows, its hyperparameters, plain xgboost.train.

Prints the job's validation:rmse and Python's, each with five decimals."""

import io
import sys

import boto3
import numpy
import xgboost

s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
job = sagemaker.describe_training_job(TrainingJobName=sys.argv[1])


def channel(name):
    uri = next(c for c in job["InputDataConfig"] if c["ChannelName"] == name)["DataSource"]["S3DataSource"]["S3Uri"]
    bucket, prefix = uri.removeprefix("s3://").split("/", 1)
    [entry] = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
    table = numpy.loadtxt(io.BytesIO(body), delimiter=",", dtype=numpy.float32)
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0])


parameters = dict(job["HyperParameters"])
rounds = int(parameters.pop("num_round"))
train, validation = channel("train"), channel("validation")
history = {}
xgboost.train(parameters, train, rounds, evals=[(train, "train"), (validation, "validation")], evals_result=history, verbose_eval=False)
[final] = [m["Value"] for m in job["FinalMetricDataList"] if m["MetricName"] == "validation:rmse"]
print(f"{final:.5f} {history['validation']['rmse'][-1]:.5f}")
