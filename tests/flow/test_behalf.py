"""Who stands behind a request: found by name in the log, named in none of its files."""
import json

ANN = "ann.lee@" + "behalf-example.org"
TALK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]


def ask(gateway, *words):
    done = gateway.run("audit", *words, "--json", "--dir", gateway.audit_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def exchanges(rows):
    return {r["xid"] for r in rows}


def test_a_person_is_found_by_name_and_by_no_other_way(policy, upstream, client, gateway, audit):
    policy()
    gateway.canary(ANN)
    gateway.config["callers"] = {"*": {"person": "X-User", "session": "x-session", "agent": "x-agent"}}
    mine = client.chat("hello", headers={"x-user": ANN, "x-session": "first-talk", "x-agent": "mail-bot/2"})
    theirs = client.chat("hello", headers={"x-user": "ben@behalf-example.org"})
    nobody = client.chat("hello", user=ANN)              # the header is believed here, the body is not
    assert {mine.status, theirs.status, nobody.status} == {200}
    assert all("x-user" not in {k.lower() for k, _ in r.headers} for r in upstream.requests)

    assert exchanges(ask(gateway, "query", "--person", ANN.upper())) == {mine.exchange}
    assert exchanges(ask(gateway, "query", "--session", "first-talk")) == {mine.exchange}
    assert exchanges(ask(gateway, "query", "--agent", "mail-bot/2")) == {mine.exchange}
    assert ask(gateway, "query", "--person", "cy@behalf-example.org") == []
    begin, end = ask(gateway, "timeline", "--person", ANN)
    digits = begin["person"]
    assert len(digits) == 32 and begin["agent"] == "mail-bot/2" and end["person"] == digits
    assert exchanges(ask(gateway, "query", "--person", digits)) == {mine.exchange}
    by = {r["person"]: r["exchanges"] for r in ask(gateway, "stats", "--by", "person")}
    assert by[digits] == 1 and sorted(by.values()) == [1, 1, 1] and "-" in by
    (read,) = audit.records("review.read")               # the question itself names nobody
    assert digits.encode() in read.groups and b"ann.lee" not in read.groups

    done = gateway.run("audit", "erase", "--person", ANN, "--reason", "she asked for it", "--dir", gateway.audit_dir)
    assert done.returncode == 0 and "2 records erased" in done.stdout, done.stderr
    assert ask(gateway, "query", "--person", ANN) == []
    assert exchanges(ask(gateway, "query", "--person", "ben@behalf-example.org")) == {theirs.exchange}
    for path in gateway.audit_dir.rglob("*"):
        assert not path.is_file() or b"ann.lee" not in path.read_bytes().lower(), path
    assert audit.verify() == 0, audit.said.stdout
    again = gateway.run("audit", "query", "--person", ANN, "--json", "--dir", gateway.audit_dir)
    assert again.returncode == 0 and again.stdout == ""


def test_turns_of_one_talk_are_one_conversation(policy, client, gateway):
    policy()
    first = client.chat(TALK)
    second = client.chat([*TALK, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "and now?"}])
    other = client.chat([TALK[0], {"role": "user", "content": "good day"}])
    told = client.chat(TALK, user="ben")                 # somebody else's, with the same words
    rows = {r["xid"]: r for r in ask(gateway, "query", "--type", "exchange.begin")}
    assert set(rows) == {first.exchange, second.exchange, other.exchange, told.exchange}
    by = sorted(r["exchanges"] for r in ask(gateway, "stats", "--by", "conversation"))
    assert by == [1, 1, 2]
    (talk,) = (r["conversation"] for r in ask(gateway, "stats", "--by", "conversation") if r["exchanges"] == 2)
    assert exchanges(ask(gateway, "query", "--conversation", talk)) == {first.exchange, second.exchange}
    assert exchanges(ask(gateway, "query", "--person", "Ben")) == {told.exchange}


def test_who_cannot_read_the_search_key_is_told_so(policy, client, gateway):
    policy()
    client.chat("hello", user="ben")
    gateway.stop()
    (gateway.audit_dir / "search.key").rename(gateway.folder / "search.key")
    done = gateway.run("audit", "query", "--person", "ben", "--dir", gateway.audit_dir)
    assert done.returncode == 1 and "search.key" in done.stderr and done.stdout == ""
    digits = "0" * 32
    assert gateway.run("audit", "query", "--person", digits, "--dir", gateway.audit_dir).returncode == 0
    (gateway.folder / "search.key").rename(gateway.audit_dir / "search.key")
    (gateway.audit_dir / "search.key").chmod(0o644)      # a secret that others may read is none
    told = gateway.run("serve", "-c", gateway.config_path)
    assert told.returncode == 1 and "search.key" in told.stderr and "chmod 600" in told.stderr
    (gateway.audit_dir / "search.key").chmod(0o600)
    client.chat("hello again", user="ben")
    assert len(exchanges(ask(gateway, "query", "--person", "ben"))) == 2
