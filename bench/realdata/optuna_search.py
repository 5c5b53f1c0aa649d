"""Optuna drives XGBoost in this process, as its own examples do: the data is read once, a trial is xgboost.train.

An empty line says that everything is imported. Each line of JSON on standard input is a search; a line for each trial comes out, and an empty
one at the end:

    set         folder of train.csv and validation.csv
    static      hyperparameters of every trial
    metric      of the validation rows, small is good
    parameters  [{"name", "integer", "min", "max", "log", "shift"}]; log: the logarithm of value + shift is what is searched evenly
    seed        of the sampler
    trials      how many
    parallel    how many at a time (n_jobs)
    nthread     of a trial; 0: the library's default, which is all processors
    points      instead of what the sampler suggests: the hyperparameters of each trial
"""

import json
import os
import sys
import time

import optuna
import xgboost


class Trials:
    def __init__(self, task):
        self.task = task
        self.train, self.validation = (self.matrix(n) for n in ("train", "validation"))

    def matrix(self, name):
        # XGBoost's own reader, as in the container: another one rounds the last bit differently, which now and then turns a split.
        return xgboost.DMatrix(os.path.join(self.task["set"], name + ".csv?format=csv&label_column=0"))

    def objective(self, trial):
        points = self.task.get("points")
        values = points[trial.number] if points else {p["name"]: self.ask(trial, p) for p in self.task["parameters"]}
        return self.evaluate(trial.number, values)

    def ask(self, trial, p):
        if p["integer"]:
            return trial.suggest_int(p["name"], int(p["min"]), int(p["max"]), log=p["log"])
        if not p["log"]:
            return trial.suggest_float(p["name"], p["min"], p["max"])
        value = trial.suggest_float(p["name"], p["min"] + p["shift"], p["max"] + p["shift"], log=True) - p["shift"]
        return min(max(value, p["min"]), p["max"])  # the difference need not be exact

    def evaluate(self, number, values):
        began = time.perf_counter()
        given = {**self.task["static"], **values}
        rounds = int(given.pop("num_round"))
        if self.task["nthread"]:
            given["nthread"] = self.task["nthread"]
        booster = xgboost.train(given, self.train, rounds)
        name, _, value = booster.eval(self.validation, "validation").rpartition(":")
        assert name.endswith("validation-" + self.task["metric"]), name
        value = round(float(value), 5)  # as the container prints it and the tuner reads it
        row = {"trial": number, "values": {k: str(v) for k, v in values.items()}, "objective": value}
        line = json.dumps({**row, "seconds": round(time.perf_counter() - began, 4)}) + "\n"
        sys.stdout.write(line)  # in one piece: trials run in threads
        return value

    def run(self):
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=self.task["seed"]))
        study.optimize(self.objective, n_trials=self.task["trials"], n_jobs=self.task["parallel"])


print(flush=True)
for line in sys.stdin:
    Trials(json.loads(line)).run()
    print(flush=True)
