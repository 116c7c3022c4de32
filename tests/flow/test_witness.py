"""Witnesses, both ways: ours for a log of ours, and somebody else's (litewitness) as the judge of both."""
import base64
import calendar
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import court
import pytest
from bulla import processes, until
from ports import free_port
from test_unseal import identity

# of a key that nobody has
NOBODY = "one.example/w+" + hashlib.sha256(b"one.example/w\n\x04" + bytes(32)).digest()[:4].hex() + "+" + base64.b64encode(b"\x04" + bytes(32)).decode()
ED25519 = bytes.fromhex("302a300506032b6570032100")


def vkey_of(log):
    return next(x for x in (log / "LOG").read_text().splitlines() if x.startswith("vkey "))[5:]


def wait_for(port, process):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, f"the witness ended with {process.returncode}"
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), 1).close()
        time.sleep(0.05)
    raise AssertionError("the witness does not listen")


@contextlib.contextmanager
def ours(gateway, name, policy, port=None):
    """A witness of our own: its vkey and URL."""
    port = port or free_port()
    p = subprocess.Popen([gateway.binary, "audit", "witness", "--dir", gateway.folder / name.split(".")[0], "--name", name, "--policy",
                          policy, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True)
    try:
        yield p.stdout.readline().split()[1], f"http://127.0.0.1:{port}"
    finally:
        p.terminate()
        assert p.wait(20) == 0


@contextlib.contextmanager
def litewitness(folder, log_name, log_vkey):
    """Torchwood's witness, with a key in an agent of its own, told of one log."""
    program = folder / "litewitness"
    program.mkdir()
    judge = court.go("litewitness", "filippo.io/torchwood/cmd/litewitness")
    for tool in ("ssh-agent", "ssh-add", "ssh-keygen"):
        if not shutil.which(tool):
            raise court.Absent(f"litewitness: no {tool}")
    key, agent, db = program / "key", program / "agent", program / "db"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    environment = {"SSH_AUTH_SOCK": str(agent), "PATH": "/usr/bin:/bin", "HOME": str(program)}
    running = [subprocess.Popen(["ssh-agent", "-D", "-a", agent], stdout=subprocess.DEVNULL)]
    try:
        end = time.monotonic() + 10
        while not agent.exists() and time.monotonic() < end:
            time.sleep(0.02)
        subprocess.run(["ssh-add", "-q", key], check=True, env=environment, capture_output=True)
        printed = subprocess.run(["ssh-keygen", "-lf", key], check=True, capture_output=True, text=True).stdout.split()[1]
        port = free_port()
        with open(program / "log", "wb") as said:
            running.append(subprocess.Popen(
                [*judge, "-name", "lite.example/w", "-db", db, "-ssh-agent", agent, "-key", printed, "-listen",
                 f"127.0.0.1:{port}"], stderr=said, stdout=said, cwd=program))
        wait_for(port, running[-1])
        with contextlib.closing(sqlite3.connect(db)) as known:      # as its witnessctl does
            known.execute("INSERT INTO log VALUES (?, 0, ?)",
                          (log_name, base64.b64encode(hashlib.sha256(b"").digest()).decode()))
            known.execute("INSERT INTO key VALUES (?, ?)", (log_name, log_vkey))
            known.commit()
        public = base64.b64decode((program / "key.pub").read_text().split()[1])[-32:]
        raw = b"\x04" + public
        name = hashlib.sha256(b"lite.example/w\n" + raw).digest()[:4].hex()
        yield f"lite.example/w+{name}+{base64.b64encode(raw).decode()}", f"http://127.0.0.1:{port}"
    finally:
        for p in reversed(running):
            p.terminate()
            p.wait(10)


def cosignature_holds(note, vkey, folder):
    """By the definition, with the openssl tool: the witness signed a time and the checkpoint."""
    name, key_id, raw = vkey.split("+", 2)
    text, _, lines = note.partition("\n\n")
    for line in lines.splitlines():
        blob = base64.b64decode(line.split(" ")[2])
        if line.split(" ")[1] == name and blob[:4].hex() == key_id:
            when = int.from_bytes(blob[4:12], "big")
            assert abs(when - time.time()) < 3600
            (folder / "k").write_bytes(ED25519 + base64.b64decode(raw)[1:])
            (folder / "t").write_text(f"cosignature/v1\ntime {when}\n{text}\n")
            (folder / "s").write_bytes(blob[12:])
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "k",
                                   "-in", "t", "-sigfile", "s"], cwd=folder, capture_output=True).returncode == 0
    return False


def anchor(gateway, policy):
    return gateway.run("audit", "anchor", "--policy", policy, "--dir", gateway.audit_dir)


def verify(gateway, policy):
    return gateway.run("audit", "verify", "--policy", policy, "--dir", gateway.audit_dir)


def witnessed_and_refused(gateway, client, policy, witnesses):
    """The log is cosigned as it grows; rolled back, or written anew with its key, it is not."""
    log, folder = gateway.audit_dir, gateway.folder
    assert verify(gateway, policy).returncode == 5                  # nobody has cosigned yet
    done = anchor(gateway, policy)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = max((log / "anchor").glob("*.witnessed.checkpoint"))
    for vkey in witnesses:
        assert cosignature_holds(kept.read_text(), vkey, folder)
    done = verify(gateway, policy)
    assert done.returncode == 0 and f"witnessed: {kept.name.split('.')[0]}\n" in done.stdout
    early = folder / "early-log"
    shutil.copytree(log, early)
    client.chat("one more")
    gateway.stop()
    assert anchor(gateway, policy).returncode == 0                  # by 409 they say what they have seen
    assert anchor(gateway, policy).returncode == 0                  # and the same head once more
    assert verify(gateway, policy).returncode == 0
    key = (log / "log.key").read_bytes()
    shutil.move(log, folder / "true-log")
    shutil.move(early, log)
    done = anchor(gateway, policy)                                  # a disk image of yesterday
    assert done.returncode == 2 and "has cosigned another head" in done.stderr, done.stderr
    shutil.rmtree(log)
    log.mkdir(mode=0o700)
    (log / "log.key").write_bytes(key)
    (log / "log.key").chmod(0o600)
    for i in range(12):
        client.chat(f"nothing happened {i}")                        # written anew with the stolen key
    gateway.stop()
    assert gateway.run("audit", "verify", "--dir", log).returncode == 0
    done = anchor(gateway, policy)
    assert done.returncode == 2 and "does not find its last head" in done.stderr, done.stderr
    assert verify(gateway, policy).returncode == 5


@pytest.fixture
def begun(client, gateway):
    client.chat("hello")
    gateway.stop()
    known = gateway.folder / "known"
    known.write_text(f"log {vkey_of(gateway.audit_dir)}\nquorum none\n")
    return known


def test_our_own_witness_cosigns_growth_and_nothing_else(client, gateway, begun):
    policy = gateway.folder / "policy.tlog"
    with ours(gateway, "one.example/w", begun) as one, ours(gateway, "two.example/w", begun) as two:
        policy.write_text(begun.read_text().replace("quorum none\n", "") +
                          f"witness one {one[0]} {one[1]}\nwitness two {two[0]} {two[1]}\n"
                          "group both 2 one two\nquorum both\n")
        witnessed_and_refused(gateway, client, policy, [one[0], two[0]])


def test_somebody_elses_witness_cosigns_growth_and_nothing_else(client, gateway, begun):
    policy, log_vkey = gateway.folder / "policy.tlog", vkey_of(gateway.audit_dir)
    try:
        with litewitness(gateway.folder, log_vkey.split("+")[0], log_vkey) as (vkey, url):
            policy.write_text(f"witness lite {vkey} {url}\nquorum lite\n")
            witnessed_and_refused(gateway, client, policy, [vkey])
    except court.Absent as why:
        pytest.skip(f"skipped: judge litewitness: {why}")


def test_a_witness_that_is_asked_for_tls_says_who_does_it(gateway, tmp_path):
    (tmp_path / "policy").write_text("quorum none\n")
    done = gateway.run("audit", "witness", "--dir", tmp_path / "state", "--name", "w.example/w", "--policy", tmp_path / "policy",
                       "--listen", "https://127.0.0.1:1")
    assert done.returncode == 1 and "plain HTTP" in done.stderr and not done.stdout


@pytest.mark.skipif(shutil.which("age-keygen") is None, reason="the age tool is not installed")
def test_who_erases_or_opens_waits_for_the_witnesses(client, gateway, audit, begun):
    reviewer, recipient = identity(gateway.folder, "reviewer.txt")
    gateway.config["audit"].update({"capture": "full", "reviewers": [recipient]})
    policy, log = gateway.audit_dir / "witnesses", gateway.audit_dir
    with ours(gateway, "one.example/w", begun) as (vkey, url):
        policy.write_text(f"witness one {vkey} {url}\nquorum one\n")
        gateway.start()
        answers = [client.chat(f"hello {i}") for i in range(3)]
        seqs = [audit.of(a)[0].seq for a in answers]
        unseal = lambda seq: gateway.run("audit", "unseal", seq, "--identity", reviewer, "--reason", "r", "--dir", log)
        erase = lambda a: gateway.run("audit", "erase", "--xid", a.exchange, "--reason", "r", "--dir", log)
        done = unseal(seqs[0])
        assert done.returncode == 0 and "hello 0" in done.stdout, done.stderr
        assert erase(answers[1]).returncode == 0
    kept = max(int(p.name.split(".")[0]) for p in (log / "anchor").glob("*.witnessed.checkpoint"))
    assert kept > audit.records("erase")[-1].seq
    for refused in (unseal(seqs[0]), erase(answers[2])):            # nobody is there to cosign
        assert refused.returncode == 5 and "no quorum of witnesses" in refused.stderr and "hello" not in refused.stdout
    shown = json.loads(gateway.run("audit", "show", seqs[2], "--dir", log).stdout)
    assert shown["groups"]["who"] is not None
    policy.write_text("nonsense\n")
    assert erase(answers[2]).returncode == 1                        # it is not passed over
    policy.unlink()
    assert erase(answers[2]).returncode == 0


BLOCK = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "no"}}]
CARD = "4111 1111 1111 1111"


def change(gateway, policy, rules):
    policy(rules=rules)
    os.kill(gateway.process.pid, signal.SIGHUP)


def test_a_new_policy_waits_for_the_witnesses(client, gateway, audit, policy, begun):
    gateway.config["limits"] = {"record_time": "3s"}
    witnesses, port, log = gateway.audit_dir / "witnesses", free_port(), gateway.audit_dir
    with ours(gateway, "one.example/w", begun, port) as (vkey, url):
        witnesses.write_text(f"witness one {vkey} {url}\nquorum one\n")
        assert client.chat(CARD).status == 200                      # the very first one is asked for, too
        change(gateway, policy, BLOCK)
        until(lambda: client.chat(CARD).status == 403)
        blocked = audit.records("exchange.block")[0]
        said = [r for r in audit.records("policy.change") if r.seq < blocked.seq][-1]
        signed = {int(p.name.split(".")[0]): p.stat().st_mtime for p in (log / "anchor").glob("*.witnessed.checkpoint")}
        when = min(t for size, t in signed.items() if size > said.seq)
        assert when < calendar.timegm(time.strptime(blocked.t[:19], "%Y-%m-%dT%H:%M:%S")) + 1
    change(gateway, policy, [])                                     # nobody is there to cosign
    until(lambda: "policy.refused" in gateway.said())
    until(lambda: "reload.refused" in gateway.said())
    assert "witness.refused" in gateway.said()
    assert client.chat(CARD).status == 403                          # what was in force is
    with ours(gateway, "one.example/w", begun, port):
        os.kill(gateway.process.pid, signal.SIGHUP)
        until(lambda: client.chat(CARD).status == 200)
    assert gateway.stop() == 0 and verify(gateway, witnesses).returncode in (0, 5)


def test_a_start_with_a_policy_that_nobody_has_cosigned_serves_nobody(gateway, audit, policy, begun):
    gateway.config["limits"] = {"record_time": "2s"}
    (gateway.audit_dir / "witnesses").write_text(f"witness one {NOBODY} http://127.0.0.1:{free_port()}\nquorum one\n")
    before = len(audit.records("exchange.begin"))
    policy(rules=BLOCK)
    gateway.start()
    with contextlib.closing(socket.create_connection(("127.0.0.1", gateway.port))) as plain, pytest.raises(OSError):
        plain.settimeout(10)                                        # it waits at the door, and no longer than that
        gateway.tls().wrap_socket(plain, server_hostname="localhost")
    assert gateway.process.wait(20) == 1 and "policy.refused" in gateway.said()
    gateway.stop()
    assert len(audit.records("exchange.begin")) == before


def test_who_waits_for_witnesses_outlives_the_auditor_and_the_shipper(client, gateway, audit, policy, begun):
    gateway.config["limits"] = {"record_time": "30s"}
    port = free_port()
    with ours(gateway, "one.example/w", begun, port) as (vkey, url):
        (gateway.audit_dir / "witnesses").write_text(f"witness one {vkey} {url}\nquorum one\n")
        assert client.chat(CARD).status == 200
    change(gateway, policy, BLOCK)
    until(lambda: gateway.said().count('"policy.waits"') == 2)
    for word in ("auditor", "shipper"):
        until(lambda: os.path.exists(f"/proc/{processes(gateway)[word]}"))        # the reload takes a new shipper
        os.kill(processes(gateway)[word], signal.SIGKILL)
    until(lambda: gateway.said().count('"policy.waits"') > 2)       # the next auditor hears of it by the worker
    with ours(gateway, "one.example/w", begun, port):
        until(lambda: client.chat(CARD).status == 403, 30)
    begun_by = {r.pol for r in audit.records("exchange.begin")[-1:]} | {r.pol for r in audit.records("exchange.block")[-1:]}
    assert audit.records("policy.change")[-1].pol in begun_by       # what serves is what was said last
    assert gateway.stop() == 0 and verify(gateway, gateway.audit_dir / "witnesses").returncode in (0, 3, 5)
