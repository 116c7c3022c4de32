"""`bulla policy replay`: what another policy would have done with recorded requests; that they are opened for it is a record first."""
import json
import shutil

import pytest
import yaml
from test_unseal import identity, reviewer  # noqa: F401 - the second is a fixture

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}, "class": "internal"}]
MAIL = "noether.emmy" + "@replay-example.org"
CARD = "4111 1111 1111 1111"

pytestmark = pytest.mark.skipif(shutil.which("age-keygen") is None, reason="the age tool is not installed")


def another(gateway, rules, routes=None):
    path = gateway.folder / "another.yaml"
    path.write_text(yaml.safe_dump({"policy": "another", "classes": ["public", "internal", "confidential", "restricted"],
                                    "rules": rules, "routes": routes or [{"to": ["fake"]}]}))
    return path


def replay(gateway, policy, *words):
    done = gateway.run("policy", "replay", "--policy", policy, "--dir", gateway.audit_dir, "--json", *words)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done, rows[:-1], rows[-1] if rows else None


def test_differences_only_and_the_record_comes_first(policy, client, gateway, audit, reviewer):
    policy(rules=RULES)
    gateway.canary(MAIL)
    gateway.config["upstreams"]["fake"]["apis"] = ["chat", "messages"]
    plain, mail, card = (client.chat(text) for text in ("hello", f"write to {MAIL}", f"charge {CARD}"))
    near = client.messages(f"charge {CARD}")                      # another API: replayed as it came
    why = ["--identity", reviewer, "--reason", "before the new policy"]
    stricter = another(gateway, [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"block": "No."}, "class": "internal"},
                                 {"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}, "class": "restricted"}])
    other, _ = identity(gateway.folder, "other.txt")
    for words in (why[:2], why[2:], []):
        assert replay(gateway, stricter, *words)[0].returncode == 1
    assert audit.records("review") == []
    refused = replay(gateway, stricter, "--identity", other, "--reason", "curious")[0]
    assert refused.returncode == 1 and "other reviewers" in refused.stderr and refused.stdout == ""

    done, rows, total = replay(gateway, stricter, *why)
    assert done.returncode == 0, done.stderr
    was = {r["xid"]: r for r in rows}
    assert set(was) == {mail.exchange, card.exchange, near.exchange} and plain.exchange not in was
    one = was[mail.exchange]
    assert one["was"] == {"class": "internal", "decision": "redact", "findings": 1, "rules": ["mail"], "upstream": "fake"}
    assert (one["now"]["decision"], one["now"]["rules"], one["changed"]) == ("block", ["mail"], ["decision"])
    one = was[card.exchange]
    assert one["now"] == {"class": "restricted", "decision": "redact", "findings": 1, "rules": ["pan"], "upstream": "fake"}
    assert one["changed"] == ["class", "decision", "rules"] and one["basis"] == "req.orig"
    assert total["replayed"] == 4 and total["changed"] == 3 and total["lacking"] == total["cut"] == 0
    assert total["decisions"] == {"allow>allow": 1, "redact>block": 1, "allow>redact": 2}
    assert MAIL not in done.stdout + done.stderr and CARD not in done.stdout

    told = [r for r in audit.records("review.replay")]
    assert len(told) == 2 and told[-1].ref == sorted(r.seq for a in (plain, mail, card, near) for r in audit.of(a)[:1])
    assert b"before the new policy" in told[-1].groups and told[-1].seq < audit.records()[-1].seq + 1
    same, rows, total = replay(gateway, policy.path, *why)        # what decided then decides alike
    assert same.returncode == 0 and rows == [] and total["changed"] == 0
    one, rows, total = replay(gateway, stricter, "--xid", card.exchange, *why)
    assert [r["xid"] for r in rows] == [card.exchange] and total["replayed"] == 1
    assert audit.verify() == 0, audit.said.stdout


def test_what_was_kept_redacted_cut_or_not_at_all_is_told_and_rules_for_applications_count(policy, client, gateway, reviewer):
    policy(rules=RULES)
    gateway.config["audit"] |= {"capture": "redacted", "payload": "1k"}
    gateway.config |= {"auth": "keys", "keys": str(gateway.folder / "keys")}
    gateway.write_config()
    gateway.key = gateway.run("key", "new", "--app", "planner", "--file", gateway.folder / "keys").stdout.strip()
    mail, long = client.chat(f"write to {MAIL}"), client.chat("word " * 900)
    gateway.stop()
    why = ["--identity", reviewer, "--reason", "tuning"]
    done, rows, total = replay(gateway, another(gateway, [
        {"id": "stop", "when": {"app": ["planner"]}, "do": {"block": "Not you."}}]), *why)
    assert done.returncode == 3 and total["cut"] == 1             # of the long one only the ends are there
    (row,) = rows
    assert row["xid"] == mail.exchange and row["basis"] == "req.sent" and row["now"]["rules"] == ["stop"]
    assert row["changed"] == ["decision"]                         # what was out already is no difference
    done, rows, total = replay(gateway, another(gateway, [
        {"id": "stop", "when": {"app": ["hr-*"]}, "do": {"block": "Not you."}}]), *why)
    assert rows == [] and total["replayed"] == 1
    assert long.status == 200
