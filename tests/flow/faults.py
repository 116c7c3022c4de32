"""An origin that misbehaves on purpose, and a caller that notices how an answer ended.

A behaviour is asked for by the request's model name, or by the first element of its path. Each has a
twin per API (chat completions, messages) and per shape (streamed, whole): the same fault in the bytes
that this API would send. What is not known by name is answered as an honest server would.
"""
import contextlib
import gzip
import itertools
import json
import os
import pathlib
import random
import re
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field

from bulla import SLOW, Audit, Client, Gateway, Policy
from origin import Origin, chat_events, chunk, event_text, head, message_events, said

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
DIALECTS = {"chat": CHAT, "messages": MESSAGES}
WORDS = ["The first words ", "come before the fault, ", "the last ones would ", "come after it."]
CARD = "4111 1111 1111 1111"
EXTRA = b"GET /extra-bytes HTTP/1.1\r\n\r\n"
SSE_EVENT_MAX = 1 << 20


# --- the origin ---

def events_of(path, words):
    """The events of a streamed answer, its terminator last."""
    if path.endswith("/messages"):
        return [event_text(e).encode() for e in message_events(words)]
    return [*(event_text(("", e)).encode() for e in chat_events(words)), b"data: [DONE]\n\n"]


class Line:
    """One request at the origin and the socket it came in on."""

    def __init__(self, origin, s, request):
        self.origin, self.socket, self.request = origin, s, request
        self.path = request.path.split("?")[0]
        self.is_stream = bool(request.body) and request.json.get("stream") is True

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def rst(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def parts(self, words=WORDS):
        """A head that says chunked, and the pieces of a whole answer in chunks."""
        if self.is_stream:
            pieces = [chunk(e) for e in events_of(self.path, words)]
            return head(200, "text/event-stream", transfer_encoding="chunked"), pieces
        text = json.dumps(said(self.path, "".join(words))).encode()
        cut = len(text) // 3
        pieces = [chunk(text[:cut]), chunk(text[cut:2 * cut]), chunk(text[2 * cut:])]
        return head(200, transfer_encoding="chunked"), pieces

    def whole(self, words=WORDS):
        """The body in one piece, and its media type."""
        if self.is_stream:
            return b"".join(events_of(self.path, words)), "text/event-stream"
        return json.dumps(said(self.path, "".join(words))).encode(), "application/json"

    def drain(self):
        self.socket.settimeout(30 * SLOW)
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass

    def linger(self, seconds=0.0):
        """Waits for the gateway to hang up; True when it did."""
        self.socket.settimeout(seconds or 30 * SLOW)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        self.note()
        return True

    def note(self):
        self.origin.hung_up.append((time.monotonic(), self.request.json.get("model")))


BEHAVIOURS = {}


def behaviour(name):
    def known(play):
        BEHAVIOURS[name] = play
        return play
    return known


@behaviour("ok")
def play_ok(line):
    first, pieces = line.parts()
    line.send(first, *pieces, b"0\r\n\r\n")
    return True


@behaviour("reset-before")
def play_reset_before(line):
    line.rst()


@behaviour("close-before-two")
@behaviour("close-before")
def play_close_before(line):
    del line


@behaviour("half-status")
def play_half_status(line):
    line.send(b"HTTP/1.1 20")


@behaviour("headers-then-rst")
def play_headers_then_rst(line):
    line.send(line.parts()[0])
    time.sleep(0.05)                                     # a reset overtakes what was not read yet
    line.rst()


@behaviour("headers-then-fin")
def play_headers_then_fin(line):
    line.send(line.parts()[0])


@behaviour("mid-stream-fin")
def play_mid_stream_fin(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2])


@behaviour("mid-stream-fin-unframed")
def play_mid_stream_fin_unframed(line):
    body, kind = line.whole()
    line.send(head(200, kind) + body[:len(body) // 2])


@behaviour("mid-stream-rst")
def play_mid_stream_rst(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2])
    time.sleep(0.05)
    line.rst()


@behaviour("mid-chunk-fin")
def play_mid_chunk_fin(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:1], pieces[1][:-20])


@behaviour("cl-long")
def play_cl_long(line):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body)) + body[:-30])


@behaviour("cl-short")
def play_cl_short(line):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body)) + body + EXTRA)
    line.linger()


@behaviour("dup-cl")
def play_dup_cl(line):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body))[:-2] + b"content-length: 5\r\n\r\n" + body)


@behaviour("cl-and-te")
def play_cl_and_te(line):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body), transfer_encoding="chunked"),
              chunk(body), b"0\r\n\r\n")


@behaviour("bad-chunk")
def play_bad_chunk(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2], b"zz\r\nhello\r\n0\r\n\r\n")


@behaviour("huge-chunk-size")
def play_huge_chunk_size(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2], b"fffffffffffffffff\r\nhello")


@behaviour("garbage")
def play_garbage(line):
    line.send(b"\x16\x03\x01garbage\x00\xff\n\n" * 20)


@behaviour("http09")
def play_http09(line):
    line.send(b"<html>an answer without a head</html>\r\n\r\n")


@behaviour("bad-status")
def play_bad_status(line):
    body, kind = line.whole()
    line.send(head(999999, kind, content_length=len(body)) + body)


def with_header(line, bad):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body))[:-2] + bad + b"\r\n" + body)


@behaviour("nul-header")
def play_nul_header(line):
    with_header(line, b"x-a: b\x00c\r\n")


@behaviour("bare-lf")
def play_bare_lf(line):
    body, kind = line.whole()
    line.send(head(200, kind, content_length=len(body)).replace(b"\r\n", b"\n") + body)


@behaviour("header-injection")
def play_header_injection(line):
    with_header(line, b"x-a: b\rset-cookie: injected=1\r\n")


@behaviour("huge-header")
def play_huge_header(line):
    with_header(line, b"x-a: " + b"a" * (1 << 20) + b"\r\n")


@behaviour("many-headers")
def play_many_headers(line):
    with_header(line, b"".join(b"x-%d: a\r\n" % i for i in range(20_000)))


@behaviour("1xx-flood")
def play_1xx_flood(line):
    body, kind = line.whole()
    line.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000, head(200, kind, content_length=len(body)) + body)


@behaviour("1xx-eight")
def play_1xx_eight(line):
    body, kind = line.whole()
    line.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 8, head(200, kind, content_length=len(body)) + body)
    return True


@behaviour("early-response")
def play_early_response(line):
    """Asked for by its path: answers when it has the head, and takes the body only then."""
    text = json.dumps(said(line.path, "early")).encode()
    line.send(head(200, content_length=len(text), connection="close") + text)
    line.drain()


@behaviour("never")
def play_never(line):
    line.linger()


@behaviour("stall-mid")
def play_stall_mid(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2])
    line.linger()


def drip(line, bytes_):
    with contextlib.suppress(OSError):
        for at in range(len(bytes_)):
            line.send(bytes_[at:at + 1])
            if line.linger(0.1):
                return


@behaviour("drip-header")
def play_drip_header(line):
    drip(line, head(200, "text/event-stream", x_slow="a" * 2000, transfer_encoding="chunked"))


@behaviour("drip-body")
def play_drip_body(line):
    first, pieces = line.parts([WORDS[0], "word " * 800])
    at = pieces.index(max(pieces, key=len))
    line.send(first, *pieces[:at])
    drip(line, pieces[at])


@behaviour("unsolicited-gzip")
def play_unsolicited_gzip(line):
    body, kind = line.whole([f"the card is {CARD} there"])
    packed = gzip.compress(body)
    line.send(head(200, kind, content_length=len(packed), content_encoding="gzip") + packed)
    return True


@behaviour("sse-endless-line")
def play_sse_endless_line(line):
    first, pieces = line.parts()
    line.send(first, *pieces[:2])
    piece = chunk(b"data: " + b"a" * 65530)
    with contextlib.suppress(OSError):
        for _ in range(512):
            line.send(piece)
            piece = chunk(b"a" * 65536)


@behaviour("no-done")
def play_no_done(line):
    first, pieces = line.parts()
    line.send(first, *(pieces[:-1] if line.is_stream else pieces), b"0\r\n\r\n")
    return True


@behaviour("upgrade")
def play_upgrade(line):
    line.send(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
              b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


@behaviour("bad-utf8")
def play_bad_utf8(line):
    first, pieces = line.parts()
    bad = chunk(line.whole()[0].replace(b"first", b"fir\xff\xfe"))
    line.send(first, *(pieces[:2] if line.is_stream else []), bad, b"0\r\n\r\n")


@behaviour("broken-json")
def play_broken_json(line):
    first, pieces = line.parts()
    if line.is_stream:
        line.send(first, *pieces[:2], chunk(b'data: {"choices":[{"index":0,\n\n'), *pieces[2:])
    else:
        line.send(first, *pieces[:2])
    line.send(b"0\r\n\r\n")


@behaviour("own-error")
def play_own_error(line):
    first, pieces = line.parts()
    text = b'data: {"type":"error","error":{"type":"overloaded_error","message":"tenant 7 of many"}}\n\n'
    line.send(first, *(pieces[:2] if line.is_stream else pieces), *([chunk(text)] * line.is_stream),
              b"0\r\n\r\n")


@behaviour("endless")
def play_endless(line):
    """An event every 20 ms until the gateway hangs up."""
    first, pieces = line.parts(["word "] * 5)
    with contextlib.suppress(OSError):
        line.send(first, *pieces[:2])
        while not line.linger(0.02):
            line.send(pieces[3])


@behaviour("big")
def play_big(line):
    """Eight MiB, as a stream or whole: more than all buffers on the way hold."""
    first, pieces = line.parts(["word " * 4000] * 400)
    line.send(first, *pieces, b"0\r\n\r\n")
    return True


def busy(line, status, retry_after, kind="application/json"):
    body = json.dumps({"error": {"message": "slow down", "type": "rate_limit", "code": None}}).encode()
    if kind != "application/json":
        body = b"<h1>busy</h1>"
    line.send(head(status, kind, content_length=len(body), retry_after=retry_after) + body)
    return True


BEHAVIOURS.update({
    "busy-429": lambda line: busy(line, 429, "17"),
    "busy-503": lambda line: busy(line, 503, "19"),
    "busy-date": lambda line: busy(line, 503, "Wed, 21 Oct 2026 07:28:00 GMT"),
    "busy-words": lambda line: busy(line, 503, "soon; x=\"1\""),
    "busy-html": lambda line: busy(line, 503, "23", "text/html"),
})
NAMED = set("""ok reset-before close-before half-status headers-then-rst mid-stream-fin mid-stream-rst
mid-chunk-fin cl-short cl-long dup-cl cl-and-te bad-chunk huge-chunk-size garbage http09 bad-status nul-header
bare-lf header-injection huge-header many-headers 1xx-flood early-response never stall-mid drip-header
unsolicited-gzip sse-endless-line no-done upgrade""".split())


class Faults(Origin):
    """Plays the behaviour that is asked for. .open_lines: connections that are open now; .hung_up: when
    the gateway closed one on a behaviour that waited for it."""

    def __init__(self, tls=None, listens=None):
        super().__init__()
        if listens is not None:
            self.socket.close()
            self.socket, self.port = listens, listens.getsockname()[1]
            listens.listen(64)
        self.tls, self.open_lines, self.hung_up = tls, 0, []

    def asked(self, model):
        """The requests for a behaviour, as they came."""
        return [r for r in self.requests if r.body and r.json.get("model") == model]

    def _serve(self, s):
        with self.lock:
            self.open_lines += 1
        try:
            with s:
                if self.tls is not None:
                    s = self.tls.wrap_socket(s, server_side=True)
                with s, s.makefile("rb") as lines:
                    while self._one(s, lines):
                        pass
        except (OSError, ValueError):
            pass                                         # the gateway hung up: the story knows
        finally:
            with self.lock:
                self.open_lines -= 1

    def _one(self, s, lines):
        request = self._read_head(lines)
        if request is None:
            return False
        name = request.path.strip("/").split("/")[0]
        if name not in BEHAVIOURS:
            self._read_body(request, lines)
            name = request.json.get("model") if request.body else "ok"
        with self.lock:
            self.requests.append(request)
        line = Line(self, s, request)
        try:
            return BEHAVIOURS.get(name, play_ok)(line) is True
        except OSError:
            line.note()
            raise

    def _read_head(self, lines):
        raw = b""
        while not raw.endswith(b"\r\n\r\n"):
            piece = lines.readline(65536)
            if not piece:
                return None
            raw += piece
        class Only:                                      # the parser of an honest origin, without body
            def __init__(self):
                self.rest = raw.splitlines(keepends=True)
            def readline(self, *_):
                return self.rest.pop(0)
            def read(self, _):
                return b""
        request = self._read(Only())
        request.raw = raw
        return request

    @staticmethod
    def _read_body(request, lines):
        request.body = lines.read(int(request.header("content-length") or 0))
        request.raw += request.body


# --- the caller ---

@dataclass
class Heard:
    """What came back, and how it ended: `complete` when its own framing says so, else `cut`."""
    raw: bytes = b""
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False
    rest: bytes = b""                                    # behind the end of the answer
    goodbye: bool = False                                # TLS ended with close_notify
    seconds: float = 0.0

    @property
    def exchange(self):
        return self.headers.get("x-bulla-exchange")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def is_stream(self):
        return "event-stream" in self.headers.get("content-type", "")


def parse_chunks(raw):
    """(body, is it complete, what is left)."""
    body = b""
    while True:
        size, found, raw = raw.partition(b"\r\n")
        if not found or not re.fullmatch(rb"[0-9a-f]+", size):
            return body, False, raw
        n = int(size, 16)
        if n == 0:
            return body, raw[:2] == b"\r\n", raw[2:]
        body += raw[:n]
        if raw[n:n + 2] != b"\r\n":
            return body, False, b""
        raw = raw[n + 2:]


def parse(raw):
    h = Heard(raw)
    first, found, rest = raw.partition(b"\r\n\r\n")
    if not found:
        return h
    start, *lines = first.decode("latin-1").split("\r\n")
    h.status = int(start.split(" ")[1])
    h.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
    if "content-length" in h.headers:
        n = int(h.headers["content-length"])
        h.body, h.complete, h.rest = rest[:n], len(rest) >= n, rest[n:]
    elif h.headers.get("transfer-encoding") == "chunked":
        h.body, h.complete, h.rest = parse_chunks(rest)
    else:
        h.body = rest
    return h


def connect_plain(gateway):
    return socket.create_connection(("127.0.0.1", gateway.port), 30 * SLOW)


def connect(gateway):
    plain = connect_plain(gateway)
    if "tls" not in gateway.config["listen"][0]:
        return plain
    return gateway.tls().wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)


def request_bytes(path, model, stream=False, text="hello", more=b""):
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    if path == MESSAGES:
        body["max_tokens"] = 64
    if stream:
        body["stream"] = True
    payload = json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(payload)}\r\n").encode() + more + b"\r\n" + payload


def read_all(s, raw=b"", patience=30):
    """Reads on, to the end of the answer or of the connection; (bytes, said goodbye)."""
    end = time.monotonic() + patience * SLOW
    try:
        while time.monotonic() < end:
            piece = s.recv(65536)
            raw += piece
            if not piece:
                return raw, True
            if parse(raw).complete:
                return raw, False
    except ssl.SSLEOFError:
        return raw, False
    except (OSError, ssl.SSLError):
        return raw, False
    raise AssertionError(f"neither an end nor a cut after {patience} s: {raw[-300:]!r}")


def ask(gateway, dialect, model, stream=False, text="hello"):
    """One request on a connection of its own."""
    began = time.monotonic()
    with connect(gateway) as s:
        s.sendall(request_bytes(DIALECTS[dialect], model, stream, text))
        raw, goodbye = read_all(s)
    h = parse(raw)
    h.goodbye, h.seconds = goodbye, time.monotonic() - began
    return h


def together(calls):
    """Runs the calls at once; their results in order."""
    out = [None] * len(calls)

    def run(i):
        try:
            out[i] = calls[i]()
        except BaseException as fault:                   # noqa: B036 - handed to the story
            out[i] = fault
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for one in out:
        if isinstance(one, BaseException):
            raise one
    return out


# --- how an SDK would read it ---

def read_as_sdk(dialect, body):
    """As the SDKs do: ("done" | "error" | "open", the text, the error). `open`: neither terminator nor
    error was seen, so only the connection tells whether the answer is whole."""
    text = ""
    for block in body.decode().split("\n\n"):
        lines = dict(x.split(": ", 1) for x in block.split("\n") if ": " in x and not x.startswith(":"))
        if "data" not in lines:
            continue
        if lines["data"] == "[DONE]":
            return "done", text, None
        event = json.loads(lines["data"])
        if event.get("error") or lines.get("event") == "error":
            return "error", text, event["error"]
        if event.get("type") == "message_stop":
            return "done", text, None
        if dialect == "chat":
            text += (event["choices"][0]["delta"].get("content") or "") if event["choices"] else ""
        else:
            text += event.get("delta", {}).get("text", "")
    return "open", text, None


def assert_error_shape(dialect, body, exchange, code):
    error = body["error"]
    assert error["code"] == code and error["message"] and exchange in json.dumps(body)
    if dialect == "messages":
        assert body["type"] == "error" and body["request_id"] == exchange
        assert error["type"].endswith("_error") or error["type"] == code == "request_too_large"
    else:
        assert set(error) >= {"message", "type", "param", "code"}


# --- the house ---

class House:
    """A gateway before a Faults origin under several upstream names; kept for many faults."""

    def __init__(self, gateway, origin):
        self.gateway, self.origin = gateway, origin
        self.client, self.audit = Client(gateway), Audit(gateway)

    def ask(self, dialect, model, stream=False, text="hello"):
        return ask(self.gateway, dialect, model, stream, text)

    def end_of(self, heard):
        """(the record that closed the exchange, its `why`, its `use`)."""
        found = [r for r in self.audit.records("exchange") if r.xid == heard.exchange]
        assert [r.type for r in found] in (["exchange.begin", "exchange.end"], ["exchange.block"]), found
        return found[-1], group_of(found[-1], "err")["why"], group_of(found[-1], "use")

    def works(self, *only):
        """The next request works: that one, or all of both APIs, streamed and whole."""
        for dialect, stream in [only] if only else itertools.product(DIALECTS, (False, True)):
            h = self.ask(dialect, "ok", stream)
            assert h.status == 200 and h.complete, h
        return True

    def worker(self):
        for text in reversed(self.gateway.said().splitlines()):
            if "worker.ready" in text and text.startswith("{"):
                return json.loads(text)["pid"]
        raise AssertionError(self.gateway.said())

    def said(self, words):
        """The lines of the program's log with these words."""
        return [line for line in self.gateway.said().splitlines() if words in line]

    def admin(self, path):
        with socket.create_connection(("127.0.0.1", self.gateway.admin_port), 10 * SLOW) as s:
            s.sendall(b"GET %s HTTP/1.1\r\nhost: a\r\n\r\n" % path.encode())
            text = b""
            while piece := s.recv(65536):
                text += piece
        return text.decode()

    def is_healthy(self):
        return self.admin("/healthz").startswith("HTTP/1.1 200 ")

    def metric(self, name):
        return self.gateway.metrics().get(name)


def group_of(record, name):
    """A group's disclosure out of a record's group bytes: name, salt, length, JSON."""
    raw, at = record.groups, 0
    while at < len(raw):
        end = at + 1 + raw[at]
        n = int.from_bytes(raw[end + 16:end + 20], "little")
        if raw[at + 1:end].decode() == name:
            return json.loads(raw[end + 20:end + 20 + n])
        at = end + 20 + n
    raise AssertionError(f"no {name} in {record.groups!r}")


@contextlib.contextmanager
def house(binary, certs, folder, limits=None, rules=None, change=None):
    """A running gateway whose upstreams `chat` and `claude` are one Faults origin."""
    folder.mkdir(parents=True, exist_ok=True)
    policy = Policy(folder / "policy.yaml")
    with Faults() as origin:
        gateway = Gateway(binary, certs, folder, policy, {"chat": (origin, "closed")})
        gateway.config["upstreams"]["claude"] = {"dialect": "anthropic", "url": origin.url, "trust": "closed"}
        policy(rules=rules or [], routes=[{"to": ["chat", "claude"]}])
        if limits:
            gateway.config["limits"] = limits
        if change:
            change(gateway, origin, policy)
        gateway.start()
        try:
            yield House(gateway, origin)
        except BaseException:                            # the story failed: what it says counts
            if gateway.process is not None:
                gateway.process.kill()
                gateway.process.wait()
            raise
        gateway.stop()
        gateway.assert_clean()


def seeded(name):
    return random.Random(f"chaos {name}")


def closed_port():
    """A socket whose port refuses: bound, and not listened on as long as nobody says listen()."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    return s


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid):
    """KiB of one process."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))


def callers(port):
    """Connections to the port that are established, as the kernel counts them."""
    want, n = f":{port:04X}", 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        n += local.endswith(want) and state == "01"
    return n
