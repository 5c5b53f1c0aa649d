"""SageMaker SDK 3: ModelTrainer with a source folder that has a requirements.txt, then with a command of its own on two hosts."""

import sys

from sagemaker.core.helper.session_helper import Session
from sagemaker.core.training.configs import Compute, OutputDataConfig, SourceCode, StoppingCondition
from sagemaker.train.model_trainer import ModelTrainer

session = Session()
bucket, role = session.default_bucket(), "arn:aws:iam::000000000000:role/sagemaker"
image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


def train(name, source, count=1, **more):
    trainer = ModelTrainer(
        sagemaker_session=session,
        training_image=image,
        role=role,
        base_job_name=name,
        source_code=source,
        compute=Compute(instance_type="ml.m5.large", instance_count=count, volume_size_in_gb=1),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/sdk3"),
        **more,
    )
    trainer.train(wait=True, logs=True)
    job = trainer._latest_training_job
    job.refresh()
    print(f"{name}:", job.training_job_status, job.model_artifacts.s3_model_artifacts)


train(
    "digits",
    SourceCode(source_dir=sys.argv[1], entry_script="train.py", requirements="requirements.txt"),
    hyperparameters={"penalty": 10, "gamma": 0.001},
)
train("hosts", SourceCode(command='echo "$SM_CURRENT_HOST of $SM_HOST_COUNT" > /opt/ml/model/$SM_CURRENT_HOST'), count=2)
