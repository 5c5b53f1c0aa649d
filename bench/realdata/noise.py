"""noise.py SET OBJECTIVE METRIC: how much of an objective is luck.

A line of JSON on standard input has hyperparameters. They are trained with 20 seeds of XGBoost's own, which draw other rows and columns
and change nothing else; and the last model's objective is taken over 1,000 resamples of the validation rows. Two standard deviations come out.
"""

import json
import sys

import numpy
import xgboost


def matrix(folder, name):
    return xgboost.DMatrix(f"{folder}/{name}.csv?format=csv&label_column=0")


def losses(metric, label, predicted):
    if metric == "rmse":
        return (predicted - label) ** 2
    return -numpy.where(label > 0.5, numpy.log(predicted), numpy.log1p(-predicted))


def mean(metric, values):
    return numpy.sqrt(values.mean()) if metric == "rmse" else values.mean()


def main(folder, objective, metric):
    values = json.loads(sys.stdin.readline())
    rounds = int(values.pop("num_round"))
    train, validation = matrix(folder, "train"), matrix(folder, "validation")
    label = validation.get_label()
    results = []
    for seed in range(20):
        booster = xgboost.train({**values, "objective": objective, "nthread": 1, "seed": seed}, train, rounds)
        loss = losses(metric, label, booster.predict(validation).astype(float))
        results.append(mean(metric, loss))
    draw = numpy.random.default_rng(0)
    resamples = [mean(metric, loss[draw.integers(0, len(loss), len(loss))]) for _ in range(1000)]
    print(json.dumps({"seeds": numpy.std(results, ddof=1), "rows": numpy.std(resamples, ddof=1), "value": float(numpy.median(results))}))


main(*sys.argv[1:])
