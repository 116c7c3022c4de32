"""Holds an event against the OCSF schema, more strictly than the schema asks: what it has no name for is a fault too.

The facts (names, types, what is required, values of enums) are those of ocsf-1.8.0.json beside this file.
"""
import ipaddress
import json
import pathlib

SCHEMA = json.loads((pathlib.Path(__file__).parent / "ocsf-1.8.0.json").read_text())


def is_number(v):
    return isinstance(v, int) and not isinstance(v, bool)


def is_address(v):
    try:
        return isinstance(v, str) and ipaddress.ip_address(v) is not None
    except ValueError:
        return False


TYPES = {
    "string_t": lambda v: isinstance(v, str) and v != "",
    "integer_t": lambda v: is_number(v) and abs(v) < 1 << 31,
    "long_t": is_number,
    "boolean_t": lambda v: isinstance(v, bool),
    "timestamp_t": lambda v: is_number(v) and 10**12 < v < 10**13,           # milliseconds
    "ip_t": is_address,
    "port_t": lambda v: is_number(v) and 0 <= v <= 65535,
    "object": lambda v: isinstance(v, dict),
}


def faults_of(value, spec, profiles, at):
    """What is wrong with an object whose attributes are `spec`'s."""
    known = {k: a for k, a in spec["attributes"].items() if a.get("profile") in (None, *profiles)}
    out = [f"{at}.{k}: unknown, or of a profile that is not named" for k in value if k not in known]
    out += [f"{at}.{k}: lacks" for k, a in known.items() if a.get("required") and k not in value]
    for rule, names in spec.get("constraints", {}).items():
        n = sum(k in value for k in names)
        if n == 0 or (rule == "just_one" and n > 1):
            out.append(f"{at}: {rule} of {names}")
    for key in value:
        if key in known:
            out += faults_of_attribute(value, key, known[key], profiles, f"{at}.{key}")
    return out


def faults_of_attribute(of, key, a, profiles, at):
    value, kind, out = of[key], a["is"], []
    if kind.endswith("[]"):
        if not isinstance(value, list) or not value:
            return [f"{at}: a list that holds something is needed"]
        kind, items = kind[:-2], value
    else:
        items = [value]
    for item in items:
        if kind in TYPES:
            out += [] if TYPES[kind](item) else [f"{at}: {item!r} is no {kind}"]
        elif kind not in SCHEMA["objects"]:
            out.append(f"{at}: {kind} is not among the facts")
        elif not isinstance(item, dict):
            out.append(f"{at}: no object")
        else:
            out += faults_of(item, SCHEMA["objects"][kind], profiles, at)
    if "enum" in a and key not in ("class_uid", "category_uid"):
        caption = a["enum"].get(str(value))
        if caption is None:
            out.append(f"{at}: {value} is none of its values")
        elif a.get("sibling") in of and value != 99 and of[a["sibling"]] != caption:
            out.append(f"{at}: {value} is {caption!r}, and {of[a['sibling']]!r} stands beside it")
        elif value == 99 and a.get("sibling") not in of:
            out.append(f"{at}: what is it, then?")
    return out


def faults(event):
    """A list of sentences; empty: the event is of the schema."""
    spec = SCHEMA["classes"].get(str(event.get("class_uid")))
    if spec is None:
        return [f"class {event.get('class_uid')} is not among the facts"]
    metadata = event.get("metadata", {})
    out = faults_of(event, spec, metadata.get("profiles", []), spec["caption"])
    uid, caption = spec["category"]
    if (event.get("category_uid"), event.get("category_name"), event.get("class_name")) != (uid, caption, spec["caption"]):
        out.append("category and class are not each other's")
    if event.get("type_uid") != event["class_uid"] * 100 + event.get("activity_id", 0):
        out.append("type_uid is class and activity")
    if "type_name" in event and not event["type_name"].startswith(spec["caption"] + ": "):
        out.append("type_name")
    if metadata.get("version") != SCHEMA["version"]:
        out.append("another version")
    return out
