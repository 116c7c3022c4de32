"""Who may call, and whose key goes where."""
import os
import signal
import time

import pytest


@pytest.fixture
def with_keys(gateway):
    """The gateway asks for application keys; returns how to make one for an app."""
    path = gateway.folder / "bulla.keys"
    gateway.config["auth"] = "keys"
    gateway.config["keys"] = str(path)

    def make(app="billing"):
        done = gateway.run("key", "new", "--app", app, "--file", path)
        assert done.returncode == 0, done.stderr
        return gateway.canary(done.stdout.strip())

    make.path = path
    return make


def test_a_caller_without_a_key_is_401(with_keys, upstream, client):
    with_keys()
    answer = client.chat("hello")
    assert answer.status == 401 and "error" in answer.json
    assert upstream.requests == []


@pytest.mark.parametrize("wrong", ["", "bk-", "bk-" + "A" * 40, "x" * 5000])
def test_a_wrong_key_is_401(wrong, with_keys, upstream, client):
    with_keys()
    assert client.chat("hello", headers={"authorization": f"Bearer {wrong}"}).status == 401
    assert upstream.requests == []


@pytest.mark.parametrize("header", ["authorization", "x-api-key", "x-goog-api-key"])
def test_a_key_is_taken_from_where_sdks_put_it(header, with_keys, upstream, client):
    key = with_keys()
    value = f"Bearer {key}" if header == "authorization" else key
    assert client.chat("hello", headers={header: value}).status == 200
    assert key.encode() not in upstream.everything()


def test_the_file_does_not_hold_the_key(with_keys):
    key = with_keys()
    assert key not in with_keys.path.read_text()
    assert with_keys.path.stat().st_mode & 0o077 == 0


def test_a_revoked_key_is_401_after_a_reload(with_keys, gateway, client):
    gateway.key = with_keys()
    assert client.chat("hello").status == 200
    assert gateway.run("key", "revoke", "billing", "--file", with_keys.path).returncode == 0 or \
        gateway.run("key", "revoke", "--app", "billing", "--file", with_keys.path).returncode == 0
    os.kill(gateway.process.pid, signal.SIGHUP)
    end = time.monotonic() + 8
    while client.chat("hello").status != 401:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_rule_may_look_at_the_app(with_keys, policy, client):
    policy(rules=[{"id": "hr", "when": {"app": ["hr-*"]}, "find": ["CREDIT_CARD"],
                   "do": {"block": "Not from HR."}}])
    hr, other = with_keys("hr-bot"), with_keys("billing")
    card = "4111 1111 1111 1111"
    assert client.chat(card, headers={"authorization": f"Bearer {hr}"}).status == 403
    assert client.chat(card, headers={"authorization": f"Bearer {other}"}).status == 200


def test_the_providers_key_is_added_and_never_shown(gateway, upstream, client):
    secret = gateway.canary("provider-" + "canary-key-1234567890")
    path = gateway.folder / "provider.key"
    path.write_text(secret + "\n")
    os.chmod(path, 0o600)
    gateway.config["upstreams"]["fake"]["key"] = f"file:{path}"
    answer = client.chat("hello", headers={"authorization": "Bearer of-the-caller", "openai-organization": "org-Qx7"})
    assert upstream.last.header("authorization") == f"Bearer {secret}"
    assert upstream.last.header("openai-organization") is None      # whose bill it is, is not the caller's to say
    assert b"of-the-caller" not in upstream.everything()
    assert secret.encode() not in answer.body and secret not in str(answer.headers)


def test_passthrough_hands_the_callers_key_on(gateway, upstream, client, audit):
    gateway.config["auth"] = "passthrough"
    key = gateway.canary("sk-callers-own-" + "canary")
    client.chat("hello", headers={"authorization": f"Bearer {key}", "openai-organization": "org-Qx7"})
    assert upstream.last.header("authorization") == f"Bearer {key}"
    assert upstream.last.header("openai-organization") == "org-Qx7"
    assert all(key.encode() not in leaf + groups for leaf, groups in audit.frames())
