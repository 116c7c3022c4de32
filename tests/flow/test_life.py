"""Start, reload, stop; and what the other verbs say."""
import http.client
import json
import os
import signal
import time

import pytest
from bulla import wait_for


def test_sigterm_ends_it_with_zero(gateway, client):
    client.chat("hello")
    assert gateway.stop() == 0


def test_sigterm_ends_it_while_a_caller_keeps_a_connection(gateway):
    gateway.start()
    c = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=20, context=gateway.tls())
    for _ in range(2):
        c.request("POST", "/v1/chat/completions", json.dumps(
            {"model": "m", "messages": [{"role": "user", "content": "hello"}]}),
            {"content-type": "application/json"})
        assert c.getresponse().read()
    assert gateway.stop() == 0
    c.close()


def test_an_unknown_key_is_refused_with_a_suggestion(gateway):
    gateway.config["upstrams"] = {}
    gateway.write_config()
    done = gateway.run("check", "-c", gateway.config_path)
    assert done.returncode == 1 and "upstreams" in done.stdout + done.stderr


def test_a_good_config_is_good(gateway, upstream):
    gateway.write_config()
    done = gateway.run("check", "-c", gateway.config_path)
    assert done.returncode == 0, done.stdout + done.stderr


MISSING = {
    "a certificate": (lambda c: c["listen"][0]["tls"].update(certificate="none.pem"),
                      "none.pem: is not there; `bulla certs dev` makes one for development"),
    "a folder for the log": (lambda c: c["audit"].update(dir="bulla.yaml"),
                             "bulla.yaml: the audit log needs a folder, and this is none"),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_keeps_it_from_starting_fails_the_check(what, gateway):
    change, want = MISSING[what]
    change(gateway.config)
    gateway.write_config()
    done = gateway.run("check", "-c", "bulla.yaml")
    assert done.returncode == 1 and done.stderr.splitlines()[-1].endswith(want), done.stderr
    done = gateway.run("serve", "-c", "bulla.yaml")
    assert done.returncode == 1
    assert done.stderr.endswith("bulla: it ends for the reason above; `bulla check -c bulla.yaml` says more\n")


def test_keys_that_are_still_to_be_made_are_a_warning_of_the_check(gateway):
    gateway.config.update(auth="keys", keys="keys")
    gateway.write_config()
    done = gateway.run("check", "-c", "bulla.yaml")
    assert done.returncode == 0
    assert "keys: warning: is not there, and nothing starts without; `bulla key new --app NAME` makes it" in done.stderr
    done = gateway.run("serve", "-c", "bulla.yaml")
    assert done.returncode == 1 and "keys: is not there; `bulla key new --app NAME` makes it" in done.stderr


def test_a_check_warns_of_what_starts_and_serves_nobody(gateway, policy, upstream):
    policy.path.write_text("policy: story\nrules: []\n")
    gateway.config["upstreams"]["fake"]["url"] = upstream.url + "/v1"
    gateway.write_config()
    done = gateway.run("check", "-c", gateway.config_path)
    assert done.returncode == 0
    assert "warning: no route: every request is refused" in done.stderr
    assert "warning: the API's paths begin with /v1 themselves" in done.stderr


def test_a_policy_with_an_unknown_word_is_refused(gateway, policy):
    policy(rules=[{"id": "a", "find": ["CREDIT_CARD"], "do": {"redcat": "label"}}])
    gateway.write_config()
    done = gateway.run("check", "-c", gateway.config_path)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "policy.yaml:" in said and "redact" in said


def test_a_restricted_class_may_not_fall_back_to_less_trust(gateway, policy):
    policy(rules=[{"id": "a", "find": ["CREDIT_CARD"], "do": {"redact": "label"},
                   "class": "restricted"}],
           routes=[{"when": {"class": "restricted"}, "to": ["near", "fake"]}, {"to": ["fake"]}])
    gateway.write_config()
    assert gateway.run("check", "-c", gateway.config_path).returncode == 1


def test_a_new_policy_is_taken_up_on_sighup(gateway, policy, client):
    policy()
    assert client.chat("4111 1111 1111 1111").status == 200
    policy(rules=[{"id": "a", "find": ["CREDIT_CARD"], "do": {"block": "No."}}])
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: client.chat("4111 1111 1111 1111").status == 403)


def test_a_broken_policy_leaves_the_last_good_one(gateway, policy, client):
    policy(rules=[{"id": "a", "find": ["CREDIT_CARD"], "do": {"block": "No."}}])
    assert client.chat("4111 1111 1111 1111").status == 403
    policy.path.write_text("rules: [\n")
    os.kill(gateway.process.pid, signal.SIGHUP)
    time.sleep(1)
    assert client.chat("4111 1111 1111 1111").status == 403
    assert client.chat("hello").status == 200


def test_scan_answers_line_by_line(gateway):
    lines = [{"id": "a", "text": "write to ada@canary-example.org"}, {"id": "b", "text": "hello"}]
    done = gateway.run("scan", "--jsonl", stdin="".join(json.dumps(x) + "\n" for x in lines))
    out = [json.loads(x) for x in done.stdout.splitlines()]
    assert done.returncode == 0 and [o["id"] for o in out] == ["a", "b"]
    (found,) = out[0]["findings"]
    assert (found["entity"], found["start"], found["end"]) == ("EMAIL_ADDRESS", 9, 31)
    assert out[1]["findings"] == []


def test_scan_counts_bytes_not_letters(gateway):
    done = gateway.run("scan", "--jsonl", stdin=json.dumps(
        {"id": "a", "text": "\u00e9\U0001f600 ada@canary-example.org"}, ensure_ascii=False) + "\n")
    (found,) = json.loads(done.stdout)["findings"]
    assert found["start"] == 7


def test_redact_changes_only_what_it_must(gateway):
    done = gateway.run("redact", stdin="card 4111 1111 1111 1111, bye\n")
    assert done.returncode == 0 and "4111" not in done.stdout
    assert done.stdout.startswith("card ") and done.stdout.endswith(", bye\n")


def test_explain_is_json_and_names_the_rule(gateway, policy):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}])
    gateway.write_config()
    done = gateway.run("policy", "explain", "-c", gateway.config_path, stdin=json.dumps(
        {"model": "gpt-4o", "messages": [{"role": "user", "content": "4111 1111 1111 1111"}]}))
    assert done.returncode == 0 and "pan" in json.dumps(json.loads(done.stdout))


def test_the_tests_in_a_policy_file_run(gateway, policy):
    test = {"name": "a card is hidden", "request": {"model": "m", "user": "4111 1111 1111 1111"},
            "expect": {"decision": "redact", "sent_lacks": ["4111"], "rules": ["pan"]}}
    rules = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}]
    routes = [{"to": ["trust:local"]}]                       # a file alone has no other upstream to name
    good = gateway.run("policy", "test", policy(rules=rules, routes=routes, tests=[test]))
    assert good.returncode == 0, good.stdout + good.stderr
    wrong = {**test, "expect": {"decision": "allow"}}
    policy(rules=rules, routes=routes, tests=[wrong])
    assert gateway.run("policy", "test", policy.path).returncode == 1


def test_the_development_certificates_serve(gateway, client, tmp_path):
    done = gateway.run("certs", "dev", "--dir", tmp_path / "dev")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "dev" / "ca.pem").exists()
    assert ((tmp_path / "dev" / "server.key").stat().st_mode & 0o077) == 0
    gateway.certs = tmp_path / "dev"
    gateway.config["listen"][0]["tls"] = {"certificate": str(tmp_path / "dev" / "server.pem"),
                                          "key": str(tmp_path / "dev" / "server.key")}
    assert client.chat("hello").status == 200


def test_version_and_help(gateway):
    assert gateway.run("--version").stdout.startswith("bulla ")
    for verb in ("serve", "demo", "check", "scan", "redact", "policy", "audit", "key", "certs"):
        done = gateway.run(verb, "--help")
        assert done.returncode == 0 and verb in done.stdout, verb
