"""Prints the number of trees of a model file."""

import sys

import xgboost

model = xgboost.Booster()
model.load_model(sys.argv[1])
print(model.num_boosted_rounds())
