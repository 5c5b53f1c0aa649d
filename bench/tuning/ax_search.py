"""Ax at its defaults. It is told no conditions."""

import adapter  # isort: skip

import logging
import warnings
from importlib.metadata import version

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig


class Search:
    def __init__(self, parameters, seed):
        logging.disable(logging.WARNING)
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(parameters=[self.parameter(p) for p in parameters])
        self.client.configure_optimization(objective="-loss")

    @staticmethod
    def parameter(p):
        if p["type"] == "categorical":
            return ChoiceParameterConfig(name=p["name"], parameter_type="str", values=p["values"], is_ordered=False)
        kind = "int" if p["type"] == "integer" else "float"
        return RangeParameterConfig(name=p["name"], parameter_type=kind, bounds=(p["min"], p["max"]), scaling=p["scale"])

    def suggest(self):
        ((number, point),) = self.client.get_next_trials(max_trials=1).items()
        return number, point

    def observe(self, number, value):
        self.client.complete_trial(trial_index=number, raw_data={"loss": value})


adapter.serve("Ax " + version("ax-platform"), Search)
