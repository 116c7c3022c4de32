"""Streamed answers: what is undecided is held, what is decided flows."""
import json
import threading
import time

from origin import chunk, head

PAN = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}]
MAIL = "grace.hopper@" + "canary-example.org"


def test_a_card_split_over_two_deltas_never_arrives(policy, upstream, client, audit):
    policy(rules=PAN)
    upstream.sse("my card is 4111 1111 ", "1111 1111 ok")
    assert client.chat("hello", stream=True).text == "my card is [CREDIT_CARD] ok"
    assert audit.last().dec == "redact" and audit.verify() == 0


def test_a_card_split_into_single_characters_never_arrives(policy, upstream, client):
    policy(rules=PAN)
    upstream.sse(*"pay 4111111111111111 now")
    answer = client.chat("hello", stream=True)
    assert answer.text == "pay [CREDIT_CARD] now"


def test_a_stream_without_findings_says_the_same(policy, upstream, client):
    policy(rules=PAN)
    words = ["Hel", "lo \u00e9\U0001f600 wor", "ld.\n", "4111 is a year", " not a card"]
    upstream.sse(*words)
    answer = client.chat("hello", stream=True)
    assert answer.text == "".join(words)
    assert answer.events[-1] == "[DONE]"


def test_a_token_split_over_deltas_is_restored(policy, upstream, client):
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}])
    client.chat(f"write to {MAIL}")
    token = upstream.last.json["messages"][0]["content"].split()[-1]
    assert token != MAIL
    upstream.sse("sent to ", *token, " now")
    assert client.chat(f"write to {MAIL}", stream=True).text == f"sent to {MAIL} now"


def test_the_first_words_arrive_before_the_last_are_said(policy, upstream, gateway, client):
    policy(rules=PAN)
    upstream.sse("first words come early. ", "second. ", "third. ", wait=0.7)
    gateway.start()
    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "a"}]})
    seen = []

    def read():
        import http.client
        c = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=30, context=gateway.tls())
        c.request("POST", "/v1/chat/completions", body, client.headers({}))
        r = c.getresponse()
        while line := r.readline():
            if b"first words" in line or b"third" in line:
                seen.append((time.monotonic(), line))
        c.close()

    t = threading.Thread(target=read)
    t.start()
    t.join(20)
    assert len(seen) >= 2 and seen[-1][0] - seen[0][0] > 0.8


def test_a_stream_that_breaks_off_is_not_passed_as_whole(policy, upstream, client, audit):
    policy(rules=PAN)
    piece = chunk('data: {"choices":[{"index":0,"delta":{"content":"half "}}]}\n\n')
    upstream.raw(head(200, "text/event-stream", transfer_encoding="chunked"), piece, close=True)
    try:
        answer = client.chat("hello", stream=True)
        assert "[DONE]" not in answer.events
    except Exception as e:                               # a cut connection says it too
        assert "Incomplete" in type(e).__name__ or "Disconnected" in type(e).__name__
    assert audit.last().out == "upstream_error"


def test_garbage_from_the_upstream_is_not_relayed(policy, upstream, client):
    policy()
    upstream.raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\nhello", close=True)
    answer = client.chat("hello")
    assert answer.status == 502 and b"hello" not in answer.body


def test_an_anthropic_stream_is_read_too(policy, gateway, upstream, client):
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    policy(rules=PAN)
    upstream.sse_messages("my card is 4111 1111 ", "1111 1111 ok")
    assert client.messages("hello", stream=True).text == "my card is [CREDIT_CARD] ok"
