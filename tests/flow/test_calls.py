"""Tool calls that no tool of the request allows: unknown names, and arguments that break its schema."""
import http.client

from bulla import Answer
from origin import event_text
from test_answers import ways
from test_output import SAFE, Chat, Messages, api, plays, was_blocked  # noqa: F401 (api is a fixture)

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}, "how": {"enum": ["fast", "slow"]}},
          "required": ["to"], "additionalProperties": False}
GOOD = '{"to": "ann", "how": "fast"}'
BAD = ['{"how": "fast"}', '{"to": 7}', '{"to": "ann", "bcc": "eve"}', '{"to": "ann", "how": "now"}',
       '{"to": "ann"', '[]']
CALLS = [{"id": "calls", "find": ["UNKNOWN_TOOL", "TOOL_ARGUMENTS"], "on": ["response"],
          "do": {"block": "That tool was not offered so."}}]
LOOKS = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "on": ["response"], "do": {"redact": "label"}}]


def asks(client, api, stream, tools=True):
    if api is Messages:
        more = {"tools": [{"name": "send", "input_schema": SCHEMA}]} if tools else {}
        return client.messages("hello", stream=stream, **more)
    more = {"tools": [{"type": "function", "function": {"name": "send", "parameters": SCHEMA}}]} if tools else {}
    return client.chat("hello", stream=stream, **more)


def arguments(answer):
    """Those of the streamed call, joined."""
    text = ""
    for e in answer.events:
        if isinstance(e, dict) and "choices" in e:
            for call in e["choices"][0]["delta"].get("tool_calls", []):
                text += call["function"].get("arguments", "")
        elif isinstance(e, dict):
            text += e.get("delta", {}).get("partial_json", "")
    return text


def test_a_call_that_no_tool_allows_never_begins(api, policy, upstream, client, audit):
    policy(rules=CALLS)
    cases = [("send", text, "TOOL_ARGUMENTS") for text in BAD] + [("sned", GOOD, "UNKNOWN_TOOL")]
    for name, text, entity in cases:
        for pieces in list(ways(text))[1 if text != BAD[0] else 0:]:
            plays(upstream, api.calls(name, *pieces))
            answer = asks(client, api, True)
            assert answer.status == 200 and answer.text == SAFE and name.encode() not in answer.body
            assert b"ann" not in answer.body and b"how" not in answer.body
            assert api.ends(answer) and was_blocked(audit, answer, "calls")
            assert entity.encode() in audit.of(answer)[-1].groups
        if api is Messages and text == BAD[4]:
            continue                                    # no whole answer can be written so
        upstream.json(api.whole(SAFE, name, text))
        whole = asks(client, api, False)
        assert whole.status == 403 and b"ann" not in whole.body and was_blocked(audit, whole, "calls")


def test_a_call_as_offered_arrives_at_any_cut(api, policy, upstream, client, audit):
    policy(rules=CALLS)
    for pieces in ways(GOOD):
        events = list(api.calls("send", *pieces))
        plays(upstream, events)
        answer = asks(client, api, True)
        assert arguments(answer) == GOOD and audit.of(answer)[-1].dec == "allow"
        assert answer.events[-1] == (events[-1] if api is Chat else events[-1][1])
    upstream.json(api.whole(SAFE, "send", GOOD))
    assert b"send" in asks(client, api, False).body


def test_the_network_may_cut_a_call_at_any_byte(gateway, policy, upstream, client):
    policy(rules=CALLS)
    for size in (1, 7, 64):
        plays(upstream, Chat.calls("send", '{"to": ', "7}"), size)
        answer = asks(client, Chat, True)
        assert answer.text == SAFE and b"send" not in answer.body and Chat.ends(answer)


def test_without_tools_every_call_is_unknown_and_a_rule_may_only_tell(api, policy, upstream, client, audit):
    policy(rules=[{**CALLS[0], "mode": "observe"}])
    plays(upstream, api.calls("send", GOOD))
    answer = asks(client, api, True, tools=False)
    end = audit.of(answer)[-1]
    assert b"send" in answer.body and end.dec == "allow" and b"UNKNOWN_TOOL" in end.groups


def test_a_second_call_is_judged_as_the_first(gateway, policy, upstream, client, audit):
    policy(rules=CALLS)
    events = list(Chat.calls("send", GOOD))
    second = {"index": 1, "id": "call_2", "type": "function", "function": {"name": "send", "arguments": '{"to": 1}'}}
    events.insert(3, Chat.event({"tool_calls": [second]}))
    plays(upstream, events)
    answer = asks(client, Chat, True)
    assert b"call_" not in answer.body and answer.text == SAFE and was_blocked(audit, answer, "calls")


def test_of_two_calls_at_once_nothing_was_begun_when_the_second_is_stopped(gateway, policy, upstream, client, audit):
    """The first is held when the second begins: what its caller never saw begin is not ended for him either."""
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    policy(rules=CALLS)
    *start, begin, piece, end, last, stop = Messages.calls("send", GOOD)

    def of(index, event, **more):
        name, body = event
        return name, {**body, "index": index, **more}
    second = {"type": "tool_use", "id": "toolu_2", "name": "sned", "input": {}}
    plays(upstream, [*start, begin, of(2, begin, content_block=second), piece, of(2, piece), end, of(2, end), last, stop])
    answer = asks(client, Messages, True)
    assert answer.text == SAFE and b"toolu_" not in answer.body and b"ann" not in answer.body
    assert Messages.ends(answer) and was_blocked(audit, answer, "calls")


def test_a_server_with_tools_of_its_own_is_believed(gateway, policy, upstream, client, audit):
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    policy(rules=CALLS)
    plays(upstream, Messages.calls("elsewhere", "{}"))
    answer = client.messages("hello", stream=True, mcp_servers=[{"type": "url", "url": "https://m.example", "name": "m"}])
    assert b"elsewhere" in answer.body and audit.of(answer)[-1].dec == "allow"


def is_cut_before(answer, call):
    """An error of ours in the API's shape, no terminator, and nothing of the call."""
    assert answer.status == 200 and b"[DONE]" not in answer.body and call not in answer.body
    return answer.events[-1]["error"]["code"] == "upstream_error"


def heard(client, api):
    try:
        return asks(client, api, True)
    except http.client.IncompleteRead as cut:
        return Answer(200, [("content-type", "text/event-stream")], cut.partial)


def test_what_is_held_until_a_call_is_judged_has_a_bound(gateway, policy, upstream, client):
    """Arguments as long as an event may be, and four such events of whatever spelling: one more byte, one more
    event, and the stream breaks off before the call."""
    event = 4096
    gateway.config["limits"] = {"event": "4k"}
    policy(rules=CALLS + LOOKS)

    def played(pieces):
        plays(upstream, Chat.calls("send", *pieces))
        return heard(client, Chat)

    def long(n, of="word "):
        return '{"to": "' + (of * n)[:n - 11] + 'd"}'

    run = long(event, "a")                               # one word, of which all waits for its end
    answer = played([run[i:i + 512] for i in range(0, event, 512)])
    assert arguments(answer) == run and answer.events[-1] == "[DONE]", answer.body[-400:]
    for n in (event - 1, event):
        answer = played([long(n)[i:i + 512] for i in range(0, n, 512)])
        assert arguments(answer) == long(n) and answer.events[-1] == "[DONE]", (n, answer.body[-400:])
    assert is_cut_before(played([long(event + 1)[i:i + 512] for i in range(0, event + 1, 512)]), b"send")

    begin, piece = (len(event_text(e)) for e in Chat.calls("send", "a")[1:3])
    most = (4 * event - begin) // piece                  # characters, each in an event of its own
    for n in (most - 1, most):
        answer = played(long(n))
        assert arguments(answer) == long(n) and answer.events[-1] == "[DONE]", n
    assert is_cut_before(played(long(most + 1)), b"send")
