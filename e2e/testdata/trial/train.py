"""A training that takes as long as it is told: the loss falls towards a bowl over x, n and kind, which is least at x=1, n=3, kind=a."""

import argparse
import time

parser = argparse.ArgumentParser()
parser.add_argument("-x", type=float, default=1.0)
parser.add_argument("-n", type=int, default=3)
parser.add_argument("--kind", default="a")
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--pause", type=float, default=0, help="seconds before each epoch")
parser.add_argument("--silent", default="", help="the kind that never says its loss")
parser.add_argument("--broken", default="", help="kinds that end with an error, one letter each")
args = parser.parse_args()

if args.kind in args.broken:
    raise ValueError("kind %s is broken" % args.kind)
least = (args.x - 1) ** 2 + (args.n - 3) ** 2 / 10 + "abc".index(args.kind) / 2
for epoch in range(args.epochs):
    time.sleep(args.pause)
    words = "" if args.kind == args.silent else " loss=%.6f;" % (least + 1 / (epoch + 1))
    print("epoch %d%s" % (epoch, words), flush=True)
