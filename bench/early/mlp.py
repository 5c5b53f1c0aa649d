"""A network of one hidden layer learns handwritten digits by stochastic gradient descent, and prints the loss of held-out images after each epoch."""

import argparse
import csv
import glob
import gzip
import os

import numpy as np

CLASSES = 10


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=81)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--decay", type=float, default=1e-4)
    parser.add_argument("--scale", type=float, default=1.0, help="of the first weights")
    return parser.parse_args()


def digits():
    """Every fifth image is held out."""
    (path,) = glob.glob(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "*.gz"))
    with gzip.open(path, "rt") as lines:
        table = np.array([[float(v) for v in row] for row in csv.reader(lines)])
    x, y = table[:, :-1] / 16, np.eye(CLASSES)[table[:, -1].astype(int)]
    held = np.arange(len(table)) % 5 == 4
    return x[~held], y[~held], x[held], y[held]


class Network:
    def __init__(self, a, inputs, random):
        self.a = a
        normal = random.standard_normal
        self.weights = [
            normal((inputs, a.hidden)) * a.scale / np.sqrt(inputs), np.zeros(a.hidden),
            normal((a.hidden, CLASSES)) * a.scale / np.sqrt(a.hidden), np.zeros(CLASSES),
        ]
        self.velocity = [np.zeros_like(w) for w in self.weights]

    def forward(self, x):
        w1, b1, w2, b2 = self.weights
        hidden = np.maximum(x @ w1 + b1, 0)
        score = hidden @ w2 + b2
        score -= score.max(axis=1, keepdims=True)
        return hidden, score - np.log(np.exp(score).sum(axis=1, keepdims=True))

    def loss(self, x, y):
        return -(self.forward(x)[1] * y).sum(axis=1).mean()

    def step(self, x, y):
        hidden, logp = self.forward(x)
        score = (np.exp(logp) - y) / len(x)
        inner = (score @ self.weights[2].T) * (hidden > 0)
        gradients = [x.T @ inner, inner.sum(axis=0), hidden.T @ score, score.sum(axis=0)]
        for w, v, g in zip(self.weights, self.velocity, gradients):
            v *= self.a.momentum
            v -= self.a.rate * (g + self.a.decay * w)
            w += v


def main():
    a, random = arguments(), np.random.default_rng(1)
    np.seterr(all="ignore")  # a rate that is too high ends in a loss that is no number
    x, y, held_x, held_y = digits()
    network = Network(a, x.shape[1], random)
    for _ in range(a.epochs):
        order = random.permutation(len(x))
        for i in range(0, len(x), a.batch):
            chosen = order[i : i + a.batch]
            network.step(x[chosen], y[chosen])
        print(f"validation:loss={min(network.loss(held_x, held_y), 99):.5f}", flush=True)


main()
