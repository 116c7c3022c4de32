"""Request smuggling, three ways: TLS straight to the gateway; nginx before it; nginx behind it.

Every probe names itself in its body (its mark), and hides a second request behind bytes of which two
parsers may think differently. Each chain has an origin of its own that is a strict parser and answers
with the mark it read. So for every probe: as many answers as the origin saw requests, each with the
mark of its own request; nothing of a body is a request; a refused caller's connection ends; and the
caller who comes next, over the same pooled connection, gets its own answer. BULLA_LONG=1: three thousand
more, by chance (BULLA_SEED repeats them). Needs nginx for two of the chains, and skips them without it.
"""
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import threading

import pytest
from bulla import SLOW, Gateway, Policy, wait_for
from faults import connect_plain, parse
from origin import head as answer_head
from ports import free_port

PATH = "/v1/chat/completions"
POISON = "poisoned-answer"
PATIENCE = 20 * SLOW
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CHAINS = ["raw", "front", "back"]
CRLF = b"\r\n"


# --- the strict origin ---

def said(mark):
    text = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": mark}, "finish_reason": "stop"}]})
    return text.encode()


def good(mark):
    text = said(mark)
    return answer_head(200, content_length=len(text)) + text


REQUEST_LINE = re.compile(rb"POST /v1/chat/completions HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\x20-\x7e]*)")


class Strict:
    """Reads one framing only; whatever else comes is a fault. .marks: of the requests, in order."""

    def __init__(self):
        self.marks, self.faults, self.plays = [], [], {}
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                s, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        raw = b""
        with s, contextlib.suppress(OSError):
            while True:
                while b"\r\n\r\n" not in raw:
                    piece = s.recv(65536)
                    if not piece:
                        return self._left(raw)
                    raw += piece
                first, _, raw = raw.partition(b"\r\n\r\n")
                length = self._lint(first)
                while len(raw) < length:
                    piece = s.recv(65536)
                    if not piece:
                        return self._left(first)
                    raw += piece
                body, raw = raw[:length], raw[length:]
                mark = json.loads(body)["messages"][-1]["content"]
                self.marks.append(mark)
                pieces, stays = self.plays.get(mark, (good(mark), True))
                s.sendall(pieces)
                if not stays:
                    return None

    def _left(self, raw):
        if raw:
            self.faults.append(f"a request that never ended: {raw[:200]!r}")

    def _lint(self, first):
        line, *fields = first.split(CRLF)
        found = [FIELD.fullmatch(f) for f in fields]
        if not REQUEST_LINE.fullmatch(line) or None in found:
            self.faults.append(f"not canonical: {first[:300]!r}")
        names = [f.group(1).lower() for f in found if f]
        lengths = [f.group(2) for f in found if f and f.group(1).lower() == b"content-length"]
        if names.count(b"host") != 1 or len(lengths) != 1 or not lengths[0].isdigit():
            self.faults.append(f"framing: {first[:300]!r}")
        if {n for n in names if n in (b"transfer-encoding", b"trailer", b"upgrade", b"te", b"expect")}:
            self.faults.append(f"hop by hop: {first[:300]!r}")
        return int(lengths[0]) if lengths else 0


# --- the chains ---

NGINX_CONF = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  client_header_timeout {waits}ms; client_body_timeout {waits}ms; keepalive_timeout {waits}ms;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_request_buffering off; proxy_buffering off;
  ignore_invalid_headers off; underscores_in_headers on; proxy_next_upstream off;
  upstream gateway {{ server 127.0.0.1:{gateway}; keepalive 1; }}
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 1; }}
  server {{ listen 127.0.0.1:{front}; location / {{ proxy_pass http://gateway; }} }}
  server {{ listen 127.0.0.1:{back}; location / {{ proxy_pass http://origin; }} }}
}}
"""


class Chains:
    """One gateway; for each chain an upstream, an origin and a way in."""

    def __init__(self, binary, certs, folder):
        self.origins = {name: Strict() for name in CHAINS}
        self.front, self.back, self.plain = free_port(), free_port(), free_port()
        self.count = itertools.count()
        self.lock = threading.Lock()
        self.gateway = Gateway(binary, certs, folder, Policy(folder / "policy.yaml"), {})
        urls = {"raw": self.origins["raw"].url, "front": self.origins["front"].url,
                "back": f"http://127.0.0.1:{self.back}"}
        self.gateway.config["upstreams"] = {name: {"dialect": "openai", "url": url, "trust": "closed"}
                                            for name, url in urls.items()}
        self.gateway.policy(routes=[{"to": CHAINS}])
        self.gateway.config["listen"].append({"address": f"127.0.0.1:{self.plain}"})
        self.gateway.config["threads"] = 1               # one pool: the next caller gets the same connection
        self.gateway.config["limits"] = {"header_time": "1s", "body_time": "1s"}
        self.nginx = self._nginx(folder) if NGINX else None
        self.gateway.start()
        self.tls = self.gateway.tls()

    def _nginx(self, folder):
        origin = self.origins["back"].socket.getsockname()[1]
        path = folder / "nginx.conf"
        path.write_text(NGINX_CONF.format(folder=folder, gateway=self.plain, origin=origin, front=self.front,
                                          back=self.back, waits=int(150 * SLOW)))
        process = subprocess.Popen([NGINX, "-c", path, "-e", folder / "error.log", "-p", folder])
        assert wait_for(lambda: self._listens(self.front)), (folder / "error.log").read_text()
        return process

    @staticmethod
    def _listens(port):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    def close(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait(PATIENCE)
        self.gateway.stop()
        self.gateway.assert_clean()

    def new_mark(self, kind="mark"):
        with self.lock:
            return f"{kind}-{next(self.count)}z"

    def send(self, chain, raw):
        """The bytes on a connection of their own; all that comes until it ends."""
        if chain == "front":
            s = socket.create_connection(("127.0.0.1", self.front), PATIENCE)
        else:
            s = self.tls.wrap_socket(connect_plain(self.gateway), server_hostname="localhost")
        got = b""
        with s, contextlib.suppress(ConnectionError, ssl.SSLError):
            s.settimeout(PATIENCE)                       # nobody ends it: TimeoutError, and the story is red
            s.sendall(raw)
            while piece := s.recv(65536):
                got += piece
        return got


@pytest.fixture(scope="module")
def chains(bulla, certs, tmp_path_factory):
    c = Chains(bulla, certs, tmp_path_factory.mktemp("smuggling"))
    yield c
    c.close()


# --- what is sent ---

class Words:
    """The parts of a probe over one chain: H and B its own, T the hidden request."""

    def __init__(self, chains, chain, name="mark"):
        self.mark, self.hidden, self.chain = chains.new_mark(name), chains.new_mark("hidden"), chain
        self.path = f"/u/{chain}{PATH}".encode()
        self.B = self.body(self.mark)
        self.T = self.lawful(self.hidden)
        self.H = self.head()

    @staticmethod
    def body(mark):
        return json.dumps({"model": "m", "messages": [{"role": "user", "content": mark}]}).encode()

    def head(self, method=b"POST", target=None, version=b"HTTP/1.1", host=b"host: localhost\r\n"):
        return (method + b" " + (target or self.path) + b" " + version + CRLF + host +
                b"content-type: application/json\r\n")

    def lawful(self, mark, more=b"connection: close\r\n"):
        body = self.body(mark)
        return self.head() + more + b"content-length: %d\r\n\r\n" % len(body) + body

    def own(self, more=b""):
        """A whole request of its own mark with these fields more."""
        return self.lawful(self.mark, more)

    def chunks(self, body=None, last=b"0\r\n\r\n"):
        body = self.B if body is None else body
        return b"%x\r\n" % len(body) + body + CRLF + last

    def cl_te(self, coding):
        """The coding's line beside a length that covers all: who honours the coding sees T."""
        tail = b"0\r\n\r\n" + self.T
        return self.H + coding + CRLF + b"content-length: %d\r\n\r\n" % len(tail) + tail

    def te_cl(self, coding):
        """The other way round: who honours the length sees T."""
        tail = self.chunks(self.T)
        first = tail.index(CRLF) + 2
        return self.H + coding + CRLF + b"content-length: %d\r\n\r\n" % first + tail

    def chunked(self, tail):
        return self.H + b"transfer-encoding: chunked\r\n\r\n" + tail + self.T

    def length(self, line):
        return self.H + line + CRLF * 2 + self.B + self.T


CODINGS = [b"transfer-encoding: chunked", b"Transfer-Encoding: Chunked", b"transfer-encoding: xchunked",
           b"transfer-encoding : chunked", b"transfer-encoding\t: chunked", b" transfer-encoding: chunked",
           b"transfer-encoding: chunked\x0b", b"transfer-encoding:\x0bchunked", b"transfer-encoding:\x0cchunked",
           b"transfer-encoding: \"chunked\"", b"transfer-encoding: chunked, identity",
           b"transfer-encoding: identity, chunked", b"transfer-encoding: gzip, chunked",
           b"transfer-encoding: chunked, chunked", b"transfer-encoding: chunked;q=1",
           b"transfer-encoding: identity", b"transfer-encoding:", b"transfer-encoding: ,chunked",
           b"transfer-encoding: identity\r\ntransfer-encoding: chunked",
           b"transfer-encoding: chunked\r\ntransfer-encoding: identity",
           b"transfer-encoding:\r\n chunked", b"transfer-encoding: chunked\r\n x", b"x: y\rtransfer-encoding: chunked",
           b"x: y\ntransfer-encoding: chunked", b"transfer_encoding: chunked", b"transfer-encodin\x00g: chunked",
           b"transfer-encoding: chun\x00ked", b"transfer-encoding: chunked\x00", b"transfer\xadencoding: chunked",
           b"\x00transfer-encoding: chunked", b"transfer-encoding: \xa0chunked", b"transfer-encoding\xa0: chunked",
           b"content-encoding: chunked\r\ntransfer-encoding: chunked"]
LENGTHS = [b"+%d", b"-%d", b"%d,%d", b"%d, %d", b"%d %d", b"0x%x", b"%de0", b"%d.0", b"%d;", b"\x0b%d", b"%d\x0b",
           b"%d\x00", b"\"%d\"", b"", b"18446744073709551616%d", b"9223372036854775808", b"\xef\xbc\x91"]
CHUNKS = {"an extension": b"%x;a=b\r\n", "an empty extension": b"%x;\r\n", "an extension with LF": b"%x;a\nb\r\n",
          "an extension with CR": b"%x;a\rb\r\n", "a space behind": b"%x \r\n", "a space before": b" %x\r\n",
          "0x": b"0x%x\r\n", "a plus": b"+%x\r\n", "a minus": b"-%x\r\n", "an underscore": b"%x_0\r\n",
          "bare LF": b"%x\n", "bare CR": b"%x\r", "LF CR": b"%x\n\r", "CR CR LF": b"%x\r\r\n",
          "64 bits in excess": b"1000000000000000%x\r\n", "32 bits in excess": b"100000000%x\r\n", "none": b"\r\n",
          "a NUL": b"%x\x00\r\n", "a tab": b"%x\t\r\n", "sixteen zeros": b"0000000000000000%x\r\n"}
TRAILERS = [b"content-length: 5", b"transfer-encoding: chunked", b"host: other", b"x: y", b" x", b"x: y\nz: w"]
LINES = {"a bare LF at the end of a line": b"x: y\nz: w\r\n", "a bare CR in a value": b"x: y\rz\r\n",
         "CR CR LF": b"x: y\r\r\n", "a folded line": b"x: y\r\n z\r\n", "a fold by tab": b"x: y\r\n\tz\r\n",
         "a NUL in a value": b"x: y\x00z\r\n", "a NUL in a name": b"x\x00: y\r\n", "a space before the colon":
         b"x : y\r\n", "no colon": b"xy\r\n", "no name": b": y\r\n", "a control byte": b"x: \x01y\r\n",
         "DEL": b"x: \x7f\r\n", "two hosts": b"host: other\r\n", "two equal hosts": b"host: localhost\r\n",
         "upgrade to h2c": b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n",
         "upgrade to websocket": b"connection: upgrade\r\nupgrade: websocket\r\n", "an unknown expectation":
         b"expect: 200-ok\r\n", "two expectations": b"expect: 100-continue\r\nexpect: 100-continue\r\n"}


def refused():
    """name -> bytes of Words: none of them may reach the origin, each ends the connection."""
    out = {}
    for i, line in enumerate(CODINGS):
        out[f"CL.TE {i} {line!r}"] = lambda w, line=line: w.cl_te(line)
        out[f"TE.CL {i} {line!r}"] = lambda w, line=line: w.te_cl(line)
    for line in LENGTHS:
        out[f"length {line!r}"] = lambda w, line=line: w.length(
            b"content-length: " + (line.replace(b"%d", b"%d" % len(w.B)).replace(b"%x", b"%x" % len(w.B))))
    for name, line in CHUNKS.items():
        out[f"chunk size: {name}"] = lambda w, line=line: w.chunked(
            line.replace(b"%x", b"%x" % len(w.B)) + w.B + CRLF + b"0\r\n\r\n")
    for line in TRAILERS:
        out[f"trailer {line!r}"] = lambda w, line=line: w.chunked(w.chunks(last=b"0\r\n" + line + CRLF * 2))
    for name, line in LINES.items():
        out[name] = lambda w, line=line: w.own(line) + w.T
    out.update({
        "two lengths, the first right": lambda w: w.length(b"content-length: %d\r\ncontent-length: 0" % len(w.B)),
        "two lengths, the last right": lambda w: w.length(b"content-length: 0\r\ncontent-length: %d" % len(w.B)),
        "two equal lengths": lambda w: w.length(b"content-length: %d\r\ncontent-length: %d" % ((len(w.B),) * 2)),
        "a length in disguise": lambda w: w.length(b"content_length: 0\r\ncontent-length: %d" % len(w.B)),
        "a chunk longer than it says": lambda w: w.chunked(b"%x\r\n" % (len(w.B) - 3) + w.B + b"\r\n0\r\n\r\n"),
        "a chunk without its end": lambda w: w.chunked(b"%x\r\n" % len(w.B) + w.B + b"0\r\n\r\n"),
        "a chunk ended by LF": lambda w: w.chunked(b"%x\r\n" % len(w.B) + w.B + b"\n0\r\n\r\n"),
        "a last chunk ended by LF": lambda w: w.chunked(w.chunks(last=b"0\n\n")),
        "chunks on HTTP/1.0": lambda w: w.head(version=b"HTTP/1.0") + b"connection: keep-alive\r\n"
                              b"transfer-encoding: chunked\r\n\r\n" + w.chunks() + w.T,
        "bare line feeds": lambda w: w.own().replace(CRLF, b"\n") + w.T,
        "an absolute target that is not the host": lambda w: w.own().replace(
            w.path, b"http://other.example" + w.path, 1) + w.T,
        "a version of the future": lambda w: w.own().replace(b"HTTP/1.1", b"HTTP/1.2", 1) + w.T,
        "HTTP/0.9": lambda w: b"GET " + w.path + CRLF + w.T,
        "the preface of HTTP/2": lambda w: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + w.T,
        "no host": lambda w: w.own().replace(b"host: localhost\r\n", b"", 1) + w.T,
        "a host with a path": lambda w: w.own().replace(b"host: localhost", b"host: localhost/x", 1) + w.T,
        "a tab in the request line": lambda w: w.own().replace(b"POST ", b"POST\t", 1) + w.T,
        "two spaces in the request line": lambda w: w.own().replace(b"POST ", b"POST  ", 1) + w.T,
        "a folded request line": lambda w: w.own().replace(b"HTTP/1.1", b"HTTP/1.1\r\n x", 1) + w.T,
        "CONNECT": lambda w: b"CONNECT localhost:443 HTTP/1.1\r\nhost: localhost:443\r\n\r\n" + w.T,
        "a body nobody reads: no such path": lambda w: w.own().replace(w.path, b"/nowhere", 1)[:-len(w.B)] +
                                             w.T[:len(w.B)] + w.T,
        "a body nobody reads: no JSON": lambda w: w.H.replace(b"/json", b"/x-form") +
                                        b"content-length: %d\r\n\r\n" % len(w.T) + w.T,
        "a body nobody reads: too large": lambda w: w.H + b"content-length: 99999999\r\n\r\n" + w.T,
    })
    return out


def lawful():
    """name -> (bytes of Words, marks that are to arrive): refusing all is no way out."""
    def many(w):
        return b"".join(w.lawful(f"{w.mark}{i}", b"") for i in range(19)) + w.lawful(f"{w.mark}19")

    close = b"connection: close\r\n"
    return {
        "one": (lambda w: w.own(close), lambda w: [w.mark]),
        "a length with leading zeros": (lambda w: w.own(close).replace(b"length: ", b"length: 000"),
                                        lambda w: [w.mark]),
        "chunks, then a length": (lambda w: w.chunked(w.chunks()), lambda w: [w.mark, w.hidden]),
        "chunks in capital digits": (lambda w: w.chunked(w.chunks().replace(b"%x\r\n" % len(w.B),
                                                         b"00%X\r\n" % len(w.B), 1)), lambda w: [w.mark, w.hidden]),
        "one waits for 100": (lambda w: w.own(close + b"expect: 100-continue\r\n"), lambda w: [w.mark]),
        "names in any case": (lambda w: w.own(close).replace(b"content-length", b"cONTENT-lENGTH"),
                              lambda w: [w.mark]),
        "a request inside of a text": (
            lambda w: w.lawful(f"{w.mark} " + w.T.decode()), lambda w: [f"{w.mark} " + w.T.decode()]),
        "twenty behind each other": (many, lambda w: [f"{w.mark}{i}" for i in range(20)]),
        "a lawful one, then a hostile one": (lambda w: w.own() + w.cl_te(CODINGS[0]), lambda w: [w.mark]),
        "a length of nothing, then another": (
            lambda w: w.H + b"content-length: 0\r\n\r\n" + w.T, lambda w: [w.hidden]),
    }


# --- how it is judged ---

def answers_of(raw):
    """The answers, interim ones left out."""
    out = []
    while raw.startswith(b"HTTP/1."):
        h = parse(raw)
        if 100 <= h.status < 200:
            raw = raw.partition(b"\r\n\r\n")[2]
            continue
        out.append(h)
        raw = h.rest
    return out


def marks_of(raw):
    """What the answers that came from a model say."""
    good_ones = [h for h in answers_of(raw) if h.status == 200 and b"choices" in h.body]
    return [json.loads(h.body)["choices"][0]["message"]["content"] for h in good_ones]


def probe(chains, chain, name, build, wanted=None):
    """Sends one, and says what is wrong with what came of it."""
    origin, w = chains.origins[chain], Words(chains, chain)
    before = len(origin.marks)
    try:
        got = chains.send(chain, build(w))
    except TimeoutError:
        return [f"{chain}, {name}: nobody ended the connection"]
    seen, told = origin.marks[before:], marks_of(got)
    wrong = []
    if seen != told:
        wrong.append(f"the origin saw {seen}, the caller was told {told}: {got[:200]!r}")
    if wanted is None and chain != "front" and seen:     # nginx may have mended it: then T is a lawful next one
        wrong.append(f"{seen} were forwarded: {got[:300]!r}")
    if wanted is not None and seen != wanted(w) and (chain != "front" or seen):
        wrong.append(f"{wanted(w)} should arrive, {seen} did: {got[:200]!r}")
    if not answers_of(got) and chain != "front":
        wrong.append(f"no answer at all: {got[:100]!r}")
    wrong += origin.faults
    origin.faults.clear()
    return [f"{chain}, {name}: {text}" for text in wrong + next_caller(chains, chain)]


def next_caller(chains, chain):
    """Somebody else, over the connection that the pool has."""
    w = Words(chains, chain)
    told = marks_of(chains.send(chain, w.own(b"connection: close\r\n")))
    return [] if told == [w.mark] else [f"the next caller ({w.mark}) was told {told}"]


def first(wrong):
    """Some of what is wrong is enough: each connection that nobody ends takes its patience."""
    return list(itertools.islice(wrong, 4))


def way(name):
    return pytest.param(name, marks=pytest.mark.skipif(
        name != "raw" and not NGINX, reason="nginx is not installed"))


every_way = pytest.mark.parametrize("chain", [way(name) for name in CHAINS])


@every_way
def test_nothing_hidden_becomes_a_request(chains, chain):
    wrong = first(text for name, build in refused().items() for text in probe(chains, chain, name, build))
    assert not wrong, "\n".join(wrong)


@every_way
def test_lawful_requests_are_answered_in_turn(chains, chain):
    wrong = first(text for name, (build, wanted) in lawful().items()
                  for text in probe(chains, chain, name, build, wanted))
    assert not wrong, "\n".join(wrong)


# --- answers that hide another ---

def hostile_answers(mark):
    """name -> (bytes of the origin, does it keep the connection open)."""
    body, poison = said(mark), good(POISON)
    n = len(body)
    chunks = b"%x\r\n" % n + body + CRLF
    whole = answer_head(200, content_length=n) + body
    coded = answer_head(200, transfer_encoding="chunked")
    rows = {
        "another answer behind a length": whole + poison,
        "another answer behind chunks": coded + chunks + b"0\r\n\r\n" + poison,
        "a length that covers less": answer_head(200, content_length=n - 9) + body + poison,
        "a length and chunks": answer_head(200, content_length=n, transfer_encoding="chunked") + chunks +
                               b"0\r\n\r\n" + poison,
        "chunks and a length": answer_head(200, content_length=5, transfer_encoding="chunked") + b"0\r\n\r\n" + poison,
        "two lengths": answer_head(200, content_length=n)[:-2] + b"content-length: 0\r\n\r\n" + body + poison,
        "a list of lengths": answer_head(200, content_length=f"{n}, 0") + body + poison,
        "a length with a sign": answer_head(200, content_length=f"+{n}") + body + poison,
        "a coding that is not chunked": answer_head(200, transfer_encoding="gzip, chunked") + chunks + b"0\r\n\r\n" +
                                        poison,
        "chunked twice": answer_head(200, transfer_encoding="chunked, chunked") + chunks + b"0\r\n\r\n" + poison,
        "chunks on HTTP/1.0": coded.replace(b"HTTP/1.1", b"HTTP/1.0") + chunks + b"0\r\n\r\n" + poison,
        "a chunk size in excess": coded + b"1000000000000000%x\r\n" % n + body + b"\r\n0\r\n\r\n" + poison,
        "a chunk extension": coded + b"%x;a=b\r\n" % n + body + b"\r\n0\r\n\r\n" + poison,
        "a chunk size with LF": coded + b"%x\n" % n + body + b"\r\n0\r\n\r\n" + poison,
        "trailers of framing": coded + chunks + b"0\r\ncontent-length: 999\r\n\r\n" + poison,
        "204 with a body": answer_head(204, content_length=n) + body + poison,
        "304 with a body": answer_head(304, content_length=n) + body + poison,
        "205 with chunks": coded.replace(b"200", b"205") + chunks + b"0\r\n\r\n" + poison,
        "an interim answer with a length": b"HTTP/1.1 103 Hints\r\ncontent-length: 5\r\n\r\n" + whole + poison,
        "a thousand interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + whole + poison,
        "101 that nobody asked for": b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n" + poison,
        "a head split by CR": whole.replace(b"content-type", b"x: y\rcontent-type", 1) + poison,
        "a head with NUL": whole.replace(b"content-type", b"x: \x00\r\ncontent-type", 1) + poison,
        "a folded head": whole.replace(b"content-type", b"x: y\r\n z\r\ncontent-type", 1) + poison,
        "a space before the colon": whole.replace(b"content-length:", b"content-length :", 1) + poison,
        "HTTP/0.9": b"<p>" + body + b"\r\n\r\n" + poison,
        "an answer to nobody": whole + b"\r\n" + poison,
        "a refusal, then another answer": answer_head(429, content_length=2) + b"{}" + poison,
    }
    out = {name: (raw, True) for name, raw in rows.items()}
    out["no framing, ended by the connection"] = (answer_head(200, connection="close") + body + poison, False)
    return out


NGINX_WAITS = "a list of lengths", "a length with a sign"   # it takes them for no length: until the end


def probe_answer(chains, chain, name):
    origin, w = chains.origins[chain], Words(chains, chain)
    raw, stays = hostile_answers(w.mark)[name]
    if chain == "back" and name in NGINX_WAITS:
        stays = False
    origin.plays[w.mark] = raw, stays
    tail = Words(chains, chain)                          # a second request of the same caller
    try:
        got = chains.send(chain, w.own() + tail.own(b"connection: close\r\n"))
    except TimeoutError:
        return [f"{chain}, {name}: nobody ended the connection"]
    told = marks_of(got)
    wrong = [f"{mark} came of it" for mark in told if mark not in (w.mark, tail.mark)]
    if told not in ([w.mark, tail.mark], [w.mark], [tail.mark], []):
        wrong.append(f"not in turn: {told}")
    if POISON.encode() in got:
        wrong.append(f"the hidden answer came out: {got[:300]!r}")
    if not answers_of(got):
        wrong.append("no answer at all")
    if chain != "front" and told[-1:] != [tail.mark]:
        wrong.append(f"the caller's next request got {told}: {got[-300:]!r}")
    wrong += origin.faults
    origin.faults.clear()
    return [f"{chain}, {name}: {text}" for text in wrong + next_caller(chains, chain)]


@every_way
def test_no_answer_hides_another(chains, chain):
    wrong = first(text for name in hostile_answers("") for text in probe_answer(chains, chain, name))
    assert not wrong, "\n".join(wrong)


# --- by chance ---

BYTES = [bytes([b]) for b in (*range(0x21), 0x7f, 0xa0, 0xad, 0xff)] + [b"_", b"\r\n", b"\n ", b",", b";", b"\"", b"chunked"]


def mutated(chance, line):
    """The line with one to three bytes put in or taken out, anywhere."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(line))
        line = line[:at] + chance.choice([b"", *BYTES]) + line[at + chance.randint(0, 1):]
    return line


@pytest.mark.skipif(os.environ.get("BULLA_LONG") != "1", reason="only with BULLA_LONG=1")
@every_way
def test_three_thousand_more_by_chance(chains, chain):
    seed = int(os.environ.get("BULLA_SEED", random.SystemRandom().randrange(1 << 32)))
    chance = random.Random(f"{seed} {chain}")
    for i in range(3_000):
        shape = chance.choice([Words.cl_te, Words.te_cl])
        line = mutated(chance, chance.choice(CODINGS))
        wrong = mutant(chains, chain, f"{i} {line!r}", lambda w, s=shape, x=line:
                       s(w, x) + w.lawful(f"{w.mark}end"))   # a line that is neither framing leaves it open
        assert not wrong, f"BULLA_SEED={seed}\n" + "\n".join(wrong)


def mutant(chains, chain, name, build):
    """As probe(): but some of these are lawful, so that only agreement is asked for."""
    return [text for text in probe(chains, chain, name, build) if "forwarded" not in text]
