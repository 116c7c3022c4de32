"""The gateway as a process, a caller of it, its policy and its audit log, for stories."""
import base64
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import time

import yaml

import leaks
from ports import free_port

SANITIZER = re.compile(r"(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:|Assertion .* failed")
SLOW = float(os.environ.get("BULLA_SLOW", "1"))          # multiplies every patience, for slow machines


def wait_for(what, seconds=10):
    """What `what` gives, as soon as it is true; False when it never is."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        if got := what():
            return got
        time.sleep(0.02)
    return False


def until(what, seconds=20):
    got = wait_for(what, seconds)
    assert got, "it did not come about"
    return got


def children(pid):
    """Pids of a process's children."""
    try:
        return [int(x) for x in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def processes(gateway):
    """Pid by the word that the log has for it: worker, auditor, resolver, shipper. Of each the newest that was ready."""
    out = {}
    for line in gateway.said().splitlines():
        if line.startswith('{"t"'):
            entry = json.loads(line)
            if entry["event"] in ("worker.ready", "auditor.ready", "resolver.ready", "shipper.ready"):
                out[entry["process"]] = entry["pid"]
    return out


def openssl(*words, **more):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **more)


def certificates(folder):
    """A throw-away CA and a server's pair, by the openssl tool: a second opinion on our own."""
    extension = folder / "san.cnf"
    extension.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    for name in ("ca", "server"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{name}.key")
        os.chmod(folder / f"{name}.key", 0o600)
    openssl("req", "-x509", "-new", "-key", folder / "ca.key", "-subj", "/CN=story CA", "-days", 2,
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", folder / "ca.pem")
    openssl("req", "-new", "-key", folder / "server.key", "-subj", "/CN=localhost",
            "-out", folder / "server.csr")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.pem", "-CAkey",
            folder / "ca.key", "-CAcreateserial", "-days", 2, "-extfile", extension,
            "-out", folder / "server.pem")
    return folder


class Policy:
    """policy(rules=..., routes=..., detectors=...) writes the file; called again it changes it."""

    def __init__(self, path):
        self.path = path
        self()

    def __call__(self, rules=None, routes=None, detectors=None, **more):
        text = {"policy": "story", "classes": ["public", "internal", "confidential", "restricted"]}
        text.update(more)
        if detectors:
            text["detectors"] = detectors
        text["rules"] = rules or []
        text["routes"] = routes or [{"to": ["fake"]}]
        self.path.write_text(yaml.safe_dump(text, sort_keys=False))
        return self.path


class Gateway:
    def __init__(self, binary, certs, folder, policy, upstreams):
        self.binary, self.certs, self.folder, self.policy = binary, certs, folder, policy
        self.port, self.admin_port = free_port(), free_port()
        self.audit_dir = folder / "audit"
        self.process, self.canaries = None, set()
        self.log_path = folder / "bulla.log"
        self.key = None
        self.config = {
            "listen": [{"address": f"127.0.0.1:{self.port}",
                        "tls": {"certificate": str(certs / "server.pem"),
                                "key": str(certs / "server.key")}}],
            "admin": {"address": f"127.0.0.1:{self.admin_port}"},
            "upstreams": {name: {"dialect": "openai", "url": origin.url, "trust": trust}
                          for name, (origin, trust) in upstreams.items()},
            "policies": [str(policy.path)],
            "auth": "open",
            "audit": {"dir": str(self.audit_dir)},
        }

    @property
    def config_path(self):
        return self.folder / "bulla.yaml"

    def write_config(self):
        self.config_path.write_text(yaml.safe_dump(self.config, sort_keys=False))

    def run(self, *words, stdin=None, timeout=30):
        """One of the other verbs; returns the finished process, its output as text."""
        return subprocess.run([self.binary, *map(str, words)], input=stdin, capture_output=True,
                              text=True, timeout=timeout * SLOW, cwd=self.folder)

    def start(self):
        if self.process is not None:
            return self
        self.write_config()
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([self.binary, "serve", "-c", self.config_path],
                                        stdout=self.log, stderr=self.log, cwd=self.folder)
        end = time.monotonic() + 20 * SLOW
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"bulla ended with {self.process.returncode}:\n{self.said()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"bulla does not listen after 20 s:\n{self.said()}")

    def stop(self, patience=15):
        """SIGTERM, and the exit code that follows."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.keep_metrics()
            self.process.terminate()
            try:
                self.process.wait(patience * SLOW)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"bulla did not end on SIGTERM:\n{self.said()}") from None
        code, self.process = self.process.returncode, None
        self.log.close()
        return code

    def scrape(self, timeout=5):
        c = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=timeout * SLOW)
        try:
            c.request("GET", "/metrics")
            return c.getresponse().read()
        finally:
            c.close()

    def metrics(self):
        """Each by its name, labels and all."""
        lines = self.scrape().decode().splitlines()
        return {name: float(n) for name, n in (x.rsplit(" ", 1) for x in lines if x and x[0] != "#")}

    def keep_refusal(self, answer):
        """For the search at the end of the run: what the gateway itself says is nobody's text. What an
        upstream said belongs to the caller."""
        if answer.status >= 400 and answer.upstream is None:
            with open(self.folder / "refused.kept", "ab") as f:
                f.write(repr(answer.headers).encode() + b"\n" + answer.body + b"\n")

    def keep_metrics(self):
        """For the search at the end of the run; a story may have left nobody there to answer."""
        try:
            (self.folder / "metrics.kept").write_bytes(self.scrape(timeout=1))
        except (OSError, http.client.HTTPException):
            pass

    def said(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def canary(self, text):
        """Says that `text` must never stand in the program's own log, nor in any file that any story
        leaves; returns it. Short text would turn up by chance in a port, a time or an id."""
        assert len(text) >= 12, f"too short for a canary: {text!r}"
        self.canaries.add(text)
        leaks.CANARIES.add(text)
        return text

    def assert_clean(self):
        said = self.said()
        found = SANITIZER.search(said)
        assert not found, said[max(0, found.start() - 200):found.start() + 4000]
        for text in self.canaries:
            assert text not in said, "a caller's text stands in the program's log"

    def tls(self):
        return ssl.create_default_context(cafile=str(self.certs / "ca.pem"))


class Answer:
    """An HTTP answer; .text is what the assistant said, streamed or not."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.exchange = self.header("x-bulla-exchange")
        self.decision = self.header("x-bulla-decision")
        self.data_class = self.header("x-bulla-class")
        self.upstream = self.header("x-bulla-upstream")

    def header(self, name):
        return next((v for k, v in self.headers if k.lower() == name), None)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        """The JSON of each SSE event; the [DONE] mark as that string."""
        out = []
        for block in self.body.decode().replace("\r\n", "\n").split("\n\n"):
            lines = [x[5:].lstrip() for x in block.split("\n") if x.startswith("data:")]
            if lines:
                text = "\n".join(lines)
                out.append(text if text == "[DONE]" else json.loads(text))
        return out

    @property
    def text(self):
        if "event-stream" not in (self.header("content-type") or ""):
            return self._said(self.json)
        return "".join(self._delta(e) for e in self.events if e != "[DONE]")

    @staticmethod
    def _said(body):
        if "choices" in body:
            choice = body["choices"][0]
            return choice["message"]["content"] if "message" in choice else choice["text"]
        return "".join(part.get("text", "") for part in body.get("content", []))

    @staticmethod
    def _delta(event):
        if event.get("choices"):
            return event["choices"][0].get("delta", {}).get("content") or ""
        return event.get("delta", {}).get("text", "")


class Client:
    """Speaks plain HTTP/1.1 over TLS to the gateway, with nothing hidden by a library."""

    def __init__(self, gateway):
        self.gateway = gateway

    def headers(self, more):
        key = {"authorization": f"Bearer {self.gateway.key}"} if self.gateway.key else {}
        return {"content-type": "application/json", **key, **more}

    def send(self, path, body=None, method="POST", headers=None, timeout=30):
        self.gateway.start()
        c = http.client.HTTPSConnection("127.0.0.1", self.gateway.port, timeout=timeout * SLOW,
                                        context=self.gateway.tls())
        payload = body if isinstance(body, (bytes, type(None))) else json.dumps(
            body, ensure_ascii=False).encode()
        try:
            c.request(method, path, payload, self.headers(headers or {}))
            r = c.getresponse()
            answer = Answer(r.status, r.getheaders(), r.read())
            self.gateway.keep_refusal(answer)
            return answer
        finally:
            c.close()

    def chat(self, user, /, stream=False, model="gpt-4o", headers=None, **more):
        turns = user if isinstance(user, list) else [{"role": "user", "content": user}]
        body = {"model": model, "messages": turns, **({"stream": True} if stream else {}), **more}
        return self.send("/v1/chat/completions", body, headers=headers)

    def messages(self, user, /, stream=False, model="claude-3-opus", **more):
        body = {"model": model, "max_tokens": 64, "messages": [{"role": "user", "content": user}],
                **({"stream": True} if stream else {}), **more}
        return self.send("/v1/messages", body)

    def raw(self, data, patience=5, end=False):
        """Bytes in, every byte that comes back until the gateway closes or `patience` is over."""
        self.gateway.start()
        with socket.create_connection(("127.0.0.1", self.gateway.port)) as plain:
            with self.gateway.tls().wrap_socket(plain, server_hostname="localhost") as s:
                s.sendall(data)
                if end:
                    s.unwrap()
                    return b""
                s.settimeout(patience * SLOW)
                got = b""
                try:
                    while piece := s.recv(65536):
                        got += piece
                except (TimeoutError, ssl.SSLError, ConnectionError):
                    pass
                return got


class Record:
    """One record: the leaf's fields as attributes, the group disclosures as .groups."""

    def __init__(self, leaf, groups):
        self.leaf, self.groups = leaf, groups

    def __getattr__(self, name):
        try:
            return self.__dict__["leaf"][name]
        except KeyError:
            raise AttributeError(name) from None


MAGIC_SIZE = struct.Struct("<IHHQIIII")     # magic version flags seq leaf groups blobs crc


class Audit:
    """Reads the segments itself, so that the writer is not its own judge."""

    def __init__(self, gateway):
        self.gateway, self.dir = gateway, gateway.audit_dir

    def frames(self):
        return (frame[:2] for frame in self.whole_frames())

    def whole_frames(self):
        """(leaf, groups, sealed bytes) of each record."""
        for path in sorted((self.dir / "seg").glob("*.seg")):
            raw, at = path.read_bytes(), 0
            while at + MAGIC_SIZE.size <= len(raw):
                magic, _, _, _, leaf, groups, blobs, _ = MAGIC_SIZE.unpack_from(raw, at)
                if magic == 0:
                    break
                at += MAGIC_SIZE.size
                yield raw[at:at + leaf], raw[at + leaf:at + leaf + groups], raw[at + leaf + groups:at + leaf + groups + blobs]
                at += leaf + groups + blobs
                at += -at % 8

    def records(self, kind=None):
        every = [Record(json.loads(leaf), groups) for leaf, groups in self.frames()]
        return [r for r in every if kind is None or r.type.startswith(kind)]

    def of(self, answer):
        """The records of one exchange, in order."""
        return [r for r in self.records("exchange") if r.xid == answer.exchange]

    def last(self):
        return self.records("exchange")[-1]

    def verify(self):
        """The exit code of `bulla audit verify`, after the gateway has ended."""
        self.gateway.stop()
        self.said = self.gateway.run("audit", "verify", "--dir", self.dir)
        return self.said.returncode

    def lacks(self, text):
        """No leaf names `text`; true too when it only stands there as base64."""
        want = text.encode()
        return all(want not in leaf and base64.b64encode(want)[:-4] not in leaf
                   for leaf, _ in self.frames())
