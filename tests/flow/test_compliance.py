"""The page that says which control is answered by what: each thing that it names is there."""
import json
import os
import pathlib
import re
import signal

from bulla import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}}]


def groups_of(raw):
    at = 0
    while at < len(raw):
        n = raw[at]
        length = int.from_bytes(raw[at + 17 + n:at + 21 + n], "little")
        yield raw[at + 1:at + 1 + n].decode(), json.loads(raw[at + 21 + n:at + 21 + n + length])
        at += 21 + n + length


def test_what_the_page_names_is_in_the_log(policy, client, gateway, audit):
    policy(rules=RULES[:1])
    gateway.config["callers"] = {"*": {"agent": "x-agent"}}
    client.chat("hello", headers={"x-agent": "planner"}, tools=[{"type": "function", "function": {"name": "f"}}])
    policy(rules=RULES)
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: len(audit.records("policy.change")) == 2)      # what names the one before it
    first = client.chat("hello")
    client.chat("write to ada@" + "compliance-example.org")
    client.chat("charge 4111 1111 1111 1111")
    run = lambda *words: gateway.run("audit", *words, "--dir", gateway.audit_dir)
    for words in (["case", "open", "--case", "C"], ["case", "note", "--case", "C", "--reason", "r"],
                  ["case", "close", "--case", "C"], ["hold", "set", "--case", "C", "--xid", first.exchange],
                  ["query", "--groups"]):
        assert run(*words).returncode == 0, words
    have = {f"verb.{w}" for w in re.findall(r"[a-z]+", gateway.run("audit", "--help").stdout)}
    have |= {f"type.{t}" for t in re.findall(r'"([a-z]+(?:\.[a-z]+)?)"', (ROOT / "audit/record.h").read_text())}
    have |= {f"file.{p.name}" for p in gateway.audit_dir.iterdir()}
    for r in audit.records():
        have |= {f"leaf.{key}" for key in r.leaf}
        have |= {f"{name}.{key}" for name, group in groups_of(r.groups) for key in group}
    rows = [json.loads(x) for x in run("compliance", "--json").stdout.splitlines()]
    assert len(rows) >= 20
    lacking = {(row["control"], by) for row in rows for by in row["by"] if by not in have}
    assert not lacking


def test_the_page_in_the_tree_is_the_one_that_the_program_makes(gateway):
    made = gateway.run("audit", "compliance", "--dir", gateway.folder).stdout
    assert made.strip() in (ROOT / "audit/compliance.md").read_text()
