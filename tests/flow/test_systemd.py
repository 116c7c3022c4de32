"""The systemd unit: how exposed it is, and that the program runs under what it allows."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from bulla import until
from test_seal import running, status

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/systemd/bulla.service"

# Runs a program without capabilities, and with the calls that stand in a file; others fail (EPERM).
CONFINED = """\
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
head, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
for cap in range(64):
    libc.prctl(24, cap, 0, 0, 0)        # PR_CAPBSET_DROP, as CapabilityBoundingSet= does
assert libc.capset(head, none) == 0 and libc.prctl(38, 1, 0, 0, 0) == 0
lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
lib.seccomp_init.restype = ctypes.c_void_p
f = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x00050001)))
for name in open(sys.argv[1]).read().split():
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number >= 0:
        assert lib.seccomp_rule_add(f, ctypes.c_uint32(0x7fff0000), number, 0) == 0, name
assert lib.seccomp_load(f) == 0
os.execv(sys.argv[2], sys.argv[2:])
"""


def analyze(*words):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    return subprocess.run(["systemd-analyze", "--no-pager", *map(str, words)], capture_output=True, text=True)


def calls_of(name):
    """The system calls of a set such as @file-system, sets within it as well."""
    if not name.startswith("@"):
        return {name}
    lines = analyze("syscall-filter", name).stdout.splitlines()[1:]
    return set().union(*(calls_of(x.strip()) for x in lines if x.strip() and not x.strip().startswith("#")))


def test_the_unit_is_exposed_by_no_more_than_a_little():
    said = analyze("security", "--offline=true", "--threshold=15", UNIT)
    assert said.returncode == 0, said.stdout[-200:] + said.stderr


def test_the_unit_is_understood(tmp_path, bulla):
    """Nothing in it is unknown; the program's path is that of this build."""
    copy = tmp_path / "bulla.service"
    copy.write_text(UNIT.read_text().replace("/usr/bin/bulla", str(bulla)))
    said = analyze("verify", copy)
    about_us = [x for x in said.stderr.splitlines() if "bulla.service" in x]
    assert not about_us, about_us


def test_the_program_runs_under_the_units_filter(gateway, tmp_path, client, upstream):
    if "Sanitizer" in gateway.run("--version").stdout or "only logs" in gateway.run("--version").stdout:
        pytest.skip("a sanitizer build needs more calls than a service has")
    names = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.M):
        some = set().union(*(calls_of(x) for x in line.lstrip("~").split()))
        names = names - some if line.startswith("~") else names | some
    assert len(names) > 100 and "seccomp" in names and "capset" not in names
    wanted, script, launcher = tmp_path / "calls", tmp_path / "confine.py", tmp_path / "launch"
    wanted.write_text("\n".join(sorted(names)))
    script.write_text(CONFINED)
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} {script} {wanted} {gateway.binary} "$@"\n')
    launcher.chmod(0o755)
    gateway.binary = launcher
    upstream.says("good day")
    assert client.chat("hello").text == "good day"
    for role, pid in running(gateway).items():
        assert status(pid)["Seccomp_filters"] == "2", role     # the unit's, and its own


def test_the_service_manager_hears_how_it_is(gateway, policy, client, tmp_path, monkeypatch):
    path = tmp_path / "notify"
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    heard.bind(str(path))
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    said = []

    def listen(*words):
        """Each word in this order, after what was heard before; the watchdog's apart."""
        try:
            while True:
                word = heard.recv(100).decode()
                if word != "WATCHDOG=1" or "WATCHDOG=1" in words:
                    said.append(word)
        except BlockingIOError:
            return said[:len(words)] == list(words)
    gateway.start()
    until(lambda: listen("READY=1"))
    os.kill(gateway.process.pid, signal.SIGHUP)
    until(lambda: listen("READY=1", "RELOADING=1", "READY=1"))
    gateway.stop()
    assert listen("READY=1", "RELOADING=1", "READY=1", "STOPPING=1")
    heard.close()


def test_the_watchdog_hears_of_it(gateway, tmp_path, monkeypatch):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(path))
        heard.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        gateway.start()
        while heard.recv(100) != b"WATCHDOG=1":
            pass
