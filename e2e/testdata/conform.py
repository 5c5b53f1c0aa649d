"""Fail when an answer does not fit the service's model: unknown members, types, enumerations, patterns, bounds, missing members."""

import json
import re

from required import missing


def misfits(shape, value, where):
    """What is wrong with a raw JSON value, as texts."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return ["%s is %r, want an object" % (where, value)]
        found = ["%s has no member %s in the model" % (where, name) for name in value if name not in shape.members]
        for name, member in shape.members.items():
            if name in value:
                found += misfits(member, value[name], where + "." + name)
        return found
    if shape.type_name == "list":
        found = bounds(shape, len(value), where)
        return found + [text for i, item in enumerate(value) for text in misfits(shape.member, item, "%s[%d]" % (where, i))]
    if shape.type_name == "map":
        return [text for k, v in value.items() for text in misfits(shape.key, k, where) + misfits(shape.value, v, where + "." + k)]
    if shape.type_name == "string":
        return string(shape, value, where)
    return number(shape, value, where)


def string(shape, value, where):
    if not isinstance(value, str):
        return ["%s is %r, want a text" % (where, value)]
    if shape.enum:
        return [] if value in shape.enum else ["%s is %r, want one of %s" % (where, value, shape.enum)]
    pattern = shape.metadata.get("pattern", ".*")
    if "\\p{" not in pattern and not re.fullmatch(pattern, value, re.DOTALL):  # Python knows no classes of Unicode
        return ["%s is %r, want %s" % (where, value, pattern)]
    return bounds(shape, len(value), where)


def number(shape, value, where):
    kinds = {"boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float), "timestamp": (int, float)}
    if not isinstance(value, kinds[shape.type_name]) or isinstance(value, bool) != (shape.type_name == "boolean"):
        return ["%s is %r, want a %s" % (where, value, shape.type_name)]
    return [] if shape.type_name in ("boolean", "timestamp") else bounds(shape, value, where)


def bounds(shape, value, where):
    low, high = shape.metadata.get("min", value), shape.metadata.get("max", value)
    return [] if low <= value <= high else ["%s is or has %s, want %s to %s" % (where, value, low, high)]


def _check(parsed, model, http_response, **_):
    if "Error" in parsed or model.service_model.service_name != "sagemaker" or model.output_shape is None:
        return
    raw = json.loads(http_response.content or b"{}")
    lost = misfits(model.output_shape, raw, model.name) + ["%s is missing" % p for p in missing(model.output_shape, parsed, model.name)]
    assert not lost, "an answer does not fit the model: %s" % "; ".join(lost)


def check_conform(session):
    """Check every answer of SageMaker that the session's clients, made after this call, get."""
    session.events.register("after-call", _check)
