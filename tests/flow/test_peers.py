"""Sixteen promises that gateways of this kind are known to break, one story each, in the order of the
reference's table. Each stands on its own; the details of a promise are in the file of its subject."""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import threading

import judge
import pytest
from bulla import MAGIC_SIZE, wait_for
from origin import event_text, head, said

TOKEN = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]
LABEL = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "label"}}]
PAN = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}]
ADA = "ada.lovelace@" + "canary-example.org"
CARD = "4111 1111 1111 1111"
PARAMETERS = {"type": "object", "properties": {"to": {"type": "string"}}}


def user(text):
    return [{"role": "user", "content": text}]


def last_words(request):
    return request.json["messages"][-1]["content"]


def streamed(deltas, finish="stop"):
    """The events of a chat stream whose deltas are these."""
    for delta, end in [*((d, None) for d in deltas), ({}, finish)]:
        yield "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                   "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
    yield "[DONE]"


def calls_of(answer):
    """Names and arguments of the tool calls of a streamed chat answer."""
    calls = {}
    for e in answer.events:
        if e != "[DONE]":
            for c in e["choices"][0]["delta"].get("tool_calls", []):
                call = calls.setdefault(c["index"], ["", ""])
                call[0] += c["function"].get("name", "")
                call[1] += c["function"].get("arguments", "")
    return [calls[i] for i in sorted(calls)]


def test_an_address_leaves_from_no_place_of_a_request(policy, gateway, upstream, client):
    """e-mail in system prompt, first turn, tool arguments, tool description, `user`, /v1/responses,
    /v1/embeddings never leaves"""
    policy(rules=TOKEN)
    gateway.canary(ADA)
    call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": json.dumps(
        {"to": ADA})}}
    tool = {"type": "function", "function": {"name": "send", "parameters": PARAMETERS}}
    described = {"type": "function", "function": {
        "name": "send", "description": f"writes to {ADA}", "parameters": PARAMETERS}}
    places = [
        {"messages": [{"role": "system", "content": f"You serve {ADA}."}, *user("hello")]},
        {"messages": [*user(f"I am {ADA}"), {"role": "assistant", "content": "ok"}, *user("and?")]},
        {"messages": [*user("send it"), {"role": "assistant", "content": None, "tool_calls": [call]},
                      {"role": "tool", "tool_call_id": "call_1", "content": "sent"}], "tools": [tool]},
        {"messages": user("hello"), "tools": [described]},
        {"messages": user("hello"), "user": ADA},
    ]
    for n, place in enumerate(places, 1):
        assert client.send("/v1/chat/completions", {"model": "m", **place}).status == 200
        assert len(upstream.requests) == n
        assert b"lovelace" not in upstream.last.raw and b"EMAIL_" in upstream.last.raw
    # an API that is not served takes nothing on; one that is must not take this on
    for path, body in (("/v1/responses", {"model": "m", "input": f"I am {ADA}", "instructions": ADA}),
                       ("/v1/embeddings", {"model": "m", "input": [f"I am {ADA}"]})):
        answer = client.send(path, body)
        assert answer.status in (200, 404)
        assert answer.status == 200 or len(upstream.requests) == len(places)
        assert b"lovelace" not in upstream.everything()


def test_two_names_come_back_each_as_itself(policy, upstream, client):
    """two messages with two different names, reply names both: each restored to the right one"""
    policy(rules=[{"id": "who", "find": ["people"], "do": {"redact": "token"}}],
           detectors={"people": {"words": ["Anna Schmidt", "Peter Wong"]}})
    turns = [*user("Anna Schmidt asks"), {"role": "assistant", "content": "what?"},
             *user("to see Peter Wong")]

    def names(request):
        first, last = (request.json["messages"][i]["content"] for i in (0, 2))
        return first.removesuffix(" asks"), last.removeprefix("to see ")

    def reply(request):
        anna, peter = names(request)
        return f"{peter} meets {anna}; {anna} thanks {peter}"

    upstream.script.append(lambda r: upstream.whole(said(r.path, reply(r))))
    upstream.answers(lambda r: streamed([{"content": c} for c in reply(r)]))
    want = "Peter Wong meets Anna Schmidt; Anna Schmidt thanks Peter Wong"
    assert client.chat(turns).text == want
    assert client.chat(turns, stream=True).text == want
    anna, peter = names(upstream.last)
    assert anna != peter and b"Anna" not in upstream.everything() and b"Wong" not in upstream.everything()


def test_the_fifth_turn_may_quote_the_first(policy, gateway, upstream, client):
    """turn 5 quotes a token from turn 1 and it is restored"""
    policy(rules=TOKEN)
    upstream.echoes()
    turns = user(f"I am {gateway.canary(ADA)}")
    first = client.chat(turns)
    token = last_words(upstream.last).removeprefix("I am ")
    for n in range(2, 5):
        turns += [{"role": "assistant", "content": first.text}, *user(f"question {n}")]
        assert client.chat(turns).text == f"question {n}"
    turns += [{"role": "assistant", "content": "ok"}, *user("who am I?")]
    upstream.says(f"You are {token}.")
    assert client.chat(turns).text == f"You are {ADA}."
    upstream.sse("You are ", *token, ".")
    assert client.chat(turns, stream=True).text == f"You are {ADA}."
    assert upstream.last.json["messages"][0]["content"] == f"I am {token}"
    assert token.startswith("EMAIL_") and ADA.encode() not in upstream.everything()


@pytest.mark.parametrize("on", [["request", "response"], ["request"]], ids=["looked-into", "only-restored"])
def test_single_characters_are_restored_as_they_come(on, policy, gateway, upstream, client):
    """reply streamed one byte per delta is restored, and TTFT is not the generation time"""
    policy(rules=[{**TOKEN[0], "on": on}])          # what holds a token back differs
    heard = threading.Event()

    def play(request):
        first, token = f"sent to {last_words(request)} . ", last_words(request)
        events = list(streamed([{"content": c} for c in first + f"again {token} ."]))
        yield from events[:len(first)]
        yield heard                        # the rest is not said before the first part was heard
        yield from events[len(first):]

    upstream.answers(play)
    gateway.start()
    import http.client
    c = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=60, context=gateway.tls())
    c.request("POST", "/v1/chat/completions", json.dumps(
        {"model": "m", "stream": True, "messages": user(ADA)}), client.headers({}))
    r, text = c.getresponse(), ""
    while line := r.readline():
        if line.startswith(b"data: {"):
            text += json.loads(line[6:])["choices"][0]["delta"].get("content", "")
        if text.startswith(f"sent to {ADA} ."):
            heard.set()
    c.close()
    assert text == f"sent to {ADA} . again {ADA} ." and not upstream.patience_lost
    assert ADA.encode() not in upstream.everything()


def test_two_calls_that_take_turns_are_both_restored(policy, upstream, client):
    """two parallel OpenAI tool calls interleaved, a split token in each"""
    policy(rules=TOKEN)
    grace = "grace.hopper@" + "canary-example.org"

    def play(request):
        one, two = last_words(request).removeprefix("to ").split(" and ")
        both = [json.dumps({"to": one, "of": two}), json.dumps({"of": two, "to": one})]
        deltas = [{"tool_calls": [{"index": i, "id": f"call_{i}", "type": "function",
                                   "function": {"name": n, "arguments": ""}}]}
                  for i, n in enumerate(("send", "keep"))]
        for at in range(0, max(map(len, both)), 3):
            deltas += [{"tool_calls": [{"index": i, "function": {"arguments": text[at:at + 3]}}]}
                       for i, text in enumerate(both)]
        yield from streamed(deltas, "tool_calls")

    upstream.answers(play)
    calls = calls_of(client.chat(f"to {ADA} and {grace}", stream=True))
    want = {"to": ADA, "of": grace}
    assert [(n, json.loads(a)) for n, a in calls] == [("send", want), ("keep", want)]
    assert b"canary-example" not in upstream.everything()


def test_another_users_token_stays_a_token(policy, gateway, upstream, client):
    """user B makes the model print user A's token: not restored"""
    policy(rules=TOKEN)
    gateway.canary(ADA)
    client.chat(f"I am {ADA}")
    token = last_words(upstream.last).removeprefix("I am ")
    upstream.says(f"A is {token}.")
    assert client.chat(f"Who is {token}?").text == f"A is {token}."
    upstream.sse("A is ", *token, ".")
    mine = "eve.mallory@" + "canary-example.net"
    answer = client.chat(f"I am {mine}; who is {token}?", stream=True)
    assert answer.text == f"A is {token}." and ADA.encode() not in answer.body
    upstream.says(f"A is {token}.")
    assert client.chat(f"I am {ADA}").text == f"A is {ADA}."       # and A still gets it back


def test_an_event_may_come_in_two_segments(policy, upstream, client):
    """one SSE event split over two TCP segments"""
    policy(rules=TOKEN)
    client.chat(ADA)
    token = last_words(upstream.last)
    text = f"caf\u00e9 of {token} \U0001f600."
    body = b"".join(event_text(e).encode() for e in streamed([{"content": text}]))
    for mark in (b"data", b"\"content\"", b"\xc3", b"EMAIL", b"\xf0\x9f", b"finish_reason\":"):
        cut = body.index(mark) + len(mark)
        upstream.raw(head(200, "text/event-stream", content_length=len(body)), body[:cut], body[cut:],
                     close=False, wait=0.1)
        answer = client.chat(ADA, stream=True)
        assert answer.text == f"caf\u00e9 of {ADA} \U0001f600." and answer.events[-1] == "[DONE]"


def test_a_value_with_quotes_leaves_arguments_valid(policy, upstream, client):
    """value with `"`, `\\`, newline restored inside tool arguments gives valid JSON"""
    value = 'K<a "quoted" \\ path\\n and\na line\tend>'
    policy(rules=[{"id": "case", "find": ["case"], "do": {"redact": "token"}}],
           detectors={"case": {"pattern": r"K<[^>]{1,80}>"}})

    def arguments(request):
        """The value stands in a string, in JSON in a string, and in JSON in a string of that."""
        note = {"note": f"x {last_words(request)} y"}
        return json.dumps({**note, "body": json.dumps({**note, "body": json.dumps([note])})})

    def is_as_it_was(arguments):
        outer = json.loads(arguments)
        inner = json.loads(outer["body"])
        return {d["note"] for d in (outer, inner, *json.loads(inner["body"]))} == {f"x {value} y"}

    def whole(request):
        message = {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "keep",
                                                             "arguments": arguments(request)}}]}
        return upstream.whole({**said(request.path, ""), "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls"}]})

    upstream.script.append(whole)
    call = client.chat(value).json["choices"][0]["message"]["tool_calls"][0]
    assert is_as_it_was(call["function"]["arguments"])
    upstream.answers(lambda r: streamed([{"tool_calls": [{"index": 0, "function": {"arguments": c}}]}
                                         for c in arguments(r)], "tool_calls"))
    (_, streamed_arguments), = calls_of(client.chat(value, stream=True))
    assert is_as_it_was(streamed_arguments)
    assert b"quoted" not in upstream.everything()


def test_a_detector_that_cannot_work_forwards_nothing(policy, gateway, upstream, client):
    """invalid regex or dead detector: request refused, not forwarded"""
    good = {"rules": [{"id": "badge", "find": ["badge"], "do": {"block": "No."}}],
            "detectors": {"badge": {"pattern": r"E\d{6}"}}}
    bad = {**good, "detectors": {"badge": {"pattern": r"E(\d{6"}}}
    policy(**bad)
    gateway.write_config()
    checked = gateway.run("check", "-c", gateway.config_path)
    assert checked.returncode == 1
    place = re.search(r"^(.+):(\d+):(\d+): detector badge: missing closing", checked.stderr, re.M)
    assert place, checked.stderr
    line = pathlib.Path(place[1]).read_text().splitlines()[int(place[2]) - 1]
    assert place[1] == str(policy.path) and line[int(place[3]) - 1:].startswith(r"E(\d{6")
    assert gateway.run("serve", "-c", gateway.config_path).returncode == 1  # nor does it serve without the rule
    policy(rules=[{"id": "badge", "find": ["no_such_detector"], "do": {"block": "No."}}])
    assert gateway.run("check", "-c", gateway.config_path).returncode == 1

    policy(**good)
    assert client.chat("badge E123456").status == 403
    policy(**bad)
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: "reload.refused" in gateway.said(), 20)
    assert client.chat("badge E123456").status == 403       # the last good one still acts
    assert upstream.requests == []


def test_an_output_rule_acts_the_same_on_a_stream(policy, upstream, client, audit):
    """output rule acts the same with `stream: true`"""
    policy(rules=[{**PAN[0], "on": ["response"]}])
    text = f"pay {CARD} now, not 4111 1111 1111 1112"
    upstream.says(text)
    whole = client.chat("hello")
    upstream.sse(*text)
    piecemeal = client.chat("hello", stream=True)
    assert whole.text == piecemeal.text == "pay [CREDIT_CARD] now, not 4111 1111 1111 1112"
    ends = [audit.of(a)[-1] for a in (whole, piecemeal)]
    assert [(r.type, r.dec, r.out) for r in ends] == 2 * [("exchange.end", "redact", "ok")]


def test_numbers_that_are_no_cards_stay(policy, upstream, client):
    """git SHA, unix time, version, UUID, 13-digit SKU untouched; Luhn-valid card masked"""
    policy(rules=[{"id": "all", "find": ["CREDIT_CARD", "PHONE", "IBAN", "US_SSN", "NATIONAL_ID",
                                         "SECRET", "IP_ADDRESS"],
                   "do": {"redact": "label"}}])
    text = ("commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b at 1717171717, version 10.2.33, "
            "request 550e8400-e29b-41d4-a716-446655440000, SKU 4006381333931, "
            "order 4111111111111112")
    assert client.chat(text).status == 200 and last_words(upstream.last) == text
    client.chat(f"{text}, card 4111111111111111")
    assert last_words(upstream.last) == f"{text}, card [CREDIT_CARD]"


@pytest.mark.parametrize("written", [
    ADA.replace("@", "\uff20"), ADA.replace("lovelace", "love\u200blace"),
    ADA.replace("lovelace", "lovel\u0430ce")], ids=["fullwidth-at", "zero-width-space", "cyrillic-a"])
def test_an_address_in_disguise_is_masked(policy, upstream, client, written):
    """fullwidth at sign, zero-width space, Cyrillic a inside an e-mail still masked"""
    policy(rules=LABEL)
    assert client.chat(f"write to {written} today").status == 200
    assert last_words(upstream.last) == "write to [EMAIL_ADDRESS] today"


def crc32c(raw):
    crc = 0xffffffff
    for byte in raw:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class Forger:
    """Has everything but the signing key: changes records and makes all else agree, sums included."""

    def __init__(self, source, folder):
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.key*", "LOCK"))
        self.folder = folder
        (self.segment,) = (folder / "seg").glob("*.seg")
        raw, at, self.frames = self.segment.read_bytes(), 0, []
        self.size = len(raw)
        while at + MAGIC_SIZE.size <= len(raw) and raw[at:at + 4] != b"\0\0\0\0":
            *top, leaf, groups, _, _ = MAGIC_SIZE.unpack_from(raw, at)
            at += MAGIC_SIZE.size
            self.frames.append((top, raw[at:at + leaf], raw[at + leaf:at + leaf + groups]))
            at += leaf + groups
            at += -at % 8

    def write(self):
        out = b""
        for n, ((magic, version, flags, _), leaf, groups) in enumerate(self.frames):
            top = struct.pack("<IHHQIII", magic, version, flags, n, len(leaf), len(groups), 0)
            out += top + struct.pack("<I", crc32c(top + leaf)) + leaf + groups
            out += bytes(-len(out) % 8)
        self.segment.write_bytes(out.ljust(self.size, b"\0"))
        leaves = [leaf for _, leaf, _ in self.frames]
        for level, raw in (("entries", b"".join(len(x).to_bytes(2, "big") + x for x in leaves)),
                           ("0", b"".join(map(judge.leaf_hash, leaves)))):
            place = self.folder / "tile" / level / "000.p"
            shutil.rmtree(place)
            place.mkdir()
            (place / str(len(leaves))).write_bytes(raw)

    def reseal(self, keep):
        """A checkpoint over what is left, with the old signature: there is no other."""
        text, _, signature = (self.folder / "checkpoint").read_text().partition("\n\n")
        root = base64.b64encode(judge.root_of([judge.leaf_hash(x) for _, x, _ in self.frames])).decode()
        (self.folder / "checkpoint").write_text(
            f"{text.splitlines()[0]}\n{keep}\n{root}\n\n{signature}")


def edit(frames):
    n = next(n for n, (_, leaf, _) in enumerate(frames) if b'"dec":"block"' in leaf)
    top, leaf, groups = frames[n]
    frames[n] = top, leaf.replace(b'"dec":"block"', b'"dec":"allow"'), groups


def test_a_log_with_a_hand_in_it_is_found_out(policy, gateway, client, audit, tmp_path):
    """delete, reorder or edit one audit record: verifier says so, with public material only"""
    policy(rules=[{**PAN[0], "do": {"block": "No."}}])
    for text in ("hello", CARD, "hello again", "and again"):
        client.chat(text)
    gateway.stop()

    def verdict(folder):
        """What the verifier says, and the judge, who shares no code with it and sees no segments."""
        done = gateway.run("audit", "verify", "--dir", folder)
        shutil.rmtree(folder / "seg")
        try:
            judge.judge(folder)
        except judge.Objection as objection:
            return done.returncode, str(objection)
        return done.returncode, ""

    honest = Forger(gateway.audit_dir, tmp_path / "honest")
    honest.write()                                          # written anew, nothing changed: it holds
    assert not list(honest.folder.glob("*key*")) and len(honest.frames) >= 8
    assert verdict(honest.folder) == (0, "")
    hands = {
        "delete": lambda f: f.pop(4),
        "reorder": lambda f: f.insert(2, f.pop(3)),
        "edit": edit,
        "truncate": lambda f: f.__delitem__(slice(len(f) - 3, None)),
    }
    for name, hand in hands.items():
        for reseals in (False, True):
            forger = Forger(gateway.audit_dir, tmp_path / f"{name}-{reseals}")
            hand(forger.frames)
            forger.write()
            if reseals:
                forger.reseal(len(forger.frames))
            code, objection = verdict(forger.folder)
            assert code in (2, 3) and objection, f"{name}, resealed {reseals}: {code} {objection}"


def test_no_log_holds_what_was_masked(policy, gateway, upstream, client, audit):
    """grep all logs for the canary after a masked request"""
    policy(rules=TOKEN)
    upstream.echoes()
    gateway.config["log"] = {"level": "debug"}
    assert client.chat(f"write to {gateway.canary(ADA)}").text == f"write to {ADA}"
    assert client.chat(f"write to {ADA}", headers={"x-note": ADA}).status == 200
    token = last_words(upstream.last).removeprefix("write to ")
    assert ADA.encode() not in upstream.everything()
    upstream.sse("to ", *token)
    assert client.chat(f"write to {ADA}", stream=True).text == f"to {ADA}"
    assert client.send(f"/v1/nothing?{ADA}", {"x": ADA}).status == 404
    assert client.send("/v1/chat/completions", f'{{"messages": "{ADA}'.encode()).status == 400
    gateway.stop()
    assert "exchange.move" in gateway.said()                # it did say all it has to say
    forms = [ADA.encode(), base64.b64encode(ADA.encode())[:-4], ADA.encode().hex().encode(),
             hashlib.sha256(ADA.encode()).digest(), hashlib.sha256(ADA.encode()).hexdigest().encode()]
    files = [p for p in [*gateway.audit_dir.rglob("*"), gateway.log_path] if p.is_file()]
    assert len(files) > 4
    for path in files:
        raw = pathlib.Path(path).read_bytes()
        assert not any(form in raw for form in forms), path


def test_a_header_switches_nothing_off(policy, gateway, upstream, client, audit):
    """client header cannot disable a rule or blank a record"""
    policy(rules=LABEL)
    plain = client.chat(f"I am {ADA}")
    names = ["x-bulla-policy", "x-bulla-decision", "x-bulla-bypass", "x-bulla-exchange",
             "x-portkey-config", "x-portkey-guardrails", "x-litellm-disable-message-redaction",
             "x-litellm-no-log", "litellm-disable-guardrails", "x-guardrails", "x-no-log", "dnt",
             "cache-control", "traceparent", "x-request-id", "x-forwarded-for"]
    for value in ("off", "allow", "true", "{}", "none", "builtin:none"):
        upstream.requests.clear()
        answer = client.chat(f"I am {ADA}", headers=dict.fromkeys(names, value),
                             metadata={"no_log": True, "guardrails": [], "disable": "all"})
        assert last_words(upstream.last) == "I am [EMAIL_ADDRESS]"
        begin, end = audit.of(answer)
        (first, last) = audit.of(plain)
        assert sorted(begin.leaf) == sorted(first.leaf) and sorted(end.leaf) == sorted(last.leaf)
        assert (begin.dec, begin.rules, sorted(begin.g)) == (first.dec, first.rules, sorted(first.g))
        assert not any(n.startswith("x-bulla") for n, _ in upstream.last.headers)


def test_a_megabyte_of_tools_is_taken(policy, gateway, upstream, client):
    """1 MB tool-heavy body accepted with defaults"""
    policy(rules=TOKEN)
    gateway.canary(ADA)
    tools = [{"type": "function", "function": {
        "name": f"tool_{n}", "description": f"tool number {n} " + "does one small thing well. " * 140,
        "parameters": {"type": "object", "properties": {
            f"p{i}": {"type": "string", "description": f"parameter {i} of {n}"} for i in range(10)}}}}
        for n in range(240)]
    tools[120]["function"]["parameters"]["properties"]["p5"]["description"] += f" as {ADA} said"
    body = {"model": "m", "messages": user("hello"), "tools": tools}
    size = len(json.dumps(body))
    assert size > 1 << 20
    answer = client.send("/v1/chat/completions", body)
    assert answer.status == 200, answer.body
    assert answer.text == "ok"
    sent = upstream.last.json
    assert len(sent["tools"]) == 240 and ADA.encode() not in upstream.last.raw
    assert sent["tools"][:120] == tools[:120] and sent["tools"][121:] == tools[121:]
