"""The SDKs that callers really use, unchanged but for their base URL."""
import os
import pathlib
import shutil
import subprocess

import pytest

NODE = pathlib.Path(__file__).resolve().parents[2] / "build" / "node" / "node_modules"
MAIL = "joan.clarke@" + "canary-example.org"
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}}]


def with_key(gateway):
    gateway.start()
    return gateway.key or "sk-anything"


@pytest.fixture
def openai_client(gateway, policy):
    policy(rules=RULES)
    openai = pytest.importorskip("openai", reason="the openai SDK is not installed")
    with openai.OpenAI(api_key=with_key(gateway), base_url=f"https://127.0.0.1:{gateway.port}/v1",
                       max_retries=0,
                       http_client=openai.DefaultHttpxClient(verify=gateway.tls())) as c:
        yield c


@pytest.fixture
def anthropic_client(gateway, policy):
    policy(rules=RULES)
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    anthropic = pytest.importorskip("anthropic", reason="the anthropic SDK is not installed")
    with anthropic.Anthropic(api_key=with_key(gateway), max_retries=0,
                             base_url=f"https://127.0.0.1:{gateway.port}",
                             http_client=anthropic.DefaultHttpxClient(verify=gateway.tls())) as c:
        yield c


def test_openai_chat(upstream, openai_client):
    upstream.echoes()
    r = openai_client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": f"write to {MAIL}"}])
    assert r.choices[0].message.content == f"write to {MAIL}"
    assert MAIL.encode() not in upstream.everything()


def test_openai_stream(upstream, openai_client):
    upstream.sse("Hel", "lo ", "there")
    r = openai_client.chat.completions.create(
        model="gpt-4o", stream=True, messages=[{"role": "user", "content": "hello"}])
    assert "".join(c.choices[0].delta.content or "" for c in r) == "Hello there"


def test_openai_sees_a_refusal_as_its_own_error(openai_client):
    import openai
    with pytest.raises(openai.PermissionDeniedError) as e:
        openai_client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "4111 1111 1111 1111"}])
    assert e.value.code == "policy_blocked"


def test_an_api_not_served_is_an_error_the_sdk_knows(upstream, openai_client):
    import openai
    with pytest.raises(openai.NotFoundError):
        openai_client.embeddings.create(model="e", input=[f"of {MAIL}"], encoding_format="float")
    assert upstream.requests == []


def test_anthropic_message(upstream, anthropic_client):
    upstream.echoes()
    r = anthropic_client.messages.create(
        model="claude-3-opus", max_tokens=64, messages=[{"role": "user", "content": f"to {MAIL}"}])
    assert r.content[0].text == f"to {MAIL}" and MAIL.encode() not in upstream.everything()


def test_anthropic_stream(upstream, anthropic_client):
    upstream.sse_messages("Hel", "lo ", "there")
    with anthropic_client.messages.stream(
            model="claude-3-opus", max_tokens=64,
            messages=[{"role": "user", "content": "hello"}]) as stream:
        assert "".join(stream.text_stream) == "Hello there"


def node(script, gateway):
    if shutil.which("node") is None or not (NODE / "openai").exists():
        pytest.skip("the Node SDKs are not installed")
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, env={
        **os.environ, "NODE_PATH": str(NODE), "BASE": f"https://127.0.0.1:{gateway.port}",
        "KEY": with_key(gateway), "NODE_EXTRA_CA_CERTS": str(gateway.certs / "ca.pem")})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_node_openai_stream(policy, upstream, gateway):
    policy(rules=RULES)
    upstream.sse("Hel", "lo ", "there")
    assert node("""
        const OpenAI = require('openai').default;
        const c = new OpenAI({apiKey: process.env.KEY, baseURL: process.env.BASE + '/v1', maxRetries: 0});
        (async () => {
            const s = await c.chat.completions.create({model: 'gpt-4o', stream: true,
                messages: [{role: 'user', content: 'hello'}]});
            for await (const e of s) process.stdout.write(e.choices[0].delta.content || '');
        })();""", gateway) == "Hello there"


def test_node_anthropic_stream(policy, upstream, gateway):
    gateway.config["upstreams"]["fake"]["dialect"] = "anthropic"
    policy(rules=RULES)
    upstream.sse_messages("Hel", "lo ", "there")
    assert node("""
        const Anthropic = require('@anthropic-ai/sdk').default;
        const c = new Anthropic({apiKey: process.env.KEY, baseURL: process.env.BASE, maxRetries: 0});
        c.messages.stream({model: 'claude-3-opus', max_tokens: 9,
            messages: [{role: 'user', content: 'hello'}]})
            .on('text', (t) => process.stdout.write(t));""", gateway) == "Hello there"
