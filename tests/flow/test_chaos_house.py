"""The chaos table, rows 25 to 30 and 34: the machine that the gateway runs on. The table: test_chaos.py."""
import contextlib
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

import faults
from bulla import SLOW, Gateway, Policy, children, openssl, wait_for
from faults import CHAT, connect, house, parse, read_all, request_bytes, together
from test_chaos_load import is_served, wrapped
from test_reload import Load
from test_reload_death import role


def reload(h):
    os.kill(h.gateway.process.pid, signal.SIGHUP)


def generation(h):
    return int(h.ask("chat", "ok").headers["x-bulla-policy"])


# --- row 25: our certificate ---

def pair(folder, certs, days):
    """A fresh pair of the stories' CA in `folder`, for so many days."""
    new = folder / f"new-{days}"
    new.mkdir(exist_ok=True)
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", new / "server.key")
    os.chmod(new / "server.key", 0o600)
    openssl("req", "-new", "-key", new / "server.key", "-subj", "/CN=localhost", "-out", new / "server.csr")
    openssl("x509", "-req", "-in", new / "server.csr", "-CA", certs / "ca.pem", "-CAkey", certs / "ca.key",
            "-CAcreateserial", "-days", days, "-extfile", certs / "san.cnf", "-out", new / "server.pem")
    for name in ("server.key", "server.pem"):
        os.replace(new / name, folder / name)


def test_row_25_a_certificate_is_replaced_under_load(bulla, certs, tmp_path):
    """Nothing is refused or cut; /metrics says how long the new one lasts; the log warns of the old one."""
    pair(tmp_path, certs, 5)

    def also(gateway, *_):
        gateway.config["listen"][0]["tls"] = {"certificate": str(tmp_path / "server.pem"),
                                              "key": str(tmp_path / "server.key")}
    left = 'bulla_certificate_days_left{listener="0"}'
    with house(bulla, certs, tmp_path / "house", change=also) as h:
        assert h.metric(left) in (4, 5) and h.said("listener.certificate_expires")
        warned = len(h.said("listener.certificate_expires"))
        with Load(h.gateway, callers=3) as load:
            for days in (90, 400):
                pair(tmp_path, certs, days)
                reload(h)
                assert wait_for(lambda: h.metric(left) in (days - 1, days))
            seen = len(load.answers)
            assert wait_for(lambda: len(load.answers) > seen + 5)
        assert not load.faults and {status for status, _, _ in load.answers} == {200}
        assert len(h.said("listener.certificate_expires")) == warned
        pair(tmp_path, certs, -1)                        # an expired one is not taken: the good one stays
        reload(h)
        assert wait_for(lambda: h.said("reload.refused"))
        assert h.metric(left) in (399, 400) and h.works()


def test_row_25_who_starts_with_an_expired_certificate_serves_and_says_so(bulla, certs, tmp_path):
    """So does the worker that takes the place of a killed one, and the one of a reload: whoever looks at
    certificates is refused by his own look, all others are served, and health and metrics answer."""
    pair(tmp_path, certs, -1)

    def also(gateway, *_):
        gateway.config["listen"][0]["tls"] = {"certificate": str(tmp_path / "server.pem"),
                                              "key": str(tmp_path / "server.key")}
    left = 'bulla_certificate_days_left{listener="0"}'

    def served():
        blind = ssl.create_default_context()
        blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", h.gateway.port), 10 * SLOW)
        with plain, blind.wrap_socket(plain, server_hostname="localhost") as s:
            s.sendall(request_bytes(CHAT, "ok"))
            return parse(read_all(s)[0]).status == 200
    with house(bulla, certs, tmp_path / "house", change=also) as h:
        assert served() and h.is_healthy() and f"{left} -" in h.admin("/metrics")
        with pytest.raises(ssl.SSLCertVerificationError):
            h.ask("chat", "ok")
        for change in (lambda: os.kill(h.worker(), signal.SIGKILL), lambda: reload(h)):
            said, worker = len(h.said("listener.certificate_invalid")), h.worker()
            assert said > 0
            change()
            assert wait_for(lambda: h.worker() != worker) and wait_for(served)
            assert len(h.said("listener.certificate_invalid")) > said
        assert all('"level":"error"' in line and "has expired" in line
                   for line in h.said("listener.certificate_invalid"))
        refused = h.gateway.run("check", "-c", h.gateway.config_path)
        assert refused.returncode != 0 and "the certificate has expired" in refused.stdout + refused.stderr


# --- row 26: the disk ---

def fails_closed(h):
    """New requests get 503 in the API's shape, and reach no upstream."""
    asked = len(h.origin.requests)
    for dialect in faults.DIALECTS:
        heard = h.ask(dialect, "ok", dialect == "chat")
        if heard.status == 200:
            return False
        assert heard.status == 503 and heard.complete and int(heard.headers["retry-after"]) > 0
        faults.assert_error_shape(dialect, heard.json, heard.exchange, "audit_unavailable")
        assert len(h.origin.requests) == asked
        assert h.is_healthy()
    return True


def begun_are_ended(h):
    code = h.audit.verify()
    assert code in (0, 3), h.audit.said.stdout + h.audit.said.stderr


MAILS = " ".join(f"somebody{i}@canary-example.org" for i in range(200))      # a long record each


def until_closed(h, answers):
    """Requests, four at a time, until the log takes no more; those that were answered are kept."""
    for _ in range(400):
        for heard in together([lambda: h.ask("chat", "ok", text=MAILS)] * 4):
            if heard.status != 200:
                assert heard.status == 503, heard.raw[:300]
                return
            answers.append(heard.exchange)
    raise AssertionError("the disk is never full")


def acknowledged_stand(h, answers):
    ended = {r.xid for r in h.audit.records("exchange.end")}
    assert [x for x in answers if x not in ended] == []


def soon_full(h, filler):
    """Between the two marks: it is told, by a record, a metric and a line, and everything goes on."""
    assert h.gateway.metrics()["bulla_audit_disk_low"] == 0 and not h.audit.records("log.disk")
    room = os.statvfs(filler.parent)
    filler.write_bytes(b"x" * (room.f_bavail * room.f_frsize - 700 * 1024))
    assert wait_for(lambda: h.gateway.metrics()["bulla_audit_disk_low"] == 1)
    assert wait_for(lambda: len(h.audit.records("log.disk")) == 1) and len(h.said("audit.disk")) == 1
    assert h.ask("chat", "ok").status == 200 and h.gateway.metrics()["bulla_audit_disk_free_kib"] < 900


def test_row_26_a_full_disk(bulla, certs, tmp_path):
    """A small tmpfs: closed while it is full, open again by itself when there is room; nothing that was
    acknowledged is lost; a stream that ran into it has no terminator."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=9m", "none", disk], capture_output=True).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        def also(gateway, *_):
            gateway.audit_dir = disk / "audit"
            gateway.config["audit"]["dir"] = str(gateway.audit_dir)
        rules = [{"id": "a-rule-with-a-name-that-is-rather-long", "find": ["EMAIL_ADDRESS"],
                  "do": {"redact": "label"}}]
        with house(bulla, certs, tmp_path / "house", rules=rules, change=also) as h:
            answers = [h.ask("chat", "ok").exchange]
            running = connect(h.gateway)
            running.sendall(request_bytes(CHAT, "endless", stream=True))
            begun = running.recv(100)
            soon_full(h, disk / "filler")
            with contextlib.suppress(OSError), open(disk / "filler", "ab", buffering=0) as filler:
                while filler.write(b"x" * 4096):
                    pass
            until_closed(h, answers)
            assert h.gateway.metrics()["bulla_audit_open"] == 0
            assert fails_closed(h)
            raw, goodbye = read_all(running, begun)
            assert begun and not goodbye and not parse(raw).complete and b"[DONE]" not in raw
            running.close()
            said = h.gateway.run("audit", "verify", "--dir", h.gateway.audit_dir)
            assert h.audit.records()[-1].type == "log.unavailable" and said.returncode in (0, 3), said.stdout
            assert not (h.gateway.audit_dir / "ballast").exists()
            (disk / "filler").unlink()
            assert wait_for(lambda: h.ask("chat", "ok").status == 200, 20)
            assert h.works() and h.gateway.metrics()["bulla_audit_open"] == 1
            assert wait_for(lambda: sum(r.leaf["ctr"]["exchanges"] for r in h.audit.records("log.gap"))
                            == h.gateway.metrics()["bulla_audit_unrecorded_total"] > 0)
            assert h.audit.records("log.disk")[0].leaf["ctr"]["low"] == 1
            begun_are_ended(h)
            acknowledged_stand(h, answers)
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def test_row_26_a_disk_that_hangs(bulla, certs, tmp_path):
    """The auditor stands still, as in a sync that never ends: refused after record_time and not held for ever,
    the next ones at once, health answers; a stream that runs goes on; all is well when the disk moves again."""
    def also(gateway, *_):
        gateway.config.setdefault("limits", {})["record_time"] = "2s"
        gateway.config["threads"] = 1                    # each notices for itself
    with house(bulla, certs, tmp_path, change=also) as h:
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)
        running = connect(h.gateway)
        running.sendall(request_bytes(CHAT, "endless", stream=True))
        assert running.recv(100)
        auditor = role(h.gateway, "auditor")
        os.kill(auditor, signal.SIGSTOP)
        began = time.monotonic()
        waited = together([lambda: h.ask("chat", "ok")] * 4)
        assert {x.status for x in waited} == {503} and 1.9 <= time.monotonic() - began < 6 * SLOW
        began = time.monotonic()
        assert fails_closed(h) and time.monotonic() - began < 1.8 * SLOW
        assert len(h.said("audit.slow")) == 1
        assert running.recv(100)
        os.kill(auditor, signal.SIGCONT)
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)
        running.close()
        begun_are_ended(h)


@contextlib.contextmanager
def block_device(folder):
    """(where it is mounted, its process): an ext4 on a block device of our own, that stands still when its process does."""
    for tool in ("nbdkit", "nbdfuse", "mkfs.ext4", "fusermount3", "mount"):
        if not shutil.which(tool):
            pytest.skip(f"skipped: a block device: no {tool}")
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
        pytest.skip("skipped: a block device: needs root, FUSE and loop devices")
    disk, socket_path, mnt = folder / "disk", folder / "disk.sock", folder / "mnt"
    disk.touch()
    mnt.mkdir()
    server = subprocess.Popen(["nbdkit", "-f", "--exit-with-parent", "-U", socket_path, "memory", "512M"], stderr=subprocess.DEVNULL)
    assert wait_for(socket_path.exists)
    view = subprocess.Popen(["nbdfuse", disk, "--unix", socket_path], stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: disk.stat().st_size == 512 << 20)
        assert subprocess.run(["mkfs.ext4", "-q", "-F", disk], capture_output=True).returncode == 0
        if (done := subprocess.run(["mount", "-o", "loop", disk, mnt], capture_output=True, text=True)).returncode != 0:
            pytest.skip(f"skipped: a block device: {done.stderr.strip()[:100]}")
        yield mnt, server.pid
    finally:
        os.kill(server.pid, signal.SIGCONT)              # or nothing below ever ends
        subprocess.run(["umount", "-l", mnt])
        subprocess.run(["fusermount3", "-u", disk])
        view.wait(20)
        server.terminate()
        server.wait(20)


def test_row_26_a_block_device_that_hangs(bulla, certs, tmp_path):
    """A sync that really never ends: 503 in bounded time, health answers, and on it goes when the device does."""
    def also(gateway, *_):
        gateway.audit_dir = mnt / "audit"
        gateway.config["audit"]["dir"] = str(gateway.audit_dir)
        gateway.config.setdefault("limits", {})["record_time"] = "2s"
        gateway.config["threads"] = 1
    with block_device(tmp_path) as (mnt, device), house(bulla, certs, tmp_path / "house", change=also) as h:
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)
        os.kill(device, signal.SIGSTOP)
        try:
            began = time.monotonic()
            waited = together([lambda: h.ask("chat", "ok")] * 4)
            assert {x.status for x in waited} == {503} and 1.9 <= time.monotonic() - began < 6 * SLOW
            began = time.monotonic()
            assert fails_closed(h) and time.monotonic() - began < 1.8 * SLOW
            auditor = role(h.gateway, "auditor")         # in the kernel, where no signal reaches it
            assert open(f"/proc/{auditor}/stat").read().rsplit(")", 1)[1].split()[0] == "D"
        finally:
            os.kill(device, signal.SIGCONT)
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)
        begun_are_ended(h)


def test_row_26_a_file_that_may_not_grow(bulla, certs, tmp_path):
    """RLIMIT_FSIZE: a word and an exit code, not a death by signal."""
    binary = wrapped(bulla, tmp_path, "prlimit", "--fsize=100000")
    code, said = refused_start(binary, certs, tmp_path / "house")
    assert code == 1 and "File too large" in said


def refused_start(binary, certs, folder, change=None):
    """(exit code, what it said) of a `serve` that is to end by itself."""
    folder.mkdir(exist_ok=True)
    gateway = Gateway(binary, certs, folder, Policy(folder / "policy.yaml"), {})
    gateway.config["upstreams"]["fake"] = {"dialect": "openai", "url": "http://127.0.0.1:1", "trust": "closed"}
    if change:
        change(gateway)
    gateway.write_config()
    return serve_says(gateway)


def test_row_26_dev_full(bulla, certs, tmp_path):
    """The program's own log on a full device: it serves."""
    path = tmp_path / "full"
    path.write_text(f"#!/bin/sh\nexec {bulla} \"$@\" >/dev/full 2>/dev/full\n")
    path.chmod(0o700)
    with house(path, certs, tmp_path / "house") as h:
        assert h.works() and h.is_healthy()


def test_row_26_a_directory_that_cannot_be_written(bulla, certs, tmp_path):
    """Refused at the start, with the directory's name."""
    def also(gateway):
        gateway.config["audit"]["dir"] = "/proc/no-audit-here"
    code, said = refused_start(bulla, certs, tmp_path, also)
    assert code == 1 and "/proc/no-audit-here" in said


# --- row 27: the log itself ---

def serve_says(gateway):
    done = gateway.run("serve", "-c", gateway.config_path)
    return done.returncode, done.stdout + done.stderr


def test_row_27_a_corrupt_log_is_not_written_on(bulla, certs, tmp_path):
    with house(bulla, certs, tmp_path) as h:
        h.works()
        time.sleep(1.2)                                  # a checkpoint is signed at most once a second
        h.works()
        h.gateway.stop()
        (segment,) = (h.gateway.audit_dir / "seg").glob("*.seg")
        raw = bytearray(segment.read_bytes())
        at = raw.index(b'"dec":"allow"')
        raw[at + 8:at + 11] = b"All"
        segment.write_bytes(raw)
        code, said = serve_says(h.gateway)
        assert code == 1 and "audit log" in said and str(h.gateway.audit_dir) in said, said
        assert segment.read_bytes() == bytes(raw)        # evidence is not touched


def test_row_27_a_locked_log_has_one_writer(bulla, certs, tmp_path):
    with house(bulla, certs, tmp_path) as h:
        second = {**h.gateway.config, "admin": {"address": "127.0.0.1:0"},
                  "listen": [{**h.gateway.config["listen"][0], "address": "127.0.0.1:0"}]}
        path = h.gateway.folder / "second.yaml"
        path.write_text(json.dumps(second))
        done = h.gateway.run("serve", "-c", path)
        assert done.returncode == 1 and "another" in done.stdout + done.stderr
        assert h.works()


# --- row 29: the wall clock ---

def plain_binary():
    """A build without sanitizers: the preloaded clock cannot stand before theirs."""
    named = os.environ.get("BULLA_RELEASE")
    return pathlib.Path(named or pathlib.Path(__file__).resolve().parents[2] / "build/release/bulla")


def test_row_29_the_clock_jumps(certs, tmp_path):
    """One log, five lives, each at another time: every life serves within its limits, the records carry
    both clocks, and the log is whole. (A sealed process cannot be told a new time while it runs.)"""
    binary = plain_binary()
    if not binary.exists():
        pytest.skip("no release build")

    def also(gateway, *_):
        del gateway.config["listen"][0]["tls"]           # certificates are judged by the wall clock
    lives = ["+0d", "-10y", "+10y", "-1d", "+0d"]
    fakes = []
    for n, life in enumerate(lives):
        (tmp_path / str(n)).mkdir()
        fakes.append(wrapped(binary, tmp_path / str(n), "env", f"FAKETIME={life}", "DONT_FAKE_MONOTONIC=1",
                             library()))
    with house(fakes[0], certs, tmp_path / "house", limits={"first_byte": "5s", "idle": "5s"},
               change=also) as h:
        for fake in fakes:
            h.gateway.stop()
            h.gateway.binary = fake
            h.gateway.start()
            assert h.works()
        h.gateway.stop()
        h.gateway.binary = binary
        begun_are_ended(h)
        records = h.audit.records()
        years = [int(r.t[:4]) for r in records if r.type == "log.start"][1:]
        now = time.gmtime().tm_year
        assert years[0] - years[1] in (10, 11) and years[2] - years[0] in (9, 10) and years[-1] == now
        assert [r.seq for r in records] == list(range(len(records)))
        clock = [r.m for r in records]
        assert clock == sorted(clock)                    # the other clock knows of no jump


def library():
    found = [p for p in pathlib.Path("/usr/lib").rglob("libfaketime.so.1")]
    if not found:
        pytest.skip("no libfaketime")
    return f"LD_PRELOAD={found[0]}"


# --- row 30: signals ---

def test_row_30_a_stopped_auditor_and_a_stopped_worker(bulla, certs, tmp_path):
    """Who waits is answered when it goes on; nobody gets an answer that is not in the log."""
    with house(bulla, certs, tmp_path) as h:
        h.works()
        for name in ("auditor", "worker"):
            pid, asked = role(h.gateway, name), len(h.origin.requests)
            os.kill(pid, signal.SIGSTOP)
            with concurrent.futures.ThreadPoolExecutor(4) as callers:
                waiting = [callers.submit(h.ask, "chat", "ok") for _ in range(4)]
                time.sleep(0.7)
                early = [w for w in waiting if w.done()], len(h.origin.requests) - asked
                os.kill(pid, signal.SIGCONT)
                assert [w.result().status for w in waiting] == [200] * 4 and early == ([], 0)
        auditor = role(h.gateway, "auditor")
        os.kill(auditor, signal.SIGSTOP)
        with connect(h.gateway) as s:
            s.sendall(request_bytes(CHAT, "ok"))
            s.settimeout(1)
            with pytest.raises(TimeoutError):
                s.recv(1)
            os.kill(auditor, signal.SIGCONT)
            s.settimeout(20)
            assert parse(read_all(s)[0]).status == 200
        begun_are_ended(h)


def test_row_30_a_storm_of_reloads(bulla, certs, tmp_path):
    """A hundred in a second: one at a time, the last file wins, no pile of workers."""
    with house(bulla, certs, tmp_path) as h:
        before, most = generation(h), 0
        with Load(h.gateway, callers=2) as load:
            for i in range(100):
                reload(h)
                most = max(most, len(children(h.gateway.process.pid)))
                time.sleep(0.01)
            h.gateway.policy(rules=[{"id": "last", "find": ["CREDIT_CARD"], "do": {"block": "No."}}],
                             routes=[{"to": ["chat", "claude"]}])
            reload(h)
            assert wait_for(lambda: h.ask("chat", "ok", text=faults.CARD).status == 403, 20)
        assert not load.faults and {status for status, _, _ in load.answers} == {200}
        assert most <= 16 and generation(h) < before + 100
        assert wait_for(lambda: len(children(h.gateway.process.pid)) <= 3)


# --- row 34: configuration ---

def test_row_34_a_file_read_while_it_was_written(bulla, certs, tmp_path):
    """Half a file, an empty one, one with an unknown word: the old one stays, and `check` names the line."""
    with house(bulla, certs, tmp_path) as h:
        before = generation(h)
        good = h.gateway.config_path.read_text()
        bad = [good[:len(good) // 2], "", good + "\nupstrams: {}\n", good + "\nlimits: {idle: 60}\n"]
        for n, text in enumerate(bad, 1):
            h.gateway.config_path.write_text(text)
            done = h.gateway.run("check", "-c", h.gateway.config_path)
            assert done.returncode == 1 and "bulla.yaml:" in done.stdout + done.stderr, text
            reload(h)
            assert wait_for(lambda: len(h.said("reload.refused")) >= n)
            assert h.works()
        h.gateway.config_path.write_text(good)
        reload(h)
        assert wait_for(lambda: generation(h) > before) and is_served(h)


def test_who_asks_for_health_or_metrics_is_answered_through_reloads(bulla, certs, tmp_path):
    """A worker that leaves answers those it let in."""
    lost, asked, over = [], [0], threading.Event()

    def ask(h):
        while not over.is_set():
            try:
                if "bulla_callers" not in h.admin("/metrics"):
                    lost.append("cut")
            except OSError as fault:
                lost.append(repr(fault))
            asked[0] += 1

    with house(bulla, certs, tmp_path / "house") as h:
        callers = [threading.Thread(target=ask, args=(h,)) for _ in range(6)]
        for t in callers:
            t.start()
        try:
            for turn in range(1, 9):
                assert wait_for(lambda: len(h.said("worker.ready")) == turn), lost
                seen = asked[0]
                reload(h)
                assert wait_for(lambda: asked[0] > seen + 20), lost
        finally:
            over.set()
            for t in callers:
                t.join()
    assert not lost
