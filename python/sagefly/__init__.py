"""SageMaker training jobs on this machine, from a notebook or a script.

    import sagefly

    sagefly.connect()                       # boto3 and the SageMaker SDK of this process now use the local engine
    job = sagefly.train("xgboost", train="abalone.csv", label=9, onehot=[1], holdout=0.2, num_round=100)
    job.metrics()                           # rows, ready for pandas.DataFrame
    job.model_path()                        # the xgboost-model file

Everything is done by the sagefly program, which this package carries; only the standard library is imported.
"""

from ._engine import connect
from ._job import Job, job, train
from ._program import Error, program

__version__ = "0.1.0"
__all__ = ["Error", "Job", "connect", "job", "program", "train"]
