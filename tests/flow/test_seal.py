"""What the processes may still do once they run, as the kernel tells it."""
import os
import pathlib
import signal
import sys

import pytest

from bulla import processes, until

ROLES = ("worker", "auditor", "resolver")

# Runs a program under a filter in which some system calls fail: a kernel that says no.
REFUSING = """\
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
lib.seccomp_init.restype = ctypes.c_void_p
f = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x7fff0000)))
for pair in sys.argv[1].split(","):
    name, errno = pair.split("=")
    number = lib.seccomp_syscall_resolve_name(name.encode())
    assert number >= 0 and lib.seccomp_rule_add(
        f, ctypes.c_uint32(0x00050000 | int(errno)), number, 0) == 0
assert lib.seccomp_load(f) == 0
os.execv(sys.argv[2], sys.argv[2:])
"""


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def maps(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/maps").read_text()
    except PermissionError:
        return None                     # not even root's own tools, without the right to trace


def running(gateway):
    gateway.start()
    return until(lambda: (c := processes(gateway)).keys() >= set(ROLES) and c)


def refusing(gateway, tmp_path, calls):
    """The gateway is started where `calls`, such as capset=1, fail with that errno."""
    script, launcher = tmp_path / "refuse.py", tmp_path / "launch"
    script.write_text(REFUSING)
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} {script} {calls} {gateway.binary} "$@"\n')
    launcher.chmod(0o755)
    gateway.binary = launcher


def test_every_process_is_sealed_after_its_start(gateway, client, upstream):
    upstream.says("good day")
    pids = running(gateway)
    assert client.chat("hello").text == "good day"
    for role in ROLES:
        s = status(pids[role])
        assert (s["Seccomp"], s["NoNewPrivs"], s["CapEff"]) == ("2", "1", "0" * 16), role
    assert status(gateway.process.pid)["NoNewPrivs"] == "1"
    said = gateway.said()
    assert said.count('"event":"sealed"') >= 3


def test_a_shipper_is_sealed_like_the_others_and_sends(gateway, client, upstream, tmp_path):
    gateway.config["sinks"] = {"copy": {"kind": "jsonl", "to": str(tmp_path / "copy.jsonl")},
                               "far": {"kind": "syslog", "to": "tcp://localhost:1"}}
    upstream.says("good day")
    running(gateway)
    pid = until(lambda: processes(gateway).get("shipper"))
    s = status(pid)
    assert (s["Seccomp"], s["NoNewPrivs"], s["CapEff"]) == ("2", "1", "0" * 16)
    text = maps(pid)
    assert text is None or "rwxp" not in text
    answer = client.chat("hello")
    until(lambda: answer.exchange in (tmp_path / "copy.jsonl").read_text())
    until(lambda: '"sink.away"' in gateway.said() and "nobody takes a connection" in gateway.said())
    assert processes(gateway).get("shipper") == pid        # it was not ended for what it did


def test_no_memory_is_both_written_and_run(gateway, client, upstream):
    pids = running(gateway)
    for role in ROLES:
        text = maps(pids[role])
        assert text is None or "rwxp" not in text, role


def test_a_new_worker_is_sealed_like_the_first(gateway, policy, client, upstream):
    first = running(gateway)["worker"]
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}])
    os.kill(gateway.process.pid, signal.SIGHUP)
    second = until(lambda: (w := processes(gateway)["worker"]) != first and w)
    s = status(second)
    assert (s["Seccomp"], s["NoNewPrivs"], s["CapEff"]) == ("2", "1", "0" * 16)
    upstream.echoes()
    client.chat("write to jo@example.org")
    assert b"jo@example.org" not in upstream.everything()


def test_children_hold_no_descriptor_of_the_master(gateway):
    pids = running(gateway)
    try:
        own = {os.readlink(f"/proc/{gateway.process.pid}/fd/{n}")
               for n in os.listdir(f"/proc/{gateway.process.pid}/fd") if int(n) > 2}
        for role in ("auditor", "resolver"):
            theirs = {os.readlink(f"/proc/{pids[role]}/fd/{n}")
                      for n in os.listdir(f"/proc/{pids[role]}/fd") if int(n) > 2}
            assert not {x for x in own & theirs if x.startswith(("socket:", "pipe:"))}, role
    except PermissionError:
        pytest.skip("descriptors of others are not shown here")


def test_the_version_names_the_seal(gateway):
    said = gateway.run("--version").stdout
    assert "seal: seccomp " in said and "Landlock ABI " in said


@pytest.mark.parametrize("call", ["capset", "landlock_restrict_self", "seccomp"])
def test_who_cannot_be_sealed_does_not_start(gateway, tmp_path, call):
    if "Landlock ABI 0" in gateway.run("--version").stdout and call.startswith("landlock"):
        pytest.skip("this kernel has no Landlock")
    refusing(gateway, tmp_path, f"{call}=14")       # EFAULT: not what a kernel without it answers
    gateway.write_config()
    ended = gateway.run("serve", "-c", gateway.config_path)
    assert ended.returncode == 1
    assert "cannot be sealed" in ended.stderr


def test_a_kernel_without_landlock_is_said_so_and_served(gateway, tmp_path, client, upstream):
    refusing(gateway, tmp_path, "landlock_create_ruleset=38")       # ENOSYS
    upstream.says("good day")
    assert client.chat("hello").text == "good day"
    assert '"event":"seal.no_landlock"' in gateway.said()
    assert status(running(gateway)["worker"])["Seccomp"] == "2"


def test_no_process_may_leave_a_core_and_a_crash_leaves_none(gateway):
    pids = running(gateway)
    for pid in (gateway.process.pid, *(pids[role] for role in ROLES)):
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
        assert next(x for x in limits if x.startswith("Max core file size")).split()[4:6] == ["0", "0"]
    os.kill(pids["worker"], signal.SIGABRT)
    until(lambda: processes(gateway).get("worker") not in (None, pids["worker"]))
    assert not [x for x in gateway.folder.rglob("*core*") if x.is_file()]


def holders(pid, text):
    """The flags of each mapping of a process that holds `text`; None where nobody may look."""
    found = []
    try:
        blocks = pathlib.Path(f"/proc/{pid}/smaps").read_text()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            at = None
            for line in blocks.splitlines():
                first, *rest = line.split()
                if "-" in first and not first.endswith(":"):
                    at, end = (int(x, 16) for x in first.split("-"))
                    small = rest[0].startswith("rw") and end - at < 1 << 28
                elif first == "VmFlags:" and small:
                    memory.seek(at)
                    try:
                        if text.encode() in memory.read(end - at):
                            found.append(rest)
                    except OSError:
                        pass
    except OSError:
        return None
    return found


def test_a_providers_key_is_in_memory_of_its_own_and_with_those_who_need_it_alone(gateway):
    """Before the first exchange: nowhere but in a store that no core would hold."""
    key = gateway.canary("provider-in-" + "memory-canary-77")
    path = gateway.folder / "provider.key"
    path.write_text(key)
    path.chmod(0o600)
    gateway.config["upstreams"]["fake"]["key"] = f"file:{path}"
    pids = running(gateway)
    for role in ("auditor", "resolver"):
        assert not holders(pids[role], key), role
    for pid in (gateway.process.pid, pids["worker"]):
        held = holders(pid, key)
        assert held is None or (held and all("dd" in flags for flags in held)), held
        assert held is None or len(held) == 1, held      # a copy from before a fork would not be locked
        if '"event":"keys.not_locked"' not in gateway.said() and os.environ.get("BULLA", "").count("release"):
            assert held is None or "lo" in held[0], held     # under the sanitizers mlock(2) does nothing


def test_a_key_of_the_environment_is_shown_by_no_process(gateway, upstream, client, monkeypatch):
    key = gateway.canary("provider-in-" + "environment-canary-78")
    monkeypatch.setenv("STORY_PROVIDER_KEY", key)
    gateway.config["upstreams"]["fake"]["key"] = "env:STORY_PROVIDER_KEY"
    pids = running(gateway)
    for role, pid in {"master": gateway.process.pid, **pids}.items():
        try:
            assert key.encode() not in pathlib.Path(f"/proc/{pid}/environ").read_bytes(), role
        except PermissionError:
            pass                        # as it should be: nobody may look
    os.kill(gateway.process.pid, signal.SIGHUP)         # the next worker is told as well
    until(lambda: processes(gateway).get("worker") not in (None, pids["worker"]))
    assert client.chat("hello").status == 200
    assert upstream.last.header("authorization") == f"Bearer {key}"
