"""The hyperparameter search of the old Flyte plugin's example, as the request that its Go half made of it, by boto3.

Left out are silent and prob_buffer_row, which the image 1.7-1 does not take. Its labels are 0 and 1: abalones of up to nine rings, and older ones."""

import sys
import unittest

import abalone
import tuning
from tuning import ended, sagemaker, trials, until, value

IMAGE = sys.argv.pop(1)

# The dictionary of the example, sorted as the plugin sorted it.
STATIC = {
    "base_score": "0.5",
    "booster": "gbtree",
    "csv_weights": "0",
    "dsplit": "row",
    "grow_policy": "depthwise",
    "lambda_bias": "0.0",
    "max_bin": "256",
    "normalize_type": "tree",
    "num_round": "100",
    "objective": "reg:linear",
    "one_drop": "0",
    "process_type": "default",
    "refresh_leaf": "1",
    "sample_type": "uniform",
    "scale_pos_weight": "1.0",
    "skip_drop": "0.0",
    "tree_method": "auto",
    "tweedie_variance_power": "1.5",
    "updater": "grow_colmaker,prune",
}
RANGES = {
    "ContinuousParameterRanges": [{"Name": "gamma", "MinValue": "0.000000", "MaxValue": "0.300000", "ScalingType": "Linear"}],
    "IntegerParameterRanges": [
        {"Name": "max_depth", "MinValue": "5", "MaxValue": "7", "ScalingType": "Linear"},
        {"Name": "num_round", "MinValue": "3", "MaxValue": "10", "ScalingType": "Linear"},
    ],
}
JOBS, PARALLEL = 10, 5


class Legacy(tuning.TestCase):
    def channel(self, name):
        lines = []
        for i, (rings, *features) in enumerate(abalone.rows()):
            if (i % 5 == 0) == (name == "validation"):
                lines.append(",".join([str(int(float(rings) > 9)), *features]))
        tuning.s3.put_object(Bucket=self.bucket, Key="%s/part-0.csv" % name, Body="\n".join(lines) + "\n")
        source = {"S3DataType": "S3Prefix", "S3Uri": "s3://%s/%s" % (self.bucket, name)}
        return {"ChannelName": name, "ContentType": "text/csv", "InputMode": "File", "DataSource": {"S3DataSource": source}}

    def request(self, name, static):
        return {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:error"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": JOBS, "MaxParallelTrainingJobs": PARALLEL},
                "ParameterRanges": RANGES,
                "TrainingJobEarlyStoppingType": "Auto",
            },
            "TrainingJobDefinition": {
                "StaticHyperParameters": static,
                "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                "RoleArn": tuning.ROLE,
                "InputDataConfig": [self.channel("train"), self.channel("validation")],
                "OutputDataConfig": {"S3OutputPath": "s3://%s/raw/hyperparameter_tuning_outputs" % self.bucket},
                "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 25},
                "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            },
        }

    def test_scenario(self):
        static = {k: v for k, v in STATIC.items() if k != "num_round"}
        self.check("f1a2b3c4d5e6f7a8b9c0", static)

    def test_tuned_name_left_static(self):
        """The plugin left num_round among the static ones although it was tuned."""
        create = sagemaker.create_hyper_parameter_tuning_job
        self.refused("ValidationException", "num_round", create, **self.request("xgboost-hpo", STATIC))

    def check(self, name, static):
        sagemaker.create_hyper_parameter_tuning_job(**self.request(name, static))
        running = []

        def over(job):
            running.append(job["TrainingJobStatusCounters"]["InProgress"])
            return job["HyperParameterTuningJobStatus"] != "InProgress"

        until(name, over)
        job, found = ended(name), trials(name)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed", job)
        self.assertLessEqual(max(running), PARALLEL)
        self.assertEqual(len(found), JOBS)
        for trial in found:
            tuned = trial["TunedHyperParameters"]
            self.assertEqual(set(tuned), {"gamma", "max_depth", "num_round"})
            self.assertTrue(0 <= float(tuned["gamma"]) <= 0.3 and tuned["max_depth"] in "567" and 3 <= int(tuned["num_round"]) <= 10, tuned)
            described = sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])
            expected = {**static, **tuned, "_tuning_objective_metric": "validation:error"}
            self.assertEqual(described["HyperParameters"], expected)
        best = job["BestTrainingJob"]
        self.assertTrue(0.1 < value(best) < 0.35, best)  # older or not is guessed right four times of five
        model = "%s/raw/hyperparameter_tuning_outputs/%s/output/model.tar.gz" % (self.bucket, best["TrainingJobName"])
        described = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
        self.assertEqual(described["ModelArtifacts"]["S3ModelArtifacts"], "s3://" + model)
        lines = [line for line in tuning.log(best["TrainingJobName"]) if "validation-error:" in line]
        if best["TrainingJobStatus"] == "Completed":
            self.assertEqual(len(lines), int(best["TunedHyperParameters"]["num_round"]))


if __name__ == "__main__":
    unittest.main()
