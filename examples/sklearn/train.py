"""Classifies handwritten digits (the data set comes with scikit-learn) and says how well: one line, which becomes the job's metric.

As SageMaker runs it: hyperparameters are arguments, folders are in SM_* variables, what is in SM_MODEL_DIR becomes model.tar.gz.
"""

import argparse
import json
import os
import platform

import joblib
import sklearn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--penalty", type=float, default=1.0, help="penalty of a wrong side")
parser.add_argument("--gamma", type=float, default=0.001, help="width of the kernel: larger is narrower")
parser.add_argument("--seed", type=int, default=7)
args = parser.parse_args()

print(f"scikit-learn {sklearn.__version__} on Python {platform.python_version()}")
images, digits = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(images, digits, test_size=0.25, random_state=args.seed, stratify=digits)

model = SVC(C=args.penalty, gamma=args.gamma)
for size in (100, 300, len(train_x)):  # with more and more of the data, so that there is a curve to look at
    model.fit(train_x[:size], train_y[:size])
    print(f"validation:accuracy={model.score(test_x, test_y):.4f}", flush=True)

folder = os.environ["SM_MODEL_DIR"]
joblib.dump(model, os.path.join(folder, "model.joblib"))
with open(os.path.join(folder, "about.json"), "w") as f:
    json.dump({"scikit-learn": sklearn.__version__, "penalty": args.penalty, "gamma": args.gamma}, f)
