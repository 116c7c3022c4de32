#!/usr/bin/env python3
"""docs.py [TREE] - what the Markdown pages point at exists: relative links, and files named in
backticks with a folder, such as `gate/intake.c` (a room's name may stand without proxy/)."""
import os
import re
import sys

import source

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`([\w.-]+/[\w./-]+\.(?:c|h|py|txt|yaml|sh|md))`")
WILD = re.compile(r"NAME|NNNN|acme|^build/")  # what a build makes is not in the tree


def pages(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in ("build", "node_modules")
                      and not f.startswith(".")]
        for f in sorted(files):
            if f.endswith(".md"):
                yield os.path.relpath(os.path.join(folder, f), root)


def exists(root, page, name):
    places = ("", "proxy", os.path.dirname(page))
    return any(os.path.exists(os.path.join(root, p, name)) for p in places)


def check(root):
    bad, every = [], list(pages(root))
    for page in every:
        for n, line in enumerate(source.read(root, page).split("\n"), 1):
            for m in LINK.finditer(line):
                if not os.path.exists(os.path.join(root, os.path.dirname(page), m.group(1))):
                    bad.append(f"{page}:{n}: no {m.group(1)}")
            bad += [f"{page}:{n}: no {m.group(1)}" for m in NAMED.finditer(line)
                    if not WILD.search(m.group(1)) and not exists(root, page, m.group(1))]
    return bad, len(every)


if __name__ == "__main__":
    source.finish("docs", *check(source.root_from(sys.argv)))
