"""Reload under load: no request is lost, the new file acts, a bad one changes nothing."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import threading
import time

from bulla import certificates, wait_for

BLOCK = [{"id": "a", "find": ["CREDIT_CARD"], "do": {"block": "No."}}]
CARD = "4111 1111 1111 1111"


def generation(answer):
    return int(answer.header("x-bulla-policy").split(".")[0].lstrip("g"))


class Load:
    """Callers that keep their connections and open a new one only after Connection: close."""

    def __init__(self, gateway, callers=6, pause=0.01):
        self.gateway, self.pause, self.over = gateway, pause, False
        self.answers, self.faults = [], []
        self.threads = [threading.Thread(target=self._call, args=(i,)) for i in range(callers)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for t in self.threads:
            t.join()

    def _call(self, number):
        line = None
        body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": f"hello {number}"}]})
        while not self.over:
            try:
                if line is None:
                    line = http.client.HTTPSConnection("127.0.0.1", self.gateway.port, timeout=20,
                                                       context=self.gateway.tls())
                line.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
                r = line.getresponse()
                r.read()
                self.answers.append((r.status, r.getheader("x-bulla-exchange"),
                                     r.getheader("x-bulla-policy")))
                if (r.getheader("connection") or "").lower() == "close":
                    line.close()
                    line = None
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(repr(fault))
                line = None
            time.sleep(self.pause)


def test_four_reloads_under_load_lose_nothing(gateway, policy, client):
    policy()
    stamp = generation(client.chat("hello"))
    with Load(gateway) as load:
        for i in range(4):
            policy(rules=BLOCK[:i % 2])
            os.kill(gateway.process.pid, signal.SIGHUP)
            assert wait_for(lambda: generation(client.chat("hello")) > stamp)
            stamp = generation(client.chat("hello"))
        time.sleep(0.3)
    assert not load.faults and len(load.answers) > 50
    assert {status for status, _, _ in load.answers} == {200}
    assert len({stamp for _, _, stamp in load.answers}) >= 4


def test_reloads_that_come_faster_than_workers_start(gateway, policy, client):
    policy()
    client.chat("hello")
    with Load(gateway, callers=2) as load:
        for i in range(12):
            policy(rules=BLOCK[:i % 2])
            os.kill(gateway.process.pid, signal.SIGHUP)
            time.sleep(0.03)
        assert wait_for(lambda: client.chat(CARD).status == 403)
        time.sleep(0.5)
    assert not load.faults and {status for status, _, _ in load.answers} == {200}


def test_a_changed_file_is_taken_up_without_a_signal(gateway, policy, client):
    policy()
    assert client.chat(CARD).status == 200
    time.sleep(0.3)
    policy(rules=BLOCK)
    assert wait_for(lambda: client.chat(CARD).status == 403)


def test_the_generation_rises(gateway, policy, client):
    policy()
    before = generation(client.chat("hello"))
    policy(rules=BLOCK)
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: client.chat(CARD).status == 403)
    assert generation(client.chat("hello")) > before


def test_a_bad_policy_is_named_with_its_line_and_the_old_one_stays(gateway, policy, client):
    policy(rules=BLOCK)
    assert client.chat(CARD).status == 403
    policy.path.write_text("policy: story\nclasses: [public]\nrules:\n  - id: x\n    fnid: [CREDIT_CARD]\n")
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: "reload.refused" in gateway.said())
    assert "policy.yaml:5:" in gateway.said()
    assert client.chat(CARD).status == 403
    policy(rules=[])                                     # and the next good one is taken
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: client.chat(CARD).status == 200)


def test_another_address_needs_a_restart(gateway, policy, client):
    policy()
    assert client.chat("hello").status == 200
    gateway.config["listen"][0]["address"] = "127.0.0.1:1"
    gateway.write_config()
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: "restart" in gateway.said())
    assert client.chat("hello").status == 200


def shown(gateway):
    c = ssl.create_default_context()
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", gateway.port)) as plain:
        with c.wrap_socket(plain, server_hostname="localhost") as s:
            return s.getpeercert(binary_form=True)


def test_a_renewed_certificate_is_served(gateway, client, tmp_path):
    for name in ("server.pem", "server.key"):
        shutil.copy(gateway.certs / name, tmp_path / name)
    gateway.config["listen"][0]["tls"] = {"certificate": str(tmp_path / "server.pem"),
                                          "key": str(tmp_path / "server.key")}
    gateway.start()
    before = shown(gateway)
    (tmp_path / "new").mkdir()
    renewed = certificates(tmp_path / "new")
    for name in ("server.key", "server.pem"):
        os.replace(renewed / name, tmp_path / name)
    os.kill(gateway.process.pid, signal.SIGHUP)
    assert wait_for(lambda: shown(gateway) != before)
    gateway.certs = renewed
    assert client.chat("hello").status == 200
