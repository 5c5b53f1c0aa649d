"""A training script that leaves what it was told: arguments, folder, and the variables that the toolkit sets."""

import json
import os
import sys

names = ("SAGEMAKER_REGION", "SAGEMAKER_JOB_NAME", "CURRENT_HOST")
env = {k: v for k, v in os.environ.items() if k in names or k.startswith("SM_") and k not in ("SM_STUDIO_LOCAL_MODE",)}
env["SM_TRAINING_ENV"] = json.dumps(json.loads(env["SM_TRAINING_ENV"]) | {"num_cpus": 0}, sort_keys=True)
env["SM_NUM_CPUS"] = "0"
told = {"argv": sys.argv, "cwd": os.getcwd(), "env": env}
with open(os.environ["SM_MODEL_DIR"] + "/told.json", "w") as f:
    json.dump(told, f, sort_keys=True)
