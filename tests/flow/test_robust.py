"""Hostile bodies and hostile framing, from lists that stand beside the tree; skipped without them."""
import base64
import gzip
import http.client
import json
import pathlib
import re

import pytest

ROBUST = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "robust"
BODIES, PAYLOADS = ROBUST / "bodies-dev.json", ROBUST / "h1-payloads-dev.json"
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]
CHAT = "/v1/chat/completions"


def listed(path):
    return json.loads(path.read_text()) if path.exists() else None


def hidden_in(canary, raw):
    """The canary's local part in any spelling that a reader of the body would undo."""
    forms = [raw, raw.replace(b"\x00", b"")]
    try:
        forms.append(json.dumps(json.loads(raw), ensure_ascii=False).encode())
    except ValueError:
        pass
    try:
        forms.append(gzip.decompress(raw))
    except (OSError, EOFError):
        pass
    return any(canary.encode() in f for f in forms)


def faults_of(case, r, heard, canary):
    """What is wrong with the answer `r` and with what the origin heard, in words."""
    body = base64.b64decode(case["body"])
    if case["expect"] == "same" and (r.status != 200 or [h.body for h in heard] != [body]):
        yield f"not the same: {r.status} {heard}"
    if case["expect"] == "reject" and (not 400 <= r.status < 500 or heard):
        yield f"not refused: {r.status} {heard}"
    if r.status >= 500:
        yield f"answered {r.status}"
    for h in heard:
        if hidden_in(canary, h.body):
            yield f"the canary is in {h.body[:400]}"
        if h.header("content-encoding") not in (None, "identity"):
            yield "the origin was sent a coding"


@pytest.mark.skipif(not BODIES.exists(), reason="no list of hostile bodies beside the tree")
def test_hostile_bodies(policy, upstream, gateway):
    policy(rules=RULES)
    gateway.start()
    canary, wrong, kept = gateway.canary(listed(BODIES)["canary"]), [], 0
    for case in listed(BODIES)["cases"]:
        upstream.requests.clear()
        c = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=20, context=gateway.tls())
        c.request("POST", CHAT, base64.b64decode(case["body"]), case["headers"])
        r = c.getresponse()
        r.read()
        c.close()
        kept += r.status == 200
        wrong += [f"{case['name']}: {w}" for w in faults_of(case, r, upstream.requests, canary)]
    assert not wrong, "\n".join(wrong)
    assert kept > 10                                     # refusing everything would be no art


def payloads():
    """Each message as listed, and once more aimed at a path that would be forwarded."""
    for p in listed(PAYLOADS) or []:
        yield p["title"], p["raw"]
        aimed = re.sub(r"^(GET|POST) /(echo|cookie)?(?= HTTP)", f"POST {CHAT}", p["raw"], count=1)
        if aimed != p["raw"]:
            if "content-type" not in aimed.lower():
                aimed = aimed.replace("\r\n", "\r\nContent-Type: application/json\r\n", 1)
            yield p["title"] + "-AIMED", aimed


CANONICAL = re.compile(
    rb"\APOST /v1/chat/completions HTTP/1\.1\r\n(?:[a-z0-9-]+: [\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\r\n)+\r\n")


@pytest.mark.skipif(not PAYLOADS.exists(), reason="no list of hostile messages beside the tree")
def test_hostile_framing_is_refused_or_made_canonical(policy, upstream, client):
    policy(rules=RULES)
    wrong, refused = [], 0
    for title, raw in payloads():
        before = len(upstream.requests)
        got = client.raw(raw.encode("latin-1"), patience=0.4)
        status = got.split(b" ")[1][:3] if got.startswith(b"HTTP/1.") else b""
        refused += status[:1] in (b"4", b"5") or got == b""
        if b"\x00" in got or (got and not got.startswith(b"HTTP/1.1 ")):
            wrong.append(f"{title}: answered {got[:60]!r}")
        for heard in upstream.requests[before:]:
            lengths = [v for k, v in heard.headers if k == "content-length"]
            if not CANONICAL.match(heard.raw) or lengths != [str(len(heard.body))] or \
                    heard.header("transfer-encoding") or len(
                        [1 for k, _ in heard.headers if k == "host"]) != 1:
                wrong.append(f"{title}: the origin heard {heard.raw[:200]!r}")
            try:
                json.loads(heard.body)
            except ValueError:
                wrong.append(f"{title}: not JSON {heard.body[:80]!r}")
    assert not wrong, "\n".join(wrong)
    assert refused > 40
    assert client.chat("hello").status == 200            # and it still serves
