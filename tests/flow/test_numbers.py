"""A number of JSON that must not leave goes as another one, and the tool gets its own back."""
import json

import pytest
from test_output import Chat, Messages, api, plays  # noqa: F401  (api is a fixture)

CARD = 4111111111111111
TOKENS = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "token"}}]


def turns(dialect, arguments):
    """A conversation in which a tool was called, and the tool itself, in one dialect."""
    schema = {"type": "object", "properties": {"pan": {"type": "integer"}}}
    if dialect is Messages:
        return {"model": "m", "max_tokens": 9, "tools": [{"name": "pay", "input_schema": schema}], "messages": [
            {"role": "user", "content": "pay"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "pay", "input": arguments}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "again"}]}]}
    return {"model": "m", "tools": [{"type": "function", "function": {"name": "pay", "parameters": schema}}], "messages": [
        {"role": "user", "content": "pay"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "t1", "type": "function", "function": {"name": "pay", "arguments": json.dumps(arguments)}}]},
        {"role": "tool", "tool_call_id": "t1", "content": "again"}]}


def heard(dialect, upstream):
    """The arguments as the model read them."""
    turn = upstream.last.json["messages"][1]
    if dialect is Messages:
        return turn["content"][0]["input"]
    return json.loads(turn["tool_calls"][0]["function"]["arguments"])


def ask(dialect, client, arguments, **more):
    return client.send(dialect.path, {**turns(dialect, arguments), **more})


@pytest.mark.parametrize("style", ["token", "fake"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_number_leaves_as_another_and_the_tool_gets_its_own(style, stream, api, policy, upstream, client):  # noqa: F811
    policy(rules=[{**TOKENS[0], "do": {"redact": style}}])
    assert ask(api, client, {"pan": CARD, "n": [CARD, 7]}).status == 200
    seen = heard(api, upstream)
    assert seen == {"pan": seen["pan"], "n": [seen["pan"], 7]}
    assert isinstance(seen["pan"], int) and seen["pan"] != CARD and len(str(seen["pan"])) == 16
    text = json.dumps({"pan": seen["pan"], "note": f"card {seen['pan']}"})
    if stream:
        plays(upstream, api.calls("pay", text[:13], text[13:20], text[20:]))
    else:
        upstream.json(api.whole("ok", "pay", text))
    answer = ask(api, client, {"pan": CARD}, stream=stream)
    assert heard(api, upstream) == {"pan": seen["pan"]}  # the same value, the same number
    assert api.arguments(answer, stream) == {"pan": CARD, "note": f"card {CARD}"}
    assert str(CARD).encode() not in upstream.everything()


@pytest.mark.parametrize("style, left", [("label", "[CREDIT_CARD]"), ("mask", "************1111"), ("drop", "")])
def test_what_has_no_number_to_stand_for_it_becomes_a_string(style, left, api, policy, upstream, client):  # noqa: F811
    policy(rules=[{**TOKENS[0], "do": {"redact": style}}])
    answer = ask(api, client, {"pan": CARD, "n": [-CARD]})
    assert answer.status == 200 and answer.decision == "redact"
    assert heard(api, upstream) == {"pan": left, "n": [left]}


def test_a_number_of_a_hash_is_never_put_back(api, policy, upstream, client):  # noqa: F811
    policy(rules=[{**TOKENS[0], "do": {"redact": "hash"}}])
    ask(api, client, {"pan": CARD})
    seen = heard(api, upstream)["pan"]
    assert isinstance(seen, int) and seen != CARD
    upstream.json(api.whole(f"it was {seen}"))
    answer = ask(api, client, {"pan": CARD})
    assert str(seen) in answer.text and str(CARD) not in answer.text


def test_a_field_that_nobody_knows_keeps_its_number_a_number(policy, upstream, client):
    policy(rules=TOKENS)
    assert client.chat("hello", nobody_knows=CARD).decision == "redact"
    assert isinstance(upstream.last.json["nobody_knows"], int) and upstream.last.json["nobody_knows"] != CARD
    assert str(CARD).encode() not in upstream.everything()
