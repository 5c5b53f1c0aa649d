"""boto3 searches XGBoost's hyperparameters on the Abalone data; job, trials and best model are what the API says they are."""

import datetime
import io
import re
import sys
import tarfile
import unittest

import abalone
import tuning
import xgboost
from tuning import describe, ended, sagemaker, session, trials, value

IMAGE = sys.argv.pop(1)
NAME, JOBS, PARALLEL = "abalone", 6, 2
STATIC = {"objective": "reg:squarederror", "num_round": "10", "nthread": "1", "seed": "3"}
RANGES = {
    "ContinuousParameterRanges": [
        {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
        {"Name": "alpha", "MinValue": "0", "MaxValue": "100"},
    ],
    "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "7", "ScalingType": "Linear"}],
    "CategoricalParameterRanges": [{"Name": "grow_policy", "Values": ["depthwise", "lossguide"]}],
}
TAGS = [{"Key": "team", "Value": "molluscs"}, {"Key": "cost", "Value": ""}]


class Search(tuning.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        request = cls.search(NAME, JOBS, RANGES, PARALLEL, Strategy="Bayesian", RandomSeed=1)
        request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["MetricName"] = "validation:rmse"
        request["TrainingJobDefinition"].update(
            StaticHyperParameters=STATIC,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            InputDataConfig=cls.abalone(),
        )
        cls.request = {**request, "Tags": TAGS}
        cls.arn = sagemaker.create_hyper_parameter_tuning_job(**cls.request)["HyperParameterTuningJobArn"]
        cls.first = describe(NAME)
        cls.most = 0

        def over(job):
            cls.most = max(cls.most, job["TrainingJobStatusCounters"]["InProgress"])
            return job["HyperParameterTuningJobStatus"] != "InProgress"

        tuning.until(NAME, over)
        cls.job = ended(NAME)
        cls.trials = trials(NAME, SortBy="CreationTime")

    def test_created(self):
        self.assertRegex(self.arn, r"^arn:aws:sagemaker:%s:\d{12}:hyper-parameter-tuning-job/%s$" % (session.region_name, NAME))
        self.assertEqual(self.first["HyperParameterTuningJobArn"], self.arn)
        self.assertEqual(self.first["HyperParameterTuningJobStatus"], "InProgress")
        self.assertNotIn("HyperParameterTuningEndTime", self.first)

    def test_ended(self):
        job = self.job
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed", job)
        self.whole(job, Completed=JOBS)
        self.assertEqual(job["ObjectiveStatusCounters"]["Succeeded"], JOBS)
        self.assertLess(job["CreationTime"], job["HyperParameterTuningEndTime"])
        self.assertLessEqual(job["HyperParameterTuningEndTime"], job["LastModifiedTime"])
        self.assertEqual(self.most, PARALLEL)

    def test_request_comes_back(self):
        config, definition = self.job["HyperParameterTuningJobConfig"], self.job["TrainingJobDefinition"]
        sent = self.request["HyperParameterTuningJobConfig"]
        for name in ("Strategy", "RandomSeed", "HyperParameterTuningJobObjective", "ResourceLimits"):
            self.assertEqual(config[name], sent[name])
        self.assertEqual(config["TrainingJobEarlyStoppingType"], "Off")
        self.assertEqual(definition["StaticHyperParameters"], {**STATIC, "_tuning_objective_metric": "validation:rmse"})
        self.assertIn("validation:rmse", [m["Name"] for m in definition["AlgorithmSpecification"]["MetricDefinitions"]])
        self.assertNotIn("TrainingJobDefinitions", self.job)

    def test_names(self):
        for i, trial in enumerate(self.trials):
            self.assertRegex(trial["TrainingJobName"], r"^%s-%03d-[0-9a-f]{8}$" % (NAME, i + 1))

    def test_values_are_in_their_ranges(self):
        for trial in self.trials:
            tuned = trial["TunedHyperParameters"]
            self.assertEqual(set(tuned), {"eta", "alpha", "max_depth", "grow_policy"})
            self.assertTrue(0.05 <= float(tuned["eta"]) <= 0.5 and 0 <= float(tuned["alpha"]) <= 100, tuned)
            self.assertTrue(re.fullmatch("[2-7]", tuned["max_depth"]), tuned)
            self.assertIn(tuned["grow_policy"], ("depthwise", "lossguide"))
        self.assertEqual(len({tuple(sorted(t["TunedHyperParameters"].items())) for t in self.trials}), JOBS)

    def test_trial_is_a_training_job(self):
        definition = self.job["TrainingJobDefinition"]
        for trial in self.trials:
            job = sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])
            for name in ("TrainingJobArn", "TrainingJobStatus", "TrainingStartTime", "TrainingEndTime"):
                self.assertEqual(without_fraction(job[name]), without_fraction(trial[name]))
            self.assertEqual(job["TuningJobArn"], self.arn)
            self.assertEqual(job["HyperParameters"], {**definition["StaticHyperParameters"], **trial["TunedHyperParameters"]})
            self.assertEqual(job["RoleArn"], definition["RoleArn"])
            for name in ("OutputDataConfig", "ResourceConfig", "StoppingCondition"):
                self.assertLessEqual(definition[name].items(), job[name].items())
            regexes = {m["Name"]: m["Regex"] for m in job["AlgorithmSpecification"]["MetricDefinitions"]}
            self.assertEqual(regexes["ObjectiveMetric"], regexes["validation:rmse"])
            final = {m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]}
            self.assertEqual((final["validation:rmse"], final["ObjectiveMetric"]), (value(trial),) * 2)
            tags = sagemaker.list_tags(ResourceArn=trial["TrainingJobArn"])["Tags"]
            self.assertCountEqual(tags, TAGS)

    def test_listed_as_training_jobs(self):
        pages = sagemaker.get_paginator("list_training_jobs").paginate(NameContains=NAME + "-0")
        self.assertCountEqual(
            [j["TrainingJobName"] for page in pages for j in page["TrainingJobSummaries"]], [t["TrainingJobName"] for t in self.trials]
        )

    def test_best(self):
        best = self.job["BestTrainingJob"]
        metric = best["FinalHyperParameterTuningJobObjectiveMetric"]
        self.assertEqual(metric, {"Type": "Minimize", "MetricName": "validation:rmse", "Value": min(map(value, self.trials))})
        self.assertEqual(best["ObjectiveStatus"], "Succeeded")
        [listed] = [t for t in self.trials if t["TrainingJobName"] == best["TrainingJobName"]]
        self.assertEqual(best["TunedHyperParameters"], listed["TunedHyperParameters"])
        self.assertEqual(set(listed["FinalHyperParameterTuningJobObjectiveMetric"]), {"MetricName", "Value"})

    def test_best_model_is_what_xgboost_trains(self):
        best = sagemaker.describe_training_job(TrainingJobName=self.job["BestTrainingJob"]["TrainingJobName"])
        bucket, key = best["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
        with tarfile.open(fileobj=io.BytesIO(tuning.s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as archive:
            archive.extract("xgboost-model", filter="data")
        model = xgboost.Booster(model_file="xgboost-model")
        train, validation = map(abalone.read, abalone.write("."))
        values = {k: v for k, v in best["HyperParameters"].items() if k not in ("num_round", "_tuning_objective_metric")}
        ours = xgboost.train(values, train, int(STATIC["num_round"]))
        self.assertEqual(model.num_boosted_rounds(), 10)
        self.assertAlmostEqual(float(model.eval(validation).split(":")[1]), float(ours.eval(validation).split(":")[1]), 6)
        self.assertAlmostEqual(value(self.job["BestTrainingJob"]), float(ours.eval(validation).split(":")[1]), 4)

    def test_sorted(self):
        keys = {
            "Name": lambda t: t["TrainingJobName"],
            "CreationTime": lambda t: t["CreationTime"],
            "Status": lambda t: t["TrainingJobStatus"],
            "FinalObjectiveMetricValue": value,
        }
        for by, key in keys.items():
            for order in ("Ascending", "Descending"):
                for size in (1, 4, 100):
                    with self.subTest(by=by, order=order, size=size):
                        found = trials(NAME, size, SortBy=by, SortOrder=order)
                        self.assertCountEqual([t["TrainingJobName"] for t in found], [t["TrainingJobName"] for t in self.trials])
                        got = [key(t) for t in found]
                        self.assertEqual(got, sorted(got, reverse=order == "Descending"))
        self.assertEqual([t["TrainingJobName"] for t in trials(NAME)], sorted(t["TrainingJobName"] for t in self.trials))

    def test_status(self):
        self.assertEqual(len(trials(NAME, StatusEquals="Completed")), JOBS)
        self.assertEqual(trials(NAME, StatusEquals="Failed"), [])


def without_fraction(v):
    """Times of summaries may come in whole seconds, as AWS's do."""
    return v.replace(microsecond=0) if isinstance(v, datetime.datetime) else v


if __name__ == "__main__":
    unittest.main()
