"""SMAC's facade for hyperparameters (random forest, log EI) at its defaults."""

import adapter  # isort: skip

import tempfile
from importlib.metadata import version

import ConfigSpace
import smac
from smac.runhistory import TrialValue


class Search:
    def __init__(self, parameters, seed):
        space = ConfigSpace.ConfigurationSpace(seed=seed)
        for p in parameters:
            space.add(self.parameter(p))
        for p in parameters:
            if when := p.get("when"):
                space.add(ConfigSpace.InCondition(space[p["name"]], space[when["parameter"]], when["in"]))
        # The number of trials bounds the initial design.
        scenario = smac.Scenario(space, n_trials=50, deterministic=True, seed=seed, output_directory=tempfile.mkdtemp())
        self.facade = smac.HyperparameterOptimizationFacade(scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=40)

    @staticmethod
    def parameter(p):
        if p["type"] == "categorical":
            return ConfigSpace.Categorical(p["name"], p["values"])
        kind = ConfigSpace.Integer if p["type"] == "integer" else ConfigSpace.Float
        return kind(p["name"], (p["min"], p["max"]), log=p["scale"] == "log")

    def suggest(self):
        info = self.facade.ask()
        return info, dict(info.config)

    def observe(self, info, value):
        self.facade.tell(info, TrialValue(cost=value))


adapter.serve("SMAC " + version("smac"), Search)
