"""A value is found in the log by who knows it and holds the log's search key, and the log does not hold it."""
import hashlib
import hmac
import json
import pathlib
import shutil

from bulla import Audit
from faults import group_of

CARD = "4111 1111 " + "1111 1111"
MAIL = "tess.hunted@" + "leak-example.org"
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "seen", "find": ["IBAN_CODE"], "do": {"redact": "label"}, "mode": "observe"},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}},
         {"id": "out", "find": ["EMAIL_ADDRESS"], "on": ["response"], "do": {"redact": "label"}}]


def ask(gateway, value, *words, dir=None):
    return gateway.run("audit", *(words or ("query",)), "--json", "--value", "--dir", dir or gateway.audit_dir, stdin=value)


def found(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return {json.loads(x)["xid"] for x in done.stdout.splitlines()}


def test_a_value_is_found_however_it_was_written_and_stands_nowhere(policy, upstream, client, gateway, audit):
    for value in (CARD, CARD.replace(" ", ""), CARD.replace(" ", "-"), MAIL, MAIL.upper()):
        gateway.canary(value)
    policy(rules=RULES)
    upstream.says("ask " + "another@" + "else-example.org")                         # its end has a value of its own
    sent = client.chat(f"write to {MAIL.upper()} please")
    blocked = client.chat(f"charge {CARD.replace(' ', '-')} now")
    watched = client.chat("pay to IBAN DE89 3704 0044 0532 0130 00 please")
    other = client.chat("write to somebody@" + "else-example.org")
    upstream.says(f"ask {MAIL} about it")
    said = client.chat("who knows?")
    assert blocked.status == 403 and MAIL not in said.text
    assert found(ask(gateway, MAIL)) == {sent.exchange, said.exchange}
    assert found(ask(gateway, CARD + "\n")) == {blocked.exchange}
    assert found(ask(gateway, "de89370400440532013000")) == {watched.exchange}      # an observed one too
    assert found(ask(gateway, "nobody@" + "leak-example.org")) == set()
    assert other.exchange not in found(ask(gateway, MAIL))
    by = ask(gateway, MAIL, "stats", "--by", "decision")
    assert sum(json.loads(x)["exchanges"] for x in by.stdout.splitlines()) == 2
    looked = audit.records("review.read")
    assert len(looked) == 6 and all(b'"query":"value=' in r.groups for r in looked)  # that was recorded, not the value
    digits = looked[0].groups.split(b'"query":"value=')[1][:32].decode()
    assert found(ask(gateway, f"tok:{digits}\n")) == {sent.exchange, said.exchange}   # digits of a record are a question too
    assert audit.verify() == 0
    for file in pathlib.Path(gateway.folder).rglob("*"):
        if file.is_file():
            assert MAIL.lower().encode() not in file.read_bytes().lower() and CARD.encode() not in file.read_bytes(), file


def test_a_value_is_looked_for_in_several_logs_at_once(policy, client, gateway):
    """Each has a key of its own: what a value leaves in one is not what it leaves in the other."""
    policy(rules=RULES)
    dirs, said = [gateway.audit_dir, gateway.folder / "other"], []
    for dir_ in dirs:
        gateway.audit_dir, gateway.config["audit"]["dir"] = dir_, str(dir_)
        gateway.start()
        said.append(client.chat(f"write to {MAIL} please").exchange)
        client.chat("hello")
        gateway.stop()
    both = ["--and", str(dirs[1])]
    assert found(ask(gateway, MAIL, "query", *both, dir=dirs[0])) == set(said)
    by = ask(gateway, MAIL + "\n", "stats", "--by", "decision", *both, dir=dirs[0])
    assert sum(json.loads(x)["exchanges"] for x in by.stdout.splitlines()) == 2
    gateway.start()
    assert client.chat("hello").status == 200                                       # the second one is open, and records who looks
    assert found(ask(gateway, MAIL, "query", *both, dir=dirs[0])) == set(said)
    (looked,) = Audit(gateway).records("review.read")
    gateway.stop()
    tok = "tok:" + looked.groups.split(b'"query":"value=')[1][:32].decode()
    assert found(ask(gateway, tok, dir=dirs[1])) == {said[1]} and found(ask(gateway, tok, dir=dirs[0])) == set()
    done = ask(gateway, tok, "query", *both, dir=dirs[0])
    assert done.returncode != 0 and "of one log" in done.stderr
    (dirs[1] / "search.key").unlink()
    done = ask(gateway, MAIL, "query", *both, dir=dirs[0])
    assert done.returncode != 0 and "no value can be looked for" in done.stderr and done.stdout == ""


def test_a_value_that_looks_like_what_values_leave_is_a_value(policy, client, gateway, audit):
    secret = hashlib.md5(b"a key of 32 digits").hexdigest()
    policy(rules=[{"id": "key", "find": ["KEY"], "do": {"redact": "label"}}], detectors={"key": {"pattern": "[0-9a-f]{32}"}})
    sent = client.chat(f"my key is {secret} thanks")
    assert found(ask(gateway, secret)) == {sent.exchange}
    (looked,) = audit.records("review.read")
    assert secret.encode() not in looked.groups and b'"query":"value=' in looked.groups
    assert found(ask(gateway, "tok:" + looked.groups.split(b'"query":"value=')[1][:32].decode())) == {sent.exchange}


def test_without_the_key_nobody_can_try_values(policy, client, gateway, audit, tmp_path):
    policy(rules=RULES)
    exchange = client.chat(f"write to {MAIL}").exchange
    begin = audit.records("exchange.begin")[0]
    tok = group_of(begin, "find")["items"][0]["tok"]
    assert len(tok) == 32
    for guess in (hashlib.sha256(MAIL.encode()), hmac.new(b"", MAIL.encode(), "sha256"), hashlib.md5(MAIL.encode())):
        assert guess.hexdigest()[:32] != tok
    copy = tmp_path / "stolen"
    shutil.copytree(gateway.audit_dir, copy, ignore=shutil.ignore_patterns("search.key"))
    refused = ask(gateway, MAIL, dir=copy)
    assert refused.returncode == 1 and "search.key" in refused.stderr and not refused.stdout
    (copy / "search.key").write_text("0" * 64 + "\n")                                # another log's
    (copy / "search.key").chmod(0o600)
    assert found(ask(gateway, MAIL, dir=copy)) == set()
    assert found(ask(gateway, MAIL)) == {exchange}


def test_a_value_is_never_an_argument(policy, client, gateway):
    policy(rules=RULES)
    client.chat("hello")
    for words in (["--value", MAIL], ["--value", MAIL, "--json"]):
        done = gateway.run("audit", "query", "--dir", gateway.audit_dir, *words, stdin="x\n")
        assert done.returncode == 1 and "standard input" in done.stderr and MAIL not in done.stderr
    none = ask(gateway, "\n")
    assert none.returncode == 1 and "has none" in none.stderr


def test_what_is_erased_is_not_found_by_its_value(policy, client, gateway):
    policy(rules=RULES)
    exchange = client.chat(f"write to {MAIL}").exchange
    assert found(ask(gateway, MAIL)) == {exchange}
    done = gateway.run("audit", "erase", "--xid", exchange, "--reason", "asked for", "--dir", gateway.audit_dir)
    assert done.returncode == 0, done.stderr
    assert found(ask(gateway, MAIL)) == set()


def test_many_values_are_all_found_and_what_is_no_secret_is_not(policy, client, gateway):
    policy(rules=RULES, allow=[{"values": ["ours@" + "leak-example.org"]}])
    many = client.chat(" ".join(f"p{i}@many-example.org" for i in range(450)) + " ours@" + "leak-example.org")
    assert found(ask(gateway, "p449@many-example.org")) == found(ask(gateway, "P3@many-example.org")) == {many.exchange}
    assert found(ask(gateway, "ours@" + "leak-example.org")) == set()
