"""Sizes, counts and waits of promises P5 to P8, through the real program: what is as large as allowed passes,
one more is refused: in the API's own shape, in the record, and on a connection that is either closed or good.

| limit | held by |
|---|---|
| request line, head, one field, number of fields | test_the_line_*, test_the_head_*, test_a_field_*, test_so_many_fields |
| body: as it comes, in chunks, decoded | test_a_body_*, test_a_bomb_* |
| JSON: depth, keys, values; leaves and findings | test_json_*, test_a_megabyte_*, test_many_findings_*, test_more_rules_* |
| answers: whole, decoded, event, texts at once, head, interim answers | test_an_answer_*, test_an_event_*, test_texts_*, test_the_upstreams_* |
| waits | test_a_wait_*; header, body, first byte, between events, write stall: test_chaos.py rows 15 and 35; all of them by a clock that is moved: test_exchange.c |
| overload | test_overload_*; test_chaos_load.py rows 31, 32 |
"""
import contextlib
import ctypes
import gzip
import json
import socket
import ssl
import struct
import threading
import time
import zlib

import pytest

import faults
from bulla import SLOW, Gateway, Policy, wait_for
from faults import CHAT, DIALECTS, MESSAGES, House, connect, parse, read_all
from origin import Origin, chat_events, chunk, event_text, head, message_events, said
from test_chaos_load import wrapped

both = pytest.mark.parametrize("dialect", DIALECTS)
KIB = 1024
BODY, ANSWER, EVENT, KEYS = 4 * KIB, 8 * KIB, 4 * KIB, 100       # as the small house has them
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]


class Scripted(House):
    """A house whose origin plays what the story tells it."""

    def send(self, raw):
        """One request on a connection of its own, which is then closed by the gateway or takes another."""
        with connect(self.gateway) as s:
            with contextlib.suppress(OSError):           # refused before all of it was sent
                s.sendall(raw)
            heard = parse(read_all(s)[0])
            heard.goodbye = False
            if heard.headers.get("connection") == "close":
                with contextlib.suppress(ConnectionResetError, ssl.SSLError):
                    assert s.recv(100) == b""
            elif heard.complete:
                s.sendall(request(CHAT))
                assert parse(read_all(s)[0]).status == 200
        return heard

    def passes(self, dialect, raw):
        heard = self.send(raw)
        assert heard.status == 200 and heard.complete, heard.raw[:400]
        assert self.end_of(heard)[1] == "done"
        return heard

    def refuses(self, dialect, raw, status, code, why):
        """Nothing of it reaches the upstream."""
        asked = len(self.origin.requests)
        heard = self.send(raw)
        assert heard.status == status and heard.complete, heard.raw[:400]
        faults.assert_error_shape(dialect, heard.json, heard.exchange, code)
        record, reason, _ = self.end_of(heard)
        assert reason == why and record.dec == "error" and record.type == "exchange.block"
        assert all(r.path != DIALECTS[dialect] or len(r.body) < 200 for r in self.origin.requests[asked:])
        return heard

    def fails(self, dialect, stream, why, raw=None):
        """What the upstream was told to play is no answer."""
        heard = self.send(raw or request(DIALECTS[dialect], stream=stream))
        assert heard.status == 502 and heard.complete, heard.raw[:400]
        faults.assert_error_shape(dialect, heard.json, heard.exchange, "upstream_error")
        assert self.end_of(heard)[1] == why
        return heard


@contextlib.contextmanager
def scripted(bulla, certs, folder, limits=None, rules=RULES, threads=1):
    folder.mkdir(parents=True, exist_ok=True)
    policy = Policy(folder / "policy.yaml")
    with Origin() as origin:
        g = Gateway(bulla, certs, folder, policy, {"chat": (origin, "closed")})
        g.config["upstreams"]["claude"] = {"dialect": "anthropic", "url": origin.url, "trust": "closed"}
        g.config["limits"], g.config["threads"] = limits or {}, threads
        policy(rules=rules, routes=[{"to": ["chat", "claude"]}])
        g.start()
        try:
            yield Scripted(g, origin)
        except BaseException:
            if g.process is not None:
                g.process.kill()
                g.process.wait()
            raise
        g.stop()
        g.assert_clean()


@pytest.fixture(scope="module")
def plain(bulla, certs, tmp_path_factory):
    """With the limits that nobody changed."""
    with scripted(bulla, certs, tmp_path_factory.mktemp("plain")) as h:
        yield h


@pytest.fixture(scope="module")
def small(bulla, certs, tmp_path_factory):
    limits = {"request_body": BODY, "answer_body": ANSWER, "event": EVENT, "json_keys": KEYS}
    limits = {k: str(v) for k, v in limits.items()}
    with scripted(bulla, certs, tmp_path_factory.mktemp("small"), limits) as h:
        yield h


def payload(path, stream=False, text="hello", **more):
    body = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
    if path == MESSAGES:
        body["max_tokens"] = 64
    if stream:
        body["stream"] = True
    return body


def request(path, body=None, more=b"", stream=False):
    """body: bytes, or what becomes JSON."""
    body = payload(path, stream) if body is None else body
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(raw)}\r\n").encode() + more + b"\r\n" + raw


def as_chunks(path, raw, more=b""):
    first = (f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
             "transfer-encoding: chunked\r\n").encode() + more + b"\r\n"
    return first + b"".join(chunk(raw[i:i + 1000]) for i in range(0, len(raw), 1000)) + b"0\r\n\r\n"


def body_of(path, size):
    """A JSON body of exactly so many bytes."""
    bare = len(json.dumps(payload(path, text="")))
    raw = json.dumps(payload(path, text="a " * ((size - bare) // 2) + "a" * ((size - bare) % 2))).encode()
    assert len(raw) == size
    return raw


# --- the options say what was promised ---

def test_the_defaults_are_those_that_were_promised(plain):
    lines = plain.gateway.run("check", "--options", "--json").stdout.splitlines()
    options = {o["name"]: o["default"] for o in map(json.loads, lines) if o["section"] == "limits"}
    want = {"request_body": "32m", "head": "32k", "event": "1m", "header_time": "10s", "body_time": "10s",
            "connect": "5s", "first_byte": "2m", "idle": "60s", "write_time": "30s", "stream_time": "30m",
            "json_keys": "100000", "record_time": "10s"}
    assert {name: options[name] for name in want} == want


# --- heads ---

def test_the_line_may_have_8_kib(plain):
    for size in (8191, 8192):
        line = b"POST /" + b"a" * (size - 15) + b" HTTP/1.1"
        assert len(line) == size
        plain.refuses("chat", line + b"\r\nhost: a\r\ncontent-length: 0\r\n\r\n", 404, "not_found", "unknown-path")
    line = b"POST /" + b"a" * (8193 - 15) + b" HTTP/1.1"
    heard = plain.refuses("chat", line + b"\r\nhost: a\r\n\r\n", 414, "invalid_request_error", "head-too-large")
    assert heard.headers["connection"] == "close"


def padded(path, size):
    """A request whose head has exactly so many bytes, in lines that are short enough."""
    raw, n = request(path), 0
    more = b""
    while (left := size - len(request(path, more=more).split(b"\r\n\r\n")[0]) - 4) > 0:
        n += 1
        line = min(left, 8000)
        line -= 60 if 0 < left - line < 60 else 0        # room for the next one's name
        more += b"x-pad-%03d: " % n + b"a" * (line - 13) + b"\r\n"
    raw = request(path, more=more)
    assert raw.index(b"\r\n\r\n") + 4 == size
    return raw


@both
def test_the_head_may_have_32_kib(plain, dialect):
    for size in (32767, 32768):
        plain.passes(dialect, padded(DIALECTS[dialect], size))
    plain.refuses(dialect, padded(DIALECTS[dialect], 32769), 431, "invalid_request_error", "head-too-large")


@both
def test_the_head_may_have_what_is_configured(bulla, certs, tmp_path, dialect):
    with scripted(bulla, certs, tmp_path, {"head": "2k"}) as h:
        for size in (2047, 2048):
            h.passes(dialect, padded(DIALECTS[dialect], size))
        h.refuses(dialect, padded(DIALECTS[dialect], 2049), 431, "invalid_request_error", "head-too-large")


@both
def test_a_field_may_have_8_kib(plain, dialect):
    for size, good in ((8191, True), (8192, True), (8193, False)):
        raw = request(DIALECTS[dialect], more=b"x-pad: " + b"a" * (size - 7) + b"\r\n")
        if good:
            plain.passes(dialect, raw)
        else:
            plain.refuses(dialect, raw, 431, "invalid_request_error", "head-too-large")


@both
def test_so_many_fields(plain, dialect):
    for n, good in ((99, True), (100, True), (101, False)):
        raw = request(DIALECTS[dialect], more=b"".join(b"x-%d: a\r\n" % i for i in range(n - 3)))
        if good:
            plain.passes(dialect, raw)
        else:
            plain.refuses(dialect, raw, 431, "invalid_request_error", "head-too-large")


# --- bodies ---

@both
@pytest.mark.parametrize("how", ["length", "chunks"])
def test_a_body_may_have_what_is_configured(small, dialect, how):
    path = DIALECTS[dialect]
    make = request if how == "length" else as_chunks
    for size in (BODY - 1, BODY):
        small.passes(dialect, make(path, body_of(path, size)))
    small.refuses(dialect, make(path, body_of(path, BODY + 1)), 413, "request_too_large", "too-large")


@both
def test_a_body_of_32_mib_is_refused_before_it_comes(plain, dialect):
    """At its length's word: not a byte of it is waited for."""
    raw = request(DIALECTS[dialect]).split(b"\r\n\r\n")[0]
    raw = b"\r\n".join(x for x in raw.split(b"\r\n") if not x.startswith(b"content-length"))
    for more in (b"\r\ncontent-length: %d\r\n\r\n" % ((32 << 20) + 1),
                 b"\r\ncontent-length: %d\r\n\r\n" % ((1 << 63) - 1)):
        heard = plain.refuses(dialect, raw + more, 413, "request_too_large", "too-large")
        assert heard.headers["connection"] == "close"


def deflated(raw):
    return zlib.compress(raw, 9)


def brotlied(raw):
    lib = ctypes.CDLL("libbrotlienc.so.1")
    size = ctypes.c_size_t(len(raw) + 1000)
    out = ctypes.create_string_buffer(size.value)
    assert lib.BrotliEncoderCompress(5, 22, 0, ctypes.c_size_t(len(raw)), raw, ctypes.byref(size), out) == 1
    return out.raw[:size.value]


def zstded(raw):
    """Frames of our own: the bytes as they are, or runs of one byte."""
    out = struct.pack("<IB", 0xFD2FB528, 0) + b"\x58"    # no size, a window of 2 MiB
    at = 0
    while at < len(raw):
        n = min(len(raw) - at, 128 * KIB)
        piece, is_last = raw[at:at + n], at + n == len(raw)
        is_run = piece == piece[:1] * n
        out += struct.pack("<I", n << 3 | (2 if is_run else 0) | is_last)[:3] + (piece[:1] if is_run else piece)
        at += n
    return out


CODINGS = {"gzip": gzip.compress, "deflate": deflated, "br": brotlied, "zstd": zstded}


def coded(name, raw):
    try:
        return CODINGS[name](raw)
    except OSError as fault:                             # a library for compressing that is not there
        pytest.skip(str(fault))


@both
@pytest.mark.parametrize("name", CODINGS)
def test_a_body_may_have_what_is_configured_when_decoded(small, dialect, name):
    path, more = DIALECTS[dialect], b"content-encoding: " + name.encode() + b"\r\n"
    for size in (BODY - 1, BODY):
        whole = coded(name, body_of(path, size)[:-1] + b"}")
        if len(whole) <= BODY:
            small.passes(dialect, request(path, whole, more))
    over = coded(name, body_of(path, BODY - 1)[:-1] + b"  }")
    if len(over) <= BODY:
        small.refuses(dialect, request(path, over, more), 413, "request_too_large", "too-large")


@both
@pytest.mark.parametrize("name", CODINGS)
def test_a_bomb_does_not_go_off(plain, dialect, name):
    """64 MiB of blanks out of next to nothing; and one coding in another is none that is known."""
    path, before = DIALECTS[dialect], faults.resident(plain.worker())
    bomb = coded(name, b" " * (64 << 20))
    assert len(bomb) < 1 << 20
    more = b"content-encoding: " + name.encode() + b"\r\n"
    plain.refuses(dialect, request(path, bomb, more), 413, "request_too_large", "too-large")
    assert faults.resident(plain.worker()) - before < 200 * KIB, "64 MiB were kept"
    assert wait_for(lambda: plain.metric("bulla_held_bytes") < 1 << 20)
    twice = b"content-encoding: " + name.encode() + b", " + name.encode() + b"\r\n"
    plain.refuses(dialect, request(path, bomb, twice), 415, "unsupported_encoding", "bad-encoding")


# --- JSON ---

def with_more(path, text):
    """The body with one more member, as it is written."""
    return json.dumps(payload(path)).encode()[:-1] + b',"metadata":' + text + b"}"


@both
def test_json_may_be_64_deep(plain, dialect):
    for depth, good in ((63, True), (64, True), (65, False)):
        for left, right in ((b"[", b"]"), (b'{"a":', b"}")):
            inner = b"[]" if left == b"[" else b"{}"
            raw = with_more(DIALECTS[dialect], left * (depth - 2) + inner + right * (depth - 2))
            if good:
                plain.passes(dialect, request(DIALECTS[dialect], raw))
            else:
                heard = plain.refuses(dialect, request(DIALECTS[dialect], raw), 400,
                                      "invalid_request_error", "bad-body")
                assert "nested too deep" in heard.json["error"]["message"]


def keys(n):
    return b"{" + b",".join(b'"k%d":0' % i for i in range(n)) + b"}"


@both
def test_json_may_have_so_many_keys(small, dialect):
    path = DIALECTS[dialect]
    own = len(payload(path)) + 3                         # "metadata", and two of the message
    for n in (KEYS - 1, KEYS):
        small.passes(dialect, request(path, with_more(path, keys(n - own))))
    heard = small.refuses(dialect, request(path, with_more(path, keys(KEYS + 1 - own))), 400,
                          "invalid_request_error", "bad-body")
    assert "too many keys" in heard.json["error"]["message"]


def test_json_may_have_a_hundred_thousand_keys(plain):
    """More than any tool's schema has, and no more: each costs memory before it was looked at."""
    own = len(payload(CHAT)) + 3
    plain.passes("chat", request(CHAT, with_more(CHAT, keys(100_000 - own))))
    plain.refuses("chat", request(CHAT, with_more(CHAT, keys(100_001 - own))), 400,
                  "invalid_request_error", "bad-body")


def test_json_may_have_a_million_values(plain):
    own = 12                                             # with their keys, and the array itself
    for n, good in ((1_000_000 - own, True), (1_000_001 - own, False)):
        raw = with_more(CHAT, b"[" + b"0," * (n - 1) + b"0]")
        if good:
            plain.passes("chat", request(CHAT, raw))
        else:
            plain.refuses("chat", request(CHAT, raw), 400, "invalid_request_error", "bad-body")


def test_a_megabyte_of_tools_in_small_pieces_is_taken(plain):
    """Short keys and short descriptions: 40,000 keys, each looked at."""
    properties = {f"p{i}": {"type": "integer"} for i in range(100)}
    tools = [{"type": "function", "function": {"name": f"tool_{n}", "parameters": {
        "type": "object", "properties": properties}}} for n in range(200)]
    raw = json.dumps(payload(CHAT, tools=tools)).encode()
    assert raw.count(b'":') > 40_000
    plain.passes("chat", request(CHAT, raw))
    assert plain.origin.requests[-2].body == raw         # untouched; the last one is the look behind it


@both
def test_many_findings_are_all_taken_out(plain, dialect):
    """A token for each of 20,000."""
    names = [f"somebody{i}" for i in range(20_000)]
    text = " ".join(f"{n}@canary-example.org" for n in names)
    heard = plain.passes(dialect, request(DIALECTS[dialect], payload(DIALECTS[dialect], text=text)))
    sent = next(r for r in reversed(plain.origin.requests) if len(r.body) > 1000)
    assert b"canary-example" not in sent.body and b"somebody" not in sent.body
    assert len(set(sent.body.split(b" "))) > 20_000
    assert plain.end_of(heard)[0].type == "exchange.end"


@both
def test_many_leaves_are_all_looked_at(plain, dialect):
    path = DIALECTS[dialect]
    turns = [{"role": "user" if i % 2 == 0 else "assistant", "content": "mail a%d@canary-example.org" % i}
             for i in range(5_001)]
    body = payload(path)
    body["messages"] = turns
    heard = plain.passes(dialect, request(path, body))
    sent = next(r for r in reversed(plain.origin.requests) if len(r.body) > 1000)
    assert b"canary-example" not in sent.body and len(sent.json["messages"]) == 5_001
    assert plain.end_of(heard)[1] == "done"


def test_more_rules_than_a_record_names_all_act(bulla, certs, tmp_path):
    rules = [{"id": f"rule-{i:02}", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}} for i in range(60)]
    with scripted(bulla, certs, tmp_path, rules=rules) as h:
        heard = h.passes("chat", request(CHAT, payload(CHAT, text="mail ada@canary-example.org")))
        assert b"canary-example" not in h.origin.everything()
        assert 0 < len(h.end_of(heard)[0].rules) <= 60


# --- answers ---

def answer_of(path, size):
    bare = len(json.dumps(said(path, "")))
    raw = json.dumps(said(path, "a" * (size - bare))).encode()
    assert len(raw) == size
    return raw


def whole(raw, **more):
    return head(200, content_length=len(raw), **more) + raw


@both
def test_an_answer_may_have_what_is_configured(small, dialect):
    path = DIALECTS[dialect]
    for size in (ANSWER - 1, ANSWER):
        for in_chunks in (False, True):
            raw = answer_of(path, size)
            small.origin.raw(head(200, transfer_encoding="chunked") + chunk(raw) + b"0\r\n\r\n" if in_chunks
                             else whole(raw), close=False)
            assert small.passes(dialect, request(path)).body == raw
    for in_chunks in (False, True):
        raw = answer_of(path, ANSWER + 1)
        small.origin.raw(head(200, transfer_encoding="chunked") + chunk(raw) + b"0\r\n\r\n" if in_chunks
                         else whole(raw))
        small.fails(dialect, False, "upstream-too-large")


@both
@pytest.mark.parametrize("name", CODINGS)
def test_an_answer_may_have_what_is_configured_when_decoded(small, dialect, name):
    path = DIALECTS[dialect]
    for size in (ANSWER - 1, ANSWER):
        raw = answer_of(path, size)
        small.origin.raw(whole(coded(name, raw)[:], content_encoding=name), close=False)
        if len(coded(name, raw)) <= ANSWER:
            assert small.passes(dialect, request(path)).body == raw
        else:
            small.origin.script.clear()
    for bomb in (coded(name, b" " * (ANSWER + 1)), coded(name, b" " * (16 << 20))):
        small.origin.raw(whole(bomb, content_encoding=name))
        small.fails(dialect, False, "upstream-too-large")


def events(path, *texts):
    if path == MESSAGES:
        return [event_text(e).encode() for e in message_events(texts)]
    return [*(event_text(("", e)).encode() for e in chat_events(texts)), b"data: [DONE]\n\n"]


def event_of(path, size):
    """The events of a stream whose longest has exactly so many bytes, its empty line included."""
    bare = max(len(e) for e in events(path, "b" * 300)) - 300
    text = "word " * ((size - bare) // 5) + "words"[:(size - bare) % 5]
    all_ = events(path, text)
    assert max(map(len, all_)) == size
    return all_, text


def stream(pieces):
    return [head(200, "text/event-stream", transfer_encoding="chunked"), *map(chunk, pieces), b"0\r\n\r\n"]


def cut(h, dialect, why="upstream-bad"):
    heard = h.send(request(DIALECTS[dialect], stream=True))
    assert heard.status == 200 and heard.is_stream and not heard.complete, heard.raw[:300]
    how, _, error = faults.read_as_sdk(dialect, heard.body)
    assert how == "error" and error["code"] and b"[DONE]" not in heard.body
    assert b"message_stop" not in heard.body and not heard.raw.endswith(b"0\r\n\r\n")
    assert h.end_of(heard)[1] == why
    return error["code"]


@both
def test_an_event_may_have_what_is_configured(small, dialect):
    path = DIALECTS[dialect]
    for size in (EVENT - 1, EVENT):
        all_, text = event_of(path, size)
        small.origin.raw(*stream(all_), close=False)
        heard = small.passes(dialect, request(path, stream=True))
        assert faults.read_as_sdk(dialect, heard.body)[:2] == ("done", text)
    small.origin.raw(*stream(event_of(path, EVENT + 1)[0]))
    assert cut(small, dialect) == "upstream_error"


# each of them could become a finding, and waits for its end
RUNS = {"letters": "b", "digits": "7", "base64": "Zm9vYmFy", "quotes": '"', "controls": "\x01", "accents": "é"}


@pytest.fixture(scope="module")
def looking(bulla, certs, tmp_path_factory):
    """Small events, and answers are looked at."""
    rules = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "on": ["response"], "do": {"redact": "label"}}]
    with scripted(bulla, certs, tmp_path_factory.mktemp("looking"), {"event": "1k"}, rules) as h:
        yield h


@both
@pytest.mark.parametrize("run", RUNS)
def test_a_run_without_end_is_no_fault_however_small_an_event_may_be(looking, dialect, run):
    """Longer than an event may be and than what is held, and one that is held whole when its text ends."""
    path, unit = DIALECTS[dialect], RUNS[run]
    for text in ("a " + unit * (12_000 // len(unit)) + " z", "a " + unit * (4080 // len(unit))):
        pieces = [text[i:i + 90] for i in range(0, len(text), 90)]
        looking.origin.raw(*stream(events(path, *pieces)), close=False)
        heard = looking.passes(dialect, request(path, stream=True))
        assert faults.read_as_sdk(dialect, heard.body)[:2] == ("done", text)


@both
def test_an_event_may_have_a_mebibyte(plain, dialect):
    path = DIALECTS[dialect]
    all_, text = event_of(path, 1 << 20)
    plain.origin.raw(*stream(all_), close=False)
    heard = plain.passes(dialect, request(path, stream=True))
    assert faults.read_as_sdk(dialect, heard.body)[:2] == ("done", text)
    plain.origin.raw(*stream(event_of(path, (1 << 20) + 1)[0]))
    assert cut(plain, dialect) == "upstream_error"


def choices(n):
    """A stream of so many texts side by side."""
    for i in range(n):
        yield {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
               "choices": [{"index": i, "delta": {"content": f"text {i} "}, "finish_reason": None}]}


def texts_in(body):
    found = {}
    for block in body.decode().split("\n\n"):
        if block.startswith("data: {"):
            for c in json.loads(block[6:])["choices"]:
                found[c["index"]] = found.get(c["index"], "") + c["delta"].get("content", "")
    return found


def test_texts_side_by_side_may_be_64(plain):
    for n in (63, 64):
        pieces = [event_text(("", e)).encode() for e in choices(n)]
        plain.origin.raw(*stream([*pieces, b"data: [DONE]\n\n"]), close=False)
        heard = plain.passes("chat", request(CHAT, stream=True))
        assert texts_in(heard.body) == {i: f"text {i} " for i in range(n)}
    pieces = [event_text(("", e)).encode() for e in choices(65)]
    plain.origin.raw(*stream([*pieces, b"data: [DONE]\n\n"]))
    assert cut(plain, "chat") == "upstream_error"


@both
@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
def test_the_upstreams_head_and_its_interim_answers(plain, dialect, is_stream):
    path = DIALECTS[dialect]

    def answer(more=b"", before=b""):
        first, *rest = stream(events(path, "hello")) if is_stream else [whole(answer_of(path, 500))]
        at = first.index(b"\r\n\r\n") + 2
        return [before + first[:at] + more + first[at:], *rest]

    def size(n):
        room = n - len(answer()[0].split(b"\r\n\r\n")[0]) - 4
        lines = b"".join(b"x-%d: " % i + b"a" * (8000 - 7) + b"\r\n" for i in range(1, room // 8000 + 1))
        rest = room - len(lines)
        return lines + b"y: " + b"a" * (rest - 5) + b"\r\n"
    own = answer()[0].split(b"\r\n\r\n")[0].count(b"\r\n")
    interim = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    good = [answer(size(32767)), answer(size(32768)), answer(b"y: a\r\n" * (99 - own)),
            answer(b"y: a\r\n" * (100 - own)), answer(before=interim * 7), answer(before=interim * 8)]
    bad = [answer(size(32769)), answer(b"y: a\r\n" * (101 - own)), answer(before=interim * 9)]
    for pieces in good:
        plain.origin.raw(*pieces, close=False)
        plain.passes(dialect, request(path, stream=is_stream))
    for pieces in bad:
        plain.origin.raw(*pieces)
        plain.fails(dialect, is_stream, "upstream-bad")


# --- waits: each limit a second ---

@pytest.fixture(scope="module")
def hasty(bulla, certs, tmp_path_factory):
    limits = {"header_time": "1s", "stream_time": "2s", "keep_alive": "1s", "connect": "500ms"}
    with scripted(bulla, certs, tmp_path_factory.mktemp("hasty"), limits) as h:
        yield h


def ends(s, patience=10):
    """True when the other side ends the connection: by goodbye, alert or reset."""
    s.settimeout(patience * SLOW)
    try:
        while s.recv(65536):
            pass
    except TimeoutError:
        return False
    except (OSError, ssl.SSLError):
        pass
    return True


def test_a_wait_for_a_handshake_ends(hasty):
    """That never began, and that stands still; no exchange, so no record."""
    records = len(hasty.audit.records("exchange"))
    for said_first in (b"", b"\x16\x03\x01\x02\x00\x01\x00"):
        with faults.connect_plain(hasty.gateway) as s:
            s.sendall(said_first)
            assert ends(s)
    assert len(hasty.audit.records("exchange")) == records and hasty.works()


def test_a_wait_for_the_next_request_ends(hasty):
    """With a goodbye, and without a word of HTTP: nothing was asked."""
    with connect(hasty.gateway) as s:
        s.sendall(request(CHAT))
        assert parse(read_all(s)[0]).status == 200
        s.settimeout(10 * SLOW)
        assert s.recv(100) == b""
    assert wait_for(lambda: hasty.metric("bulla_callers") == 0)


@both
def test_a_wait_for_the_end_of_a_stream_ends(hasty, dialect):
    """An upstream that goes on and on: its caller is told in the API's own event."""
    pieces = events(DIALECTS[dialect], "and on ")
    hasty.origin.raw(*stream(pieces[:-1 if dialect == "chat" else -3] + pieces[1:2] * 400), wait=0.02)
    assert cut(hasty, dialect, "stream-timeout") == "timeout"


@both
def test_a_wait_for_a_connection_ends(bulla, certs, tmp_path, dialect):
    """The upstream's host takes no more connections and says nothing."""
    with socket.socket() as full, contextlib.ExitStack() as held:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):                               # its queue is full: the next SYN is dropped
            s = held.enter_context(socket.socket())
            s.setblocking(False)
            s.connect_ex(full.getsockname())
        time.sleep(0.2)
        with scripted(bulla, certs, tmp_path, {"connect": "500ms"}) as h:
            url = f"http://127.0.0.1:{full.getsockname()[1]}"
            h.gateway.stop()
            for u in h.gateway.config["upstreams"].values():
                u["url"] = url
            h.gateway.start()
            heard = h.send(request(DIALECTS[dialect]).replace(b"host: localhost", b"connection: close\r\nhost: a"))
            assert heard.status == 502 and heard.complete
            faults.assert_error_shape(dialect, heard.json, heard.exchange, "upstream_unreachable")
            assert h.end_of(heard)[1] == "upstream-connect"


# --- overload ---

def test_overload_refuses_new_work_and_lets_the_old_end(bulla, certs, tmp_path):
    """Nine of ten places are streams that run: they go on and end well; new callers of both APIs get 503 with
    Retry-After; health and metrics answer; and when the streams end there is room."""
    go = threading.Event()
    with scripted(bulla, certs, tmp_path, {"connections": "10", "keep_alive": "60s"}) as h:
        pieces = events(CHAT, "before ")
        for _ in range(9):
            h.origin.raw(head(200, "text/event-stream", transfer_encoding="chunked"), chunk(pieces[0]),
                         go, *map(chunk, pieces[1:]), b"0\r\n\r\n", close=False)
        old = [connect(h.gateway) for _ in range(9)]
        for s in old:
            s.sendall(request(CHAT, stream=True))
        assert wait_for(lambda: len(h.origin.requests) == 9)
        for dialect, path in DIALECTS.items():
            with connect(h.gateway) as s:
                s.sendall(request(path))
                heard = parse(read_all(s)[0])
            assert heard.status == 503 and int(heard.headers["retry-after"]) > 0
            faults.assert_error_shape(dialect, heard.json, heard.exchange, "overloaded")
            assert h.end_of(heard)[1] == "overload"
            assert h.is_healthy() and h.metric("bulla_callers") >= 9
            assert wait_for(lambda: h.metric("bulla_callers") == 9)
        assert len(h.origin.requests) == 9
        go.set()
        for s in old:
            with s:
                heard = parse(read_all(s)[0])
                assert heard.complete and faults.read_as_sdk("chat", heard.body)[:2] == ("done", "before ")
        assert not h.origin.patience_lost
        assert wait_for(lambda: h.metric("bulla_callers") == 0) and h.works()


def test_overload_of_descriptors_refuses_new_work_and_lets_the_old_end(bulla, certs, tmp_path):
    """From nine tenths of them on: 503 with Retry-After for the new, all goes on for the old, admin answers."""
    binary = wrapped(bulla, tmp_path, "prlimit", "--nofile=120:120")
    with scripted(binary, certs, tmp_path / "house", {"keep_alive": "60s"}) as h, contextlib.ExitStack() as held:
        old = []
        for _ in range(120):
            s = held.enter_context(connect(h.gateway))
            s.sendall(request(CHAT))
            heard = parse(read_all(s)[0])
            if heard.status != 200:
                break
            old.append(s)
        assert heard.status == 503 and int(heard.headers["retry-after"]) > 0, heard.raw[:300]
        faults.assert_error_shape("chat", heard.json, heard.exchange, "overloaded")
        assert h.end_of(heard)[1] == "overload" and 60 < len(old) < 100, len(old)
        assert h.is_healthy() and faults.descriptors(h.worker()) < 110
        for s in old:
            s.sendall(request(CHAT))
            assert parse(read_all(s)[0]).status == 200
        held.close()
        assert wait_for(lambda: h.metric("bulla_callers") == 0) and h.works()
