"""SageMaker SDK 2's HyperparameterTuner around the XGBoost image: fit, look at the results, attach, start again from them."""

import sys
import unittest
import warnings

import abalone
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.session import Session
from sagemaker.tuner import (
    CategoricalParameter,
    ContinuousParameter,
    HyperparameterTuner,
    InstanceConfig,
    IntegerParameter,
    TuningJobCompletionCriteriaConfig,
    create_identical_dataset_and_algorithm_tuner,
)

IMAGE = sys.argv.pop(1)
SESSION = Session()  # one for all, since it takes seconds to check its defaults
RANGES = {
    "eta": ContinuousParameter(0.05, 0.5, scaling_type="Logarithmic"),
    "alpha": ContinuousParameter(0, 100),
    "max_depth": IntegerParameter(2, 7),
    "grow_policy": CategoricalParameter(["depthwise", "lossguide"]),
}


def estimator(**values):
    return Estimator(
        IMAGE,
        instance_count=1,
        instance_type="ml.m5.large",
        sagemaker_session=SESSION,
        hyperparameters={"objective": "reg:squarederror", "num_round": 10, "nthread": 1, **values},
        tags=[{"Key": "estimator", "Value": "1"}],
    )


def tuner(ranges=RANGES, values={}, **more):
    arguments = {"objective_type": "Minimize", "max_jobs": 4, "max_parallel_jobs": 2, **more}
    return HyperparameterTuner(estimator(**values), "validation:rmse", ranges, **arguments)


class SDK2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        cls.inputs = {}
        for name, path in zip(("train", "validation"), abalone.write(".")):
            cls.inputs[name] = TrainingInput(SESSION.upload_data(path, key_prefix="abalone"), content_type="text/csv")
        criteria = TuningJobCompletionCriteriaConfig(target_objective_metric_value=0.5)
        tags = [{"Key": "tuner", "Value": "2"}]
        cls.tuner = tuner(
            base_tuning_job_name="abalone", early_stopping_type="Auto", random_seed=1, completion_criteria_config=criteria, tags=tags
        )
        cls.tuner.fit(cls.inputs)
        cls.name = cls.tuner.latest_tuning_job.name

    def test_described(self):
        job = self.tuner.describe()
        self.assertRegex(job["HyperParameterTuningJobName"], r"^abalone-\d{6}-\d{4}$")
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(sum(job["TrainingJobStatusCounters"].values()), 4)

    def test_analytics(self):
        found = self.tuner.analytics()
        table = found.dataframe()
        self.assertEqual(len(table), 4)
        self.assertEqual(set(found.tuning_ranges), set(RANGES))
        for name in ("eta", "alpha", "max_depth"):
            self.assertEqual(table[name].dtype, float)
        self.assertTrue(table["max_depth"].between(2, 7).all() and table["eta"].between(0.05, 0.5).all(), table)
        self.assertTrue((table["TrainingElapsedTimeSeconds"] >= 0).all(), table)
        best = table.loc[table["FinalObjectiveValue"].idxmin()]
        self.assertEqual(best["TrainingJobName"], self.tuner.best_training_job())
        self.assertTrue(1 < best["FinalObjectiveValue"] < 10, table)

    def test_best_estimator(self):
        best = self.tuner.best_estimator()
        name = self.tuner.best_training_job()
        self.assertTrue(best.model_data.startswith("s3://") and best.model_data.endswith("/%s/output/model.tar.gz" % name), best.model_data)
        values = best.hyperparameters()
        self.assertEqual((values["num_round"], values["_tuning_objective_metric"]), ("10", "validation:rmse"))
        self.assertTrue(set(RANGES) <= set(values), values)
        self.assertCountEqual(best.tags, [{"Key": "estimator", "Value": "1"}, {"Key": "tuner", "Value": "2"}])

    def test_attach(self):
        attached = HyperparameterTuner.attach(self.name, SESSION)
        self.assertEqual(attached.best_training_job(), self.tuner.best_training_job())
        for member in ("strategy", "max_jobs", "max_parallel_jobs", "early_stopping_type", "objective_type", "objective_metric_name"):
            self.assertEqual(getattr(attached, member), getattr(self.tuner, member))
        self.assertEqual(attached.random_seed, 1)
        self.assertEqual(attached.completion_criteria_config.target_objective_metric_value, 0.5)
        self.assertEqual({k: type(v) for k, v in attached._hyperparameter_ranges.items()}, {k: type(v) for k, v in RANGES.items()})
        self.assertEqual(attached.estimator.hyperparameters(), {k: str(v) for k, v in estimator().hyperparameters().items()})
        self.assertIn("validation:rmse", [m["Name"] for m in attached.metric_definitions])
        self.assertEqual(len(attached.analytics().dataframe()), 4)
        self.assertEqual(attached.best_estimator().model_data, self.tuner.best_estimator().model_data)

    def test_warm_start(self):
        same = self.tuner.identical_dataset_and_algorithm_tuner()
        other = HyperparameterTuner.attach(self.name, SESSION).transfer_learning_tuner()
        same.fit(self.inputs, job_name="abalone-same", wait=False)
        other.fit(self.inputs, job_name="abalone-other", wait=False)
        same.wait(), other.wait()
        job = same.describe()
        every = [*self.tuner.analytics().dataframe()["FinalObjectiveValue"], *same.analytics().dataframe()["FinalObjectiveValue"]]
        best = job["OverallBestTrainingJob"]
        self.assertEqual(best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"], min(every))
        self.assertIn(best["TuningJobName"], (self.name, "abalone-same"))
        self.assertEqual(other.describe()["WarmStartConfig"]["WarmStartType"], "TransferLearning")
        self.assertEqual(len(other.analytics().dataframe()), 4)
        third = create_identical_dataset_and_algorithm_tuner(self.name, additional_parents={"abalone-same"}, sagemaker_session=SESSION)
        third.fit(self.inputs, job_name="abalone-third")
        parents = third.describe()["WarmStartConfig"]["ParentHyperParameterTuningJobs"]
        self.assertEqual({p["HyperParameterTuningJobName"] for p in parents}, {self.name, "abalone-same"})

    def test_random_and_grid(self):
        ranges = {"grow_policy": CategoricalParameter(["depthwise", "lossguide"]), "max_depth": CategoricalParameter([2, 3])}
        grid, random = tuner(ranges, strategy="Grid"), tuner(strategy="Random", random_seed=2)
        grid.fit(self.inputs, job_name="grid", wait=False)
        random.fit(self.inputs, job_name="random", wait=False)
        grid.wait(), random.wait()
        table = grid.analytics().dataframe()
        self.assertEqual(len(set(zip(table["grow_policy"], table["max_depth"]))), 4)
        self.assertEqual(random.describe()["HyperParameterTuningJobConfig"]["Strategy"], "Random")

    def test_several_estimators(self):
        names = ("linear", "trees")
        both = HyperparameterTuner.create(
            {"trees": estimator(), "linear": estimator(booster="gblinear")},
            dict.fromkeys(names, "validation:rmse"),
            {"trees": {"max_depth": IntegerParameter(2, 7)}, "linear": {"lambda": ContinuousParameter(0, 10)}},
            objective_type="Minimize",
            max_jobs=6,
            max_parallel_jobs=2,
        )
        both.fit(dict.fromkeys(names, self.inputs), job_name="several", include_cls_metadata={})
        table = both.analytics().dataframe()
        self.assertEqual(set(table["TrainingJobDefinitionName"]), set(names))
        self.assertEqual(set(both.analytics().tuning_ranges), set(names))
        best = both.best_estimator()
        self.assertIn(both.best_training_job(), best.model_data)
        self.assertEqual(set(HyperparameterTuner.attach("several", SESSION).estimator_dict), set(names))

    def test_instances_to_choose_from(self):
        chosen = tuner(max_jobs=1)
        kinds = ("ml.m5.xlarge", "ml.m5.large")
        chosen.override_resource_config([InstanceConfig(instance_type=kind, instance_count=1, volume_size=2) for kind in kinds])
        chosen.fit(self.inputs, job_name="instances")
        best = chosen.best_estimator()
        self.assertEqual((best.instance_type, best.instance_count, best.volume_size), ("ml.m5.xlarge", 1, 2))

    def test_autotune(self):
        auto = tuner(None, {"eta": 0.3, "max_depth": 6}, autotune=True, hyperparameters_to_keep_static=["objective", "num_round", "nthread"])
        auto.fit(self.inputs, job_name="autotune")
        self.assertTrue({"eta", "max_depth"} <= set(auto.analytics().dataframe().columns))


if __name__ == "__main__":
    unittest.main()
