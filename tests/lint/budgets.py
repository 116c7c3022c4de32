#!/usr/bin/env python3
"""budgets.py [TREE] - sizes, names and habits of the C outside tests/, held against STYLE's figures.

Debts stand in budgets.txt. A decision's file without a unit test is printed as a warning."""
import os
import re
import subprocess
import sys

import source

LIMITS = {"lines": 80, "complexity": 15, "params": 6, "file": None, "comments": 25}
FILE_LINES = {".c": 700, ".h": 250}
BANNED = {"ctx", "data", "info", "handle", "manager", "util", "misc", "do_it"}
ROOMS_WITH_DECISIONS = ("proxy/", "redact/", "policies/", "audit/", "certs/")
MARKS = re.compile(r"\b(TODO|FIXME|XXX)\b")
NAME = re.compile(r"\b[A-Za-z_]\w*\b")
CALL = re.compile(r"\b([a-z_]\w*)\s*\(")
NOT_FUNCTIONS = {"if", "while", "for", "switch", "return", "sizeof", "defined", "__attribute__",
                 "alignas", "_Alignas", "_Static_assert", "static_assert", "aligned", "format"}


def functions(root, path):
    """pmccabe's view: (name, first line, lines, modified complexity) of each function."""
    p = subprocess.run(["pmccabe", path], cwd=root, capture_output=True, text=True)
    for line in p.stdout.split("\n"):
        f = line.split("\t")
        if len(f) == 6:
            yield f[5].split(": ")[-1], int(f[3]), int(f[4]), int(f[0])


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def group_end(text, at):
    """Offset just after the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i + 1
    return len(text)


def top_level(text):
    """Bare text with what stands between outermost braces blanked, and those bodies. A function's
    body becomes one semicolon, so that what is left is declarations."""
    out, bodies, i = [], [], 0
    while i < len(text):
        if text[i] == "{":
            end = group_end(text, i)
            bodies.append((i, text[i:end]))
            inner = re.sub(r"[^\n]", " ", text[i + 1:end - 1])
            is_function = "".join(out).rstrip().endswith(")")
            out.append(" " + inner + ";" if is_function else "{" + inner + "}")
            i = end
        else:
            out.append(text[i])
            i += 1
    return "".join(out), bodies


def parameters(top):
    """(name, line, number of parameters) of what is declared or defined outside any braces."""
    for m in CALL.finditer(top):
        if m.group(1) in NOT_FUNCTIONS:
            continue
        inner = top[m.end():group_end(top, m.end() - 1) - 1]
        depth, commas = 0, 0
        for c in inner:
            depth += (c in "([{") - (c in ")]}")
            commas += c == "," and depth == 0
        if inner.strip():
            yield m.group(1), line_of(top, m.start()), commas + 1


def is_constant(head):
    """Whether what `head` declares (all before `=` or `[`) cannot be written to."""
    after = head.rsplit("*", 1)
    return bool(re.search(r"\b(const|constexpr)\b", after[-1]))


def variables(top):
    """(name, line, head) of each variable outside braces."""
    at = 0
    for piece in top.split(";"):
        line = line_of(top, at + len(piece) - len(piece.lstrip()))
        at += len(piece) + 1
        head = piece.split("=", 1)[0]
        plain = re.sub(r"\{\s*\}", " {} ", re.sub(r"\[[^\]]*\]", " ", head)).strip()
        to_function = re.match(r"[^(]*\(\s*\*\s*(?:const\s+)?(\w+)\s*\)\s*\(", plain)
        if not plain or re.match(r"typedef|_Static_assert|static_assert", plain):
            continue
        if to_function:
            yield to_function.group(1), line, head
        if "(" in plain:
            continue
        words = re.findall(r"\w+|\{\}", re.sub(r"\b(static|const|extern|inline)\b", " ", plain))
        if words[:1] in (["struct"], ["enum"], ["union"]):
            words = words[2:] if words[1:2] != ["{}"] else words[1:]
            words = ["type"] + [w for w in words if w != "{}"]
        if len(words) >= 2:
            yield words[-1], line, head


def globals_of(text):
    top, bodies = top_level(text)
    for name, line, head in variables(top):
        if re.search(r"\bextern\b", head):
            yield name, line, "extern variable"
        elif not is_constant(head):
            yield name, line, "can be written to by everybody"
    for at, body in bodies:
        for m in re.finditer(r"\bstatic\b([^;={(]*)[;=]", body):
            if not is_constant(m.group(1)):
                name = (NAME.findall(re.sub(r"\[[^\]]*\]", "", m.group(1))) or ["?"])[-1]
                yield name, line_of(text, at + m.start()), "a static that remembers"


def guard_lines(text):
    m = re.search(r"^#ifndef (\w+)\n#define \1\b", text, re.M)
    return {line_of(text, m.start())} if m else set()


def names(path, text, top):
    """Names that may not be: banned words, typedefs of structs, goto elsewhere than out."""
    for m in re.finditer(r"(?<![.>\w])(" + "|".join(sorted(BANNED)) + r")\b(?!\s*/)", text):
        yield line_of(text, m.start()), f"the name {m.group(1)} says nothing"
    if os.path.basename(path).rsplit(".", 1)[0] in BANNED:
        yield 1, "a file name that says nothing"
    for m in re.finditer(r"\btypedef\s+(struct|enum|union)\b[^;{]*(\{\s*\})?\s*(\w+)\s*;", top):
        if m.group(3) != "gw_result":
            yield line_of(top, m.start()), f"typedef of a {m.group(1)}: {m.group(3)}"
    for m in re.finditer(r"\bgoto\s+(\w+)", text):
        if m.group(1) != "out":
            yield line_of(text, m.start()), f"goto {m.group(1)}: only out"
    for at, body in top_level(text)[1]:
        if re.search(r"^out:", body, re.M) and re.search(r"\bTRY\(", body):
            yield line_of(text, at), "TRY and out: in one function: it owns something or it does not"
    for m in re.finditer(r"\b(?:struct|enum|union)\s+(\w+_t)\s*\{", text):
        yield line_of(text, m.start()), f"{m.group(1)}: no _t on a tag"


def comment_share(text):
    plain = source.bare(text).split("\n")
    rows = [(a, b) for a, b in zip(text.split("\n"), plain) if a.strip()]
    return 100 * sum(len(a.split()) != len(b.split()) for a, b in rows) // max(1, len(rows))


def figures(root, path):
    """(name, kind, figure, limit, line) of everything that has a number."""
    text = source.read(root, path)
    bare = source.bare(text)
    kind = os.path.splitext(path)[1]
    for name, line, lines, complexity in functions(root, path):
        yield name, "lines", lines, LIMITS["lines"], line
        yield name, "complexity", complexity, LIMITS["complexity"], line
    for name, line, n in parameters(top_level(source.without_preprocessor(bare))[0]):
        yield name, "params", n, LIMITS["params"], line
    yield "-", "file", text.count("\n"), FILE_LINES[kind], 1
    for name, line, _ in globals_of(source.without_preprocessor(bare)):
        yield name, "global", 1, 0, line


def habits(root, path):
    """(line, text) of everything that is simply wrong."""
    text = source.read(root, path)
    bare = source.bare(text)
    code = source.without_preprocessor(bare)
    for m in MARKS.finditer(text):
        yield line_of(text, m.start()), f"{m.group(1)}: file an issue instead"
    if not path.startswith("proxy/base/"):
        guards = guard_lines(bare)
        for m in re.finditer(r"^[ \t]*#[ \t]*if\w*\b.*", bare, re.M):
            if line_of(bare, m.start()) not in guards:
                yield line_of(bare, m.start()), "#if belongs in proxy/base"
    if path.endswith(".h") and comment_share(text) < LIMITS["comments"]:
        yield 1, f"{comment_share(text)} % of its lines carry comments; {LIMITS['comments']} wanted"
    if not text.lstrip().startswith("/*"):
        yield 1, "does not open by saying what it is"
    yield from names(path, code, top_level(code)[0])


def debts(root):
    found = {}
    for line in source.read(root, "tests/lint/budgets.txt").split("\n"):
        words = line.split("#")[0].split()
        if words:
            found[tuple(words[:3])] = int(words[3])
    return found


def check(root):
    owed, bad, paid = debts(root), [], set()
    files = source.sources(root)
    worst = {}
    for path in files:
        bad += [f"{path}:{line}: {what}" for line, what in habits(root, path)]
        for name, kind, n, limit, line in figures(root, path):
            if n > limit and n > worst.get((path, name, kind), (0,))[0]:
                worst[path, name, kind] = (n, limit, line)
    for key, (n, limit, line) in worst.items():
        path, name, kind = key
        if key not in owed:
            bad.append(f"{path}:{line}: {name}: {kind} {n}, at most {limit}")
        elif n > owed[key]:
            bad.append(f"{path}:{line}: {name}: {kind} {n}, owed {owed[key]}: a debt may not rise")
        elif n < owed[key]:
            bad.append(f"budgets.txt: {path} {name} {kind}: owed {owed[key]}, now {n}: lower it")
        paid.add(key)
    bad += [f"budgets.txt: {' '.join(k)}: no longer owed: strike it" for k in owed if k not in paid]
    return bad, len(files)


def without_test(root):
    """Files that decide something (any function of complexity 2 or more) and have no unit test."""
    for path in source.sources(root):
        stem = os.path.basename(path)[:-2]
        if (path.endswith(".c") and path.startswith(ROOMS_WITH_DECISIONS) and stem != "main"
                and not os.path.exists(os.path.join(root, f"tests/unit/test_{stem}.c"))
                and any(f[3] > 1 for f in functions(root, path))):
            yield path


if __name__ == "__main__":
    where = source.root_from(sys.argv)
    missing = list(without_test(where))
    if missing:
        print("budgets: warning: no unit test of its name for: " + " ".join(missing))
    source.finish("budgets", *check(where))
