"""A company's own detectors, through the gateway: checks, hashed values, documents, what is allowed."""
import json
import os

import pytest
from faults import group_of

MEMO = ("The board of Northwind Harbour has decided to sell the ferry terminal in Port Ellis to a consortium of three buyers "
        "before the end of the third quarter, and nobody outside of this room may hear of the price, which is forty one "
        "million, or of the names of those who will lose their posts by it.")
SALT = "a salt of sixteen or more"


def prepared(gateway, words, text):
    """Standard output of `bulla policy WORDS` on that input."""
    ran = gateway.run("policy", *words, stdin=text)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def sent_to(upstream):
    """What the model was told by the user."""
    return upstream.last.json["messages"][-1]["content"]


@pytest.fixture
def own(policy, gateway, tmp_path):
    """A policy with one detector of each kind; the values themselves stand in no file of it."""
    salt = tmp_path / "salt"
    salt.write_text(SALT + "\n")
    salt.chmod(0o600)
    (tmp_path / "memo.txt").write_text(MEMO)
    (tmp_path / "customers.hmac").write_text(prepared(gateway, ["hash", "--salt", f"file:{salt}"], "10-203-040\n55667788\n"))
    (tmp_path / "memo.prints").write_text(prepared(gateway, ["fingerprint", str(tmp_path / "memo.txt")], ""))
    os.unlink(tmp_path / "memo.txt")
    policy(detectors={
        "member": {"pattern": r"\bM\d{8}\b", "check": "luhn"},
        "customer": {"hashed": {"file": str(tmp_path / "customers.hmac"), "salt": f"file:{salt}", "shape": "number"}},
        "memo": {"documents": {"file": str(tmp_path / "memo.prints")}},
    }, allow=[{"values": ["support@harbour.example.org"], "entities": ["EMAIL"]}, {"patterns": [r"\d{4} 1111 1111 1111"]}],
        rules=[{"id": "own", "find": ["CUSTOM", "EMAIL", "CREDIT_CARD"], "do": {"redact": "label"}}])
    return tmp_path


def test_each_kind_is_taken_out_and_the_rest_is_not(own, client, upstream):
    upstream.says("noted")
    client.chat("customer 10203040, not 10203041; member M12345674, not M12345675")
    sent = sent_to(upstream)
    assert "customer [customer], not 10203041; member [member], not M12345675" in sent
    client.chat("Summarise: " + MEMO.upper().replace("THREE", "four") + " Thanks!")
    sent = sent_to(upstream)
    assert "[memo]" in sent and "FERRY" not in sent and "FORTY" not in sent and "Summarise" in sent and "Thanks" in sent


def test_a_few_words_of_a_document_are_no_finding(own, client, upstream):
    upstream.says("noted")
    client.chat("has the board decided to sell the ferry terminal in Port Ellis?")
    assert "ferry terminal in Port Ellis" in sent_to(upstream)


def test_a_streamed_answer_becomes_what_a_whole_one_becomes(own, client, upstream):
    text = f"Here: {MEMO} For 55667788 and M12345674, ask support@harbour.example.org or eve@harbour.example.org."
    upstream.says(text)
    whole = client.chat("hello").text
    assert "[memo]" in whole and "[customer]" in whole and "[member]" in whole and "support@harbour" in whole
    for size in (1, 7, 40):
        upstream.sse(*[text[i:i + size] for i in range(0, len(text), size)])
        assert client.chat("hello", stream=True).text == whole


def test_what_is_allowed_goes_out_and_is_recorded_as_such(own, client, upstream, audit):
    upstream.says("noted")
    client.chat("write to support@harbour.example.org, not eve@harbour.example.org; card 4111 1111 1111 1111")
    sent = sent_to(upstream)
    assert "write to support@harbour.example.org, not [EMAIL_ADDRESS]; card 4111 1111 1111 1111" in sent
    acts = [(item["ent"], item["act"]) for r in audit.records("exchange.begin") for item in group_of(r, "find")["items"]]
    assert ("EMAIL_ADDRESS", "allowed") in acts and ("EMAIL_ADDRESS", "label") in acts and ("CREDIT_CARD", "allowed") in acts


def test_scan_says_why(own, gateway):
    ran = gateway.run("scan", "-p", gateway.policy.path, "--jsonl", "--explain",
                      stdin=json.dumps({"id": 1, "text": "my ssn: 536-22-8145, member M12345674, support@harbour.example.org"}) + "\n")
    found = {f["detector"]: f for f in json.loads(ran.stdout)["findings"]}
    assert found["us_ssn"]["why"]["word"] == "ssn" and found["us_ssn"]["why"]["checks"] == "ssn"
    assert found["member"]["why"]["checks"] == "luhn" and found["member"]["why"]["by"] == "pattern"
    assert found["email"]["allowed"] is True and "allowed" not in found["member"]
    ran = gateway.run("scan", "-p", gateway.policy.path, "--jsonl", stdin='{"id": 1, "text": "support@harbour.example.org"}\n')
    assert json.loads(ran.stdout)["findings"] == []


def test_a_salt_that_is_another_is_refused_at_load(own, gateway):
    (own / "salt").write_text("another salt, long enough\n")
    ran = gateway.run("scan", "-p", gateway.policy.path, stdin="10203040")
    assert ran.returncode == 1 and "the file was made with another salt" in ran.stderr and gateway.policy.path.name + ":" in ran.stderr
