"""Other people's programs that judge a log: built or installed by name, in the versions that the lock files
of judges/ pin, and kept under build/judges. What cannot be had is Absent, with its name and why."""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parents[1] / "build/judges"


class Absent(Exception):
    pass


def _go():
    """A Go that is new enough: the system's, or the one that tests/flow/setup put beside pytest."""
    for path in (shutil.which("go"), HERE.parents[1] / "build/venv/bin/go"):
        if path and pathlib.Path(path).exists():
            said = subprocess.run([path, "version"], capture_output=True, text=True,
                                  env={**os.environ, "GOTOOLCHAIN": "local"}).stdout
            number = re.search(r"go1\.(\d+)", said)
            if number and int(number.group(1)) >= 25:
                return str(path)
    raise Absent("no Go 1.25 or newer")


def _key(name):
    digest = hashlib.sha256()
    for path in sorted((HERE / "judges" / name).iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{name}-{digest.hexdigest()[:12]}"


def _make(name, command, env=None):
    """The folder of a judge in which `command` has run once."""
    folder, done = CACHE / _key(name), CACHE / _key(name) / ".done"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE / "judges" / name, folder)
        p = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900,
                           env={**os.environ, **(env or {})})
        if p.returncode != 0:
            raise Absent(f"{name}: {(p.stderr or p.stdout).strip()[-200:]}")
        done.touch()
    return folder


def go(name, package="."):
    """The program of judges/NAME."""
    folder = _make(name, [_go(), "build", "-o", name, package],
                   {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"})
    return [str(folder / name)]


def node(name):
    """The judge of that name in judges/node/judge.mjs."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise Absent(f"{name}: no npm")
    folder = _make("node", ["npm", "ci", "--silent", "--no-audit", "--no-fund"])
    return ["env", "-C", str(folder), "node", "judge.mjs", name]


def accepts(judge, log, *proofs):
    p = subprocess.run([*judge, str(log), *map(str, proofs)], capture_output=True, text=True, timeout=120)
    if p.returncode == 77:
        raise Absent(p.stdout.strip()[-200:])
    assert p.returncode in (0, 1), p.stdout + p.stderr
    return p.returncode == 0
