"""One broker of Kafka that asks for a password, for stories: as much of the protocol as an idempotent producer
speaks, read by hand (kafka.apache.org/protocol; RFC 4616 for PLAIN, RFC 5802 and 7677 for SCRAM). Who has not
proved to know the password gets no further."""
import base64
import hashlib
import hmac
import os
import socketserver
import struct
import threading

ROUNDS = 4096
API = {0: (3, 3), 1: (4, 4), 3: (0, 1), 17: (0, 1), 18: (0, 3), 22: (0, 0), 36: (0, 0)}
PRODUCE, METADATA, HANDSHAKE, VERSIONS, PRODUCER_ID, AUTHENTICATE = 0, 3, 17, 18, 22, 36


def text(s):
    return struct.pack(">h", len(s)) + s


class Reader:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, n):
        self.at += n
        return self.raw[self.at - n:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))[0]

    def text(self):
        n = self.number("h")
        return self.take(n) if n >= 0 else None

    def varint(self):
        n = shift = 0
        while True:
            byte = self.take(1)[0]
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return (n >> 1) ^ -(n & 1)


class Scram:
    """The server's side, with the proof looked at and one given."""

    def __init__(self, broker, name):
        self.broker, self.hash, self.first = broker, name.replace("-", "")[5:].lower(), None

    def says(self, said):
        b = self.broker
        if self.first is None:
            head, bare = said[:3], said[3:]
            user, nonce = (x[2:] for x in bare.split(b","))
            if head != b"n,," or user != b.user.encode():
                return None
            self.nonce, self.salt = nonce + base64.b64encode(os.urandom(12)), os.urandom(16)
            self.first = bare + b",r=" + self.nonce + b",s=" + base64.b64encode(self.salt) + b",i=%d" % ROUNDS
            return self.first[len(bare) + 1:], False
        without, proof = said.rsplit(b",p=", 1)
        salted = hashlib.pbkdf2_hmac(self.hash, b.password.encode(), self.salt, ROUNDS)
        mac = lambda key, what: hmac.new(key, what, self.hash).digest()                   # noqa: E731
        client, whole = mac(salted, b"Client Key"), self.first + b"," + without
        signed = mac(hashlib.new(self.hash, client).digest(), whole)
        right = bytes(x ^ y for x, y in zip(client, signed))
        # librdkafka below 2.6.1 puts its own nonce in front of the one that has it already; Kafka's brokers take that too
        nonce = without.startswith(b"c=biws,r=") and without.endswith(self.nonce)
        if not nonce or not hmac.compare_digest(base64.b64decode(proof), right):
            return None
        return b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), whole)), True


class Plain:
    def __init__(self, broker, name):
        self.wanted = b"\0%s\0%s" % (broker.user.encode(), broker.password.encode())

    def says(self, said):
        return (b"", True) if said == self.wanted else None


class Talk(socketserver.BaseRequestHandler):
    def whole(self, n):
        raw = b""
        while len(raw) < n:
            more = self.request.recv(n - len(raw))
            if not more:
                raise EOFError
            raw += more
        return raw

    def handle(self):
        self.known, self.sasl = False, None
        try:
            while True:
                r = Reader(self.whole(struct.unpack(">i", self.whole(4))[0]))
                api, version, number = r.number("h"), r.number("h"), r.number("i")
                r.text()
                assert self.known or api in (HANDSHAKE, VERSIONS, AUTHENTICATE), api
                said = struct.pack(">i", number) + self.answers[api](self, r, version)
                self.request.sendall(struct.pack(">i", len(said)) + said)
        except (EOFError, OSError):
            pass

    def versions(self, r, version):
        rows = [struct.pack(">hhh", key, *span) for key, span in API.items()]
        if version < 3:
            return struct.pack(">hi", 0, len(rows)) + b"".join(rows) + (struct.pack(">i", 0) if version else b"")
        return struct.pack(">hB", 0, len(rows) + 1) + b"".join(x + b"\0" for x in rows) + struct.pack(">iB", 0, 0)

    def handshake(self, r, version):
        name = r.text().decode()
        self.server.asked.append(name)
        self.sasl = {"PLAIN": Plain}.get(name, Scram)(self.server, name) if name == self.server.mechanism else None
        return struct.pack(">hi", 0 if self.sasl else 33, 1) + text(self.server.mechanism.encode())

    def authenticate(self, r, version):
        answer = self.sasl.says(r.take(r.number("i")))
        if answer is None:
            return struct.pack(">h", 58) + text(b"no") + struct.pack(">i", 0)
        said, self.known = answer
        return struct.pack(">hhi", 0, -1, len(said)) + said

    def metadata(self, r, version):
        host, port = self.server.server_address
        brokers = struct.pack(">ii", 1, 1) + text(host.encode()) + struct.pack(">i", port)
        parts = struct.pack(">ihii", 1, 0, 0, 1) + struct.pack(">iiii", 1, 1, 1, 1)
        topics = struct.pack(">ih", 1, 0) + text(b"security") + (b"\0" if version else b"") + parts
        return brokers + (struct.pack(">hi", -1, 1) if version else b"") + topics

    def producer_id(self, r, version):
        return struct.pack(">ihqh", 0, 0, 7, 0)

    def produce(self, r, version):
        r.text(), r.number("h"), r.number("i")
        assert r.number("i") == 1
        topic = r.text()
        assert (topic, r.number("i"), r.number("i")) == (b"security", 1, 0)
        batch = Reader(r.take(r.number("i")))
        batch.take(57)
        for _ in range(batch.number("i")):
            one = Reader(batch.take(batch.varint()))
            one.take(1), one.varint(), one.varint()
            self.server.got.append(tuple(one.take(one.varint()).decode() for _ in range(2)))
        return struct.pack(">i", 1) + text(topic) + struct.pack(">iihqqi", 1, 0, 0, len(self.server.got), -1, 0)

    answers = {PRODUCE: produce, METADATA: metadata, HANDSHAKE: handshake, VERSIONS: versions,
               PRODUCER_ID: producer_id, AUTHENTICATE: authenticate}


class Broker(socketserver.ThreadingTCPServer):
    """`got` fills with (key, text); `asked` with the mechanisms that clients wanted."""
    daemon_threads = allow_reuse_address = True

    def __init__(self, mechanism, user, password):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mechanism, self.user, self.password, self.got, self.asked = mechanism, user, password, [], []
        self.where = "127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
