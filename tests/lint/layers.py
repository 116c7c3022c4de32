#!/usr/bin/env python3
"""layers.py [TREE] - holds every #include against layers.txt. Prints each breach; exit 1 if any."""
import os
import re
import sys
from collections import defaultdict

import source

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(root, path):
    for n, line in enumerate(source.read(root, path).split("\n"), 1):
        m = INCLUDE.match(line)
        if m:
            yield n, m.group(1), m.group(2)


def load(root):
    """layers.txt as {folder: words} and {<head: (places, most, each)}, in file order."""
    may, third_party = {}, {}
    for line in source.read(root, "tests/lint/layers.txt").split("\n"):
        words = line.split("#")[0].split()
        if not words:
            continue
        if not words[0].startswith("<"):
            may[words[0]] = words[1:]
            continue
        places, most, each = words[1:], 10 ** 9, False
        if "max" in places:
            at = places.index("max")
            most, each = int(places[at + 1]), "each" in places[at:]
            places = places[:at]
        third_party[words[0]] = (places, most, each)
    return may, third_party


def under(path, place):
    return place == "*" or path == place or path.startswith(place.rstrip("/") + "/")


def matches(inc, head):
    want = head.strip("<>")
    if head.endswith(">"):
        return inc == want or inc.endswith("/" + want)
    return inc.startswith(want)


def check(root):
    may, third_party = load(root)
    seen, bad = defaultdict(set), []

    def full(word):                                     # "json" -> "proxy/json"
        return "proxy/" + word if "proxy/" + word in may else word

    for folder, words in may.items():                   # rules in file order: only upwards in the list
        above = list(may)[: list(may).index(folder)]
        bad += [f"layers.txt: {folder} names {w}, which does not stand above it"
                for w in words if w not in "-*" and not any(under(full(w), a) for a in above)]
    files = source.sources(root)
    for path in files:                                  # every .c and .h outside tests/ and build/
        here = max((f for f in may if under(path, f)), key=len, default=None)
        if here is None:
            bad.append(f"{path}: in no folder of the plan")
            continue
        for n, kind, inc in includes(root, path):
            if kind == '"' and not any(under(inc, full(w)) for w in [here, *may[here]]):
                bad.append(f"{path}:{n}: {here} may not include {inc}")
            for head, (places, most, each) in third_party.items():
                if kind == "<" and matches(inc, head):
                    seen[head, os.path.dirname(path) if each else ""].add(path)
                    if not any(under(path, p) for p in places):
                        bad.append(f"{path}:{n}: {head} belongs in {' '.join(places)}")
    bad += [f"{head}: one file too many: {' '.join(sorted(where))}"
            for (head, _), where in seen.items() if len(where) > third_party[head][1]]
    return bad, len(files)


if __name__ == "__main__":
    source.finish("layers", *check(source.root_from(sys.argv)))
