"""boto3 searches by each strategy, stops early, ends by each criterion, and gives resources and definitions in each way."""

import unittest

import tuning
from tuning import KINDS, RESOURCES, X, points, run, sagemaker, trials, value

OBJECTIVE = {"Type": "Minimize", "MetricName": "loss"}


class Kinds(tuning.TestCase):
    def test_random_repeats_with_its_seed(self):
        seen = []
        for name, parallel, seed in (("random-1", 1, 7), ("random-2", 3, 7), ("random-3", 1, 8)):
            self.whole(run(self.search(name, 6, parallel=parallel, RandomSeed=seed)), Completed=6)
            seen.append(points(name))
        self.assertEqual(seen[0], seen[1])  # its order does not depend on results
        self.assertNotEqual(seen[0], seen[2])
        self.assertEqual(len({str(p) for p in seen[0]}), 6)

    def test_grid_tries_each_point_once(self):
        ranges = {"CategoricalParameterRanges": [*KINDS["CategoricalParameterRanges"], {"Name": "n", "Values": ["1", "3"]}]}
        for name, jobs in (("grid-open", None), ("grid", 6)):
            job = run(self.search(name, jobs, ranges, 2, Strategy="Grid"))
            self.whole(job, Completed=6)
            self.assertEqual(sorted((p["kind"], p["n"]) for p in points(name)), [(k, n) for k in "abc" for n in "13"])
            self.assertEqual(job["BestTrainingJob"]["TunedHyperParameters"], {"kind": "a", "n": "3"})
            self.assertEqual(job["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"], 6)

    def test_bayesian_beats_chance(self):
        """The bowl's least value is 1; of searches by thirty random points one in five comes as near to it."""
        job = run(self.search("bayesian", 30, parallel=2, Strategy="Bayesian", RandomSeed=4))
        self.whole(job, Completed=30)
        self.assertLess(value(job["BestTrainingJob"]), 1.2)
        self.assertEqual(len({str(p) for p in points("bayesian")}), 30)

    def test_a_small_space_is_exhausted(self):
        for strategy in ("Bayesian", "Random"):
            job = run(self.search("small-" + strategy, 10, KINDS, 2, Strategy=strategy))
            self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
            self.assertEqual(sorted(p["kind"] for p in points("small-" + strategy)), ["a", "b", "c"])
            self.whole(job, Completed=3)

    def test_maximize(self):
        job = run(self.search("most", 3, KINDS, HyperParameterTuningJobObjective={"Type": "Maximize", "MetricName": "loss"}))
        best = job["BestTrainingJob"]
        self.assertEqual((best["TunedHyperParameters"], value(best)), ({"kind": "c"}, 2))  # not negated
        self.assertEqual(best["FinalHyperParameterTuningJobObjectiveMetric"]["Type"], "Maximize")

    def test_hyperband_stops_trials(self):
        config = {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}}
        job = run(self.search("band", 12, parallel=3, values={"epochs": 9, "pause": 0.3}, RandomSeed=1, **config))
        self.assertEqual(job["HyperParameterTuningJobConfig"]["StrategyConfig"], config["StrategyConfig"])
        self.fewer("band", job, 12, 9)

    def test_hyperband_reads_the_epochs(self):
        job = run(self.search("epochs", 12, parallel=3, values={"epochs": 9, "pause": 0.3}, Strategy="Hyperband", RandomSeed=1))
        self.fewer("epochs", job, 12, 9)

    def test_median_rule_stops_trials(self):
        config = {"TrainingJobEarlyStoppingType": "Auto", "RandomSeed": 2}
        job = run(self.search("early", 14, parallel=1, values={"epochs": 8, "pause": 0.1}, **config))
        self.fewer("early", job, 14, 8)

    def fewer(self, name, job, jobs, epochs):
        """Some trials were stopped before their last epoch; what they said counts."""
        found = trials(name)
        stopped = [t for t in found if t["TrainingJobStatus"] == "Stopped"]
        self.whole(job, Completed=jobs - len(stopped), Stopped=len(stopped))
        self.assertGreaterEqual(len(stopped), 2)
        said = {t["TrainingJobName"]: len([line for line in tuning.log(t["TrainingJobName"]) if line.startswith("epoch ")]) for t in found}
        self.assertLess(sum(said.values()), jobs * epochs)
        for trial in found:
            if trial not in stopped:
                self.assertEqual(said[trial["TrainingJobName"]], epochs)

    def test_ends_at_the_target(self):
        criteria = {"TargetObjectiveMetricValue": 2.5}
        job = run(self.search("target", 200, parallel=2, RandomSeed=1, TuningJobCompletionCriteria=criteria))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["HyperParameterTuningJobConfig"]["TuningJobCompletionCriteria"], criteria)
        self.assertLessEqual(value(job["BestTrainingJob"]), 2.5)
        self.assertLess(len(trials("target")), 200)

    def test_ends_when_nothing_improves(self):
        criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
        job = run(self.search("idle", 200, parallel=1, RandomSeed=1, TuningJobCompletionCriteria=criteria))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        losses = [value(t) for t in trials("idle", SortBy="CreationTime")]
        best, idle = losses[0], 0
        for loss in losses[1:]:  # improving means by more than one per cent
            best, idle = (loss, 0) if loss < best * 0.99 else (best, idle + 1)
        self.assertEqual(idle, 3)
        self.assertEqual(job["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"], 3)

    def test_resources_of_tuning(self):
        same = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 2}
        for name, sent in (("resources", same), ("preferences", {"InstanceConfigs": [same, RESOURCES], "AllocationStrategy": "Prioritized"})):
            request = self.search(name, 1, KINDS)
            del request["TrainingJobDefinition"]["ResourceConfig"]
            request["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"] = sent
            job = run(request)
            definition = job["TrainingJobDefinition"]
            self.assertEqual(definition["ResourceConfig"], same)  # SDK 2 sends the one and reads the other
            if "InstanceConfigs" in sent:
                self.assertEqual(definition["HyperParameterTuningResourceConfig"], sent)
            [trial] = trials(name)
            self.assertEqual(sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])["ResourceConfig"], same)

    def test_several_definitions(self):
        request = self.search("several", 8, parallel=2, RandomSeed=3)
        ranges = {"wide": {"ContinuousParameterRanges": [X]}, "kinds": KINDS}
        del request["TrainingJobDefinition"]
        for name in ("HyperParameterTuningJobObjective", "ParameterRanges"):
            del request["HyperParameterTuningJobConfig"][name]
        request["TrainingJobDefinitions"] = [
            {**self.definition(), "DefinitionName": name, "TuningObjective": OBJECTIVE, "HyperParameterRanges": r} for name, r in ranges.items()
        ]
        job = run(request)
        self.assertNotIn("TrainingJobDefinition", job)
        self.assertCountEqual([d["DefinitionName"] for d in job["TrainingJobDefinitions"]], ["wide", "kinds"])
        for definition in job["TrainingJobDefinitions"]:
            self.assertEqual(definition["StaticHyperParameters"]["_tuning_objective_metric"], "loss")
        found = trials("several")
        for trial in found:
            expected = {"wide": {"x"}, "kinds": {"kind"}}[trial["TrainingJobDefinitionName"]]
            self.assertEqual(set(trial["TunedHyperParameters"]), expected)
        self.assertEqual({t["TrainingJobDefinitionName"] for t in found}, {"wide", "kinds"})
        self.whole(job, Completed=len(found))
        self.assertEqual(value(job["BestTrainingJob"]), min(map(value, found)))
        self.assertIn("TrainingJobDefinitionName", job["BestTrainingJob"])

    def test_autotune(self):
        request = self.search("autotune", 2, {"AutoParameters": [{"Name": "x", "ValueHint": "0.5"}, {"Name": "n", "ValueHint": "4"}]})
        job = run({**request, "Autotune": {"Mode": "Enabled"}})
        self.assertEqual(job["Autotune"], {"Mode": "Enabled"})
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        found = points("autotune")
        self.assertEqual([set(p) for p in found], [{"x", "n"}] * 2)
        self.assertTrue(all(p["n"].isdigit() for p in found), found)

    def test_environment_and_tags_of_trials(self):
        request = self.search("tagged", 1, KINDS)
        request["TrainingJobDefinition"]["Environment"] = {"COLOUR": "blue"}
        job = run({**request, "Tags": [{"Key": "a", "Value": "1"}]})
        tags = lambda arn: sagemaker.list_tags(ResourceArn=arn)["Tags"]
        [trial] = trials("tagged")
        described = sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])
        self.assertEqual(described["Environment"], {"COLOUR": "blue"})
        arn = job["HyperParameterTuningJobArn"]
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(tags(arn), [{"Key": "b", "Value": "2"}])
        self.assertEqual(tags(trial["TrainingJobArn"]), [{"Key": "a", "Value": "1"}])  # it was there before


if __name__ == "__main__":
    unittest.main()
