"""HEBO at its defaults. It is told no conditions."""

import adapter  # isort: skip

import random
import warnings
from importlib.metadata import version

import numpy
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO


class Search:
    def __init__(self, parameters, seed):
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        random.seed(seed)
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        self.search = HEBO(DesignSpace().parse([self.parameter(p) for p in parameters]), scramble_seed=seed)

    @staticmethod
    def parameter(p):
        if p["type"] == "categorical":
            return {"name": p["name"], "type": "cat", "categories": p["values"]}
        kind = {("integer", "linear"): "int", ("integer", "log"): "pow_int", ("continuous", "linear"): "num", ("continuous", "log"): "pow"}
        return {"name": p["name"], "type": kind[p["type"], p["scale"]], "lb": p["min"], "ub": p["max"]}

    def suggest(self):
        frame = self.search.suggest(n_suggestions=1)
        return frame, frame.iloc[0].to_dict()

    def observe(self, frame, value):
        self.search.observe(frame, numpy.array([[value]]))


adapter.serve("HEBO " + version("hebo"), Search)
