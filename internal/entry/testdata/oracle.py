"""Runs cases.json through the public training toolkit and writes golden.json: what its users see.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install sagemaker-training==5.1.4
    /tmp/oracle/bin/python oracle.py

Output is captured, as the PyTorch and TensorFlow images let the toolkit do. $DUMP as a file's content is dump.py. In the golden
file /opt/ml is the contract's folder and PYTHON the interpreter.
"""

import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
train = """
import functools
from sagemaker_training import entry_point, trainer
entry_point.run = functools.partial(entry_point.run, capture_error=True)
trainer.train()
"""


def lay(root, case):
    for name in ("input/config", "model", "output/data", "code"):
        (root / name).mkdir(parents=True)
    config = root / "input/config"
    resource = {"current_host": "algo-1", "current_instance_type": "ml.m5.large", "current_group_name": "homogeneousCluster", "hosts": ["algo-1"]}
    resource["instance_groups"] = [{"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}]
    resource |= {"network_interface_name": "eth0", "topology": None}
    (config / "resourceconfig.json").write_text(json.dumps(resource))
    (config / "hyperparameters.json").write_text(json.dumps(case["hyperparameters"]))
    (config / "inputdataconfig.json").write_text(json.dumps(case.get("channels", {})))
    for name, text in case["files"].items():
        path = root / "code" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((here / "dump.py").read_text() if text == "$DUMP" else text)


def run(case):
    with tempfile.TemporaryDirectory() as tmp:
        root = pathlib.Path(os.path.realpath(tmp)) / "ml"
        lay(root, case)
        env = {"PATH": os.environ["PATH"], "SAGEMAKER_BASE_DIR": str(root), "SM_STUDIO_LOCAL_MODE": "true", "TRAINING_JOB_NAME": "job-1"}
        env |= {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "HOME": tmp, "LANG": "C.UTF-8"} | case.get("env", {})
        done = subprocess.run([sys.executable, "-c", train], env=env, capture_output=True, text=True)

        def plain(text):
            return text.replace(str(root), "/opt/ml").replace(sys.executable, "PYTHON")

        result = {"name": case["name"], "exit": done.returncode, "success": (root / "output/success").exists()}
        failure = root / "output/failure"
        if failure.exists():
            result["failure"] = plain(failure.read_text())
        result["model"] = {p.name: plain(p.read_text()) for p in sorted((root / "model").iterdir())}
        return result


golden = {"toolkit": importlib.metadata.version("sagemaker-training"), "python": sys.version.split()[0]}
golden["cases"] = [run(case) for case in json.loads((here / "cases.json").read_text())]
(here / "golden.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
