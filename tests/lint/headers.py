#!/usr/bin/env python3
"""headers.py [TREE] - each header compiles alone under gcc and clang; each .c includes base.h first
and its own header second."""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import source

FLAGS = ["-std=c17", "-fsyntax-only", "-D_GNU_SOURCE", "-I.", "-Wall", "-Wextra", "-Wpedantic",
         "-Werror", "-Wstrict-prototypes", "-Wconversion", "-x", "c", "-"]
LIBRARIES = ["openssl", "libevent", "libpcre2-8", "libcjson", "libhs", "yaml-0.1", "zlib",
             "libbrotlidec", "libzstd"]
COMPILERS = [c for c in ("gcc", "clang-14") if shutil.which(c)]


def library_flags():
    p = subprocess.run(["pkg-config", "--cflags", *LIBRARIES], capture_output=True, text=True)
    return p.stdout.split()


def compile_alone(root, path, compiler, flags):
    p = subprocess.run([compiler, *flags, *FLAGS], cwd=root, capture_output=True, text=True,
                       input=f'#include "{path}"\n')
    if p.returncode == 0:
        return None
    first = next((x for x in p.stderr.split("\n") if "error" in x), p.stderr[:200])
    return f"{path}: does not compile alone under {compiler}: {first}"


def order(root, path):
    quoted = re.findall(r'^#include "([^"]+)"', source.read(root, path), re.M)
    every = re.findall(r'^#include ([<"][^>"]+)', source.read(root, path), re.M)
    own = path[:-2] + ".h"
    if every[:1] != ['"proxy/base/base.h']:
        return f"{path}:1: the first include is proxy/base/base.h"
    if os.path.exists(os.path.join(root, own)) and quoted[1:2] != [own]:
        return f"{path}:1: the second include is its own header, {own}"
    return None


def check(root):
    files = source.sources(root)
    flags = library_flags()
    jobs = [(p, c) for p in files if p.endswith(".h") for c in COMPILERS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = list(pool.map(lambda j: compile_alone(root, *j, flags), jobs))
    bad += [order(root, p) for p in files if p.endswith(".c") and p != "proxy/base/result.c"]
    return [b for b in bad if b], len(files)


if __name__ == "__main__":
    if not COMPILERS:
        sys.exit("headers: no compiler")
    source.finish("headers", *check(source.root_from(sys.argv)))
