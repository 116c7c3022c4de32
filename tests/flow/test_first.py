"""What Bulla is for, one promise a story."""
import pytest

MAIL = "ada.lovelace@" + "canary-example.org"
CARD = "4111 1111 1111 1111"
KEY = "AK" + "IA" + "Q3EGRB7NDXPK5TZW"


@pytest.fixture(autouse=True)
def no_canary_in_the_log(gateway):
    for text in (MAIL, CARD, KEY):
        gateway.canary(text)


def test_a_harmless_prompt_passes_byte_for_byte(policy, upstream, client):
    policy()
    body = b'{ "model":"gpt-4o",\n  "temperature": 1.0e0, "messages":[{"role":"user","content":"caf\\u00e9 \xf0\x9f\x98\x80"}] }'
    answer = client.send("/v1/chat/completions", body)
    assert (answer.status, answer.decision, answer.text) == (200, "allow", "ok")
    assert upstream.last.body == body
    assert upstream.last.path == "/v1/chat/completions"


def test_an_address_leaves_as_a_token_and_comes_back_as_itself(policy, upstream, client):
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}])
    upstream.echoes()
    answer = client.chat(f"write to {MAIL} today")
    assert MAIL.encode() not in upstream.everything()
    assert "EMAIL_" in upstream.last.json["messages"][0]["content"]
    assert answer.text == f"write to {MAIL} today"
    assert answer.decision == "redact"


def test_the_same_address_is_the_same_token_twice(policy, upstream, client):
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}])
    client.chat(f"{MAIL} and {MAIL}")
    first, _, last = upstream.last.json["messages"][0]["content"].partition(" and ")
    assert first == last and MAIL not in first


def test_a_label_is_never_put_back(policy, upstream, client):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}])
    upstream.echoes()
    answer = client.chat(f"charge {CARD} please")
    assert upstream.last.json["messages"][0]["content"] == "charge [CREDIT_CARD] please"
    assert answer.text == "charge [CREDIT_CARD] please"


def test_a_secret_is_found_by_its_family(policy, upstream, client):
    policy(rules=[{"id": "secrets", "find": ["SECRET"], "do": {"redact": "label"}}])
    client.chat(f"deploy with {KEY} now")
    assert KEY.encode() not in upstream.everything()


def test_a_hidden_place_is_scanned_too(policy, upstream, client):
    """A field nobody knows, and an argument of a tool: every string is text."""
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "label"}}])
    client.send("/v1/chat/completions", {
        "model": "gpt-4o", "nobody_knows": {"deep": [f"x {MAIL}"]},
        "messages": [{"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function",
             "function": {"name": "send", "arguments": '{"to": "%s"}' % MAIL}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "sent"}]})
    assert MAIL.encode() not in upstream.everything()


def test_a_blocked_prompt_never_reaches_the_upstream(policy, upstream, client):
    policy(rules=[{"id": "no-cards", "find": ["CREDIT_CARD"], "do": {"block": "No cards here."}}])
    answer = client.chat(f"charge {CARD} please")
    assert answer.status == 403 and answer.decision == "block"
    assert answer.header("x-should-retry") == "false"
    error = answer.json["error"]
    assert error["code"] == "policy_blocked" and "No cards here." in error["message"]
    assert CARD.encode() not in answer.body
    assert upstream.requests == []


def test_a_block_beats_a_redaction(policy, upstream, client):
    policy(rules=[{"id": "a", "find": ["CREDIT_CARD"], "do": {"redact": "label"}},
                  {"id": "b", "find": ["CREDIT_CARD"], "do": {"block": "No."}}])
    assert client.chat(CARD).status == 403
    assert upstream.requests == []


def test_a_rule_that_observes_changes_nothing(policy, upstream, client):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No."}, "mode": "observe"}])
    answer = client.chat(CARD)
    assert answer.status == 200 and upstream.last.json["messages"][0]["content"] == CARD


def test_the_class_chooses_the_backend(policy, upstream, second, client):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "token"},
                   "class": "restricted"}],
           routes=[{"when": {"class": "restricted"}, "to": ["near"]}, {"to": ["fake"]}])
    restricted, plain = client.chat(f"charge {CARD}"), client.chat("hello")
    assert (restricted.upstream, restricted.data_class) == ("near", "restricted")
    assert plain.upstream == "fake"
    assert len(upstream.requests) == 1 and len(second.requests) == 1


def test_an_unknown_path_is_refused_in_json(policy, upstream, client):
    answer = client.send("/v1/nobody/knows", {"a": 1})
    assert answer.status == 404 and "error" in answer.json
    assert upstream.requests == []


def test_every_answer_carries_its_exchange(policy, client):
    one, two = client.chat("hello"), client.chat("hello")
    assert one.exchange and two.exchange and one.exchange != two.exchange
    assert one.header("x-bulla-policy")


def test_a_caller_cannot_switch_a_rule_off(policy, upstream, client):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}])
    client.chat(CARD, headers={"x-bulla-decision": "allow", "x-bulla-policy": "off",
                               "x-bulla-mode": "observe"})
    assert CARD.encode() not in upstream.everything()
    assert not [k for k, _ in upstream.last.headers if k.lower().startswith("x-bulla")]


def test_an_anthropic_caller_is_refused_in_its_own_shape(policy, gateway, upstream, client):
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    policy(rules=[{"id": "no-cards", "find": ["CREDIT_CARD"], "do": {"block": "No cards here."}}])
    answer = client.messages(f"charge {CARD}")
    assert answer.status == 403 and answer.json["type"] == "error"
    assert "No cards here." in answer.json["error"]["message"]
    assert upstream.requests == []
