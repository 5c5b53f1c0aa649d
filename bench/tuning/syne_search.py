"""Syne Tune's Gaussian process search at its defaults."""

import adapter  # isort: skip

import datetime
import logging
from importlib.metadata import version

from syne_tune.backend.trial_status import Trial
from syne_tune.config_space import choice, lograndint, loguniform, randint, uniform
from syne_tune.optimizer.baselines import BayesianOptimization


class Search:
    def __init__(self, parameters, seed):
        logging.disable(logging.WARNING)
        space = {p["name"]: self.domain(p) for p in parameters}
        self.scheduler = BayesianOptimization(space, metric="loss", mode="min", random_seed=seed)
        self.started = 0

    @staticmethod
    def domain(p):
        if p["type"] == "categorical":
            return choice(p["values"])
        kind = {
            ("integer", "linear"): randint, ("integer", "log"): lograndint,
            ("continuous", "linear"): uniform, ("continuous", "log"): loguniform,
        }[p["type"], p["scale"]]
        return kind(p["min"], p["max"])

    def suggest(self):
        suggestion = self.scheduler.suggest(self.started)
        trial = Trial(self.started, suggestion.config, datetime.datetime.now())
        self.scheduler.on_trial_add(trial)
        self.started += 1
        return trial, trial.config

    def observe(self, trial, value):
        self.scheduler.on_trial_complete(trial, {"loss": value})


adapter.serve("Syne Tune " + version("syne-tune"), Search)
