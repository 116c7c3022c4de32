#!/usr/bin/env python3
"""raw.py [TREE] - raw text that is on its way to the log (struct raw, audit/sealer.h) is read by the
sealer alone: nobody else names its member."""
import re
import sys

import source

MEMBER = re.compile(r"\bonly_to_seal\b")
HOME = ("audit/sealer.c", "audit/sealer.h")


def check(root):
    files, bad = source.sources(root), []
    for path in files:
        if path in HOME:
            continue
        for n, line in enumerate(source.bare(source.read(root, path)).split("\n"), 1):
            if MEMBER.search(line):
                bad.append(f"{path}:{n}: raw text is read outside {HOME[0]}")
    return bad, len(files)


if __name__ == "__main__":
    source.finish("raw", *check(source.root_from(sys.argv)))
