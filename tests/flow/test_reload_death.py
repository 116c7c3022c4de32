"""Processes killed under load, drains, callers and upstreams that go: what is left is whole."""
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import threading
import time

import pytest
from bulla import SLOW, children, wait_for
from origin import Origin, chat_events, chunk, head
from test_reload import Load


def role(gateway, name):
    """The pid of the newest child that said NAME.ready."""
    alive = set(children(gateway.process.pid))
    for line in reversed(gateway.said().splitlines()):
        if f'"{name}.ready"' in line or f"{name}.ready" in line:
            fields = json.loads(line) if line.startswith("{") else {}
            if fields.get("pid") in alive:
                return fields["pid"]
    return None


def answers(client):
    """Who is in the way of a death may be cut; the next one is answered."""
    try:
        return client.chat("again").status == 200
    except (OSError, http.client.HTTPException):
        return False


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def assert_ended(audit, load):
    """Every whole 200 has its end record; the log verifies, but for outcomes that nobody can know."""
    code = audit.verify()
    assert code == 0 or (code == 3 and "unknown after a crash" in audit.said.stdout), audit.said
    ended = {r.xid for r in audit.records("exchange.end")}
    good = [xid for status, xid, _ in load.answers if status == 200]
    assert good and not [xid for xid in good if xid not in ended]


def test_a_killed_worker_is_replaced_and_the_log_is_whole(gateway, policy, client, audit):
    policy()
    client.chat("hello")
    with Load(gateway) as load:
        for _ in range(2):
            time.sleep(0.5)
            worker = role(gateway, "worker")
            os.kill(worker, signal.SIGKILL)
            assert wait_for(lambda: role(gateway, "worker") not in (None, worker))
        time.sleep(0.7)
        seen = len(load.answers)
        assert wait_for(lambda: len(load.answers) > seen + 10)
    assert {status for status, _, _ in load.answers} <= {200, 503}
    assert_ended(audit, load)


def test_an_exchange_whose_worker_was_killed_has_an_end(gateway, policy, upstream, client, audit):
    policy()
    client.chat("hello")
    upstream.sse(*[f"word{i} " for i in range(200)], wait=0.1)
    line, r = stream(gateway, client)
    xid = r.getheader("x-bulla-exchange")
    os.kill(role(gateway, "worker"), signal.SIGKILL)

    def ends():                                          # the auditor lived on: it says so itself
        return [x.out for x in audit.records("exchange.end") if x.xid == xid]
    assert wait_for(ends) and ends() == ["unknown_after_crash"]
    line.close()
    assert audit.verify() == 3, audit.said
    gateway.start()
    assert audit.verify() == 3 and ends() == ["unknown_after_crash"], audit.said


def test_an_exchange_that_outlives_its_auditor_is_cut_and_ends_once(gateway, policy, upstream, client, audit):
    policy()
    client.chat("hello")
    upstream.sse(*[f"word{i} " for i in range(200)], wait=0.1)
    line, r = stream(gateway, client)
    xid = r.getheader("x-bulla-exchange")
    os.kill(role(gateway, "auditor"), signal.SIGKILL)
    with pytest.raises((OSError, http.client.HTTPException)):
        r.read()                                         # at once, not after 20 s, and without a terminator
    line.close()
    assert wait_for(lambda: answers(client))
    assert audit.verify() == 3, audit.said
    assert [x.out for x in audit.records("exchange.end") if x.xid == xid] == ["unknown_after_crash"]


def test_a_killed_auditor_is_replaced_and_the_log_is_whole(gateway, policy, client, audit):
    policy()
    client.chat("hello")
    with Load(gateway) as load:
        for _ in range(2):
            time.sleep(0.5)
            auditor = role(gateway, "auditor")
            os.kill(auditor, signal.SIGKILL)
            assert wait_for(lambda: role(gateway, "auditor") not in (None, auditor))
            assert wait_for(lambda: answers(client))
        time.sleep(0.3)
    assert {status for status, _, _ in load.answers} <= {200, 503}
    assert_ended(audit, load)


def test_a_killed_master_takes_all_with_it_and_the_next_start_recovers(gateway, policy, client, audit):
    policy()
    client.chat("hello")
    with Load(gateway) as load:
        time.sleep(0.7)
        family = children(gateway.process.pid)
        assert len(family) >= 2
        gateway.process.kill()
        gateway.process.wait()
        load.over = True
    assert wait_for(lambda: all(is_gone(pid) for pid in family), 5)
    gateway.process = None
    assert client.chat("hello again").status == 200      # the port is free, the log opens
    assert_ended(audit, load)


def stream(gateway, client, body=None):
    """A streamed chat, its head read."""
    line = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=30, context=gateway.tls())
    line.request("POST", "/v1/chat/completions", json.dumps(
        body or {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "hello"}]}),
        {"content-type": "application/json"})
    return line, line.getresponse()


def refuses(gateway):
    try:
        socket.create_connection(("127.0.0.1", gateway.port), 1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_sigterm_lets_a_stream_finish_and_closes_idle_callers(gateway, policy, upstream, client, audit):
    policy()
    client.chat("hello")
    idle = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(3)]
    kept = http.client.HTTPSConnection("127.0.0.1", gateway.port, context=gateway.tls())
    kept.request("GET", "/v1/models")
    kept.getresponse().read()
    refused, events = threading.Event(), [("", e) for e in chat_events([f"word{i} " for i in range(20)])]
    upstream.answers(lambda request: [*events[:10], refused, *events[10:], "[DONE]"])
    line, r = stream(gateway, client)
    family = children(gateway.process.pid)
    began = time.monotonic()
    gateway.process.terminate()
    assert wait_for(lambda: refuses(gateway), 5)         # while the stream goes on
    refused.set()
    body = r.read()
    assert b"word19" in body and b"[DONE]" in body and body.count(b": draining\n") == 1
    assert gateway.process.wait(10 * SLOW) == 0
    assert time.monotonic() - began < 6 * SLOW
    assert wait_for(lambda: all(is_gone(pid) for pid in family), 1)
    assert audit.verify() == 0
    assert [x.type for x in audit.records()][-1].startswith("log.") and audit.records("log.stop")
    for s in [*idle, kept, line]:
        s.close()


def assert_broken_off(audit):
    """The log is sound, and says of the last exchange that nobody knows how it went."""
    assert audit.verify() == 3 and "unknown after a crash" in audit.said.stdout, audit.said
    assert audit.last().out == "unknown_after_crash"


def test_a_second_signal_does_not_wait(gateway, policy, upstream, client, audit):
    policy()
    client.chat("hello")
    upstream.sse(*[f"word{i} " for i in range(200)], wait=0.1)
    line, r = stream(gateway, client)
    gateway.process.terminate()
    time.sleep(0.5)
    assert gateway.process.poll() is None
    gateway.process.send_signal(signal.SIGINT)
    gateway.process.wait(3 * SLOW)
    assert_broken_off(audit)
    line.close()


def test_the_drain_has_an_end(gateway, policy, upstream, client, audit):
    policy()
    gateway.config["limits"] = {"drain": "1s"}
    client.chat("hello")
    upstream.sse(*[f"word{i} " for i in range(200)], wait=0.1)
    line, r = stream(gateway, client)
    gateway.process.terminate()
    gateway.process.wait(5 * SLOW)
    line.close()
    assert_broken_off(audit)


class Endless(Origin):
    """Streams until its caller goes; says when that was."""

    def __init__(self):
        super().__init__()
        self.gone_at, self.sent = None, 0

    def _serve(self, s):
        with s, s.makefile("rb") as lines:
            try:
                if self._read(lines) is None:
                    return
                s.sendall(head(200, "text/event-stream", transfer_encoding="chunked"))
                event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                         "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
                while self.open:
                    s.sendall(chunk(f"data: {json.dumps(event)}\n\n"))
                    self.sent += 1
                    s.settimeout(0.05)
                    try:
                        if s.recv(1) == b"":
                            break
                    except TimeoutError:
                        pass
            except OSError:
                pass
            self.gone_at = time.monotonic()


def test_a_caller_that_goes_takes_its_upstream_along(gateway, policy, client, audit):
    policy()
    with Endless() as endless:
        gateway.config["upstreams"]["fake"]["url"] = endless.url
        gateway.start()
        line, r = stream(gateway, client)
        assert wait_for(lambda: endless.sent > 5)
        r.close()
        line.close()
        left = time.monotonic()
        assert wait_for(lambda: endless.gone_at is not None, 3)
        assert endless.gone_at - left < 1 * SLOW
        assert wait_for(lambda: audit.records("exchange.end"), 2)
        assert audit.last().out == "client_abort"


def test_a_caller_that_goes_before_the_answer(gateway, policy, upstream, client, audit):
    policy()
    silent = socket.create_server(("127.0.0.1", 0))
    gateway.config["upstreams"]["fake"]["url"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
    gateway.start()
    line = http.client.HTTPSConnection("127.0.0.1", gateway.port, context=gateway.tls())
    line.request("POST", "/v1/chat/completions", json.dumps(
        {"model": "m", "messages": [{"role": "user", "content": "hello"}]}),
        {"content-type": "application/json"})
    s, _ = silent.accept()
    s.settimeout(3 * SLOW)
    assert s.recv(65536)
    line.close()
    began = time.monotonic()
    try:
        while s.recv(65536):
            pass
    except ConnectionResetError:
        pass
    assert time.monotonic() - began < 1 * SLOW
    silent.close()


def error_of(answer):
    return answer.json["error"]


def test_an_upstream_that_refuses_is_502_and_recorded(gateway, policy, client, audit):
    policy()
    gateway.config["upstreams"]["fake"].update(url="http://127.0.0.1:1", dialect="demo")
    answer = client.chat("hello")
    assert answer.status == 502 and error_of(answer)["message"] and error_of(answer)["code"]
    message = client.messages("hello")
    assert message.status == 502 and message.json["type"] == "error"
    assert [r.type for r in audit.of(answer)][-1] == "exchange.end"


def test_an_upstream_that_stalls_is_504_and_recorded(gateway, policy, client, audit):
    policy()
    silent = socket.create_server(("127.0.0.1", 0))
    gateway.config["upstreams"]["fake"]["url"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
    gateway.config["limits"] = {"first_byte": "1s"}
    answer = client.chat("hello")
    assert answer.status == 504 and error_of(answer)["message"]
    assert [r.type for r in audit.of(answer)][-1] == "exchange.end"
    silent.close()


def tls_origin(certs, host):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certs / "server.pem", certs / "server.key")
    door = socket.create_server((host, 0))

    def serve():
        while door.fileno() >= 0:
            try:
                s, _ = door.accept()
                context.wrap_socket(s, server_side=True).close()
            except OSError:
                pass
    threading.Thread(target=serve, daemon=True).start()
    return door


@pytest.mark.parametrize("host, known", [("127.0.0.2", True), ("127.0.0.1", False)])
def test_an_upstream_with_the_wrong_name_or_issuer_is_502(gateway, policy, client, certs, audit, host, known):
    policy()
    door = tls_origin(certs, host)
    fake = gateway.config["upstreams"]["fake"]
    fake["url"] = f"https://{host}:{door.getsockname()[1]}"
    if known:
        fake["ca"] = str(certs / "ca.pem")
    answer = client.chat("hello")
    assert answer.status == 502 and error_of(answer)["message"]
    assert audit.of(answer)[-1].out == "upstream_error"
    door.close()


# --- starting ---

def fails(gateway, *words):
    gateway.write_config()
    done = gateway.run("serve", "-c", gateway.config_path)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    for word in words:
        assert word in said, said
    assert "Sanitizer" not in said
    return said


def test_an_audit_directory_that_cannot_be_written(gateway, policy, tmp_path):
    policy()
    (tmp_path / "file").write_text("")
    gateway.config["audit"]["dir"] = str(tmp_path / "file" / "audit")
    fails(gateway, "audit", str(tmp_path / "file"))


def test_a_port_in_use(gateway, policy):
    policy()
    with socket.create_server(("127.0.0.1", gateway.port)):
        fails(gateway, str(gateway.port), "in use")


def test_a_second_program_on_the_same_port(gateway, policy, client):
    policy()
    assert client.chat("hello").status == 200
    done = gateway.run("serve", "-c", gateway.config_path)
    assert done.returncode == 1 and "in use" in done.stderr
    assert client.chat("hello").status == 200


def test_no_config_and_a_bad_one(gateway, policy, tmp_path):
    done = gateway.run("serve", "-c", tmp_path / "none.yaml")
    assert done.returncode == 1 and "none.yaml" in done.stderr
    gateway.config["upstrams"] = {}
    fails(gateway, "bulla.yaml:", "upstrams", "upstreams")


def test_a_bad_policy_at_start(gateway, policy):
    policy.path.write_text("policy: story\nrules: 7\n")
    fails(gateway, "policy.yaml:")


def test_a_key_that_others_may_read(gateway, policy, certs, tmp_path):
    policy()
    key = tmp_path / "open.key"
    key.write_bytes((certs / "server.key").read_bytes())
    key.chmod(0o640)
    gateway.config["listen"][0]["tls"]["key"] = str(key)
    fails(gateway, "open.key")


# --- a log that cannot be written ---

def test_a_poisoned_log_is_503_until_it_is_mended(gateway, policy, client, audit):
    policy()
    assert client.chat("hello").status == 200
    checkpoint, aside = gateway.audit_dir / "checkpoint", gateway.folder / "aside"
    checkpoint.rename(aside)
    checkpoint.mkdir()                                   # the next one cannot be put in its place
    (checkpoint / "x").mkdir()
    refused = []

    def is_refused():
        try:
            answer = client.chat("hello")
        except OSError:                                  # begun before, and cut: its end is not recorded
            return False
        refused.append(answer)
        return answer.status == 503
    assert wait_for(is_refused, 20)
    assert error_of(refused[-1])["code"] == "audit_unavailable"
    time.sleep(1)
    assert gateway.process.poll() is None and client.chat("hello").status == 503
    policy(rules=[])
    os.kill(gateway.process.pid, signal.SIGHUP)          # a new worker does not know the log at all
    assert wait_for(lambda: int(client.chat("hello").header("x-bulla-policy") or 0) > 1)
    assert client.chat("hello").status == 503
    (checkpoint / "x").rmdir()
    checkpoint.rmdir()
    aside.rename(checkpoint)
    assert wait_for(lambda: answers(client), 20)
    assert audit.verify() in (0, 3), audit.said
