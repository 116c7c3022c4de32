#!/usr/bin/env python3
"""docs.py [TREE] - what the Markdown pages point at exists: relative links; files named in backticks
with a folder, such as `gate/intake.c` (a room's name may stand without proxy/); and tests, such as
`unit/test_buf.c::growth` or `flow/test_life.py::test_sigterm_*`. Each row of a table that says what
holds a promise names a test, or says *nowhere*. Each story has its row in the table of tests/README.md.
No mark of a merge is left over."""
import fnmatch
import os
import re
import sys

import source

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`([\w.-]+/[\w./-]+\.(?:c|h|py|txt|yaml|sh|md))`")
TEST = re.compile(r"`([\w.-]+/[\w./-]+\.(?:c|py))::([\w*]+)`")
HOLDS = re.compile(r"^\| # \|.*\| held by \|")
STORY = re.compile(r"^\| `(test_\w+\.py)` \| [^|]+ \|$", re.M)
FUNCTION = re.compile(r"^(?:static void|def) (\w+)\(", re.M)
MERGE = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: |$)")
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


def path_of(root, page, name):
    for place in ("", "tests", "proxy", os.path.dirname(page)):
        if os.path.isfile(os.path.join(root, place, name)):
            return os.path.join(place, name)
    return None


def missing_tests(root, page, line):
    for m in TEST.finditer(line):
        path = path_of(root, page, m.group(1))
        if path is None or not fnmatch.filter(FUNCTION.findall(source.read(root, path)), m.group(2)):
            yield m.group(0).strip("`")


def unheld(lines):
    """Rows of such a table whose third cell names nothing: (line, the first cell)."""
    inside = False
    for n, line in enumerate(lines, 1):
        if HOLDS.match(line):
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|---"):
            cells = [c.strip() for c in line.split(" | ")]
            if len(cells) != 4 or not ("`" in cells[2] or "*nowhere*" in cells[2]):
                yield n, cells[0].strip("| ")


def untold(root):
    """Stories without a row in their table, and rows without a story."""
    folder, page = os.path.join(root, "tests/flow"), os.path.join(root, "tests/README.md")
    files = {f for f in os.listdir(folder) if re.fullmatch(r"test_\w+\.py", f)} if os.path.isdir(folder) else set()
    told = set(STORY.findall(source.read(root, "tests/README.md"))) if os.path.isfile(page) else set()
    return [f"tests/README.md: no row on flow/{f}" for f in sorted(files - told)] + \
        [f"tests/README.md: a row on flow/{f}, which is not there" for f in sorted(told - files)]


def check(root):
    bad, every = untold(root), list(pages(root))
    for page in every:
        lines = source.read(root, page).split("\n")
        bad += [f"{page}:{n}: row {what} names no test" for n, what in unheld(lines)]
        for n, line in enumerate(lines, 1):
            if MERGE.match(line):
                bad.append(f"{page}:{n}: a merge's mark is left over")
            bad += [f"{page}:{n}: no test {name}" for name in missing_tests(root, page, line)]
            for m in LINK.finditer(line):
                if not os.path.exists(os.path.join(root, os.path.dirname(page), m.group(1))):
                    bad.append(f"{page}:{n}: no {m.group(1)}")
            bad += [f"{page}:{n}: no {m.group(1)}" for m in NAMED.finditer(line)
                    if not WILD.search(m.group(1)) and not exists(root, page, m.group(1))]
    return bad, len(every)


if __name__ == "__main__":
    source.finish("docs", *check(source.root_from(sys.argv)))
