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
    served.write_config()
    for model, said in (("loose", {"durability": "async", "on_audit_failure": "pass"}),
                        ("sync", {"durability": "sync", "on_audit_failure": "block"}), ("other", {})):
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hello"}]})
        done = served.run("policy", "explain", "-c", served.config_path, "--path", "/v1/chat/completions", stdin=body)
        shown = json.loads(done.stdout)
        assert {k: shown[k] for k in ("durability", "on_audit_failure") if k in shown} == said
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
