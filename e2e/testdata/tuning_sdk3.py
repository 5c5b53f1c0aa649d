"""SageMaker SDK 3's HyperparameterTuner around ModelTrainer, with the XGBoost image and with a script, and its tuning job resource."""

import os
import sys
import unittest

import abalone
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.parameter import CategoricalParameter, ContinuousParameter, IntegerParameter
from sagemaker.core.resources import HyperParameterTuningJob
from sagemaker.core.shapes import HyperParameterTuningJobWarmStartConfig, ParentHyperParameterTuningJob
from sagemaker.core.training.configs import Compute, InputData, OutputDataConfig, SourceCode, StoppingCondition
from sagemaker.train.model_trainer import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

IMAGE = sys.argv.pop(1)
SCRIPTS = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
RANGES = {
    "eta": ContinuousParameter(0.05, 0.5),
    "max_depth": IntegerParameter(2, 7),
    "grow_policy": CategoricalParameter(["depthwise", "lossguide"]),
}
BOWL = {"x": ContinuousParameter(-5, 5), "n": IntegerParameter(0, 9), "kind": CategoricalParameter(["a", "b", "c"])}
LOSS = [{"Name": "loss", "Regex": "loss=([0-9.]+);"}]
session = Session()


def trainer(image, values, **more):
    return ModelTrainer(
        sagemaker_session=session,
        training_image=image,
        role="arn:aws:iam::000000000000:role/sagemaker",
        base_job_name="sdk3",
        hyperparameters=values,
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=1),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        output_data_config=OutputDataConfig(s3_output_path="s3://%s/sdk3" % session.default_bucket()),
        **more,
    )


def trees(**more):
    values = {"objective": "reg:squarederror", "num_round": 10, "nthread": 1}
    arguments = {"objective_type": "Minimize", "max_jobs": 4, "max_parallel_jobs": 2, **more}
    return HyperparameterTuner(trainer(IMAGE, values), "validation:rmse", RANGES, **arguments)


def script(ranges=BOWL, values={}, **more):
    source = SourceCode(source_dir=os.path.join(os.path.dirname(__file__), "trial"), entry_script="train.py")
    arguments = {"objective_type": "Minimize", "max_jobs": 4, "max_parallel_jobs": 2, **more}
    return HyperparameterTuner(trainer(SCRIPTS, dict(values), source_code=source), "loss", ranges, LOSS, **arguments)


class SDK3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.inputs = []
        for name, path in zip(("train", "validation"), abalone.write(".")):
            uri = session.upload_data(path, key_prefix="abalone")
            cls.inputs.append(InputData(channel_name=name, data_source=uri, content_type="text/csv"))
        cls.tuner = trees(random_seed=1)
        cls.tuner.tune(cls.inputs, job_name="abalone")

    def test_results(self):
        job = self.tuner.describe()
        self.assertEqual(job.hyper_parameter_tuning_job_status, "Completed")
        self.assertEqual(job.training_job_status_counters.completed, 4)
        table = self.tuner.analytics().dataframe()
        self.assertEqual(len(table), 4)
        best = table.loc[table["FinalObjectiveValue"].idxmin()]
        self.assertEqual(best["TrainingJobName"], self.tuner.best_training_job())
        self.assertEqual(job.best_training_job.tuned_hyper_parameters["grow_policy"], best["grow_policy"])

    def test_resource(self):
        listed = {job.hyper_parameter_tuning_job_name: job for job in HyperParameterTuningJob.get_all(name_contains="abalone")}
        job = listed["abalone"]
        self.assertEqual(job.hyper_parameter_tuning_job_config.strategy, "Bayesian")
        found = list(job.get_all_training_jobs(sort_by="FinalObjectiveMetricValue"))
        self.assertEqual(found[0].training_job_name, self.tuner.best_training_job())
        self.assertEqual(len(found), 4)
        self.assertEqual(list(job.get_all_training_jobs(status_equals="Failed")), [])

    def test_warm_start(self):
        parents = [ParentHyperParameterTuningJob(hyper_parameter_tuning_job_name="abalone")]
        config = HyperParameterTuningJobWarmStartConfig(
            parent_hyper_parameter_tuning_jobs=parents, warm_start_type="IdenticalDataAndAlgorithm"
        )
        warm = trees(max_jobs=2, warm_start_config=config)
        warm.tune(self.inputs, job_name="abalone-warm")
        job = warm.describe()
        self.assertIn(job.overall_best_training_job.tuning_job_name, ("abalone", "abalone-warm"))
        self.assertEqual(job.warm_start_config, config)

    def test_script(self):
        tuned = script(values={"epochs": 2})
        tuned.tune(job_name="script")
        table = tuned.analytics().dataframe()
        self.assertEqual(len(table), 4)
        for _, row in table.iterrows():
            loss = (row["x"] - 1) ** 2 + (row["n"] - 3) ** 2 / 10 + "abc".index(row["kind"]) / 2 + 1 / 2
            self.assertAlmostEqual(row["FinalObjectiveValue"], loss, 5)

    def test_grid(self):
        grid = script({"kind": BOWL["kind"]}, strategy="Grid", max_jobs=None)
        grid.tune(job_name="grid")
        self.assertEqual(sorted(grid.analytics().dataframe()["kind"]), ["a", "b", "c"])

    def test_stop_and_delete(self):
        tuned = script(values={"epochs": 600, "pause": 0.1})
        tuned.tune(job_name="long", wait=False)
        tuned.stop_tuning_job()
        tuned.wait()
        job = tuned.latest_tuning_job
        self.assertEqual(job.hyper_parameter_tuning_job_status, "Stopped")
        job.delete()
        job.wait_for_delete(poll=1, timeout=60)
        self.assertEqual([j for j in HyperParameterTuningJob.get_all(name_contains="long")], [])


if __name__ == "__main__":
    unittest.main()
