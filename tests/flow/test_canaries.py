"""A mail address in every string of every request of the two APIs: none of them leaves.

Bodies are recorded ones, read where they are and skipped where they are not. Each string value is
planted in turn, also in JSON that stands in a string. What is forwarded is the planted body with
the address replaced and not another byte changed."""
import base64
import http.client
import json
import pathlib
import tarfile

import pytest

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "wire" / "wire.tar.gz"
FOLDERS = ("openai-chat", "anthropic-messages", "clients")
NAME = "kanarie7vogel"
MAIL = f"{NAME}@" + "geheim-bedrijf.org"
ESCAPED = f"{NAME}\\u0040" + "geheim-bedrijf.org"
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]
SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def string_at(text, at):
    """The string that starts with the quote at `at`: its characters, where each one stands, its end."""
    out, where, at = [], [], at + 1
    while text[at] != '"':
        where.append(at)
        if text[at] != "\\":
            out.append(text[at])
            at += 1
        elif text[at + 1] != "u":
            out.append(SHORT[text[at + 1]])
            at += 2
        else:
            out.append(chr(int(text[at + 2:at + 6], 16)))
            at += 6
    return "".join(out), [*where, at], at + 1


def values(text):
    """(decoded, places) of every string value of a JSON text; keys are left out."""
    at = 0
    while at < len(text):
        if text[at] != '"':
            at += 1
            continue
        decoded, places, at = string_at(text, at)
        rest = text[at:at + 64].lstrip()
        if not rest.startswith(":"):
            yield decoded, places


def plants(text, outer=None, depth=1):
    """Every string value, also in JSON that stands in a string: where it begins and ends, how deep."""
    for decoded, places in values(text):
        places = places if outer is None else [outer[p] for p in places]
        yield places[0], places[-1], depth
        if depth < 3 and decoded.lstrip()[:1] in ("{", "["):
            try:
                json.loads(decoded)
            except ValueError:
                continue
            yield from plants(decoded, places, depth + 1)


def insertions(text):
    """(from, to, what stands there instead) of every planted body; the escaped spelling takes turns."""
    for i, (begin, end, depth) in enumerate(plants(text)):
        mail = ESCAPED.replace("\\", "\\" * (2 ** (depth - 1))) if i % 3 == 2 else MAIL
        yield end, end, f" {mail}"
        yield begin, begin, f"{mail} "
        yield begin, end, mail
    first = text.index("{") + 1
    for planted in (f'"x_nobody_knows":{{"deep":[1,["{MAIL}"]]}},', f'"x_vendor":"{ESCAPED}",',
                    f'"x_json":"{{\\"a\\":\\"{MAIL}\\"}}",'):
        yield first, first, planted
    body = json.loads(text)
    for name, planted in (("metadata", f'"metadata":{{"user_id":"{MAIL}"}},'),
                          ("user", f'"user":"{MAIL}",')):
        if name not in body:
            yield first, first, planted


def bodies():
    if not SHARED.exists():
        return
    with tarfile.open(SHARED) as tar:
        lines = tar.extractfile("wire/manifest.jsonl").read().decode().splitlines()
        for entry in map(json.loads, lines):
            if entry["part"] != "request" or entry["file"].split("/")[0] not in FOLDERS:
                continue
            raw = tar.extractfile("wire/" + entry["file"]).read()
            body = json.loads(raw)
            if not body.get("messages"):                 # another API of the same client, or an error
                continue
            is_claude = entry["file"].startswith("anthropic") or "claude" in str(body.get("model"))
            yield entry["file"], "messages" if is_claude else "chat", raw.decode()


class Sender:
    """One connection kept alive, and what the origin heard of the last request."""

    def __init__(self, gateway, upstream):
        gateway.start()
        self.upstream, self.gateway, self.c = upstream, gateway, None

    def __call__(self, path, body):
        self.upstream.requests.clear()
        if self.c is None:
            self.c = http.client.HTTPSConnection("127.0.0.1", self.gateway.port, timeout=30,
                                                 context=self.gateway.tls())
        self.c.request("POST", path, body.encode(), {"content-type": "application/json",
                                                     "anthropic-version": "2023-06-01"})
        r = self.c.getresponse()
        answer = r.read()
        if r.will_close:
            self.c.close()
            self.c = None
        assert r.status != 200 or len(self.upstream.requests) == 1
        return r.status, answer, self.upstream.requests[0] if self.upstream.requests else None


def hears(raw):
    """The letters of the local part are never escaped here, so no spelling is without them."""
    return NAME in raw or "geheim-bedrijf" in raw


@pytest.mark.skipif(not SHARED.exists(), reason="no recorded bodies beside the tree")
@pytest.mark.parametrize("api,path", [("chat", "/v1/chat/completions"), ("messages", "/v1/messages")])
def test_no_string_of_a_request_is_a_hiding_place(api, path, policy, upstream, gateway):
    policy(rules=RULES)
    gateway.config["upstreams"]["fake"]["dialect"] = "openai" if api == "chat" else "anthropic"
    gateway.canary(NAME)
    send = Sender(gateway, upstream)
    count = {"bodies": 0, "planted": 0, "forwarded": 0}
    wrong = []
    for name, of, text in bodies():
        if of != api:
            continue
        count["bodies"] += 1
        status, said, clean = send(path, text)
        if status != 200:
            wrong.append(f"{name}: {status} as recorded: {said[:200]!r}")
            continue
        if clean.body != text.encode() and b"EMAIL" not in clean.body:
            wrong.append(f"{name}: changed as recorded")
        for at, to, planted in insertions(text):
            mail = planted.index(NAME)
            before, after = text[:at] + planted[:mail], planted[mail:] + text[to:]
            spelled = next(s for s in (MAIL, ESCAPED, ESCAPED.replace("\\", "\\\\"),
                                       ESCAPED.replace("\\", "\\" * 4)) if after.startswith(s))
            status, said, heard = send(path, before + after)
            count["planted"] += 1
            where = f"{name} at {at} {text[max(0, at - 40):at]!r}"
            if status >= 500:
                wrong.append(f"{where}: {status} {said[:120]!r}")
            if heard is None:
                continue
            count["forwarded"] += 1
            got, kept = heard.body.decode(), after[len(spelled):]
            if hears(heard.raw.decode()):
                wrong.append(f"{where}: the origin heard it, {spelled}")
            elif b"EMAIL" not in clean.body and not (got.startswith(before) and got.endswith(kept)):
                wrong.append(f"{where}: other bytes changed")
    print(count)
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong[:40])
    assert count["bodies"] > 3 and count["forwarded"] > count["planted"] * 0.5


HERE = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
UNPLACEABLE = {
    "the model's name": {**HERE, "model": MAIL},
    "a model's name elsewhere": {**HERE, "prediction": {"model": MAIL}},
    "a key": {**HERE, MAIL: 1},
    "a key of metadata": {**HERE, "metadata": {MAIL: "a"}},
    "the name of who speaks": {**HERE, "messages": [{"role": "user", "name": MAIL, "content": "hello"}]},
    "a role": {**HERE, "messages": [{"role": MAIL, "content": "hello"}]},
    "a value that programs compare": {**HERE, "tools": [{"type": "function", "function": {
        "name": "f", "parameters": {"type": "object", "properties": {"a": {"enum": [MAIL]}}}}}]},
    "two parts of a message": {**HERE, "messages": [{"role": "user", "content": [
        {"type": "text", "text": MAIL[:9]}, {"type": "text", "text": MAIL[9:]}]}]},
    "JSON five strings deep": {**HERE, "messages": [{"role": "user", "content": json.dumps(
        [json.dumps([json.dumps([json.dumps([json.dumps([MAIL])])])])])}]},
}


@pytest.mark.parametrize("where", UNPLACEABLE)
def test_a_place_that_is_no_text_hides_nothing(where, policy, upstream, client):
    policy(rules=RULES)
    answer = client.send("/v1/chat/completions", UNPLACEABLE[where])
    assert answer.status in (200, 400, 403)
    for heard in upstream.requests:
        assert NAME not in heard.raw.decode() and "geheim-bedrijf" not in heard.raw.decode()


QUOTED = {
    "an escape of a string in a string, beside a long number": json.dumps({"id": 12345678901, "to": '{"m":"%s"}' % ESCAPED}),
    "a key": json.dumps({MAIL: {"id": 1}}),
    "numbers": json.dumps({"a": {"card": 4111111111111111, "b": [4111111111111111.0]}}),
    "a number in JSON in JSON": json.dumps({"m": "\\u0041", "a": json.dumps({"card": 4111111111111111})}),
}


@pytest.mark.parametrize("what", QUOTED)
def test_json_in_arguments_stays_json(what, policy, upstream, client):
    policy(rules=[{"id": "all", "find": ["EMAIL_ADDRESS", "CREDIT_CARD"], "do": {"redact": "token"}}])
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": QUOTED[what]}}
    answer = client.chat([{"role": "assistant", "content": None, "tool_calls": [call]},
                          {"role": "tool", "tool_call_id": "c", "content": "ok"}])
    if what == "a key":                                      # a tool wants its own names back
        assert answer.status == 403 and upstream.requests == []
        return
    assert answer.decision == "redact"
    text = upstream.last.json["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert NAME not in text and "4111" not in text
    assert all(json.loads(v) for v in json.loads(text).values() if str(v)[0] == "{" and isinstance(v, str))


@pytest.mark.parametrize("what", ["a key", "an escape of a string in a string, beside a long number"])
def test_json_in_a_text_hides_nothing(what, policy, upstream, client):
    policy(rules=RULES)
    assert client.chat(QUOTED[what]).decision == "redact"
    assert NAME.encode() not in upstream.last.raw and "EMAIL_" in str(json.loads(upstream.last.json["messages"][0]["content"]))


LETTER = f"Dear colleagues,\nthe list is below. Write to {MAIL} about it.\nSch\u00f6ne Gr\u00fc\u00dfe.\n"
ENCODED = base64.b64encode(LETTER.encode()).decode()


def part(**more):
    return {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "look"}, more]}]}


FILES = {
    **{kind: part(type="file", file={"filename": "a", "file_data": f"data:{kind};base64,{ENCODED}"})
       for kind in ("text/plain", "application/json", "application/csv", "image/svg+xml", "TEXT/plain", "image/png")},
    "no media type": part(type="file", file={"filename": "a.txt", "file_data": ENCODED}),
    "sound": part(type="input_audio", input_audio={"format": "wav", "data": ENCODED}),
    "sealed, it says": {**HERE, "encrypted_content": ENCODED, "signature": ENCODED},
}


@pytest.mark.parametrize("where", FILES)
def test_text_in_base64_is_read_whatever_it_is_called(where, policy, upstream, client):
    policy(rules=RULES)
    assert client.send("/v1/chat/completions", FILES[where]).decision == "redact"
    left = [base64.b64encode(b"x" * n + NAME.encode())[4:16] for n in range(3)]
    assert not any(piece in upstream.last.raw for piece in left)


def test_only_a_model_seals_its_thoughts(policy, gateway, upstream, client):
    policy(rules=RULES)
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    sealed = {"type": "thinking", "thinking": MAIL, "signature": base64.b64encode(bytes(range(160, 220))).decode()}
    for role, block, stays in (("assistant", sealed, True), ("user", sealed, False),
                               ("assistant", {**sealed, "note": "x"}, False)):
        turns = [{"role": "user", "content": "a"}, {"role": role, "content": [block]}, {"role": "user", "content": "b"}]
        assert client.send("/v1/messages", {"model": "m", "max_tokens": 9, "messages": turns}).status == 200
        assert (NAME.encode() in upstream.last.raw) == stays


def test_no_cut_of_a_text_hides_what_is_read_as_one(policy, upstream, client):
    policy(rules=RULES)
    text = f"write to {MAIL} today"
    for cut in range(9 + MAIL.index("@"), 9 + len(MAIL), 3):  # before it the rest is an address of its own, and is found as one
        pieces = [text[:cut], text[cut:cut + 2], text[cut + 2:]]
        parts = [{"type": "text", "text": piece} for piece in pieces]
        for messages in ([{"role": "user", "content": parts}], [{"role": "user", "content": piece} for piece in pieces]):
            assert client.send("/v1/chat/completions", {**HERE, "messages": messages}).status == 200
            heard = upstream.last.json["messages"]
            said = "".join(part if isinstance(part, str) else part["text"] for m in heard for part in
                           (m["content"] if isinstance(m["content"], list) else [m["content"]]))
            assert "geheim-bedrijf" not in said and NAME not in said, (cut, said)
            assert said.startswith("write to ") and said.endswith(" today"), (cut, said)


def test_a_models_name_may_have_a_version(policy, upstream, client):
    policy(rules=RULES)
    for model in ("claude-3-5-sonnet@20240620", "org/model-7b:free", "gpt-4.1+x"):
        assert client.chat("hello", model=model).status == 200
        assert upstream.last.json["model"] == model


@pytest.mark.parametrize("name", ["idempotency-key", "openai-organization", "openai-beta", "accept",
                                  "user-agent", "cookie", "x-request-id", "referer", "from"])
def test_no_header_carries_an_address_on(name, policy, upstream, client):
    policy(rules=RULES)
    for value in (MAIL, "4111-1111-1111-1111", "536-90-4399", "Ada Lovelace of 12 Main Street"):
        client.send("/v1/chat/completions", HERE, headers={name: value})
        assert value.encode() not in upstream.last.raw


def test_a_query_carries_nothing_on(policy, upstream, client):
    policy(rules=RULES)
    assert client.send(f"/v1/chat/completions?user={MAIL}", HERE).status == 400
    assert upstream.requests == []
