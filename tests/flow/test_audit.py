"""The log: who reads it can trust it, and it names nobody's text."""
import base64
import hashlib
import json
import os
import signal
import time

from bulla import wait_for

MAIL = "alan.turing@" + "canary-example.org"
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}}]


def test_an_exchange_leaves_a_begin_and_an_end(policy, client, audit):
    policy(rules=RULES)
    answer = client.chat(f"write to {MAIL}")
    begin, end = audit.of(answer)
    assert (begin.type, end.type) == ("exchange.begin", "exchange.end")
    assert end.ref == [begin.seq] and end.out == "ok" and end.dec == "redact"
    assert "mail" in end.rules or "mail" in begin.rules
    assert audit.verify() == 0, audit.said.stdout + audit.said.stderr


def test_the_begin_record_is_on_disk_before_the_upstream_hears(policy, upstream, client, audit):
    policy(rules=RULES)
    seen = []
    plain = upstream._default

    def look_first(request):
        seen.extend(r.type for r in audit.records("exchange"))
        return plain(request)

    upstream._default = look_first
    client.chat("hello")
    assert seen == ["exchange.begin"]


def test_a_refusal_is_one_record(policy, client, audit):
    policy(rules=RULES)
    answer = client.chat("charge 4111 1111 1111 1111")
    (record,) = audit.of(answer)
    assert record.type == "exchange.block" and record.dec == "block" and record.rules == ["pan"]


def test_a_malformed_request_is_a_record_too(client, audit):
    answer = client.send("/v1/chat/completions", b"{")
    (record,) = audit.of(answer)
    assert record.type == "exchange.block" and record.dec == "error" and record.out == "blocked"


def test_leaves_and_groups_carry_nobodys_text(policy, client, audit, gateway):
    policy(rules=RULES)
    gateway.canary(MAIL)
    client.chat(f"write to {MAIL}")
    client.chat(f"charge 4111 1111 1111 1111 of {MAIL}")
    for leaf, groups in audit.frames():
        assert MAIL.encode() not in leaf + groups and b"4111 1111" not in leaf + groups


def test_every_leaf_of_the_body_is_accounted_for(policy, client, audit):
    policy(rules=RULES)
    cov = audit.of(client.chat("hello", user="me", metadata={"a": "b"}))[0].cov
    assert cov["scanned"] + cov["exempt"] == cov["leaves"] > 3


def test_records_are_numbered_without_a_gap(policy, client, audit):
    for i in range(5):
        client.chat(f"hello {i}")
    assert [r.seq for r in audit.records()] == list(range(len(audit.records())))


def test_one_changed_byte_is_found(policy, client, audit, gateway):
    policy(rules=RULES)
    for i in range(3):
        client.chat(f"hello {i}")
    time.sleep(1.2)                                      # a checkpoint is signed at most once a second
    gateway.stop()
    (segment,) = (gateway.audit_dir / "seg").glob("*.seg")
    raw = bytearray(segment.read_bytes())
    at = raw.index(b'"dec":"allow"')
    raw[at + 8:at + 11] = b"All"
    segment.write_bytes(raw)
    assert audit.verify() == 2


def test_the_log_survives_a_kill(policy, client, audit, gateway):
    policy(rules=RULES)
    answer = client.chat("hello")
    gateway.process.kill()
    gateway.process.wait()
    gateway.process = None
    time.sleep(0.3)
    again = client.chat("hello again")
    kinds = [r.type for r in audit.records()]
    assert len(audit.of(answer)) == 2 and len(audit.of(again)) == 2
    assert kinds.count("log.start") == 2
    assert audit.verify() == 0, audit.said.stdout + audit.said.stderr


def test_what_is_in_force_is_recorded_before_anything_goes_by_it(policy, client, audit, gateway):
    policy(rules=RULES[:1])
    begin = audit.of(client.chat("hello"))[0]
    (first,) = audit.records("policy.change")
    (config,) = audit.records("config.change")
    assert first.pol == begin.pol and "was" not in first.leaf and max(first.seq, config.seq) < begin.seq
    text = (gateway.folder / "bulla.yaml").read_bytes()
    assert base64.b64decode(config.cfg) == hashlib.sha256(text).digest()
    assert b'"durability":"strict"' in config.groups and b"bulla.yaml" in config.groups
    stamp = client.chat("hello").header("x-bulla-policy")
    os.kill(gateway.process.pid, signal.SIGHUP)              # the same files: nothing has changed
    assert wait_for(lambda: client.chat("hello").header("x-bulla-policy") != stamp)
    assert len(audit.records("policy.change")) == len(audit.records("config.change")) == 1
    policy(rules=RULES)
    os.kill(gateway.process.pid, signal.SIGHUP)
    blocked = "charge 4111 1111 1111 1111"
    assert wait_for(lambda: client.chat(blocked).status == 403)
    block = [r for r in audit.records("exchange.block")][0]
    _, second = audit.records("policy.change")
    assert (second.was, second.pol) == (first.pol, block.pol) and second.seq < block.seq
    assert b'"user":' in second.groups and b'"file_time":' in second.groups
    assert len(audit.records("config.change")) == 1
    assert audit.verify() == 0, audit.said.stdout + audit.said.stderr


def test_a_log_is_mended_by_hand_and_a_loss_is_recorded(policy, client, audit, gateway):
    """As after a crash that came before the last second was signed: damage there, with whole records behind it."""
    log, recover = gateway.audit_dir, lambda *words: gateway.run("audit", "recover", *words, "--dir", gateway.audit_dir)
    first = audit.of(client.chat("hello"))[-1]
    signed = lambda: int((log / "checkpoint").read_text().split("\n")[1])
    assert wait_for(lambda: signed() > first.seq)
    busy = recover()
    assert busy.returncode == 1 and "another process writes this log" in busy.stderr
    keep = {name: (log / name).read_bytes() for name in ("checkpoint", "log.key.signed")}
    size = signed()
    lost = audit.of(client.chat("hello"))[0]
    for _ in range(3):
        client.chat("hello")
    gateway.stop()
    for name, text in keep.items():
        (log / name).write_bytes(text)
    (segment,) = (log / "seg").glob("*.seg")
    raw = bytearray(segment.read_bytes())
    raw[raw.index(lost.xid.encode())] ^= 1
    segment.write_bytes(raw)
    refused = recover()
    assert refused.returncode == 2 and "--accept-loss" in refused.stderr and segment.read_bytes() == bytes(raw)
    done = recover("--accept-loss", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["before"] == size and told["signed"] > size
    (record,) = audit.records("log.recover")
    assert record.ctr["lost"] == 1 and record.ctr["last_seq"] == lost.seq - 1
    assert audit.verify() in (0, 3) and not any(r.leaf.get("xid") == lost.xid for r in audit.records())
    again = json.loads(recover("--json").stdout)
    assert again["before"] == told["signed"] and len(audit.records("log.recover")) == 1      # nothing left to mend
    assert client.chat("hello").status == 200
