#!/usr/bin/env python3
"""The policy schema and the tables in policies/ name the same keys; shipped packs use no others.

Parses the C tables (static const struct keyword NAME_keys[]) by pattern: no build is needed.
Exit 0 when they agree, 1 with a line for each difference.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# C table -> where its keys stand in the schema ("" is the top).
PLACES = {
    "policy_keys": "", "list_keys": "list_file", "use_keys": "use_list", "detector_keys": "detector",
    "near_keys": "near", "hashed_keys": "hashed", "document_keys": "documents", "allow_keys": "allow", "answer_keys": "answers", "link_keys": "links", "rule_keys": "rule", "attack_keys": "attack", "ask_keys": "ask", "when_keys": "when", "do_keys": "do",
    "route_keys": "route", "test_keys": "test", "request_keys": "request", "expect_keys": "expect",
}


def tables():
    found = {}
    for path in sorted((ROOT / "policies").glob("*.c")):
        text = path.read_text(encoding="utf-8")
        for name, body in re.findall(r"static const struct keyword (\w+)\[\] = \{\n(.*?)\n\};", text, re.S):
            found[name] = set(re.findall(r'^\s*\{"(\w+)",', body, re.M))
    return found


def main():
    schema = json.loads((ROOT / "deploy/schema/policy.schema.json").read_text(encoding="utf-8"))
    found = tables()
    wrong = []
    for name in sorted(set(found) ^ set(PLACES)):
        wrong.append(f"table {name}: in one of policies/ and schema_check.py only")
    for name, place in PLACES.items():
        where = schema if place == "" else schema["$defs"].get(place, {})
        keys = set(where.get("properties", {}))
        for key in sorted(found.get(name, set()) ^ keys):
            wrong.append(f"key '{key}' of {name}: missing in the {'schema' if key not in keys else 'table'}")
    checks = set(re.findall(r'^    \{"(\w+)",', (ROOT / "redact/check.c").read_text(encoding="utf-8"), re.M))
    for name in sorted(checks ^ set(schema["$defs"]["detector"]["properties"]["check"]["oneOf"][0]["enum"])):
        wrong.append(f"check '{name}': in one of redact/check.c and the schema only")
    for line in wrong:
        print(f"schema: {line}")
    print(f"schema: {sum(map(len, found.values()))} keys in {len(found)} tables compared, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
