"""boto3 starts tuning jobs from earlier ones: both types, best of all, and what AWS refuses."""

import unittest

import tuning
from tuning import BOWL, KINDS, describe, ended, points, run, sagemaker, trials, value

CHANGE = (
    "Only the following fields in TrainingJobDefinition are allowed to change: [algorithmSpecification, inputDataConfig, outputDataConfig, "
    "staticHyperParameters, roleArn, resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig]."
)


def after(request, kind, *parents):
    config = {"WarmStartType": kind, "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": p} for p in parents]}
    return {**request, "WarmStartConfig": config}


class Warm(tuning.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = run(cls.search("parent", 12, parallel=2, Strategy="Bayesian", RandomSeed=5))

    def test_identical(self):
        request = after(self.search("same", 4, Strategy="Bayesian", RandomSeed=6), "IdenticalDataAndAlgorithm", "parent")
        job = run(request)
        self.assertEqual(job["WarmStartConfig"], request["WarmStartConfig"])
        self.whole(job, Completed=4)  # parents' trials are not its own
        both = [*trials("parent"), *trials("same")]
        best = job["OverallBestTrainingJob"]
        self.assertEqual(value(best), min(map(value, both)))
        of = [p for p in ("parent", "same") if best["TrainingJobName"] in [t["TrainingJobName"] for t in trials(p)]]
        self.assertEqual([best["TuningJobName"]], of)
        asked = [str(p) for p in points("parent") + points("same")]
        self.assertEqual(len(set(asked)), 16)  # what a parent tried is not tried again

    def test_identical_begins_where_the_parent_was_good(self):
        """Without a parent the first points fill the space; with one they are where it was good."""
        run(after(self.search("warm", 6, Strategy="Bayesian", RandomSeed=7), "IdenticalDataAndAlgorithm", "parent"))
        run(self.search("cold", 6, Strategy="Bayesian", RandomSeed=7))
        mean = {name: sum(map(value, trials(name))) / 6 for name in ("warm", "cold")}
        self.assertLess(mean["warm"], mean["cold"])

    def test_transfer(self):
        ranges = {**BOWL, "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b"]}]}
        job = run(after(self.search("other", 4, ranges, 2, Strategy="Bayesian"), "TransferLearning", "parent"))
        self.whole(job, Completed=4)
        self.assertNotIn("OverallBestTrainingJob", job)

    def test_two_parents_and_a_name_that_becomes_static(self):
        run(self.search("second", 3, RandomSeed=9))
        request = self.search("child", 3, {k: v for k, v in BOWL.items() if k not in KINDS}, values={"kind": "a"}, Strategy="Bayesian")
        job = run(after(request, "IdenticalDataAndAlgorithm", "parent", "second"))
        self.whole(job, Completed=3)
        self.assertEqual([set(p) for p in points("child")], [{"x", "n"}] * 3)
        self.assertIn(job["OverallBestTrainingJob"]["TuningJobName"], ("parent", "second", "child"))

    def test_refusals(self):
        create = sagemaker.create_hyper_parameter_tuning_job
        request = self.search("refused", 2)
        sagemaker.create_hyper_parameter_tuning_job(**self.search("running", 2, values={"epochs": 600, "pause": 0.1}))
        try:
            self.refused("ValidationException", "", create, **after(request, "TransferLearning", "running"))
        finally:
            sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="running")
        ended("running")
        with self.assertRaises(sagemaker.exceptions.ClientError):
            create(**after(request, "TransferLearning", *(f"p{i}" for i in range(6))))
        grid = self.search("refused", None, KINDS, Strategy="Grid")
        self.refused("ValidationException", "", create, **after(grid, "TransferLearning", "parent"))
        goal = self.search("refused", 2, HyperParameterTuningJobObjective={"Type": "Maximize", "MetricName": "loss"})
        self.refused("ValidationException", "", create, **after(goal, "TransferLearning", "parent"))
        more = self.search("refused", 2, values={"epochs": 2})  # one name more than the parent has
        self.refused("ValidationException", "", create, **after(more, "IdenticalDataAndAlgorithm", "parent"))
        secret = self.search("refused", 2)
        secret["TrainingJobDefinition"]["EnableNetworkIsolation"] = True
        self.refused("ValidationException", CHANGE, create, **after(secret, "IdenticalDataAndAlgorithm", "parent"))
        with self.assertRaises(sagemaker.exceptions.ResourceNotFound):
            describe("refused")


if __name__ == "__main__":
    unittest.main()
