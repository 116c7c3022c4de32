"""Hostile requests: refused, recorded, and nothing of them reaches an upstream."""
import gzip
import socket

import pytest

BODY = b'{"model":"m","messages":[]}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"

MALFORMED = {
    "two lengths": HEAD + b"content-length: 27\r\ncontent-length: 5\r\n\r\n" + BODY,
    "a length and chunks": HEAD + b"content-length: 27\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding that is not chunked": HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": HEAD + b"content-length : 27\r\n\r\n" + BODY,
    "a folded header": HEAD + b"x-a: b\r\n c\r\ncontent-length: 27\r\n\r\n" + BODY,
    "bare line feeds": HEAD.replace(b"\r\n", b"\n") + b"content-length: 27\n\n" + BODY,
    "a length with a sign": HEAD + b"content-length: +27\r\n\r\n" + BODY,
    "a NUL in a value": HEAD + b"x-a: b\x00c\r\ncontent-length: 27\r\n\r\n" + BODY,
    "a chunk size in excess": HEAD + b"transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    "no host": HEAD.replace(b"host: localhost\r\n", b"") + b"content-length: 27\r\n\r\n" + BODY,
    "two hosts": HEAD + b"host: other\r\ncontent-length: 27\r\n\r\n" + BODY,
    "a version of the future": HEAD.replace(b"HTTP/1.1", b"HTTP/9.9") + b"content-length: 0\r\n\r\n",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_framing_is_refused(what, upstream, client):
    got = client.raw(MALFORMED[what], patience=3)
    assert got.split(b" ")[1:2] and got.split(b" ")[1][:1] in (b"4", b"5"), got[:200]
    assert upstream.requests == []


def test_plain_http_on_the_tls_port_is_told_so(gateway):
    gateway.start()
    with socket.create_connection(("127.0.0.1", gateway.port)) as s:
        s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
        s.settimeout(10)
        said = s.recv(4096)
    head, body = said.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ") and f"content-length: {len(body)}".encode() in head
    assert body == b"This port speaks TLS: use https://\n"


@pytest.mark.parametrize("body", [b"", b"{", b"[]x", b'{"a":1,}', b'{"a":"\xff"}', b"nul", b'{"a":01}'])
def test_a_body_that_is_not_json_is_refused(body, upstream, client):
    answer = client.send("/v1/chat/completions", body)
    assert answer.status == 400 and answer.decision == "error"
    assert upstream.requests == []


def test_the_same_key_twice_is_refused_or_scanned(policy, upstream, client):
    """Whatever the upstream takes of two `content`s, it gets neither unread."""
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}])
    client.send("/v1/chat/completions", b'{"model":"m","messages":[{"role":"user",'
                b'"content":"4111 1111 1111 1111","content":"4242 4242 4242 4242"}]}')
    assert b"1111 1111" not in upstream.everything() and b"4242 4242" not in upstream.everything()


def test_a_body_above_the_limit_is_413(gateway, upstream, client):
    gateway.config["limits"] = {"request_body": "64k"}
    answer = client.chat("a" * 100_000)
    assert answer.status == 413 and upstream.requests == []


def test_an_unknown_content_coding_is_415(upstream, client):
    answer = client.send("/v1/chat/completions", BODY, headers={"content-encoding": "compress"})
    assert answer.status == 415 and upstream.requests == []


def test_a_compressed_body_is_read(policy, upstream, client):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}])
    body = gzip.compress(b'{"model":"m","messages":[{"role":"user","content":"4111 1111 1111 1111"}]}')
    answer = client.send("/v1/chat/completions", body, headers={"content-encoding": "gzip"})
    assert answer.status in (200, 415)
    assert b"4111 1111" not in upstream.everything()


def test_a_head_without_end_is_431(upstream, client):
    got = client.raw(HEAD + b"".join(b"x-%d: %s\r\n" % (i, b"a" * 1000) for i in range(200)) + b"\r\n")
    assert b" 431 " in got[:20] and upstream.requests == []


def test_a_second_request_behind_the_first_is_answered_in_turn(upstream, client):
    body = b'{"model":"m","messages":[{"role":"user","content":"%s"}]}'
    one = HEAD + b"content-length: %d\r\n\r\n" % len(body % b"one") + body % b"one"
    two = HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body % b"two") + body % b"two"
    got = client.raw(one + two)
    assert got.count(b"HTTP/1.1 200") == 2
    assert [r.json["messages"][0]["content"] for r in upstream.requests] == ["one", "two"]


def test_a_head_beyond_the_configured_size_is_431(gateway, client, upstream):
    gateway.config["limits"] = {"head": "1k"}
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert client.send("/v1/chat/completions", body).status == 200
    seen = len(upstream.requests)
    answer = client.send("/v1/chat/completions", body, headers={"x-long": "a" * 1100})
    assert answer.status == 431 and answer.json["error"]["message"].startswith("head too large")
    assert len(upstream.requests) == seen
