"""SageMaker SDK 2's HyperparameterTuner around a script: metrics of its own, Hyperband, early stopping, stop, failure."""

import contextlib
import io
import os
import unittest
import warnings

from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.session import Session
from sagemaker.sklearn import SKLearn
from sagemaker.tuner import (
    CategoricalParameter,
    ContinuousParameter,
    HyperbandStrategyConfig,
    HyperparameterTuner,
    IntegerParameter,
    StrategyConfig,
)

SESSION = Session()  # one for all, since it takes seconds to check its defaults
RANGES = {"x": ContinuousParameter(-5, 5), "n": IntegerParameter(0, 9), "kind": CategoricalParameter(["a", "b", "c"])}
METRICS = [{"Name": "loss", "Regex": "loss=([0-9.]+);"}]


def tuner(values={}, **more):
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=os.path.join(os.path.dirname(__file__), "trial"),
        framework_version="1.2-1",
        instance_type="ml.m5.large",
        sagemaker_session=SESSION,
        hyperparameters=values,
    )
    arguments = {"objective_type": "Minimize", "max_jobs": 4, "max_parallel_jobs": 2, **more}
    return HyperparameterTuner(estimator, "loss", RANGES, METRICS, **arguments)


class Scripts(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")

    def test_fit(self):
        tuned = tuner({"epochs": 2})
        tuned.fit(job_name="script")
        table = tuned.analytics().dataframe()
        for _, row in table.iterrows():
            loss = (row["x"] - 1) ** 2 + (row["n"] - 3) ** 2 / 10 + ['"a"', '"b"', '"c"'].index(row["kind"]) / 2 + 1 / 2
            self.assertAlmostEqual(row["FinalObjectiveValue"], loss, 5)
        best = tuned.best_estimator()
        values = best.hyperparameters()
        self.assertEqual((values["epochs"], values["_tuning_objective_metric"]), ("2", '"loss"'))  # which the SDK makes JSON of
        self.assertIn(values["kind"], ('"a"', '"b"', '"c"'))
        self.assertEqual(best.entry_point, "train.py")

    def test_attach(self):
        tuned = tuner(max_jobs=2)
        tuned.fit(job_name="attached")
        attached = HyperparameterTuner.attach("attached", SESSION)
        self.assertIs(type(attached.estimator), SKLearn)
        self.assertIn(METRICS[0], attached.metric_definitions)  # the service adds one of its own
        self.assertEqual(attached.best_training_job(), tuned.best_training_job())
        self.assertIs(type(attached.best_estimator()), SKLearn)

    def test_stopped_early(self):
        slow = {"epochs": 9, "pause": 0.1}
        config = StrategyConfig(HyperbandStrategyConfig(max_resource=9, min_resource=1))
        band = tuner(slow, strategy="Hyperband", strategy_config=config, max_jobs=12, random_seed=1)
        early = tuner(slow, strategy="Random", early_stopping_type="Auto", max_jobs=14, max_parallel_jobs=1, random_seed=2)
        band.fit(job_name="band", wait=False)
        early.fit(job_name="early", wait=False)
        for tuned in (band, early):
            tuned.wait()
            statuses = list(tuned.analytics().dataframe()["TrainingJobStatus"])
            self.assertIn("Stopped", statuses)
            self.assertIn("Completed", statuses)
            self.assertIn(tuned.best_training_job(), tuned.best_estimator().model_data)

    def test_stop(self):
        tuned = tuner({"epochs": 600, "pause": 0.1})
        tuned.fit(job_name="long", wait=False)
        with self.assertRaisesRegex(Exception, "Best training job not available for tuning job: long"):
            tuned.best_training_job()
        tuned.stop_tuning_job()
        tuned.wait()
        self.assertEqual(tuned.describe()["HyperParameterTuningJobStatus"], "Stopped")
        tuned.stop_tuning_job()  # the SDK takes a ValidationException for "already stopped"

    def test_failure(self):
        tuned = tuner({"broken": "abc"}, max_jobs=9)
        with self.assertRaises(UnexpectedStatusException) as caught, contextlib.redirect_stdout(io.StringIO()):
            tuned.fit(job_name="broken")
        self.assertIn("Reason: No training job succeeded after 5 attempts.", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
