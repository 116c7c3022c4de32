#!/usr/bin/env python3
"""selftest.py - plants one breach of each kind in a temporary tree and wants each guard to name it."""
import os
import shutil
import sys
import tempfile

import budgets
import docs
import format as layout
import headers
import layers
import raw

BASE = """/* proxy/base/base.h - planted. */
#ifndef PROXY_BASE_BASE_H
#define PROXY_BASE_BASE_H
/* Nothing. */
#include <stddef.h>

#endif
"""
FIRST = '/* planted */\n#include "proxy/base/base.h"\n'
LINT = os.path.dirname(os.path.abspath(__file__))


class Tree:
    """A small clean tree; put() plants, and the whole is gone afterwards."""

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="bulla-lint-")
        self.put("tests/lint/layers.txt", open(os.path.join(LINT, "layers.txt")).read())
        self.put("tests/lint/budgets.txt", "# none\n")
        shutil.copy(os.path.join(LINT, "..", "..", ".clang-format"), self.root)
        self.put("proxy/base/base.h", BASE)
        self.put("redact/finding.h", BASE.replace("base.h", "finding.h").replace(
            "PROXY_BASE_BASE", "REDACT_FINDING").replace("<stddef.h>", '"proxy/base/base.h"'))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    def put(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)

    def edit(self, path, old, new):
        with open(os.path.join(self.root, path)) as f:
            text = f.read()
        assert old in text, (path, old)
        self.put(path, text.replace(old, new))


def c(body="", includes=""):
    return FIRST + includes + "\n" + body


LONG = "int f(void)\n{\n" + "    (void)0;\n" * 90 + "    return 0;\n}\n"
KNOTTY = "int f(int a)\n{\n" + "    if (a == 1)\n        return 2;\n" * 20 + "    return a;\n}\n"
MANY = "int f(int a, int b, int c, int d, int e, int g, int h);\n"

# what is planted (path, text), the guard, and a piece of what it must say
BREACHES = [
    ("an upward include", layers, [("proxy/json/a.c", c(includes='#include "proxy/gate/x.h"\n'))],
     "proxy/json may not include proxy/gate/x.h"),
    ("a sibling include", layers, [("redact/a.c", c(includes='#include "audit/x.h"\n'))],
     "redact may not include audit/x.h"),
    ("a header beside the one allowed", layers,
     [("policies/a.c", c(includes='#include "redact/scan.h"\n'))],
     "policies may not include redact/scan.h"),
    ("a third-party header in the wrong place", layers,
     [("proxy/http/a.c", c(includes="#include <openssl/ssl.h>\n"))], "<openssl/ belongs in"),
    ("a third-party header under its folder's name", layers,
     [("proxy/http/a.c", c(includes="#include <hs/hs.h>\n"))], "<hs.h> belongs in redact/"),
    ("a second file for a max 1 header", layers,
     [("redact/a.c", c(includes="#include <hs.h>\n")),
      ("redact/b.c", c(includes="#include <hs.h>\n"))], "<hs.h>: one file too many"),
    ("a second file of one folder for max 1 each", layers,
     [("audit/a.c", c(includes="#include <sqlite3.h>\n")),
      ("audit/b.c", c(includes="#include <sqlite3.h>\n"))], "<sqlite3.h>: one file too many"),
    ("a folder outside the plan", layers, [("extras/a.c", c())], "in no folder of the plan"),
    ("a rule that goes round", layers, "proxy/base     -|proxy/base     gate",
     "which does not stand above it"),
    ("a long function", budgets, [("redact/a.c", c(LONG))], "f: lines 94, at most 80"),
    ("a knotty function", budgets, [("redact/a.c", c(KNOTTY))], "f: complexity 21, at most 15"),
    ("seven parameters", budgets, [("redact/a.c", c(MANY))], "f: params 7, at most 6"),
    ("a long .c", budgets, [("redact/a.c", c("/* */\n" * 700))], "file 703, at most 700"),
    ("a long .h", budgets, [("redact/a.h", c("/* */\n" * 250))], "file 253, at most 250"),
    ("a header without words", budgets, [("redact/a.h", c("int a(void);\n" * 9))],
     "% of its lines carry comments"),
    ("a file that does not say what it is", budgets, [("redact/a.c", "int a(void);\n")],
     "does not open by saying what it is"),
    ("a mark of debt", budgets, [("redact/a.c", c("/* TO" "DO: later */\n"))],
     "file an issue instead"),
    ("an #if", budgets, [("redact/a.c", c("#ifdef __x86_64__\n#endif\n"))],
     "#if belongs in proxy/base"),
    ("a mutable global", budgets, [("redact/a.c", c("static int seen = 0;\n"))], "seen: global"),
    ("a pointer that may be moved", budgets, [("redact/a.c", c('static const char *at = "";\n'))],
     "at: global"),
    ("a pointer to a function that may be moved", budgets,
     [("redact/a.c", c("static int (*hook)(int a);\n"))], "hook: global"),
    ("a mutable struct", budgets, [("redact/a.c", c("static struct {\n    int a;\n} one = {1};\n"))],
     "one: global"),
    ("an extern variable", budgets, [("redact/a.h", c("extern const int table[];\n"))],
     "table: global"),
    ("a static that remembers", budgets,
     [("redact/a.c", c("int f(void)\n{\n    static int n;\n    return n++;\n}\n"))], "n: global"),
    ("a name that says nothing", budgets, [("redact/a.c", c("int f(int ct" "x);\n"))],
     "says nothing"),
    ("a typedef of a struct", budgets, [("redact/a.c", c("typedef struct {\n    int a;\n} b;\n"))],
     "typedef of a struct: b"),
    ("a goto elsewhere", budgets,
     [("redact/a.c", c("int f(void)\n{\n    goto again;\nagain:\n    return 0;\n}\n"))],
     "goto again: only out"),
    ("two shapes of function in one", budgets,
     [("redact/a.c", c("int f(void)\n{\n    TRY(g());\nout:\n    return 0;\n}\n"))],
     "TRY and out: in one function"),
    ("a debt that was paid", budgets, [("tests/lint/budgets.txt", "redact/a.c f lines 90\n")],
     "no longer owed"),
    ("a debt that fell", budgets, [("redact/a.c", c(LONG)),
                                   ("tests/lint/budgets.txt", "redact/a.c f lines 99\n")],
     "now 94: lower it"),
    ("a debt that rose", budgets, [("redact/a.c", c(LONG)),
                                   ("tests/lint/budgets.txt", "redact/a.c f lines 90\n")],
     "a debt may not rise"),
    ("a header that leans on others", headers,
     [("redact/a.h", "/* planted */\nsize_t a(struct slice s);\n")], "does not compile alone"),
    ("base.h not first", headers, [("redact/a.c", "#include <stdio.h>\n" + c())],
     "the first include is"),
    ("own header not second", headers,
     [("redact/finding.c", c(includes='#include "proxy/base/base.h"\n'))],
     "the second include is its own"),
    ("raw text read by another", raw,
     [("redact/a.c", c("void f(struct raw r)\n{\n    see(r.only_to_seal);\n}\n"))],
     "raw text is read outside"),
    ("a link to nowhere", docs, [("README.md", "see [this](proxy/nowhere.md)\n")],
     "no proxy/nowhere.md"),
    ("a test that is not there", docs,
     [("tests/unit/test_a.c", c("static void one(void **state)\n{\n}\n")), ("README.md", "see `unit/test_a.c::two`\n")],
     "no test unit/test_a.c::two"),
    ("a file of tests that is not there", docs, [("README.md", "see `flow/test_a.py::test_*`\n")],
     "no test flow/test_a.py::test_*"),
    ("a promise that nothing holds", docs,
     [("tests/p.md", "| # | promise | held by | not held |\n|---|---|---|---|\n| P1 | all | – | – |\n")],
     "row P1 names no test"),
    ("a story that the list lacks", docs,
     [("tests/flow/test_a.py", ""), ("tests/README.md", "see test_a.py\n\n| `test_b.py` | b |\n")],
     "no row on flow/test_a.py"),
    ("a row on a story that is gone", docs, [("tests/README.md", "| `test_b.py` | b |\n")],
     "a row on flow/test_b.py, which is not there"),
    ("a merge's mark", docs, [("README.md", "one\n||||||| parent of 0123abc (a change)\ntwo\n")],
     "a merge's mark is left over"),
    ("a file that is not there", docs, [("README.md", "see `gate/nowhere.c`\n")],
     "no gate/nowhere.c"),
    ("a layout of one's own", layout, [("redact/a.c", c("int  f( void ) ;\n"))],
     "clang-format would change"),
    ("a layout of one's own in a test", layout, [("tests/unit/test_a.c", c("int  f( void ) ;\n"))],
     "clang-format would change"),
]

# what must not be named: each would be a false alarm
FINE = [
    ("constant tables", budgets, [("redact/a.c", c(
        'static const char *const words[] = {"a", "b"};\nstatic const struct {\n    int a;\n}'
        ' rows[] = {{1}};\nenum kind { A = 0, B };\nstruct one {\n    int a;\n};\n'
        'int f(void)\n{\n    static const int two[] = {1, 2};\n    return two[0];\n}\n'))]),
    ("a callback among the parameters", budgets,
     [("redact/a.c", c("static int f(int a, void (*see)(int b), int d)\n{\n    see(a);\n"
                       "    return d;\n}\n"))]),
    ("a library's own field", budgets,
     [("redact/a.c", c("int f(struct e *e)\n{\n    return e->data.n;\n}\n"))]),
    ("raw text by its sealer, and in a comment", raw,
     [("redact/a.c", c("/* only_to_seal */\nvoid f(void);\n"))]),
    ("a promise and its test", docs,
     [("tests/flow/test_a.py", "def test_one(x):\n    pass\n"), ("tests/README.md", "| `test_a.py` | a |\n"),
      ("tests/p.md", "| # | promise | held by | not held |\n|---|---|---|---|\n| P1 | all | `flow/test_a.py::test_*` | – |\n"
                     "| P2 | more | *nowhere* | all |\n")]),
    ("a file named by its room", docs, [("README.md", "see `base/base.h`\n")]),
    ("an upward include in a test", layers,
     [("tests/unit/test_a.c", c(includes='#include "proxy/gate/x.h"\n'))]),
]


def plant(tree, what):
    if isinstance(what, str):
        tree.edit("tests/lint/layers.txt", *what.split("|"))
        return
    for path, text in what:
        tree.put(path, text)


def main():
    passed, failed = 0, []
    with Tree() as clean:
        for guard in (layers, budgets, headers, layout, docs, raw):
            if guard.check(clean.root)[0]:
                failed.append(f"a clean tree: {guard.__name__}: {guard.check(clean.root)[0][0]}")
            else:
                passed += 1
    for what, guard, planted, says in BREACHES:
        with Tree() as tree:
            plant(tree, planted)
            bad = guard.check(tree.root)[0]
            if any(says in b for b in bad):
                passed += 1
            else:
                failed.append(f"{what}: {guard.__name__} did not say '{says}' but {bad}")
    for what, guard, planted in FINE:
        with Tree() as tree:
            plant(tree, planted)
            bad = guard.check(tree.root)[0]
            passed += not bad
            failed += [f"{what}: a false alarm: {b}" for b in bad]
    for line in failed:
        print("selftest:", line)
    print(f"selftest: {passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
