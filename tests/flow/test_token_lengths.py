"""What somebody on the wire learns of a stream's tokens from the sizes of TLS records: next to nothing.

The meter: an origin sends one token an event, and the next when a tap before the gateway has seen the
records of the last. So the listener knows which records are which token's: no timing makes it easier.
Figure: mutual information of a burst's size and its token's length, in bits a token."""
import collections
import json
import math
import random
import socket
import ssl
import string
import threading
import time

import pytest
from bulla import SLOW
from origin import chunk, event_text, head

LENGTHS = [1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 11]
TOKENS = 300
BLOCK = 256


def tokens():
    pick = random.Random(7)
    return ["".join(pick.choices(string.ascii_lowercase, k=pick.choice(LENGTHS))) for _ in range(TOKENS)]


def entropy(values):
    n = len(values)
    return -sum(c / n * math.log2(c / n) for c in collections.Counter(values).values())


def information(sizes, lengths):
    return entropy(sizes) + entropy(lengths) - entropy(list(zip(sizes, lengths)))


def recovered(sizes, lengths):
    """The share of tokens whose length a listener names who guesses best for each size."""
    by = collections.defaultdict(collections.Counter)
    for size, length in zip(sizes, lengths):
        by[size][length] += 1
    return sum(c.most_common(1)[0][1] for c in by.values()) / len(sizes)


class Tap:
    """A relay that notes the sizes of the application-data records on their way to the caller."""

    def __init__(self, port):
        self.target, self.sizes, self.seen = port, [], threading.Condition()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        near, _ = self.door.accept()
        far = socket.create_connection(("127.0.0.1", self.target))
        for s in (near, far):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._copy, args=(near, far), daemon=True).start()
        self._copy(far, near, self._note)

    @staticmethod
    def _copy(a, b, note=lambda data: None):
        try:
            while data := a.recv(65536):
                b.sendall(data)
                note(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    rest = b""

    def _note(self, data):
        self.rest += data
        with self.seen:
            while len(self.rest) >= 5 and len(self.rest) >= 5 + (size := int.from_bytes(self.rest[3:5], "big")):
                if self.rest[0] == 23:
                    self.sizes.append(size)
                self.rest = self.rest[5 + size:]
            self.seen.notify_all()

    def burst(self, before):
        """The bytes of the records since `before` were seen; a token that sends nothing has none."""
        with self.seen:
            self.seen.wait_for(lambda: len(self.sizes) > before, 2 * SLOW)
        time.sleep(0.001)                                # whatever belongs to it has come
        return sum(self.sizes[before:])


def openai_event(text, fill):
    return {"id": "chatcmpl-" + "x" * fill, "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}


def anthropic_event(text, fill):
    return "content_block_delta", {"type": "content_block_delta", "index": 0, "x": "x" * fill,
                                   "delta": {"type": "text_delta", "text": text}}


BEFORE = {"openai": [], "anthropic": [
    ("message_start", {"type": "message_start", "message": {
        "id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
        "usage": {"input_tokens": 1, "output_tokens": 1}}}),
    ("content_block_start", {"type": "content_block_start", "index": 0,
                             "content_block": {"type": "text", "text": ""}})]}
AFTER = {"openai": ["[DONE]"], "anthropic": [
    ("content_block_stop", {"type": "content_block_stop", "index": 0}),
    ("message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
                       "usage": {"output_tokens": 1}}),
    ("message_stop", {"type": "message_stop"})]}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


def written(event):
    return chunk(event_text(event if isinstance(event, (str, tuple)) else (None, event)))


def filled(dialect, at):
    """An event maker whose record is `at` bytes long with a token of four letters."""
    make = openai_event if dialect == "openai" else anthropic_event
    fill = max(0, at - 1 - len(written(make("abcd", 0))))   # 1: the record's own type
    while len(written(make("abcd", fill))) + 1 > at and fill > 0:
        fill -= 1                                        # a longer size line
    return lambda text: make(text, fill)


class Metered:
    """Plays one stream in step with the tap; `.bursts` has one size a token."""

    def __init__(self, dialect, make, context=None):
        self.dialect, self.make, self.context, self.bursts = dialect, make, context, []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        s, _ = self.door.accept()
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context is not None:
            s = self.context.wrap_socket(s, server_side=True)
        with s:
            got = b""
            while b"\r\n\r\n" not in got:
                got += s.recv(65536)
            self._step(s, head(200, "text/event-stream", transfer_encoding="chunked"))
            for event in BEFORE[self.dialect]:
                self._step(s, written(event))
            for text in tokens():
                self.bursts.append(self._step(s, written(self.make(text))))
            s.sendall(b"".join(written(e) for e in AFTER[self.dialect]) + b"0\r\n\r\n")
            s.recv(1)

    def _step(self, s, data):
        before = len(self.tap.sizes)
        s.sendall(data)
        return self.tap.burst(before)


def listen(metered, port, context):
    """Asks through a tap, reads the answer to its end; the bursts' sizes and the tokens' lengths."""
    metered.tap = tap = Tap(port)
    with socket.create_connection(("127.0.0.1", tap.port)) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as s:
            s.settimeout(60 * SLOW)
            assert s.version() == "TLSv1.3"
            body = json.dumps({"model": "m", "max_tokens": 9, "stream": True,
                               "messages": [{"role": "user", "content": "hello"}]})
            s.sendall(f"POST {PATHS[metered.dialect]} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json"
                      f"\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
            got = b""
            while not got.endswith(b"0\r\n\r\n"):
                got += s.recv(65536) or pytest.fail("the stream was cut")
    assert len(metered.bursts) == TOKENS
    return metered.bursts, [len(t) for t in tokens()]


def show(name, sizes, lengths):
    bits = information(sizes, lengths)
    print(f"{name}: {bits:.3f} of {entropy(lengths):.2f} bits, length recovered "
          f"{100 * recovered(sizes, lengths):.0f} %, by guessing {100 * recovered([0] * TOKENS, lengths):.0f} %")
    return bits


def test_the_meter_sees_a_server_that_does_not_pad(certs):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certs / "server.pem", certs / "server.key")
    origin = Metered("openai", filled("openai", 200), context)
    bare = ssl.create_default_context(cafile=str(certs / "ca.pem"))
    assert show("not padded", *listen(origin, origin.port, bare)) > 2


# 180: all events within a block. Else the median token fills one to its last byte, the worst case.
@pytest.mark.parametrize("at", [180, BLOCK, 3 * BLOCK])
@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_record_sizes_do_not_tell_token_lengths(gateway, policy, dialect, at):
    policy()
    origin = Metered(dialect, filled(dialect, at))
    gateway.config["upstreams"] = {"fake": {"dialect": dialect, "trust": "closed",
                                            "url": f"http://127.0.0.1:{origin.port}"}}
    gateway.start()
    sizes, lengths = listen(origin, gateway.port, gateway.tls())
    assert show(f"{dialect}, {at} bytes", sizes, lengths) <= 0.1
    assert recovered(sizes, lengths) <= recovered([0] * TOKENS, lengths) + 0.02
