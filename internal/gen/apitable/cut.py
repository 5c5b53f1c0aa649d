"""Cuts the SageMaker service model of an installed botocore down to api/model.json.

Run by hand when the API grows, never by go generate:

    python3 -m venv /tmp/cut && /tmp/cut/bin/pip install botocore==1.44.8
    pip download --no-deps -d /tmp/cut botocore==1.35.0
    /tmp/cut/bin/python internal/gen/apitable/cut.py /tmp/cut/botocore-1.35.0-py3-none-any.whl

The older wheel is there for one thing: newer models dropped the ^ and $ of the
patterns, which the service still prints in its error texts.
"""
import gzip
import json
import os
import sys
import zipfile

import botocore

FOLDER = "data/sagemaker/2017-07-24/"
OPERATIONS = """CreateTrainingJob DescribeTrainingJob StopTrainingJob UpdateTrainingJob DeleteTrainingJob
ListTrainingJobs CreateHyperParameterTuningJob DescribeHyperParameterTuningJob StopHyperParameterTuningJob
DeleteHyperParameterTuningJob ListHyperParameterTuningJobs ListTrainingJobsForHyperParameterTuningJob
AddTags ListTags DeleteTags Search""".split()
# Search can answer with nineteen kinds of record; two of them can exist here.
KEEP_MEMBERS = {"SearchRecord": {"TrainingJob", "HyperParameterTuningJob"}}
KEEP_TRAITS = ("type", "min", "max", "pattern", "enum", "required", "sensitive", "exception", "union")


def installed():
    path = os.path.join(os.path.dirname(botocore.__file__), FOLDER, "service-2.json.gz")
    with gzip.open(path) as f:
        return json.load(f)


def from_wheel(path):
    with zipfile.ZipFile(path) as z:
        return json.loads(gzip.decompress(z.read("botocore/" + FOLDER + "service-2.json.gz")))


def printed_patterns(old):
    """Pattern without its outer anchors -> pattern as the service prints it."""
    found = {}
    for shape in old["shapes"].values():
        text = shape.get("pattern")
        if text is None:
            continue
        bare = text[1:] if text.startswith("^") else text
        if bare.endswith("$") and not bare.endswith("\\$"):
            bare = bare[:-1]
        # The same pattern can stand with and without its end anchor; prefer the one of most shapes.
        found.setdefault(bare, []).append(text)
    return {bare: max(sorted(set(texts)), key=texts.count) for bare, texts in found.items()}


def cut(model, old):
    printed, by_name = printed_patterns(old), old["shapes"]
    shapes = {}

    def visit(name):
        if name in shapes:
            return
        source = model["shapes"][name]
        shape = {k: source[k] for k in KEEP_TRAITS if k in source}
        shapes[name] = shape
        if "pattern" in shape:
            same = by_name.get(name, {}).get("pattern")
            bare = shape["pattern"]
            text = same if same and same.removeprefix("^").removesuffix("$") == bare else printed.get(bare, bare)
            if text != bare:
                shape["printed"] = text
        if "members" in source:
            kept = KEEP_MEMBERS.get(name)
            pairs = [(m, d["shape"]) for m, d in source["members"].items() if not kept or m in kept]
            shape["members"] = [{"name": m, "shape": s} for m, s in pairs]
            for _, target in pairs:
                visit(target)
        for part in ("member", "key", "value"):
            if part in source:
                shape[part] = source[part]["shape"]
                visit(shape[part])

    operations = {}
    for name in OPERATIONS:
        source = model["operations"][name]
        operations[name] = {k: source[k]["shape"] for k in ("input", "output") if k in source}
        operations[name]["errors"] = [e["shape"] for e in source.get("errors", [])]
        for target in [v for k, v in operations[name].items() if k != "errors"] + operations[name]["errors"]:
            visit(target)
    return {
        "metadata": {
            "source": f"botocore {botocore.__version__}, {FOLDER}service-2.json",
            "licence": "Apache-2.0",
            "copyright": "Copyright Amazon.com, Inc. or its affiliates. All Rights Reserved.",
            "changes": "cut to the operations below and the shapes they reach; documentation removed; "
            "members as lists in model order; 'printed' holds a pattern with its anchors (botocore 1.35.0)",
        },
        "operationNames": sorted(model["operations"]),
        "operations": operations,
        "shapes": dict(sorted(shapes.items())),
    }


if __name__ == "__main__":
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../api/model.json")
    with open(target, "w") as f:
        json.dump(cut(installed(), from_wheel(sys.argv[1])), f, indent=1, ensure_ascii=True)
        f.write("\n")
