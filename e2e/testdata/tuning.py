"""What the tuning scripts share: clients whose answers are checked against the model, requests, waiting, trials."""

import io
import os
import tarfile
import time
import unittest

import abalone
import boto3
from botocore.exceptions import ClientError
from conform import check_conform

ROLE = "arn:aws:iam::123456789012:role/training"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
SCRIPTS = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
LOSS = {"Name": "loss", "Regex": "loss=([0-9.]+);"}
X = {"Name": "x", "MinValue": "-5", "MaxValue": "5"}
KINDS = {"CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b", "c"]}]}
BOWL = {
    "ContinuousParameterRanges": [X],
    "IntegerParameterRanges": [{"Name": "n", "MinValue": "0", "MaxValue": "9"}],
    **KINDS,
}

session = boto3.Session()
check_conform(session)
sagemaker, s3, logs = session.client("sagemaker"), session.client("s3"), session.client("logs")


class TestCase(unittest.TestCase):
    """A case with a bucket of its own, which holds trial/train.py as a source of script mode."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.bucket = "tuning-" + cls.__name__.lower()
        s3.create_bucket(Bucket=cls.bucket)
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            tar.add(os.path.join(os.path.dirname(__file__), "trial", "train.py"), arcname="train.py")
        s3.put_object(Bucket=cls.bucket, Key="sourcedir.tar.gz", Body=archive.getvalue())

    @classmethod
    def definition(cls, **values):
        """trial/train.py as a training job definition, with static hyperparameters."""
        source = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://%s/sourcedir.tar.gz" % cls.bucket}
        return {
            "StaticHyperParameters": {**source, **{k: str(v) for k, v in values.items()}},
            "AlgorithmSpecification": {"TrainingImage": SCRIPTS, "TrainingInputMode": "File", "MetricDefinitions": [LOSS]},
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://%s/out" % cls.bucket},
            "ResourceConfig": RESOURCES,
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }

    @classmethod
    def search(cls, name, jobs, ranges=BOWL, parallel=1, values={}, **config):
        """A request for jobs trials of trial/train.py; jobs None leaves the number out."""
        limits = {"MaxParallelTrainingJobs": parallel}
        if jobs is not None:
            limits["MaxNumberOfTrainingJobs"] = jobs
        return {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
                "ResourceLimits": limits,
                "ParameterRanges": ranges,
                **config,
            },
            "TrainingJobDefinition": cls.definition(**values),
        }

    @classmethod
    def abalone(cls):
        """Channels train and validation with the Abalone data."""
        channels = []
        for path in abalone.write("."):
            name = os.path.basename(path).removesuffix(".csv")
            s3.upload_file(path, cls.bucket, "abalone/%s.csv" % name)
            uri = "s3://%s/abalone/%s.csv" % (cls.bucket, name)
            source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
            channels.append({"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}})
        return channels

    def refused(self, code, text, operation, *args, **request):
        """The operation answers an error of this code with this text in it."""
        with self.assertRaises(ClientError) as caught:
            operation(*args, **request)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        self.assertIn(text, error["Message"])

    def whole(self, job, **counters):
        """The job's counters are these, the rest nothing, and its best trial is the best."""
        zero = dict.fromkeys(["Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"], 0)
        self.assertEqual(job["TrainingJobStatusCounters"], {**zero, **counters})
        ranked = trials(job["HyperParameterTuningJobName"], SortBy="FinalObjectiveMetricValue")
        objectives = {"Succeeded": len(ranked), "Pending": 0, "Failed": sum(counters.values()) - len(ranked)}
        self.assertEqual(job["ObjectiveStatusCounters"], objectives)
        if ranked:
            self.assertEqual(job["BestTrainingJob"]["TrainingJobName"], ranked[0]["TrainingJobName"])


def run(request):
    """Create a tuning job and return its description when it has ended."""
    sagemaker.create_hyper_parameter_tuning_job(**request)
    return ended(request["HyperParameterTuningJobName"])


def describe(name):
    return sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def until(name, holds, seconds=180):
    """Poll the tuning job until holds(description), and return the description."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = describe(name)
        if holds(job):
            return job
        time.sleep(0.1)
    raise AssertionError("still after %d s: %s" % (seconds, job))


def ended(name, seconds=180):
    return until(name, lambda job: job["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping"), seconds)


def trials(name, size=100, **request):
    """All trials' summaries, by pages of size."""
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, PaginationConfig={"PageSize": size}, **request
    )
    return [trial for page in pages for trial in page["TrainingJobSummaries"]]


def value(trial):
    """The trial's objective, or None."""
    return trial.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")


def points(name):
    """The searched values of all trials in the order of their numbers."""
    return [t["TunedHyperParameters"] for t in trials(name)]


def said(name):
    """How many trials have said a loss."""
    return len([t for t in trials(name) if any("loss=" in line for line in log(t["TrainingJobName"]))])


def log(name):
    """The lines of a training job's log."""
    group = "/aws/sagemaker/TrainingJobs"
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix=name + "/")["events"]
    return [event["message"] for event in found]
