"""Reading C for the guards: which files there are, and their text without comments and strings."""
import os
import re
import sys

SKIP = {"tests", "build", "node_modules", "__pycache__"}
CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def root_from(argv):
    """The tree to look at: the first argument, else the one this file stands in."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.abspath(argv[1]) if len(argv) > 1 else os.path.dirname(os.path.dirname(here))


def sources(root, skip=SKIP):
    """Every .c and .h outside `skip` and hidden folders, relative to root, sorted."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".")
                            and not (folder == root and f in skip) and f not in ("node_modules",))
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files
                  if f.endswith((".c", ".h"))]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def bare(text):
    """The text with comments blanked and strings emptied; every line stays where it was."""
    def blank(m):
        s = m.group(0)
        if s[0] in "\"'":
            return s[0] + " " * (len(s) - 2) + s[0]
        return re.sub(r"[^\n]", " ", s)
    return CODE.sub(blank, text)


def without_preprocessor(text):
    """`bare` text with directives and their continuation lines blanked."""
    out, inside = [], False
    for line in text.split("\n"):
        directive = inside or line.lstrip().startswith("#")
        inside = directive and line.rstrip().endswith("\\")
        out.append("" if directive else line)
    return "\n".join(out)


def finish(name, bad, looked_at):
    """Prints what is wrong and ends the program: 0 when nothing is."""
    for line in bad:
        print(f"{name}: {line}")
    print(f"{name}: {looked_at} looked at, {len(bad)} wrong")
    sys.exit(1 if bad else 0)
