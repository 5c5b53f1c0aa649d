"""Optuna's samplers at their defaults: tpe or gp."""

import adapter  # isort: skip

import sys

import optuna


class Search:
    def __init__(self, parameters, seed):
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        kind = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler}[sys.argv[1]]
        self.parameters = parameters
        self.study = optuna.create_study(sampler=kind(seed=seed))

    def suggest(self):
        trial = self.study.ask()
        point = {}
        for p in self.parameters:
            when = p.get("when")
            if when is None or point.get(when["parameter"]) in when["in"]:
                point[p["name"]] = self.value(trial, p)
        return trial, point

    def value(self, trial, p):
        if p["type"] == "categorical":
            return trial.suggest_categorical(p["name"], p["values"])
        ask = trial.suggest_int if p["type"] == "integer" else trial.suggest_float
        return ask(p["name"], p["min"], p["max"], log=p["scale"] == "log")

    def observe(self, trial, value):
        self.study.tell(trial, value)


adapter.serve("optuna " + optuna.__version__, Search)
