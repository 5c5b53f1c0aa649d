"""SageMaker SDK 2 with an image and nothing else: no session, no role, no bucket. Prints where the model is."""

import sys

import abalone
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput

estimator = Estimator(
    sys.argv[1],
    instance_count=1,
    instance_type="ml.m5.large",
    base_job_name="abalone-sdk",
    hyperparameters={"objective": "reg:squarederror", "num_round": 10},
)
inputs = {}
for name, path in zip(("train", "validation"), abalone.write(".")):
    uri = estimator.sagemaker_session.upload_data(path, key_prefix="abalone")
    inputs[name] = TrainingInput(uri, content_type="text/csv")
estimator.fit(inputs, logs="All")
assert estimator.latest_training_job.describe()["TrainingJobStatus"] == "Completed"
print("model:", estimator.model_data)
