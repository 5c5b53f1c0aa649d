"""Fits a line to x,y pairs by gradient descent, with the standard library alone."""

import argparse
import csv
import json
import os
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--learning-rate", type=float, default=0.1)
args = parser.parse_args()

host = os.environ["SM_CURRENT_HOST"]
hosts = json.loads(os.environ["SM_HOSTS"])

rows = []
for path in sorted(pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).rglob("*.csv")):
    with path.open(newline="") as f:
        rows += [(float(x), float(y)) for x, y in csv.reader(f)]
print(f"{host} of {len(hosts)}: {len(rows)} rows")

slope = intercept = 0.0
for _ in range(args.epochs):
    errors = [slope * x + intercept - y for x, y in rows]
    slope -= args.learning_rate * 2 * sum(e * x for e, (x, _) in zip(errors, rows)) / len(rows)
    intercept -= args.learning_rate * 2 * sum(errors) / len(rows)
loss = sum((slope * x + intercept - y) ** 2 for x, y in rows) / len(rows)
print(f"loss={loss:.6f}")

# The model folders of all hosts become one archive, so each host's file has a name of its own.
model = pathlib.Path(os.environ["SM_MODEL_DIR"]) / f"line-{host}.json"
model.write_text(json.dumps({"slope": slope, "intercept": intercept}))
