"""Training jobs: start one, look at it, take its model."""

import json
import os
import re
import tempfile
import time

from ._program import Error, run
from ._view import View, html, text

ENDED = ("Completed", "Failed", "Stopped")
_METRICS = re.compile(r"^(?:\[[^\]]*\] )?\[(\d+)\]((?:[\t ]+[\w.@-]+:[^\s:]+)+)\s*$")


def train(algorithm, train, validation=None, label=None, holdout=None, onehot=(), drop=(), hyperparameters=None,
          wait=True, **more):
    """Train a built-in algorithm on files as they are and return the Job.

    train, validation: path of a file or folder, s3:// address, or pandas DataFrame. label: name or 1-based number of the label
    column; holdout: part of the rows to validate on (0.2, or "0.2:SEED"); onehot: text columns to encode; drop: columns to leave
    out. Hyperparameters go in the dict or as keyword arguments. With wait, a view of the job updates in place until it ends; Error when
    it fails.
    """
    settings = {**(hyperparameters or {}), **more}
    with tempfile.TemporaryDirectory(prefix="sagefly-") as scratch:
        args = ["train", str(algorithm), "--detach", "--train", _file(train, scratch, "train")]
        if validation is not None:
            args += ["--validation", _file(validation, scratch, "validation")]
        if label is not None:
            args += ["--label", str(label)]
        if holdout is not None:
            args += ["--holdout", str(holdout)]
        for flag, columns in (("--onehot", onehot), ("--drop", drop)):
            for column in [columns] if isinstance(columns, (str, int)) else columns:
                args += [flag, str(column)]
        for name, value in settings.items():
            args += ["--set", "%s=%s" % (name, value if isinstance(value, str) else json.dumps(value))]
        started = Job(run(*args)[0]["TrainingJobName"])
    return started.wait() if wait else started


def job(name):
    """The Job of that name."""
    return Job(name)


def _file(source, scratch, name):
    if not hasattr(source, "to_csv"):
        return os.fspath(source)
    path = os.path.join(scratch, name + ".csv")
    source.to_csv(path, index=False)
    return path


class Job:
    """One training job. Every look at it asks the engine again."""

    def __init__(self, name):
        self.name = name

    def describe(self):
        """The answer of DescribeTrainingJob as a dict."""
        return run("show", self.name)[0]

    @property
    def status(self):
        """InProgress, Completed, Failed, Stopping or Stopped."""
        return self.describe()["TrainingJobStatus"]

    def logs(self):
        """The job's log lines so far."""
        return [event["message"] for event in self._events()]

    def metrics(self):
        """What the job has measured so far: dicts of name ("validation:rmse"), step, value and timestamp (Unix milliseconds)."""
        return [row for event in self._events() for row in _rows(event)]

    def _events(self):
        return run("logs", self.name)

    def stop(self):
        """Ask the job to stop. It gets 120 seconds to save what it has."""
        run("stop", self.name)
        return self

    def wait(self, timeout=None):
        """Show the job in one updating block until it ends, and return it.

        Error when it fails, or has not ended after timeout seconds. Interrupting leaves the job running.
        """
        until = None if timeout is None else time.monotonic() + timeout
        view = View()
        try:
            while True:
                answer = self.describe()
                view.show(answer, self.metrics())
                if answer["TrainingJobStatus"] in ENDED:
                    break
                if until is not None and time.monotonic() > until:
                    raise Error("%s has not ended after %g s and goes on" % (self.name, timeout), exit=6)
                time.sleep(0.5)
        except KeyboardInterrupt:
            print("%s goes on; sagefly.job(%r).wait() watches it again, .stop() ends it" % (self.name, self.name))
            raise
        if answer["TrainingJobStatus"] == "Failed":
            raise Error("%s failed" % self.name, why=answer.get("FailureReason", ""), fix=["sagefly logs " + self.name], exit=3)
        return self

    def download(self, folder=None):
        """Unpack the job's model, and its output if there is any, into folder (None = one named for the job); returns its path."""
        return run("download", self.name, "--out", os.fspath(folder or self.name))[0]["Path"]

    def model_path(self, folder=None):
        """The path of the trained xgboost-model file, downloaded when it is not in folder yet."""
        path = os.path.abspath(os.path.join(os.fspath(folder or self.name), "xgboost-model"))
        return path if os.path.exists(path) else os.path.join(self.download(folder), "xgboost-model")

    def __repr__(self):
        return text(self.describe(), self.metrics())

    def _repr_mimebundle_(self, include=None, exclude=None):
        answer, rows = self.describe(), self.metrics()
        return {"text/plain": text(answer, rows), "text/html": html(answer, rows)}


def _rows(event):
    """The metrics in one log line: "[3]<tab>train-rmse:2.1<tab>validation-rmse:2.2", maybe after a time in brackets."""
    found = _METRICS.match(event["message"].replace("#011", "\t"))
    if not found:
        return
    for item in found.group(2).split():
        name, value = item.rsplit(":", 1)
        yield {"name": name.replace("-", ":", 1), "step": int(found.group(1)), "value": float(value),
               "timestamp": event.get("timestamp")}
