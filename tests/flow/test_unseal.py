"""What was captured is sealed for reviewers: opened with an identity and a reason, or by the age tool, by nobody else;
nothing of it stands anywhere else, at any level."""
import json
import re
import shutil
import subprocess

import pytest
import yaml

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]
LEVELS = {"meta": set(), "findings": {"match"}, "redacted": {"match", "req.sent", "resp.sent"},
          "full": {"match", "req.orig", "req.sent", "resp.orig", "resp.sent"}}
MAIL = "quokka.anders" + "@example.org"

pytestmark = pytest.mark.skipif(shutil.which("age-keygen") is None, reason="the age tool is not installed")


def identity(folder, name):
    """A reviewer: the file with the identity, and the recipient."""
    path = folder / name
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    return path, subprocess.run(["age-keygen", "-y", path], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def reviewer(gateway):
    path, recipient = identity(gateway.folder, "reviewer.txt")
    gateway.config["audit"].update({"capture": "full", "reviewers": [recipient]})
    return path


def verb(gateway, *words):
    return gateway.run("audit", *words, "--dir", gateway.audit_dir)


def opened(gateway, seq, reviewer):
    done = verb(gateway, "unseal", seq, "--identity", reviewer, "--reason", "ticket 7", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return {row["kind"]: row["text"] for row in map(json.loads, done.stdout.splitlines())}


def play(upstream, stream, *texts):
    upstream.sse(*texts) if stream else upstream.says("".join(texts))


def plain_files(gateway, text):
    """The files of the gateway in which the text stands: all of its folder but the caller's."""
    return [p for p in gateway.folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def test_others_open_nothing_and_nothing_opens_without_a_reason(policy, client, gateway, audit, reviewer):
    policy(rules=RULES)
    answer = client.chat(f"write to {MAIL}")
    begin, end = audit.of(answer)
    other, _ = identity(gateway.folder, "other.txt")
    assert verb(gateway, "unseal", begin.seq, "--identity", reviewer).returncode == 1
    assert verb(gateway, "unseal", begin.seq, "--reason", "curious").returncode == 1
    assert audit.records("review") == []
    refused = verb(gateway, "unseal", begin.seq, "--identity", other, "--reason", "curious")
    assert refused.returncode == 1 and "other reviewers" in refused.stderr and MAIL not in refused.stdout
    other.chmod(0o644)
    told = verb(gateway, "unseal", begin.seq, "--identity", other, "--reason", "curious")
    assert told.returncode == 1 and "other.txt" in told.stderr
    tried = audit.records("review.unseal")
    assert [r.ref for r in tried] == [[begin.seq]] and b'"reason":"curious"' in tried[0].groups
    assert audit.verify() == 0, audit.said.stdout


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_keeps_what_it_says_and_only_sealed(level, policy, upstream, client, gateway, audit, reviewer):
    policy(rules=RULES)
    gateway.config["audit"]["capture"] = level
    for stream in (False, True):
        play(upstream, stream, "the answer says wom", "bat-17")
        answer = client.chat(f"write to {MAIL}, says platypus-9", stream=stream)
        assert answer.status == 200
        begin, end = audit.of(answer)
        assert begin.cap == end.cap == level
        kept = {p["k"] for r in (begin, end) for p in r.leaf.get("p", [])}
        assert kept == LEVELS[level]
        if level == "meta":
            continue
        texts = opened(gateway, begin.seq, reviewer)
        assert json.loads(texts["match"])["match"] == MAIL and "platypus-9" in json.loads(texts["match"])["after"]
        if level == "full":
            assert json.loads(texts["req.orig"])["messages"][0]["content"] == f"write to {MAIL}, says platypus-9"
        if level in ("redacted", "full"):
            assert MAIL not in texts["req.sent"] and "EMAIL_" in texts["req.sent"]
            assert "EMAIL_" in json.loads(texts["req.sent"])["messages"][0]["content"]
            assert opened(gateway, end.seq, reviewer)["resp.sent"].strip() == "the answer says wombat-17"
    for text in (MAIL, "platypus-9", "wombat-17"):
        assert plain_files(gateway, text) == []
    assert audit.verify() == 0, audit.said.stdout


def test_tokens_stay_in_what_is_kept_of_an_answer(policy, upstream, client, gateway, audit, reviewer):
    policy(rules=RULES)
    gateway.start()
    for stream in (False, True):
        client.chat(f"write to {MAIL}")
        token = re.search(r"EMAIL_\w+", upstream.requests[-1].body.decode())[0]
        play(upstream, stream, f"I wrote to {token[:8]}", f"{token[8:]}, yes")
        answer = client.chat(f"write to {MAIL}", stream=stream)
        assert MAIL in answer.text
        texts = opened(gateway, audit.of(answer)[1].seq, reviewer)
        assert f"I wrote to {token}, yes" in texts["resp.sent"] and MAIL not in texts["resp.sent"]
        assert token in texts["resp.orig"] or stream


def test_what_was_found_in_an_answer_is_kept_with_what_stood_around_it(policy, upstream, client, gateway, audit, reviewer):
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "on": ["response"], "do": {"redact": "label"}}])
    gateway.config["audit"]["capture"] = "findings"
    gateway.canary(MAIL)
    for stream in (False, True):
        play(upstream, stream, "gr\u00fc\u00df dich wom", f"bat-17 ask {MAIL[:9]}", f"{MAIL[9:]} or", " platypus-9 there")
        answer = client.chat("who knows?", stream=stream)
        assert "[EMAIL_ADDRESS]" in answer.text
        begin, end = audit.of(answer)
        assert "p" not in begin.leaf and [p["k"] for p in end.p] == ["match"]
        found = json.loads(opened(gateway, end.seq, reviewer)["match"])
        assert (found["ent"], found["match"]) == ("EMAIL_ADDRESS", MAIL)
        assert found["before"] == "gr\u00fc\u00df dich wombat-17 ask " and found["after"] in (" or platypus-9 there", " or", " ")
    upstream.says("\u00e4" * 60 + f" {MAIL} " + "\u00e4" * 60)              # cut between characters only
    end = audit.of(client.chat("and now?"))[1]
    found = json.loads(opened(gateway, end.seq, reviewer)["match"])
    assert found["before"] == "\u00e4" * 37 + " " and found["after"] == " " + "\u00e4" * 37
    gateway.config["audit"]["capture"] = "meta"
    gateway.stop()
    upstream.says(f"ask {MAIL}")
    assert "p" not in audit.of(client.chat("once more"))[1].leaf
    for text in (MAIL, "platypus-9"):
        assert plain_files(gateway, text) == []


def test_a_diff_shows_what_was_sent_instead(policy, client, gateway, audit, reviewer):
    policy(rules=RULES)
    begin = audit.of(client.chat(f"write to {MAIL} today"))[0]
    places = verb(gateway, "diff", begin.seq)
    assert places.returncode == 0 and '"ent":"EMAIL_ADDRESS"' in places.stdout and MAIL not in places.stdout
    done = verb(gateway, "diff", begin.seq, "--identity", reviewer, "--reason", "ticket 8", "--json")
    assert done.returncode == 0, done.stderr
    (change,) = [json.loads(x) for x in done.stdout.splitlines()]
    assert change["old"] == MAIL and change["now"].startswith("EMAIL_")
    shown = verb(gateway, "diff", begin.seq, "--identity", reviewer, "--reason", "ticket 8").stdout
    assert f"[{MAIL}] today" in shown
    assert len(audit.records("review.unseal")) == 2


def test_the_age_tool_opens_an_epoch_and_a_reviewer_joins(client, gateway, audit, reviewer):
    begin = audit.of(client.chat("hello"))[0]
    epoch = begin.p[0]["ep"]
    (told,) = audit.records("key.epoch")
    assert epoch.encode() in told.groups and told.seq < begin.seq
    envelope = gateway.audit_dir / "keys" / f"{epoch}.age"
    def key(who):
        return subprocess.run(["age", "-d", "-i", who, envelope], capture_output=True)
    assert len(key(reviewer).stdout) == 32
    second, recipient = identity(gateway.folder, "second.txt")
    assert key(second).returncode != 0
    done = verb(gateway, "rekey", "--identity", reviewer, "--to", recipient)
    assert done.returncode == 0, done.stderr
    assert recipient.encode() in audit.records("review.export")[0].groups
    assert key(second).stdout == key(reviewer).stdout != b""
    assert "req.sent" in opened(gateway, begin.seq, second)
    # what the tool writes is read by us
    made = subprocess.run(["age", "-r", recipient], input=key(second).stdout, capture_output=True, check=True)
    envelope.write_bytes(made.stdout)
    assert "req.sent" in opened(gateway, begin.seq, second)
    assert verb(gateway, "unseal", begin.seq, "--identity", reviewer, "--reason", "r").returncode == 1
    # and a changed envelope by neither
    spoilt = bytearray(made.stdout)
    spoilt[-1] ^= 1
    envelope.write_bytes(bytes(spoilt))
    assert key(second).returncode != 0
    assert verb(gateway, "unseal", begin.seq, "--identity", second, "--reason", "r").returncode != 0


def test_a_long_text_is_kept_by_its_ends(client, gateway, audit, reviewer):
    gateway.config["audit"]["payload"] = "4k"
    begin = audit.of(client.chat("begin " + "x " * 20000 + " end-of-it"))[0]
    kept = {p["k"]: p for p in begin.p}
    assert kept["req.orig"]["all"] > 40000 and kept["req.orig"]["n"] < 4500
    text = opened(gateway, begin.seq, reviewer)["req.orig"]
    assert "begin x" in text and "end-of-it" in text and "bytes are not kept" in text


def test_capture_without_reviewers_does_not_start(gateway):
    gateway.config["audit"]["capture"] = "redacted"
    gateway.config_path.write_text(yaml.safe_dump(gateway.config))
    done = gateway.run("check", "-c", gateway.config_path)
    assert done.returncode != 0 and "needs 'reviewers'" in done.stdout + done.stderr


def test_an_erasure_destroys_texts_and_keys_and_nobody_elses(policy, client, gateway, audit, reviewer):
    gateway.config.update({"auth": "keys", "keys": str(gateway.folder / "keys")})
    keys = {app: gateway.run("key", "new", "--app", app, "--file", gateway.folder / "keys").stdout.split()[-1]
            for app in ("payroll-of-ann", "crm")}
    policy(rules=RULES)
    begins = {}
    for app, key in keys.items():
        gateway.key = key
        begins[app] = audit.of(client.chat(f"{app} writes to {MAIL}"))[0]
    ann, crm = begins["payroll-of-ann"], begins["crm"]
    assert ann.p[0]["ep"] == crm.p[0]["ep"] and ann.p[0]["eu"] != crm.p[0]["eu"] or len(audit.records("key.epoch")) > 1
    sealed = (gateway.audit_dir / "keys" / f"{ann.p[0]['ep']}.units").read_bytes()
    at = sealed.index(bytes.fromhex(ann.p[0]["eu"]))
    wrapped = sealed[at + 8:at + 48]
    blobs = [b for leaf, b in sealed_frames(audit) if leaf["seq"] == ann.seq]
    assert verb(gateway, "hold", "set", "--case", "C-1", "--app", "payroll-of-ann").returncode == 0
    assert verb(gateway, "erase", "--app", "payroll-of-ann", "--reason", "request").returncode == 2
    assert "req.orig" in opened(gateway, ann.seq, reviewer)            # held: nothing was destroyed
    assert verb(gateway, "hold", "clear", "--case", "C-1").returncode == 0
    done = verb(gateway, "erase", "--app", "payroll-of-ann", "--reason", "request")
    assert done.returncode == 0, done.stderr
    gone = verb(gateway, "unseal", ann.seq, "--identity", reviewer, "--reason", "r")
    assert gone.returncode == 3 and "erased" in gone.stderr
    assert "req.orig" in opened(gateway, crm.seq, reviewer)
    assert audit.verify() == 0, audit.said.stdout                      # it has ended, under a checkpoint
    assert verb(gateway, "prove", ann.seq).returncode == 0
    everything = b"".join(p.read_bytes() for p in gateway.audit_dir.rglob("*") if p.is_file())
    assert wrapped not in everything and all(b[:200] not in everything for b in blobs) and blobs
    # what goes without a record is told
    raw = next(p for p in (gateway.audit_dir / "seg").glob("*.seg") if sealed_of(audit, crm.seq) in p.read_bytes())
    raw.write_bytes(raw.read_bytes().replace(sealed_of(audit, crm.seq), bytes(len(sealed_of(audit, crm.seq)))))
    assert audit.verify() == 3 and "no erase record" in audit.said.stdout


def sealed_frames(audit):
    """(leaf, sealed bytes) of each record."""
    return ((json.loads(leaf), sealed) for leaf, _, sealed in audit.whole_frames())


def sealed_of(audit, seq):
    return next(b for leaf, b in sealed_frames(audit) if leaf["seq"] == seq)


def test_who_comes_back_after_an_erasure_has_new_keys(policy, client, gateway, audit, reviewer):
    """The hour goes on: what is said in it after the keys were destroyed is sealed under others."""
    policy(rules=RULES)
    gateway.config["callers"] = {"*": {"person": "x-user"}}
    said = [client.send("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": f"turn {n} of {MAIL}"}]},
                        headers={"x-user": "ann"}) for n in range(2)]
    other = client.send("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "bob is here"}]},
                        headers={"x-user": "bob"})
    gone = {p["eu"] for answer in said for r in audit.of(answer) for p in r.leaf["p"]}
    done = verb(gateway, "erase", "--person", "ann", "--reason", "she asked for it")
    assert done.returncode == 0, done.stderr
    back = client.send("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": f"ann again, {MAIL}"}]},
                       headers={"x-user": "ann"})
    begin, end = audit.of(back)
    assert not gone & {p["eu"] for r in (begin, end) for p in r.leaf["p"]}
    assert f"ann again, {MAIL}" in opened(gateway, begin.seq, reviewer)["req.orig"]
    assert "bob is here" in opened(gateway, audit.of(other)[0].seq, reviewer)["req.orig"]
    assert verb(gateway, "unseal", audit.of(said[0])[0].seq, "--identity", reviewer, "--reason", "r").returncode == 3
    assert audit.verify() == 0, audit.said.stdout


def test_verify_says_which_texts_are_changed_and_which_lost_their_keys(policy, client, gateway, audit, reviewer):
    policy(rules=RULES)
    answers = [client.chat(f"turn {n} of {MAIL}") for n in range(3)]
    begins = [audit.of(a)[0] for a in answers]

    def check(code):
        done = verb(gateway, "verify", "--payloads", "--json")
        assert done.returncode == code, done.stdout + done.stderr
        first, *rest = map(json.loads, done.stdout.splitlines())
        return first, {(r["record"], r["payload"]): r for r in rest if "payload" in r}, next(r["payloads"] for r in rest if "payloads" in r)

    gateway.stop()                                                                           # all is signed
    _, odd, counts = check(0)
    assert not odd and counts["present"] == sum(len(r.leaf.get("p", [])) for r in audit.records("exchange"))
    assert verb(gateway, "erase", "--xid", answers[0].exchange, "--reason", "r").returncode == 0
    _, odd, counts = check(0)
    (by,) = {r["by"] for r in odd.values() if r["is"] == "erased"}
    assert counts["erased"] == len(begins[0].leaf["p"]) + len(audit.of(answers[0])[1].leaf["p"]) and audit.records("erase")[0].seq == by

    epoch = gateway.audit_dir / "keys" / f"{begins[1].leaf['p'][0]['ep']}.units"           # keys are lost
    kept = epoch.read_bytes()
    epoch.write_bytes(kept[:8] + bytes(40) + kept[48:])
    first, odd, counts = check(3)
    assert first["verify"] == "ok" and counts["keyless"] > 0 and counts["changed"] == 0
    assert odd[begins[1].seq, "req.orig"]["is"] == "keyless"
    lost = verb(gateway, "unseal", begins[1].seq, "--identity", reviewer, "--reason", "r")
    assert lost.returncode == 3 and "their keys are gone" in lost.stderr and not lost.stdout
    epoch.write_bytes(kept[:20] + bytes([kept[20] ^ 1]) + kept[21:])
    lost = verb(gateway, "unseal", begins[1].seq, "--identity", reviewer, "--reason", "r")
    assert lost.returncode == 1 and "not those that were wrapped" in lost.stderr
    epoch.write_bytes(kept)
    check(0)

    for segment in (gateway.audit_dir / "seg").glob("*.seg"):                               # a text is changed
        raw = bytearray(segment.read_bytes())
        at = raw.find(begins[1].groups)
        if at >= 0:
            raw[at + len(begins[1].groups) + 60] ^= 1
            segment.write_bytes(raw)
    first, odd, counts = check(2)
    assert first["verify"] == "tampered" and counts["changed"] == 1 and counts["keyless"] == 0
    assert [k for k, r in odd.items() if r["is"] == "changed"] == [(begins[1].seq, begins[1].leaf["p"][0]["k"])]
    text = verb(gateway, "verify", "--payloads")
    assert f"record {begins[1].seq}, payload {begins[1].leaf['p'][0]['k']}: changed" in text.stdout


def test_content_is_kept_of_violations_only_where_a_rule_says_so(policy, client, gateway, audit, reviewer):
    gateway.config["audit"]["capture"] = "meta"
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No."}, "capture": "full"}, *RULES],
           routes=[{"when": {"model": ["test-*"]}, "to": ["fake"], "capture": "redacted"}, {"to": ["fake"]}])
    plain, blocked = client.chat(f"write to {MAIL}"), client.chat("charge 4111 1111 " + "1111 1111 now")
    tried = client.chat(f"write to {MAIL}", model="test-1")
    kept = [[p["k"] for r in audit.of(a) for p in r.leaf.get("p", [])] for a in (plain, blocked, tried)]
    assert kept == [[], ["match", "req.orig"], ["match", "req.sent", "resp.sent"]]
    assert "charge 4111" in opened(gateway, audit.of(blocked)[0].seq, reviewer)["req.orig"]
    done = gateway.run("policy", "explain", "-c", gateway.config_path,
                       stdin=json.dumps({"model": "m", "messages": [{"role": "user", "content": "4111 1111 " + "1111 1111"}]}))
    assert json.loads(done.stdout)["capture"] == "full"
    gateway.config["audit"].pop("reviewers")                    # for whom would it be kept?
    gateway.write_config()
    refused = gateway.run("check", "-c", gateway.config_path)
    assert refused.returncode == 1 and "audit.reviewers" in refused.stdout + refused.stderr
