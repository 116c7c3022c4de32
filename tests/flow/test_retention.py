"""What audit.retention says ends by a verb that a timer calls: one at a time, recorded, and never the hour that is still written."""
import fcntl
import json
import os
import time

import pytest
from test_chaos_house import library, plain_binary
from test_chaos_load import wrapped

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]


def live_500_days_ago(policy, gateway, tmp_path):
    """The gateway runs, 500 days ago; the program of today, for its next life. Without sanitizers: the clock stands in front of it."""
    today = plain_binary()
    if not today.exists():
        pytest.skip("no release build")
    policy(rules=RULES)
    gateway.binary = wrapped(today, tmp_path, "env", "FAKETIME=-500d", "DONT_FAKE_MONOTONIC=1", library())
    gateway.start()
    return today


def prune(gateway, *words):
    return gateway.run("audit", "prune", "--json", *words)


def test_what_the_configuration_keeps_long_enough_ends_by_the_clock(policy, client, gateway, audit):
    policy(rules=RULES)
    gateway.config["audit"]["retention"] = {"payloads": "7d", "disclosures": "90d"}
    gateway.config["token_key"] = "env:ONLY_THE_SERVICE_HAS_IT"     # no other unit needs it
    os.environ["ONLY_THE_SERVICE_HAS_IT"] = "0123456789abcdef"
    try:
        gateway.start()
    finally:
        del os.environ["ONLY_THE_SERVICE_HAS_IT"]
    assert client.chat("hello").status == 200
    began = time.time()
    done = prune(gateway, "-c", gateway.config_path)
    ended = time.time()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["payloads"] == told["disclosures"] == 0             # all of it is of today
    said = [r.groups for r in audit.records("prune")]
    assert len(said) == 2
    for what, days, groups in (("payloads", 7, said[0]), ("disclosures", 90, said[1])):
        hours = {time.strftime("%Y%m%d%H", time.gmtime(at - days * 86400)) for at in (began, ended)}    # one, or two about its end
        assert any(f"{what} before {hour}".encode() in groups for hour in hours), (what, hours)
    only = prune(gateway, "--dir", gateway.audit_dir)               # without a configuration: payloads, of a month
    assert only.returncode == 0 and len(audit.records("prune")) == 3
    assert audit.verify() == 0, audit.said.stdout


def test_only_one_ends_things_and_never_what_is_still_written(policy, client, gateway, audit):
    policy(rules=RULES)
    assert client.chat("hello").status == 200
    for words in (["--until", "2099-01-01"], ["--disclosures", "2099-01-01"], ["--disclosures", "soon"]):
        assert prune(gateway, "--dir", gateway.audit_dir, *words).returncode == 1
    with open(gateway.audit_dir / "PRUNE", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = prune(gateway, "--dir", gateway.audit_dir)
        assert refused.returncode == 1 and "another one runs" in refused.stderr
    assert audit.records("prune") == []
    gateway.config["audit"]["retention"] = {"payloads": "10m"}
    gateway.write_config()
    assert gateway.run("check", "-c", gateway.config_path).returncode == 1     # less than the hour that is written


def test_what_a_hold_keeps_from_ending_is_a_record_for_each_case(policy, client, gateway, audit, tmp_path):
    today = live_500_days_ago(policy, gateway, tmp_path)
    old, other = client.chat("hello"), client.chat("hello again")
    gateway.stop()
    gateway.binary = today
    gateway.start()
    hold = lambda *words: gateway.run("audit", "hold", *words, "--dir", gateway.audit_dir).returncode
    assert hold("set", "--case", "C-1", "--xid", old.exchange) == hold("set", "--case", "C-2", "--xid", old.exchange) == 0
    done = prune(gateway, "--dir", gateway.audit_dir, "--disclosures", "400d")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["held"] == told["disclosures"] == 2                    # begin and end: of the one, and of the other
    said = [r.groups for r in audit.records("prune") if b"prune refused: held" in r.groups]
    assert len(said) == 2 and all(b'"count":2' in groups for groups in said)
    assert b"C-1" in said[0] + said[1] and b"C-2" in said[0] + said[1]
    assert hold("clear", "--case", "C-1") == hold("clear", "--case", "C-2") == 0
    told = json.loads(prune(gateway, "--dir", gateway.audit_dir, "--disclosures", "400d").stdout)
    assert (told["held"], told["disclosures"]) == (0, 2)
    assert len([r for r in audit.records("prune") if b"prune refused: held" in r.groups]) == 2
    assert audit.verify() == 0, audit.said.stdout


def test_whole_segments_and_then_leaves_end_and_the_log_stands_by_itself(policy, client, gateway, audit, tmp_path):
    """A life of 500 days ago, and one of today. Of a build without sanitizers, for the clock stands in front of it."""
    today = live_500_days_ago(policy, gateway, tmp_path)
    old = client.chat("hello")
    assert old.status == 200
    for _ in range(2):                                  # each begins a segment
        assert prune(gateway, "--dir", gateway.audit_dir).returncode == 0
    gateway.stop()
    gateway.binary = today
    gateway.start()
    new = client.chat("hello")
    before = audit.records()
    gateway.config["audit"]["retention"] = {"leaves": "410d"}
    gateway.write_config()
    done = prune(gateway, "-c", gateway.config_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["segments"] == 2 and told["bundles"] == 0              # 256 records make a bundle
    assert audit.verify() == 0, audit.said.stdout
    left = audit.records()
    assert left[0].seq > 0 and not any(r.leaf.get("xid") == old.exchange for r in left) and audit.of(new)
    shown = json.loads(gateway.run("audit", "show", "1", "--dir", gateway.audit_dir).stdout)
    assert shown["groups"] == {} and shown["leaf"]["seq"] == 1         # its leaf stays, in its bundle
    assert gateway.run("audit", "prove", "1", "--dir", gateway.audit_dir).returncode == 0
    rows = gateway.run("audit", "query", "--json", "--type", "exchange.end", "--dir", gateway.audit_dir).stdout.splitlines()
    assert [json.loads(x)["xid"] for x in rows] == [new.exchange] and len(before) > len(left)
    gateway.stop()
    first = sorted((gateway.audit_dir / "seg").glob("*.seg"))[0]
    first.unlink()                                      # nobody said that this one may go
    assert audit.verify() == 3 and "no prune record" in audit.said.stdout
    assert gateway.run("serve", "-c", gateway.config_path).returncode == 1
