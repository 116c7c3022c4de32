#!/usr/bin/env python3
"""format.py [TREE] - clang-format-14 would change nothing in any .c or .h, tests included."""
import shutil
import subprocess
import sys

import source


def check(root):
    tool = next((t for t in ("clang-format-14", "clang-format") if shutil.which(t)), None)
    if tool is None:
        return ["clang-format-14 is not installed"], 0
    files = source.sources(root, source.SKIP - {"tests"})
    p = subprocess.run([tool, "--dry-run", "-Werror", *files], cwd=root, capture_output=True,
                       text=True) if files else None
    first = {}
    for line in p.stderr.split("\n") if p else []:
        if "error:" in line:
            first.setdefault(line.split(":")[0], line.split(" error:")[0])
    return [f"{at} clang-format would change this" for at in first.values()], len(files)


if __name__ == "__main__":
    source.finish("format", *check(source.root_from(sys.argv)))
