"""Memory: slow readers are bounded; valgrind finds nothing (the slow ones: BULLA_LONG=1)."""
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import time

import pytest

from bulla import Client, children, wait_for
from origin import chunk, head
from test_reload_death import answers

LONG = os.environ.get("BULLA_LONG") == "1"
slow = pytest.mark.skipif(not LONG, reason="takes a minute: BULLA_LONG=1")


def resident(pid):
    """KiB of the process and its children."""
    total = 0
    for one in [pid, *children(pid)]:
        found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{one}/status").read_text())
        total += int(found.group(1)) if found else 0
    return total


def event(text):
    delta = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
             "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    return chunk(f"data: {json.dumps(delta)}\n\n")


def test_streams_whose_readers_do_not_read_are_bounded(gateway, policy, upstream, client, monkeypatch):
    """Each answer is 4 MiB; nobody reads it. What waits is in the kernels' buffers, not in ours."""
    options = os.environ.get("ASAN_OPTIONS", "")
    monkeypatch.setenv("ASAN_OPTIONS", f"{options}:quarantine_size_mb=1")   # what is freed is gone
    policy()
    streams = 200 if LONG else 30
    client.chat("hello")
    before = resident(gateway.process.pid)
    # a letter's key would be found as one: words of prose
    whole = head(200, "text/event-stream", transfer_encoding="chunked") + event("word " * 800) * 1000
    for _ in range(streams):
        upstream.raw(whole)
    body = json.dumps({"model": "m", "stream": True,
                       "messages": [{"role": "user", "content": "hello"}]}).encode()
    request = (b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
               b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)) + body
    lines = []
    for _ in range(streams):
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", gateway.port))
        s = gateway.tls().wrap_socket(plain, server_hostname="localhost")
        s.sendall(request)
        lines.append(s)
    assert wait_for(lambda: len(upstream.requests) > streams, 30)
    time.sleep(3)
    each = (resident(gateway.process.pid) - before) / streams
    for s in lines:
        s.close()
    assert each < 1500, f"{each:.0f} KiB a stream"         # the sanitizer's own share is in here
    assert wait_for(lambda: answers(client))


def plain_binary(gateway):
    """A build without sanitizers: valgrind cannot run those."""
    named = os.environ.get("BULLA_RELEASE")
    return named or pathlib.Path(__file__).resolve().parents[2] / "build/release/bulla"


@slow
def test_valgrind_finds_nothing(gateway, policy, upstream, tmp_path):
    binary = plain_binary(gateway)
    if shutil.which("valgrind") is None or not pathlib.Path(binary).exists():
        pytest.skip("no valgrind, or no release build")
    wrapped = tmp_path / "wrapped"
    wrapped.write_text(f"#!/bin/sh\nexec valgrind --log-file={tmp_path}/vg.%p --leak-check=full "
                       f"--errors-for-leak-kinds=definite --error-limit=no {binary} \"$@\"\n")
    wrapped.chmod(wrapped.stat().st_mode | stat.S_IXUSR)
    gateway.binary = wrapped
    rules = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
             {"id": "card", "find": ["CREDIT_CARD"], "do": {"block": "No."}}]
    policy(rules=rules)
    gateway.start()
    client = Client(gateway)
    upstream.echoes()
    for i in range(5):
        assert client.send("/v1/chat/completions", {"model": "m", "messages": [
            {"role": "user", "content": f"write to ada{i}@canary-example.org"}]},
            timeout=120).status == 200
        assert client.chat("4111 1111 1111 1111").status == 403
        upstream.sse("one ", "two ", "three")
        assert client.chat("hello", stream=True).status == 200
        assert client.send("/v1/models", method="GET").status in (200, 403, 404)
    client.raw(b"GET / HTTP/9\r\n\r\n")
    assert gateway.stop(120) == 0
    logs = list(tmp_path.glob("vg.*"))
    assert len(logs) >= 3
    for log in logs:
        said = log.read_text()
        assert "ERROR SUMMARY: 0 errors" in said, said[-6000:]
        assert "definitely lost: 0 bytes" in said or "no leaks are possible" in said, said[-6000:]
