"""Fail when an answer lacks a member that the service's model calls required."""


def missing(shape, value, where):
    """Paths of the required members that value lacks, at any depth."""
    if shape.type_name == "structure":
        found = ["%s.%s" % (where, name) for name in shape.required_members if name not in value]
        for name, member in shape.members.items():
            if value.get(name) is not None:
                found += missing(member, value[name], where + "." + name)
        return found
    if shape.type_name == "list":
        return [p for i, item in enumerate(value) for p in missing(shape.member, item, "%s[%d]" % (where, i))]
    return []


def _check(parsed, model, **_):
    if model.output_shape is None or "Error" in parsed:
        return
    lost = missing(model.output_shape, parsed, model.name)
    assert not lost, "required members are missing: %s" % lost


def check_required(session):
    """Check every answer that the session's clients, made after this call, get."""
    session.events.register("after-call", _check)
