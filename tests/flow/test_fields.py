"""What a record tells of an exchange beside who and what was decided, and what of a caller's free text it does not."""
import base64
import hashlib
import http.server
import json
import ssl
import threading

import pytest

import ocsf
from collector import collector  # noqa: F401  (a fixture)

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "mask"}}]
MAIL = "vera.rubin@" + "fields-example.org"
PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def ask(gateway, *words):
    done = gateway.run("audit", *words, "--json", "--dir", gateway.audit_dir)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def records(gateway, answer):
    """The records of an exchange, their groups opened by the program."""
    rows = ask(gateway, "query", "--xid", answer.exchange, "--groups")
    return [r["groups"] for r in rows]


def test_a_record_says_what_was_asked_with_and_where_it_was_found(policy, upstream, client, gateway, audit):
    policy(rules=RULES)
    gateway.canary(MAIL)
    gateway.config["upstreams"]["fake"]["prices"] = ["gpt-4o-mini 0.15 0.60", "gpt-4o* 2.50 10 1.25", "* 1000 1000"]
    upstream.json({"id": "c", "model": "gpt-4o-2024-11-20", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "fine"}}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 16},
                  "completion_tokens_details": {"reasoning_tokens": 12}}})
    answer = client.chat([{"role": "system", "content": "Be brief."},
                          {"role": "user", "content": [{"type": "text", "text": f"to {MAIL} 4111 1111 1111 1111"},
                                                       {"type": "image_url", "image_url": {"url": PICTURE}}]}],
                         max_tokens=200, seed=7, temperature=0.25, metadata={"ann's": f"x {MAIL}"},
                         tools=[{"type": "function", "function": {"name": "look_up", "parameters": {}}}],
                         headers={"user-agent": "OpenAI/Python 1.40.0", "x-forwarded-for": "192.0.2.7, what, 2001:db8::1"})
    begin, end = records(gateway, answer)
    what, net, find = begin["what"], begin["net"], begin["find"]
    assert what["params"] == {"max_tokens": 200, "seed": 7, "temperature": "0.25"}
    assert what["tools"] == ["look_up"] and what["route"].startswith("policy.yaml:")
    assert what["attachments"] == [{"mime": "image/png", "n": 70}]
    assert net["ua"] == "OpenAI/Python 1.40.0" and net["xff"] == ["192.0.2.7", "?", "2001:db8::1"]
    mail, card, mine = find["items"]
    sent = json.loads(upstream.last.body)
    text = sent["messages"][1]["content"][0]["text"]
    assert (mail["ptr"], mail["off"], mail["len"]) == ("/messages/1/content/0/text", 3, len(MAIL))
    assert mail["repl"] in text and mail["repl"].startswith("EMAIL_") and card["off"] == 4 + len(MAIL)
    assert "repl" not in card and "1111" in text                 # a mask shows a part of the value
    assert (mine["ptr"], mine["off"], mine["repl"]) == ("/metadata/*", 2, mail["repl"])
    assert len(find["det_ver"]) == 12 and int(find["det_ver"], 16)
    assert end["what"]["model_resp"] == "gpt-4o-2024-11-20" and end["what"]["up_addr"] == "127.0.0.1"
    assert "up_cert_fp" not in end["what"]                       # plain HTTP shows none
    assert (end["use"]["cached"], end["use"]["reason"]) == (16, 12) and "retries" not in end["use"]
    assert end["use"]["cost_micro"] == 14 * 2.5 + 16 * 1.25 + 20 * 10        # 16 of the 30 came from a cache
    assert 0 < end["use"]["gw_us"] < 1000 * end["use"]["total_ms"] + 1000
    for question in (("--tool", "look_up"), ("--route", what["route"])):
        assert {r["xid"] for r in ask(gateway, "query", *question)} == {answer.exchange}
    assert audit.verify() == 0, audit.said.stdout


def test_what_a_caller_says_of_itself_stands_nowhere_as_it_said_it(policy, client, gateway, audit):
    policy(rules=RULES)
    secret = gateway.canary("canary-fields-" + "k3v8z2")
    odd = client.chat("hello", headers={"user-agent": secret, "x-forwarded-for": secret}, seed=-3,
                      tools=[{"type": "function", "function": {"name": f"send {secret}", "parameters": {}}}])
    begin, _ = records(gateway, odd)
    assert begin["net"]["xff"] == ["?"] and len(begin["net"]["ua_tok"]) == 32 and "ua" not in begin["net"]
    assert begin["what"]["tools"] == ["?"] and begin["what"]["params"] == {"seed": "-3"}
    named = client.chat("hello", tools=[{"type": "function", "function": {"name": MAIL, "parameters": {}}}])
    assert named.status == 403                                   # nothing can be put into a name
    (block,) = records(gateway, named)
    assert block["what"]["tools"] == [] and block["what"]["tools_n"] == 1
    bare = client.chat("hello")
    begin, _ = records(gateway, bare)
    assert not {"params", "tools", "attachments", "tools_n"} & set(begin["what"]) and "det_ver" not in begin["find"]
    gateway.stop()
    assert all(secret.encode() not in leaf + groups for leaf, groups in audit.frames())


def test_who_asked_is_told_by_the_first_digits_of_its_key(policy, client, gateway):
    policy()
    gateway.config |= {"auth": "keys", "keys": str(gateway.folder / "keys"),
                       "callers": {"*": {"agent": "x-agent x-agent-id x-instance"}}}
    gateway.write_config()
    made = gateway.run("key", "new", "--app", "planner", "--file", gateway.folder / "keys")
    gateway.key = made.stdout.strip()
    answer = client.chat("hello", headers={"x-agent": "planner", "x-agent-id": "asst_7", "x-instance": "pod-4"})
    assert answer.status == 200, (made.stderr, answer.body)
    digits = hashlib.sha256(gateway.key.encode()).hexdigest()[:12]
    who = records(gateway, answer)[0]["who"]
    assert (who["key"], who["agent"], who["agent_id"], who["agent_instance"]) == (digits, "planner", "asst_7", "pod-4")
    for question in (("--key", digits), ("--instance", "pod-4")):
        assert {r["xid"] for r in ask(gateway, "query", *question)} == {answer.exchange}
    assert ask(gateway, "query", "--key", "000000000000") == []


class Model(http.server.BaseHTTPRequestHandler):
    """A model behind TLS; the connection ends with the answer."""

    def log_message(self, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"id": "c", "model": "big", "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": "fine"}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def model(gateway):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(gateway.certs / "server.pem", gateway.certs / "server.key")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_end_says_who_got_it_by_address_and_certificate_and_so_do_events(policy, client, gateway, model, collector):
    policy(routes=[{"to": ["gone", "big"]}])
    gateway.config["upstreams"] |= {
        "gone": {"dialect": "openai", "url": "http://127.0.0.1:9", "trust": "local"},
        "big": {"dialect": "openai", "url": f"https://localhost:{model.server_address[1]}", "trust": "local",
                "ca": str(gateway.certs / "ca.pem")}}
    answer = client.chat("hello", headers={"user-agent": "curl/8.5.0", "x-forwarded-for": "192.0.2.7"}, seed=5, temperature=1)
    assert answer.status == 200 and answer.upstream == "big"
    _, end = records(gateway, answer)
    first = (gateway.certs / "server.pem").read_text().split("-----END")[0]
    shown = ssl.PEM_cert_to_DER_cert(first + "-----END CERTIFICATE-----\n")
    print_of = base64.b64encode(hashlib.sha256(shown).digest()).decode()
    assert end["what"]["up_cert_fp"] == print_of and end["what"]["up_addr"] in ("127.0.0.1", "::1")
    assert end["use"]["retries"] == 1
    gateway.stop()
    words = ["audit", "export", "--dir", gateway.audit_dir, "--sink", "jsonl", "--type", "exchange.end", "--form"]
    event = json.loads(gateway.run(*words, "ocsf").stdout)
    assert ocsf.faults(event) == [] and event["dst_endpoint"] == {"ip": end["what"]["up_addr"], "svc_name": "big"}
    assert event["http_request"] == {"http_method": "POST", "user_agent": "curl/8.5.0", "x_forwarded_for": ["192.0.2.7"]}
    assert event["ai_model"] == {"ai_provider": "big", "name": "gpt-4o", "version": "big"}
    assert event["unmapped"]["upstream_certificate"] == print_of and event["unmapped"]["retries"] == 1
    cef = gateway.run(*words, "cef").stdout
    assert f" dst={end['what']['up_addr']} " in cef and " requestClientApplication=curl/8.5.0 " in cef
    assert gateway.run(*words[:4], "--sink", "otlp", "--to", collector.url, "--type", "exchange.end").returncode == 0
    (told,) = collector.got
    otlp = {a["key"]: next(iter(a["value"].values())) for a in json.loads(told)["attributes"]}
    assert otlp["gen_ai.response.model"] == "big" and otlp["server.address"] == end["what"]["up_addr"]
    assert otlp["gen_ai.request.seed"] == "5" and otlp["gen_ai.request.temperature"] == "1"
    assert otlp["gen_ai.response.finish_reasons"] == {"values": [{"stringValue": "stop"}]}
