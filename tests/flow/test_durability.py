"""durability and on_audit_failure by route: the auditor stands still, as in a sync that never ends. A strict
exchange gets nothing; a sync one goes up and gets no last byte; an async one is answered at once."""
import json
import os
import signal
import subprocess
import time

import pytest
from bulla import SLOW, Audit, children, until
from test_kill import writes_the_log

ROUTES = [
    {"when": {"model": ["loose"]}, "to": ["fake"], "durability": "async"},
    {"when": {"model": ["sync"]}, "to": ["fake"], "durability": "sync"},
    {"when": {"model": ["sync-pass"]}, "to": ["fake"], "durability": "sync", "on_audit_failure": "pass"},
    {"to": ["fake"]},
]


@pytest.fixture
def served(gateway, policy):
    policy(routes=ROUTES, rules=[{"id": "no", "find": ["EMAIL_ADDRESS"], "do": {"block": "not here"}}])
    gateway.config.setdefault("limits", {})["record_time"] = "1s"
    gateway.config["threads"] = 1
    return gateway


def test_each_durability_goes_on_when_it_may(served, client, upstream):
    assert client.chat("hello").status == 200            # strict: the log is there
    levels = {}
    for model in ("loose", "sync", "sync-pass", "gpt-4o"):
        answer = client.chat("hello", model=model)
        assert answer.status == 200
        levels[model] = answer
    audit = Audit(served)
    until(lambda: all(len(audit.of(a)) == 2 for a in levels.values()))
    for model, word in (("loose", "async"), ("sync", "sync"), ("sync-pass", "sync"), ("gpt-4o", "strict")):
        begin, end = audit.of(levels[model])
        assert begin.leaf["dur"] == end.leaf["dur"] == word and end.leaf["ref"] == [begin.leaf["seq"]]

    auditor = next(p for p in children(served.process.pid) if writes_the_log(p))
    os.kill(auditor, signal.SIGSTOP)
    try:
        began, asked = time.monotonic(), len(upstream.requests)
        loose = client.chat("hello", model="loose")
        assert loose.status == 200 and time.monotonic() - began < 0.9 * SLOW  # nobody waited for record_time
        assert len(upstream.requests) == asked + 1
        assert client.chat("hello").status == 503        # strict: nothing went up
        assert len(upstream.requests) == asked + 1
        before = served.metrics()["bulla_audit_unrecorded_total"]
        assert client.chat("hello", model="sync").status == 503
        assert client.chat("hello", model="sync-pass").status == 200
        assert client.chat("hello", model="loose").status == 200   # not even handed over: the disk hangs
        refused = client.chat("write to ann@corp.example", model="loose")
        assert refused.status == 503                     # what is refused is strict
        until(lambda: served.metrics()["bulla_audit_unrecorded_total"] >= before + 3)
    finally:
        os.kill(auditor, signal.SIGCONT)
    until(lambda: client.chat("hello").status == 200)
    until(lambda: any(r.type == "log.gap" for r in audit.records()))
    assert len(audit.of(loose)) == 2                     # queued, and written in the end
    assert audit.verify() in (0, 3)                      # 3: begins that were given up


def test_a_route_says_what_it_gives_up(served, policy):
    for default, other in ((None, ("strict", "block")), ("sync", ("sync", "block")), ("async", ("async", "pass"))):
        if default is not None:
            served.config["audit"]["durability"] = default
        served.write_config()
        for model, said in (("loose", ("async", "pass")), ("sync", ("sync", "block")), ("other", other)):
            body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hello"}]})
            done = served.run("policy", "explain", "-c", served.config_path, "--path", "/v1/chat/completions", stdin=body)
            shown = json.loads(done.stdout)
            assert (shown["durability"], shown["on_audit_failure"]) == said, (default, model)
    policy(routes=[{"to": ["fake"], "on_audit_failure": "pass"}])
    done = served.run("check", "-c", served.config_path)
    assert done.returncode != 0 and "needs 'durability: sync'" in done.stderr + done.stdout


def test_the_log_goes_on_in_its_spare_directory_and_comes_home(gateway, policy, client, tmp_path):
    """No file can be made where the segments are: what a new segment needs. A prune begins one."""
    spare = tmp_path / "spare"
    gateway.config["audit"]["spare_dir"] = str(spare)
    assert client.chat("hello").status == 200
    audit, segments = Audit(gateway), gateway.audit_dir / "seg"
    if subprocess.run(["chattr", "+i", segments], capture_output=True).returncode != 0:
        pytest.skip("skipped: spare directory: no chattr here")
    waits = None
    try:
        waits = subprocess.Popen([gateway.binary, "audit", "prune", "--dir", gateway.audit_dir], stderr=subprocess.DEVNULL)
        until(lambda: list((spare / "seg").glob("*.seg")))
        away = client.chat("hello")
        assert away.status == 200 and "audit.adrift" in gateway.said() and audit.of(away) == []
        gateway.stop()
    finally:
        subprocess.run(["chattr", "-i", segments], check=True)
        if waits is not None:
            waits.kill()
            waits.wait()
    gateway.start()
    assert client.chat("hello").status == 200
    assert list((spare / "seg").glob("*.seg")) == []
    assert [r.out for r in audit.of(away)[1:]] == ["ok"]
    (fault,) = audit.records("log.fault")
    assert fault.ctr["spare"] == 1 and audit.verify() == 0, audit.said.stdout


def test_a_lone_exchange_adds_one_sync_for_each_of_its_records(served, client):
    for model, least in (("gpt-4o", 40), ("sync", 20), ("loose", 0)):     # strict waits for two, sync for one of two
        assert client.chat("hello", model=model).status == 200
        before = served.metrics()["bulla_audit_syncs_total"]
        for _ in range(20):
            assert client.chat("hello", model=model).status == 200
        syncs = served.metrics()["bulla_audit_syncs_total"] - before
        assert least <= syncs <= 42, (model, syncs)                       # 2 of the log's own, by chance


@pytest.fixture
def still(served, client):
    """The auditor stands still; of async exchanges nothing is waited for, and their records pile up."""
    assert client.chat("hello", model="loose").status == 200
    assert client.chat("hello").status == 200            # strict: the answers for what came before it are there
    auditor = next(p for p in children(served.process.pid) if writes_the_log(p))
    os.kill(auditor, signal.SIGSTOP)
    yield auditor
    try:
        os.kill(auditor, signal.SIGCONT)
    except ProcessLookupError:
        pass


def gaps(audit):
    return sum(r.leaf["ctr"]["exchanges"] for r in audit.records("log.gap"))


def test_records_that_nobody_waits_for_are_counted_when_their_auditor_dies(served, client, audit, still):
    for _ in range(5):
        assert client.chat("hello", model="loose").status == 200
    assert served.metrics()["bulla_audit_unrecorded_total"] == 0          # they may be written yet
    os.kill(still, signal.SIGKILL)
    until(lambda: served.metrics()["bulla_audit_unrecorded_total"] == 5)
    until(lambda: gaps(audit) == 5)
    assert client.chat("hello").status == 200


def test_a_channel_that_is_full_costs_an_async_exchange_its_record_and_no_time(served, client, audit, still):
    many = " ".join(f"10.{n}.7.{n}" for n in range(250))                  # its record is a large one
    asked, end = 1, time.monotonic() + 60
    while served.metrics()["bulla_audit_unrecorded_total"] == 0 and time.monotonic() < end:
        assert client.chat(many, model="loose").status == 200
        asked += 1
    assert client.chat("hello", model="loose").status == 200
    os.kill(still, signal.SIGCONT)
    until(lambda: client.chat("hello").status == 200)                     # strict: all before it is written
    until(lambda: gaps(audit) > 0 and gaps(audit) == served.metrics()["bulla_audit_unrecorded_total"])
    loose = [r.leaf["xid"] for r in audit.records("exchange.end") if r.leaf["dur"] == "async"]
    assert len(set(loose)) == len(loose) == asked + 1 - gaps(audit)
