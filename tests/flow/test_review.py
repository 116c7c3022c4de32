"""What a reviewer asks the log: query, timeline, stats; and the index beside it, which decides nothing."""
import json

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}, "class": "confidential"},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}, "class": "restricted",
          "tags": ["pci-dss-3.4", "cards"]}]
MAIL = "alan.turing@" + "review-example.org"


def ask(gateway, *words):
    done = gateway.run("audit", *words, "--json", "--dir", gateway.audit_dir)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def exchanges(rows):
    return {r["xid"] for r in rows}


def test_a_reviewer_finds_pages_and_counts(policy, client, gateway, audit):
    policy(rules=RULES, routes=[{"when": {"model": ["near-*"]}, "to": ["near"]}, {"to": ["fake"]}])
    plain = client.chat("hello", model="near-1")
    mail = client.chat(f"write to {MAIL}")
    card = client.chat("charge 4111 1111 1111 1111")
    # while the gateway runs, and from the index that it knows nothing of
    assert exchanges(ask(gateway, "query", "--upstream", "near", "--type", "exchange.end")) == {plain.exchange}
    assert exchanges(ask(gateway, "query", "--entity", "EMAIL_ADDRESS")) == {mail.exchange}
    assert exchanges(ask(gateway, "query", "--class", "restricted", "--decision", "block")) == {card.exchange}
    assert exchanges(ask(gateway, "query", "--model", "gpt-4o", "--since", "1h")) == {mail.exchange, card.exchange}
    assert ask(gateway, "query", "--model", "gpt-4o", "--until", "1h") == []

    seen, after = [], []
    while True:
        *page, last = ask(gateway, "query", "--source", "127.0.0.1", "-n", "2", *after)
        more = "next" in last
        seen += page if more else [*page, last]
        if not more:
            break
        after = ["--after", last["next"]["after"]]
    assert [r["seq"] for r in seen] == [r.seq for r in audit.records("exchange")]

    (row,) = ask(gateway, "stats", "--by", "rule", "--rule", "mail")
    assert (row["rule"], row["exchanges"], row["redacted"], row["blocked"]) == ("mail", 1, 1, 0)
    assert sum(r["exchanges"] for r in ask(gateway, "stats", "--by", "day,app")) == 3
    assert exchanges(ask(gateway, "query", "--tag", "pci-dss-3.4")) == {card.exchange}
    assert {r["tag"]: r["blocked"] for r in ask(gateway, "stats", "--by", "tag")} == {
        "-": 0, "pci-dss-3.4": 1, "cards": 1}
    first, second = ask(gateway, "timeline", "--xid", mail.exchange)
    assert first["entity"] == ["EMAIL_ADDRESS"] and second["outcome"] == "ok"
    assert second["offset_ms"] >= first["offset_ms"] == 0
    (groups,) = ask(gateway, "query", "--xid", card.exchange, "--groups")
    assert groups["groups"]["net"]["src"] == "127.0.0.1" and groups["leaf"]["rules"] == ["pan"]
    assert audit.verify() == 0, audit.said.stdout


def test_what_is_shown_is_the_logs_and_not_the_indexs(policy, client, gateway):
    policy(rules=RULES)
    answer = client.chat("charge 4111 1111 1111 1111")
    assert len(ask(gateway, "query", "--xid", answer.exchange)) == 1
    gateway.stop()
    (segment,) = (gateway.audit_dir / "seg").glob("*.seg")
    raw = bytearray(segment.read_bytes())
    at = raw.index(b'"dec":"block"')
    raw[at + 7:at + 12] = b"allow"
    segment.write_bytes(raw)
    done = gateway.run("audit", "query", "--xid", answer.exchange, "--dir", gateway.audit_dir)
    assert done.returncode == 2 and "allow" not in done.stdout


def test_a_wrong_question_is_refused_in_words(gateway, client):
    client.chat("hello")
    for words in (["--since", "yesterday"], ["--by", "shoe-size"], ["-n", "0"], ["--after", "x"], ["--colour", "red"]):
        done = gateway.run("audit", "stats", *words, "--dir", gateway.audit_dir)
        assert done.returncode == 1 and "usage" in done.stderr, words
    assert gateway.run("audit", "query", "--dir", gateway.folder / "nothing").returncode == 3


def test_logs_of_several_nodes_are_asked_as_one(policy, client, gateway):
    """A and B take turns; a person has another pseudonym in each, and is found by name in both."""
    policy(rules=RULES)
    gateway.config["callers"] = {"*": {"person": "x-user"}}
    a, b = gateway.audit_dir, gateway.folder / "other"
    said = []
    for dir_, text in ((a, "hello"), (b, "charge 4111 1111 1111 1111"), (a, "good day")):
        gateway.audit_dir, gateway.config["audit"]["dir"] = dir_, str(dir_)
        gateway.start()
        said.append(client.chat(text, headers={"x-user": "ann@review-example.org"}).exchange)
        client.chat("somebody else's", headers={"x-user": "ben@review-example.org"})
        gateway.stop()
    both = ["--and", str(b)]
    rows = ask(gateway, "query", "--person", "ann@review-example.org", *both)
    assert list(dict.fromkeys(r["xid"] for r in rows)) == said and len(rows) == 5
    assert [r["t"] for r in rows] == sorted(r["t"] for r in rows)
    assert ask(gateway, "query", "--person", "ann@review-example.org", "--newest", *both) == rows[::-1]
    *page, last = ask(gateway, "query", "--person", "ann@review-example.org", "-n", "3", *both)
    assert page == rows[:3]
    assert ask(gateway, "query", "--person", "ann@review-example.org", "--since", last["next"]["since"], *both) == rows[2:]
    assert sum(r["exchanges"] for r in ask(gateway, "stats", "--by", "app", *both)) == 6
    assert sum(r["blocked"] for r in ask(gateway, "stats", "--by", "decision", *both)) == 1
    moments = ask(gateway, "timeline", "--person", "ann@review-example.org", *both)
    assert len({r["person"] for r in moments}) == 2 and {r["log"] for r in moments} == {moments[0]["log"]}
    for words, why in ((["query", "--after", "3", *both], "--since"), (["export", "--sink", "jsonl", *both], "--and DIR")):
        done = gateway.run("audit", *words, "--dir", a)
        assert done.returncode == 1 and why in done.stderr
