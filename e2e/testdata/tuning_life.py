"""boto3 stops and deletes tuning jobs, and is refused what AWS refuses, in its words."""

import copy
import unittest

import tuning
from tuning import KINDS, describe, ended, run, sagemaker, trials, until


class Life(tuning.TestCase):
    def test_stop_stops_the_trials(self):
        sagemaker.create_hyper_parameter_tuning_job(**self.search("stopped", 20, parallel=2, values={"epochs": 600, "pause": 0.1}))
        until("stopped", lambda job: tuning.said("stopped") == 2)
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
        self.assertIn(describe("stopped")["HyperParameterTuningJobStatus"], ("Stopping", "Stopped"))
        job = ended("stopped", 30)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Stopped")
        self.assertNotIn("FailureReason", job)
        found = trials("stopped")
        self.assertEqual([t["TrainingJobStatus"] for t in found], ["Stopped"] * 2)
        for trial in found:
            self.assertEqual(sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])["TrainingJobStatus"], "Stopped")
        self.whole(job, Stopped=2)  # what they said last counts
        self.assertEqual(job["ObjectiveStatusCounters"]["Succeeded"], 2)
        self.refused("ValidationException", "Stopped", sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName="stopped")

    def test_one_stopped_trial_does_not_end_the_search(self):
        sagemaker.create_hyper_parameter_tuning_job(**self.search("one", 3, parallel=1, values={"epochs": 20, "pause": 0.1}))
        until("one", lambda job: tuning.said("one") == 1)
        [trial] = trials("one")
        sagemaker.stop_training_job(TrainingJobName=trial["TrainingJobName"])
        job = ended("one")
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.whole(job, Completed=2, Stopped=1)

    def test_delete(self):
        request = self.search("deleted", 2, KINDS, 2, {"pause": 0.2, "epochs": 5})
        sagemaker.create_hyper_parameter_tuning_job(**request)
        with self.assertRaises(sagemaker.exceptions.ClientError):
            sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="deleted")
        ended("deleted")
        before = [t["TrainingJobName"] for t in trials("deleted")]
        sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="deleted")
        self.unknown("deleted")
        self.assertEqual(sagemaker.list_hyper_parameter_tuning_jobs(NameContains="deleted")["HyperParameterTuningJobSummaries"], [])
        for name in before:  # trials outlive their tuning job
            self.assertEqual(sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"], "Completed")
        job = run(request)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        again = [t["TrainingJobName"] for t in trials("deleted")]
        self.assertEqual(len(set(before + again)), 4)

    def unknown(self, name):
        text = "Amazon SageMaker can't find a tuning job called %s. Type another name." % name
        for operation in (
            sagemaker.describe_hyper_parameter_tuning_job,
            sagemaker.stop_hyper_parameter_tuning_job,
            sagemaker.list_training_jobs_for_hyper_parameter_tuning_job,
        ):
            self.refused("ResourceNotFound", text, operation, HyperParameterTuningJobName=name)

    def test_unknown_name(self):
        self.unknown("nobody")
        with self.assertRaises(sagemaker.exceptions.ResourceNotFound):
            describe("nobody")

    def test_name_taken(self):
        request = self.search("taken", 1)
        run(request)
        text = "A hyperparameter tuning job with the name, taken, already exists. Choose a different name."
        self.refused("ResourceInUse", text, sagemaker.create_hyper_parameter_tuning_job, **request)

    def test_objective_needs_a_metric(self):
        request = self.search("metric", 1)
        request["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"][:] = [{"Name": "gain", "Regex": "gain=(.*)"}]
        text = "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions."
        self.refused("ValidationException", text, sagemaker.create_hyper_parameter_tuning_job, **request)

    def test_refusals(self):
        tests = {
            "no such strategy": (["HyperParameterTuningJobConfig", "Strategy"], "Guess"),
            "name too long": (["HyperParameterTuningJobName"], "n" * 33),
            "no such goal": (["HyperParameterTuningJobConfig", "HyperParameterTuningJobObjective", "Type"], "Better"),
            "no ranges": (["HyperParameterTuningJobConfig", "ParameterRanges"], {}),
            "bounds the wrong way round": (["HyperParameterTuningJobConfig", "ParameterRanges", "ContinuousParameterRanges", 0, "MinValue"], "6"),
            "bound that is no number": (["HyperParameterTuningJobConfig", "ParameterRanges", "ContinuousParameterRanges", 0, "MaxValue"], "six"),
            "integer bound with a fraction": (["HyperParameterTuningJobConfig", "ParameterRanges", "IntegerParameterRanges", 0, "MaxValue"], "2.5"),
            "range twice": (["HyperParameterTuningJobConfig", "ParameterRanges", "IntegerParameterRanges", 0, "Name"], "x"),
            "logarithm of less than nothing": (
                ["HyperParameterTuningJobConfig", "ParameterRanges", "ContinuousParameterRanges", 0, "ScalingType"], "Logarithmic",
            ),
            "reverse logarithm above 1": (
                ["HyperParameterTuningJobConfig", "ParameterRanges", "ContinuousParameterRanges", 0, "ScalingType"], "ReverseLogarithmic",
            ),
            "grid over numbers": (["HyperParameterTuningJobConfig", "Strategy"], "Grid"),
            "Hyperband that does not know its epochs": (["HyperParameterTuningJobConfig", "Strategy"], "Hyperband"),
            "two kinds of resources": (["TrainingJobDefinition", "HyperParameterTuningResourceConfig"], tuning.RESOURCES),
            "both kinds of definitions": (["TrainingJobDefinitions"], [self.definition()]),
            "a parent that is not there": (
                ["WarmStartConfig"],
                {"WarmStartType": "TransferLearning", "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "nobody"}]},
            ),
        }
        for what, (path, value) in tests.items():
            with self.subTest(what):
                request = changed(self.search("refused", 2), path, value)
                with self.assertRaises(sagemaker.exceptions.ClientError) as caught:
                    sagemaker.create_hyper_parameter_tuning_job(**request)
                self.assertIn(caught.exception.response["Error"]["Code"], ("ValidationException", "ResourceNotFound"))
        request = self.search("refused", 4, KINDS, Strategy="Grid")
        self.refused("ValidationException", "3", sagemaker.create_hyper_parameter_tuning_job, **request)  # there are three points
        self.unknown("refused")


def changed(request, path, value):
    request = copy.deepcopy(request)
    at = request
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return request


if __name__ == "__main__":
    unittest.main()
