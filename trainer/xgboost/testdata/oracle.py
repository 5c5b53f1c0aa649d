"""Trains what a list of jobs asks for with Python's xgboost package, the way the AWS container calls it.

usage: oracle.py JOBS.json OUT

JOBS.json is a list of {"name", "hyperparameters", "train", "validation"}: hyperparameters are strings as in a request, train and
validation are folders of CSV files ("" = no such channel). For each job OUT/<name>.model is the model (with
_kfold: all models and predictions.csv, one after the other; folds as scikit-learn makes them with the job's seed) and OUT/<name>.lines
the metric lines; OUT/<name>.error the error's text instead when training fails. A job that needs scikit-learn is left out when that is missing.
"""

import ast
import json
import os
import sys

import numpy as np
import xgboost as xgb

try:
    from sklearn import metrics as skl, model_selection as selection
except ImportError:
    skl = None

MAJOR = int(xgb.__version__.split(".")[0])
LOOP = ("num_round", "early_stopping_rounds", "save_model_on_termination", "_tuning_objective_metric", "eval_metric", "_kfold",
        "_num_cv_round")
MAXIMIZE = "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision r2 recall".split()
MAXIMIZE += "precision_macro precision_micro recall_macro recall_micro".split()


def classes(p):
    return np.argmax(p, axis=-1) if p.ndim > 1 else (p > 0.0).astype(int)


def own_metrics():
    if skl is None:
        return {}

    def root(y, p):
        return np.sqrt(skl.mean_squared_error(y, p))

    values = {"mse": skl.mean_squared_error, "rmse": root, "mae": skl.mean_absolute_error, "r2": skl.r2_score}
    labels = {"accuracy": skl.accuracy_score, "balanced_accuracy": skl.balanced_accuracy_score}
    for name, function in (("f1", skl.f1_score), ("precision", skl.precision_score), ("recall", skl.recall_score)):
        for average in ("macro", "micro", "binary"):
            labels[name + "_" + average] = lambda y, p, f=function, a=average: f(y, p, average=a)
    labels.update(f1=labels["f1_macro"], precision=labels["precision_binary"], recall=labels["recall_binary"])
    return {**values, **{n: lambda y, p, f=f: f(y, classes(p)) for n, f in labels.items()}}


OWN_NAMES = ["accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mse", "rmse", "mae", "precision",
             "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro"]


def typed(text):
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            pass
    return ast.literal_eval(text) if text[:1] in "([" else text


def load(folder, weights):
    uri = "%s?format=csv&label_column=0&delimiter=," % folder
    return xgb.DMatrix(uri + ("&weight_column=1" if weights else ""))


def run(job, out):
    hyper = job["hyperparameters"]
    params = {k: typed(v) for k, v in hyper.items() if k not in LOOP}
    listed = hyper["eval_metric"].split(",") if "eval_metric" in hyper else []
    tuned = hyper["_tuning_objective_metric"].split(":")[1].split(",") if "_tuning_objective_metric" in hyper else []
    union = sorted(set(listed) | set(tuned)) if listed and tuned else listed or tuned
    own = [m for m in union if m in OWN_NAMES]
    native = [m for m in union if m not in OWN_NAMES]
    if (own or "_kfold" in hyper) and skl is None:
        return
    if native:
        params["eval_metric"] = native
    functions = own_metrics()

    def feval(predictions, matrix):
        return [(m, functions[m](matrix.get_label(), predictions)) for m in own]

    weights = hyper.get("csv_weights") == "1"
    train = load(job["train"], weights)
    evals = [(train, "train")]
    if job["validation"]:
        evals.append((load(job["validation"], weights), "validation"))
    lines = []

    def note(epoch, evals_log):
        line = "[%d]" % epoch
        for data, values in evals_log.items():
            for name, log in values.items():
                line += "\t%s-%s:%.5f" % (data, name, log[-1])
        lines.append(line)

    class Printer(xgb.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            note(epoch, evals_log)
            return False

    # One callback instead of two: the package asks them in random order, and the first that stops hides the round from the others.
    class Stopper(xgb.callback.EarlyStopping):
        def after_iteration(self, model, epoch, evals_log):
            note(epoch, evals_log)
            return super().after_iteration(model, epoch, evals_log)

    stop = (tuned or listed or [None])[-1]
    def callbacks():
        if "early_stopping_rounds" in hyper and job["validation"] and stop:
            return [Stopper(rounds=int(hyper["early_stopping_rounds"]), data_name="validation", metric_name=stop,
                            maximize=stop in MAXIMIZE, save_best=True)]
        return [Printer()]

    metric = {"feval" if MAJOR < 2 else "custom_metric": feval} if own else {}

    def fit(matrix):
        result = {}
        model = xgb.train(params, matrix, num_boost_round=int(hyper["num_round"]), evals=evals, callbacks=callbacks(),
                          evals_result=result, verbose_eval=False, **metric)
        model.save_model(os.path.join(out, "tmp"))
        with open(os.path.join(out, "tmp"), "rb") as f:
            saved.write(f.read())
        return model, result

    def mean_line(results):
        line = "[%s]" % hyper["num_round"]
        for name in results[0]["train"]:
            for data in results[0]:
                line += "\t%s-%s:%.5f" % (data, name, np.mean([r[data][name][-1] for r in results]))
        lines.append(line)

    def cross_validate():
        # One matrix of both channels, by a file of both channels' lines.
        both = os.path.join(out, "both.csv")
        with open(both, "w") as f:
            for folder in (job["train"], job["validation"]):
                f.write(open(os.path.join(folder, "data.csv")).read())
        data = load(both, weights)
        y = data.get_label()
        folds, repeats = int(hyper["_kfold"]), int(hyper.get("_num_cv_round", "1"))
        classify = "num_class" in params or params["objective"].startswith("binary:")
        cv = selection.RepeatedStratifiedKFold if classify else selection.RepeatedKFold
        values, labels, results = np.zeros((len(y), repeats)), np.zeros((len(y), repeats)), []
        rows = np.zeros((len(y), 1))
        for i, (a, b) in enumerate(cv(n_splits=folds, n_repeats=repeats, random_state=int(hyper["seed"])).split(rows, y)):
            model, result = fit(data.slice(a))
            results.append(result)
            p = model.predict(data.slice(b))
            best = np.argmax(p, axis=-1) if p.ndim > 1 else (p > 0.5).astype(int)
            labels[b, i // folds] = best
            values[b, i // folds] = p[np.arange(len(b)), best] if p.ndim > 1 else p
            if (i + 1) % folds == 0:
                mean_line(results[-folds:])
        if repeats > 1:
            mean_line(results)
        columns = [y, values.mean(axis=1)]
        if classify:
            columns.append([np.bincount(row.astype(int)).argmax() for row in labels])
        np.savetxt(saved, np.column_stack(columns), delimiter=",", fmt="%f")

    with open(os.path.join(out, job["name"] + ".model"), "wb") as saved:
        try:
            cross_validate() if "_kfold" in hyper else fit(train)
        except Exception as e:
            with open(os.path.join(out, job["name"] + ".error"), "w") as f:
                f.write(str(e))
    with open(os.path.join(out, job["name"] + ".lines"), "w") as f:
        f.write("".join(line + "\n" for line in lines))


if __name__ == "__main__":
    with open(sys.argv[1]) as f:
        jobs = json.load(f)
    for one in jobs:
        run(one, sys.argv[2])
