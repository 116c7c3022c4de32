"""At the most verbose level nothing a caller, an upstream or an operator keeps to himself is said.

The search of conftest.py at the end of the run is tried here first: what is planted is found."""
import base64
import json
import pathlib
import shutil
import subprocess
import urllib.parse

import pytest

import leaks
from bulla import processes, until

PLANTED = 'planted/in "a" file+of@nobody' + "-4711"      # no canary of the run: it is left lying here

DISGUISES = {
    "raw": lambda t: f"event=x {t} end".encode(),
    "behind zeros": lambda t: bytes(5000) + t.encode() + bytes(5000),
    "base64": lambda t: base64.b64encode(t.encode()),
    "base64 of more": lambda t: base64.b64encode(f"user={t}&more=1".encode()),
    "base64 of still more": lambda t: base64.urlsafe_b64encode(f"some {t}?".encode()),
    "percent": lambda t: urllib.parse.quote(t, safe="").encode(),
    "percent, small": lambda t: urllib.parse.quote(t, safe="").lower().encode(),
    "a form": lambda t: urllib.parse.urlencode({"q": t}).encode(),
    "json": lambda t: json.dumps({"a": t}).encode(),
    "json in json": lambda t: json.dumps({"a": json.dumps({"b": t})}).encode(),
    "json, slashes": lambda t: json.dumps({"a": t}).replace("/", "\\/").encode(),
    "hex": lambda t: t.encode().hex().encode(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_planted_canary_is_found(disguise, tmp_path):
    (tmp_path / "audit/seg").mkdir(parents=True)
    (tmp_path / "audit/seg/0.seg").write_bytes(b"\n".join([b"before", DISGUISES[disguise](PLANTED), b"after"]))
    (tmp_path / "bulla.log").write_text("nothing here\n")
    found = leaks.search(tmp_path, {PLANTED, "another one, nowhere"})
    assert {(pathlib.Path(path).name, text) for path, text, _ in found} == {("0.seg", PLANTED)}


def test_what_a_story_wrote_for_the_program_is_no_leak_and_a_part_of_a_canary_is_none(tmp_path):
    (tmp_path / "provider.key").write_text(PLANTED)
    (tmp_path / "bulla.log").write_text(PLANTED[:-1])
    assert leaks.search(tmp_path, {PLANTED}) == []
    assert leaks.search(tmp_path, set()) == []


def canaries(gateway):
    """where it stands -> the text; each one its own, so that a leak says where it came from."""
    names = ("header", "agent", "cookie", "bearer", "body", "unknown", "argument", "description", "path", "query",
             "broken", "provider", "error", "garbage", "reason", "upheader")
    return {n: gateway.canary(f"canary-{n}-" + "q7x2m9") for n in names} | {
        "value": gateway.canary("canary.value@" + "leaks-example.org"),
        "blocked": gateway.canary("canary.blocked@" + "leaks-example.net")}


def prompts(c):
    """A body that has something of everybody's in every place that carries text."""
    return {"model": "m", "messages": [
        {"role": "user", "content": f"{c['body']} of {c['value']}"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": {
            "name": "send", "arguments": json.dumps({"to": c["argument"], "by": c["value"]})}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": c["body"]}],
        "tools": [{"type": "function", "function": {"name": "send", "description": c["description"],
                                                    "parameters": {"type": "object", "properties": {}}}}],
        "x_unknown": c["unknown"]}


# The body of an upstream's own refusal is scanned like any answer, and is the caller's to read.
THEIRS = {(status, where) for status in (500, 502, 503, 529) for where in ("error", "reason")}


def errors(c, client, upstream, headers):
    """The answers of the gateway to all that goes wrong."""
    def send(body=None, path="/v1/chat/completions", **more):
        return client.send(path, prompts(c) if body is None else body, headers=headers, **more)

    def once(*raw):
        upstream.raw(*raw)
        return send()
    yield "path", send(path=f"/v1/{c['path']}")
    yield "query", send(path=f"/v1/chat/completions?q={c['query']}")
    yield "method", send(method="DELETE")
    yield "broken", send(body=f'{{"model":"m","messages":[{{"{c["broken"]}'.encode())
    yield "shape", send(body={"model": "m", "messages": c["broken"]})
    yield "blocked", send(body={"model": "m", "messages": [{"role": "user", "content": c["blocked"]}]})
    yield "garbage", once(c["garbage"])
    yield "a broken head", once(f"HTTP/1.1 200 OK\r\n{c['garbage']} x\r\n\r\n")
    yield "a broken body", once(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n"
                                f"{{{c['garbage']:<39}")
    for status in (500, 502, 503, 529):
        upstream.script.clear()
        body = json.dumps({"error": {"message": c["error"], "type": c["reason"]}})
        yield status, once(f"HTTP/1.1 {status} {c['reason']}\r\ncontent-type: application/json\r\nx-error: "
                           f"{c['upheader']}\r\ncontent-length: {len(body)}\r\n\r\n{body}")


def test_at_the_most_verbose_level_nobodys_text_is_said(gateway, policy, upstream, client, audit, monkeypatch):
    c = canaries(gateway)
    policy(rules=[{"id": "no", "find": ["never"], "do": {"block": "No."}},
                  {"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}],
           detectors={"never": {"pattern": r"canary\.blocked@[a-z.-]{8,40}"}})
    monkeypatch.setenv("LEAKS_PROVIDER_KEY", c["provider"])
    gateway.config["upstreams"]["fake"]["key"] = "env:LEAKS_PROVIDER_KEY"
    gateway.config["log"] = {"level": "debug"}
    headers = {"x-of-the-caller": c["header"], "user-agent": c["agent"], "cookie": c["cookie"],
               "authorization": f"Bearer {c['bearer']}"}
    upstream.echoes()
    fine = client.send("/v1/chat/completions", prompts(c), headers=headers)
    assert fine.status == 200 and upstream.last.header("authorization") == f"Bearer {c['provider']}"
    assert c["body"].encode() in upstream.last.raw and c["value"].encode() not in upstream.last.raw
    upstream.sse("it is ", c["body"])
    assert client.send("/v1/chat/completions", {**prompts(c), "stream": True}, headers=headers).status == 200
    seen = []
    for name, answer in errors(c, client, upstream, headers):
        assert answer.status >= 400, name
        seen.append((name, answer.status))
        for where, text in c.items():
            if (name, where) in THEIRS:
                assert text in answer.body.decode()
                continue
            assert text not in answer.body.decode(errors="replace") + str(answer.headers), (name, where)
    client.raw(f"GET /{c['path']} HTTP/1.1\r\n{c['broken']}\r\n\r\n".encode(), patience=2)
    assert len({status for _, status in seen}) >= 4, seen
    metrics = gateway.scrape().decode()
    assert "bulla_" in metrics
    lines = "".join(pathlib.Path(f"/proc/{pid}/cmdline").read_text()
                    for pid in (gateway.process.pid, *processes(gateway).values()))
    gateway.stop()
    assert '"level":"debug"' in gateway.said(), "this level says no more than others"
    for where, text in c.items():
        assert text not in metrics + lines, where
        assert all(text.encode() not in leaf + groups for leaf, groups in audit.frames()), where
    assert len(audit.records("exchange")) > 10
    assert leaks.search(gateway.folder, gateway.canaries) == []


@pytest.mark.skipif(shutil.which("age-keygen") is None, reason="the age tool is not installed")
@pytest.mark.parametrize("level", ["findings", "redacted", "full"])
def test_what_is_kept_sealed_stands_nowhere_else_and_goes_to_no_sink(level, gateway, policy, upstream, client, audit):
    c = canaries(gateway)
    c |= {who: gateway.canary(f"canary.{who}@" + "leaks-example.net") for who in ("person", "session", "answered")}
    c["called"] = gateway.canary("canary-called-" + "q7x2m9")
    reviewer = gateway.folder.parent / f"reviewer-of-{level}"
    subprocess.run(["age-keygen", "-o", reviewer], check=True, capture_output=True)
    to = subprocess.run(["age-keygen", "-y", reviewer], check=True, capture_output=True, text=True).stdout.strip()
    policy(rules=[{"id": "no", "find": ["never"], "do": {"block": "No."}},
                  {"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}],
           detectors={"never": {"pattern": r"canary\.blocked@[a-z.-]{8,40}"}})
    gateway.config["audit"].update({"capture": level, "reviewers": [to]})
    gateway.config["callers"] = {"*": {"person": "x-user", "session": "x-session"}}
    gateway.config["log"] = {"level": "debug"}
    gateway.config["sinks"] = {f"as-{form}": {"kind": "jsonl", "to": str(gateway.folder / f"sink.{form}"), "form": form,
                                                  "with": ["findings"] if form == "ocsf" else []}
                               for form in ("ocsf", "cef", "leaf")}
    headers = {"x-user": c["person"], "x-session": c["session"], "x-of-the-caller": c["header"], "user-agent": c["agent"]}
    upstream.json({"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": f"ask {c['answered']}", "tool_calls": [{"id": "call_2", "type": "function", "function": {
            "name": "send", "arguments": json.dumps({"to": c["called"], "by": c["answered"]})}}]}}]})
    first = client.send("/v1/chat/completions", prompts(c), headers=headers)
    assert first.status == 200 and c["called"] in first.body.decode()
    upstream.sse("it is ", c["body"], " by ", c["answered"][:20], c["answered"][20:])
    assert client.send("/v1/chat/completions", {**prompts(c), "stream": True}, headers=headers).status == 200
    for model, status in ((c["value"], 400), ("m", 403)):
        assert client.send("/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": c["blocked"]}]},
                           headers=headers).status == status
    begin = audit.of(first)[0]
    until(lambda: len(sinks(gateway)) == 3 and all(b"block" in p.read_bytes().lower() for p in sinks(gateway)))
    assert len(sinks(gateway)) == 3 and all(p.stat().st_size > 1000 for p in sinks(gateway))
    said = gateway.scrape().decode()
    gateway.stop()
    for words in (["query", "--json", "--groups"], ["timeline", "--json"], ["stats", "--by", "person,model,value"], ["show", begin.seq],
                  ["verify", "--payloads", "--json"], ["diff", begin.seq], ["export", "--sink", "jsonl", "--form", "ocsf"],
                  ["bundle", "--groups", "--app", "?", "--out", gateway.folder / "bundle.tar"]):
        done = gateway.run("audit", *words, "--dir", gateway.audit_dir)
        assert done.returncode in (0, 3), (words, done.stderr)
        said += done.stdout + done.stderr
    opened = gateway.run("audit", "unseal", begin.seq, "--identity", reviewer, "--reason", "r", "--dir", gateway.audit_dir)
    assert c["value"] in opened.stdout                              # the texts are there, for who may read them
    for where, text in c.items():
        assert text not in said, where
    assert leaks.search(gateway.folder, gateway.canaries) == []


def sinks(gateway):
    return sorted(gateway.folder.glob("sink.*"))
