"""What the adapters share: the lines of bench/asktell on standard input and output, around an object with

    suggest() -> (token, point)    the point's values may be of any type
    observe(token, value)          lower is better

An adapter that cannot say when a parameter is active takes all as active, and what is inactive is left out of the point that goes out.
"""

import json
import os
import sys

# Whatever else prints, some packages when they are imported, does not get between the lines. So adapters import this module first.
LINES = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def active(parameters, point):
    """The point without what is not active in it. A parameter comes after the one it depends on."""
    left = {}
    for p in parameters:
        when = p.get("when")
        if when is None or left.get(when["parameter"]) in when["in"]:
            left[p["name"]] = point[p["name"]]
    return left


def text(parameter, value):
    """A value as it stands in a point."""
    if parameter["type"] == "categorical":
        return value
    if parameter["type"] == "integer":
        return str(int(value))
    return repr(min(max(float(value), parameter["min"]), parameter["max"]))


def serve(version, make):
    """make(parameters, seed) returns the object."""
    space = json.loads(sys.stdin.readline())
    kinds = {p["name"]: p for p in space["parameters"]}
    search = make(space["parameters"], space["seed"])
    print(json.dumps({"ready": True, "version": version}), file=LINES, flush=True)
    tokens = {}
    started = 0
    for line in sys.stdin:
        request = json.loads(line)
        if "suggest" in request:
            tokens[started], point = search.suggest()
            point = active(space["parameters"], {n: text(kinds[n], v) for n, v in point.items()})
            answer = {"trial": started, "point": point}
            started += 1
        else:
            number = request["observe"]["trial"]
            search.observe(tokens.pop(number), request["observe"]["value"])
            answer = {"observed": number}
        print(json.dumps(answer), file=LINES, flush=True)
