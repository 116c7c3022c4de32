"""Rules about answers: what they stop or take out is gone before its first byte, streamed or whole."""
import json

import pytest
from origin import chunk, event_text, head, message_events, said

CARD = "4111 1111 1111 1111"
SAFE = "the card is "
NO_CARDS = [{"id": "no-cards", "find": ["CREDIT_CARD"], "on": ["response"],
             "do": {"block": "Cards stay with the bank."}}]
NO_SHELL = [{"id": "no-shell", "tools": ["bash", "exec_*"], "on": ["response"],
             "do": {"block": "No shells here."}}]


class Chat:
    """One API: how its answers look, streamed and whole, and how a caller asks."""
    dialect, path, terminator = "openai", "/v1/chat/completions", '"content_filter"'

    @staticmethod
    def ask(client, stream):
        return client.chat("hello", stream=stream)

    @staticmethod
    def event(delta, finish=None):
        return "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    @classmethod
    def texts(cls, *pieces):
        return [*(cls.event({"content": p}) for p in pieces), cls.event({}, "stop"), "[DONE]"]

    @classmethod
    def calls(cls, name, *arguments):
        return [cls.event({"role": "assistant", "content": SAFE}),
                cls.event({"tool_calls": [{"index": 0, "id": "call_1", "type": "function",
                                           "function": {"name": name, "arguments": ""}}]}),
                *(cls.event({"tool_calls": [{"index": 0, "function": {"arguments": a}}]})
                  for a in arguments), cls.event({}, "tool_calls"), "[DONE]"]

    @staticmethod
    def whole(text, name=None, arguments="{}"):
        body = said("/v1/chat/completions", text)
        if name:
            body["choices"][0]["message"]["tool_calls"] = [
                {"id": "call_1", "type": "function",
                 "function": {"name": name, "arguments": arguments}}]
        return body

    @staticmethod
    def ends(answer):
        """How a stream that a rule stopped ends."""
        assert answer.events[-1] == "[DONE]"
        return answer.events[-2]["choices"][0]["finish_reason"] == "content_filter"

    @staticmethod
    def arguments(answer, stream):
        """What the caller would run."""
        if not stream:
            return json.loads(answer.json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"])
        calls = [c for e in answer.events if e != "[DONE]" for c in e["choices"][0]["delta"].get("tool_calls", [])]
        return json.loads("".join(c["function"].get("arguments", "") for c in calls))

    @staticmethod
    def refusal(answer):
        return answer.json["error"]["code"], answer.json["error"]["message"]


class Messages(Chat):
    dialect, path = "anthropic", "/v1/messages"

    @staticmethod
    def ask(client, stream):
        return client.messages("hello", stream=stream)

    @classmethod
    def texts(cls, *pieces):
        return list(message_events(pieces))

    @classmethod
    def calls(cls, name, *arguments):
        *start, _, _ = message_events([SAFE])
        yield from start
        yield "content_block_start", {"type": "content_block_start", "index": 1, "content_block": {
            "type": "tool_use", "id": "toolu_1", "name": name, "input": {}}}
        for a in arguments:
            yield "content_block_delta", {"type": "content_block_delta", "index": 1, "delta": {
                "type": "input_json_delta", "partial_json": a}}
        yield "content_block_stop", {"type": "content_block_stop", "index": 1}
        yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": "tool_use"},
                                "usage": {"output_tokens": 1}}
        yield "message_stop", {"type": "message_stop"}

    @staticmethod
    def whole(text, name=None, arguments="{}"):
        body = said("/v1/messages", text)
        if name:
            body["content"].append({"type": "tool_use", "id": "toolu_1", "name": name,
                                    "input": json.loads(arguments)})
        return body

    @staticmethod
    def arguments(answer, stream):
        if not stream:
            return answer.json["content"][-1]["input"]
        return json.loads("".join(e["delta"].get("partial_json", "") for e in answer.events if "delta" in e))

    @staticmethod
    def ends(answer):
        *_, delta, stop = answer.events
        opened = [e["index"] for e in answer.events if e["type"] == "content_block_start"]
        closed = [e["index"] for e in answer.events if e["type"] == "content_block_stop"]
        assert opened == closed and stop == {"type": "message_stop"}
        return delta["delta"]["stop_reason"] == "refusal"


@pytest.fixture(params=[Chat, Messages], ids=["openai", "anthropic"])
def api(request, gateway):
    gateway.config["upstreams"]["fake"]["dialect"] = request.param.dialect
    return request.param


def plays(upstream, events, size=None):
    """The events as one chunked body, its bytes sent `size` at a time (each event alone when none)."""
    texts = [event_text(e).encode() for e in events]
    if size:
        raw = b"".join(texts)
        texts = [raw[i:i + size] for i in range(0, len(raw), size)]
    upstream.raw(head(200, "text/event-stream", transfer_encoding="chunked"), *map(chunk, texts),
                 b"0\r\n\r\n", close=False)


def was_blocked(audit, answer, rule):
    """The answer's record says so, and why; in the log, where a reader finds it."""
    end = audit.of(answer)[-1]
    assert (end.type, end.dec, end.out, end.rules) == ("exchange.end", "block", "blocked", [rule])
    assert b'"why":"policy-block"' in end.groups
    return True


def test_a_stopped_stream_ends_before_the_first_harmful_byte(api, policy, upstream, client, audit):
    policy(rules=NO_CARDS)
    for pieces in ([SAFE, CARD, " yes"], [SAFE + CARD[:7], CARD[7:] + " yes"],
                   [*SAFE, *CARD, *" yes"], [SAFE + CARD + " yes"], [SAFE, CARD]):
        for size in (None, 1, 64):                          # where the network cuts changes nothing
            plays(upstream, api.texts(*pieces), size)
            answer = api.ask(client, True)
            assert answer.status == 200 and answer.text == SAFE and b"4111 1111" not in answer.body
            assert api.ends(answer) and was_blocked(audit, answer, "no-cards")
    assert audit.verify() == 0


def test_a_stopped_whole_answer_is_a_refusal(api, policy, upstream, client, audit):
    policy(rules=NO_CARDS)
    upstream.json(api.whole(SAFE + CARD + " yes"))
    answer = api.ask(client, False)
    assert answer.status == 403 and answer.decision == "block" and b"4111 1111" not in answer.body
    code, message = api.refusal(answer)
    assert code == "policy_blocked" and message.startswith("Cards stay with the bank.")
    assert answer.exchange in message and answer.header("x-should-retry") == "false"
    assert was_blocked(audit, answer, "no-cards")


def test_a_stopped_whole_answer_may_be_an_answer(api, policy, upstream, client, audit):
    policy(rules=[{**NO_CARDS[0], "do": {"block": "Ask the bank.", "as": "answer"}}])
    upstream.json(api.whole(SAFE + CARD + " yes"))
    answer = api.ask(client, False)
    assert answer.status == 200 and answer.text.startswith("Ask the bank.")
    assert b"4111 1111" not in answer.body and was_blocked(audit, answer, "no-cards")


def test_a_rule_that_redacts_takes_it_out(api, policy, upstream, client, audit):
    policy(rules=[{**NO_CARDS[0], "do": {"redact": "label"}}])
    upstream.json(api.whole(SAFE + CARD))
    plays(upstream, api.texts(SAFE + CARD[:6], CARD[6:]))
    for stream in (False, True):
        answer = api.ask(client, stream)
        assert answer.text == SAFE + "[CREDIT_CARD]" and b"4111 1111" not in answer.body
        assert audit.of(answer)[-1].dec == "redact" and audit.of(answer)[-1].rules == ["no-cards"]


def test_a_rule_for_requests_leaves_answers_alone(api, policy, upstream, client, audit):
    policy(rules=[{**NO_CARDS[0], "on": ["request"]}])
    upstream.json(api.whole(SAFE + CARD))
    plays(upstream, api.texts(SAFE, CARD))
    for stream in (False, True):
        answer = api.ask(client, stream)
        assert answer.text == SAFE + CARD and audit.of(answer)[-1].dec == "allow"


def test_what_stands_in_arguments_is_stopped_too(api, policy, upstream, client, audit):
    policy(rules=NO_CARDS)
    text = json.dumps({"pay": CARD})
    plays(upstream, api.calls("send", text[:12], text[12:]))
    upstream.json(api.whole(SAFE, "send", text))
    for stream in (True, False):
        answer = api.ask(client, stream)
        assert b"4111 1111" not in answer.body and was_blocked(audit, answer, "no-cards")
        assert api.ends(answer) if stream else answer.status == 403


@pytest.mark.parametrize("arguments", [{"pay": 4111111111111111}, {CARD: "pay"}, [4111111111111111]],
                         ids=["a-number", "a-name", "a-number-in-a-list"])
@pytest.mark.parametrize("do", [NO_CARDS[0]["do"], {"redact": "label"}], ids=["block", "redact"])
def test_a_number_or_a_name_in_arguments_is_a_finding(do, arguments, api, policy, upstream, client, audit):
    """Streamed or whole alike, and what is left is JSON."""
    policy(rules=[{**NO_CARDS[0], "do": do}])
    text = json.dumps(arguments)
    plays(upstream, api.calls("send", text[:12], text[12:]))
    upstream.json(api.whole(SAFE, "send", text))
    for stream in (True, False):
        answer = api.ask(client, stream)
        assert CARD[:9].encode() not in answer.body and b"41111111" not in answer.body
        if "block" in do:
            assert was_blocked(audit, answer, "no-cards")
            continue
        assert audit.of(answer)[-1].dec == "redact"
        left = api.arguments(answer, stream)
        assert "[CREDIT_CARD]" in (left if isinstance(left, list) else [*left, *left.values()])


@pytest.mark.parametrize("coding", ["snappy", "gzip, gzip"])
def test_a_coding_that_nobody_asked_for_is_no_policys_doing(coding, policy, upstream, client):
    text = json.dumps(said("/v1/chat/completions", "ok")).encode()
    upstream.raw(head(200, content_length=len(text), content_encoding=coding) + text, close=False)
    answer = client.chat("hello")
    assert answer.status == 502 and answer.json["error"]["code"] == "upstream_error"


def test_a_forbidden_call_never_begins(api, policy, upstream, client, audit):
    policy(rules=NO_SHELL)
    for name in ("bash", "exec_sql"):
        plays(upstream, api.calls(name, '{"cmd": "rm', ' -rf /"}'))
        streamed = api.ask(client, True)
        assert streamed.status == 200 and streamed.text == SAFE
        assert name.encode() not in streamed.body and b"cmd" not in streamed.body
        assert api.ends(streamed) and was_blocked(audit, streamed, "no-shell")

        upstream.json(api.whole(SAFE, name, '{"cmd": "rm -rf /"}'))
        whole = api.ask(client, False)
        assert whole.status == 403 and name.encode() not in whole.body
        assert api.refusal(whole)[1].startswith("No shells here.")
        assert was_blocked(audit, whole, "no-shell")

    plays(upstream, api.calls("bash_help", '{"a"', ': 1}'))   # other calls go their way
    upstream.json(api.whole("ok", "bash_help"))
    for stream in (True, False):
        answer = api.ask(client, stream)
        assert b"bash_help" in answer.body and audit.of(answer)[-1].dec == "allow"


def test_a_name_in_pieces_is_a_name(gateway, policy, upstream, client, audit):
    policy(rules=NO_SHELL)
    events = list(Chat.calls("ba"))
    events.insert(2, Chat.event({"tool_calls": [{"index": 0, "function": {"name": "sh"}}]}))
    plays(upstream, events)
    answer = client.chat("hello", stream=True)
    assert b'"sh"' not in answer.body and Chat.ends(answer) and was_blocked(audit, answer, "no-shell")


def test_log_probabilities_do_not_say_it_again(gateway, policy, upstream, client):
    policy(rules=[{**NO_CARDS[0], "do": {"redact": "label"}}])

    def logprobs(*tokens):
        return {"content": [{"token": t, "logprob": -0.1, "bytes": None, "top_logprobs": []}
                            for t in tokens], "refusal": None}

    pieces = ["plain ", "4111 ", "1111 ", "1111 ", "1111", " end"]
    events = []
    for p in pieces:
        name, event = Chat.event({"content": p})
        event["choices"][0]["logprobs"] = logprobs(p)
        events.append((name, event))
    plays(upstream, [*events, *Chat.texts()])
    body = Chat.whole("".join(pieces))
    body["choices"][0]["logprobs"] = logprobs(*pieces)
    upstream.json(body)
    streamed, whole = (client.chat("hello", stream=s, logprobs=True) for s in (True, False))
    for answer in (streamed, whole):
        assert answer.text == "plain [CREDIT_CARD] end" and b"4111 1111" not in answer.body
    assert whole.json["choices"][0]["logprobs"] is None
    # what came before anything was held is as it was
    assert streamed.events[0]["choices"][0]["logprobs"] == logprobs("plain ")


def test_a_field_nobody_knows_is_text_in_a_stream_too(gateway, policy, upstream, client):
    policy(rules=[{**NO_CARDS[0], "do": {"redact": "label"}}])
    name, event = Chat.event({"content": "ok", "new_field": [{"text": f"pay {CARD}"}]})
    event["sources"] = [f"card {CARD}"]
    plays(upstream, [(name, event), *Chat.texts()])
    answer = client.chat("hello", stream=True)
    assert b"4111 1111" not in answer.body and answer.events[0]["sources"] == ["card [CREDIT_CARD]"]


# --- what is decided late ---

LATE = {"code": {"words": ["Project Aurora"]}, "quoted": {"pattern": r"K<[^>]{1,80}>"},
        "badge": {"pattern": r"E\d{6}", "near": {"words": ["badge"], "within": 40}}}
PIECES = {"a phrase": (["it is ", "Project ", "Aurora", " now"], "Aurora"),
          "a long pattern": (["so ", "K<say ", "my ", "word>", " ok"], "K<say"),
          "a near word behind": (["it is ", "E314159 ", "is the ", "badge ", "ok then"], "E314159"),
          "disguised digits": (["pay ", "\uff15\uff15\uff15\uff15 ", "5555 ", "5555 ", "4444 ", "now"], "5555"),
          "a context word behind": (["no ", "536228145 ", "is ", "my ", "ssn ", "ok"], "536228145")}


@pytest.mark.parametrize("what", PIECES)
def test_a_stream_is_held_until_what_comes_late_decides(what, policy, upstream, client):
    pieces, mark = PIECES[what]
    policy(rules=[{"id": "late", "find": ["code", "quoted", "badge", "CREDIT_CARD", "US_SSN"], "on": ["response"],
                   "do": {"redact": "label"}}], detectors=LATE)
    upstream.says("".join(pieces))
    upstream.sse(*pieces)
    upstream.sse(*"".join(pieces))
    whole = client.chat("hi").text
    assert mark not in whole
    assert client.chat("hi", stream=True).text == whole      # by words
    assert client.chat("hi", stream=True).text == whole      # by characters
