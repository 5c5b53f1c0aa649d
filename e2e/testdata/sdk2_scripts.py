"""SageMaker SDK 2's framework estimators with scripts: scikit-learn with a requirements.txt, and XGBoost's script mode."""

import sys
import tarfile

import abalone
from sagemaker.s3 import S3Downloader
from sagemaker.sklearn import SKLearn
from sagemaker.xgboost import XGBoost


def members(estimator):
    S3Downloader.download(estimator.model_data, ".", sagemaker_session=estimator.sagemaker_session)
    with tarfile.open("model.tar.gz") as archive:
        return sorted(archive.getnames())


sklearn = SKLearn(
    entry_point="train.py",
    source_dir=sys.argv[1],
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    base_job_name="digits",
    hyperparameters={"penalty": 10, "gamma": 0.001},
    metric_definitions=[{"Name": "validation:accuracy", "Regex": "validation:accuracy=([0-9.]+)"}],
)
sklearn.fit(logs="All")
final = sklearn.latest_training_job.describe()["FinalMetricDataList"]
print("sklearn:", final[0]["MetricName"], final[0]["Value"], members(sklearn))

with open("fit.py", "w") as f:
    f.write(
        """
import argparse, os
import xgboost

parser = argparse.ArgumentParser()
parser.add_argument("--num_round", type=int)
parser.add_argument("--objective")
args = parser.parse_args()
data = xgboost.DMatrix(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv?format=csv&label_column=0"))
booster = xgboost.train({"objective": args.objective}, data, args.num_round, evals=[(data, "train")])
booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "model.ubj"))
"""
    )
train, _ = abalone.write(".")
xgboost = XGBoost(
    entry_point="fit.py",
    framework_version="1.7-1",
    instance_count=1,
    instance_type="ml.m5.large",
    base_job_name="abalone-script",
    hyperparameters={"objective": "reg:squarederror", "num_round": 5},
)
xgboost.fit({"train": xgboost.sagemaker_session.upload_data(train, key_prefix="abalone")}, logs="All")
print("xgboost:", members(xgboost))
