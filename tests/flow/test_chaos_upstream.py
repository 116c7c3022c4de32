"""The chaos table, rows 20 to 24: upstreams that cannot be reached, or not be trusted."""

import concurrent.futures
import contextlib
import ctypes
import os
import socket
import ssl
import subprocess
import threading
import time
import warnings

import pytest

import faults
from bulla import certificates, openssl, wait_for
from faults import CHAT, Faults, connect, house, parse, read_all, request_bytes
from origin import chunk, event_text, head

ERROR_SHAPE = faults.assert_error_shape


def one_thread(gateway, *_):
    gateway.config["threads"] = 1                        # each thread has its own breaker


def test_row_24_an_upstream_that_is_down_is_not_asked_again_and_again(bulla, certs, tmp_path):
    """A fast 503 of ours while it is down, 200 when it is back; nobody waits, nobody storms."""
    closed = faults.closed_port()

    def down(gateway, *_):
        one_thread(gateway)
        gateway.config["upstreams"]["chat"]["url"] = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with house(bulla, certs, tmp_path, change=down) as h:
        said = [h.ask("chat", "ok") for _ in range(30)]
        reached = [x for x in said if x.status == 502]
        rested = [x for x in said if x.status == 503]
        assert len(reached) + len(rested) == 30 and len(reached) >= 5 and len(rested) >= 5
        assert len(reached) < 20                         # most of them were not tried at all
        for x in rested:
            ERROR_SHAPE("chat", x.json, x.exchange, "upstream_rests")
            assert int(x.headers["retry-after"]) > 0 and h.end_of(x)[1] == "upstream-rests"
        assert h.ask("messages", "ok").status == 200     # the other upstream is not its fault
        with Faults(listens=closed) as back:
            assert wait_for(lambda: h.ask("chat", "ok").status == 200)
            assert h.works() and back.requests


def test_row_24_all_candidates_down_and_the_route_takes_the_one_that_is_back(bulla, certs, tmp_path):
    first, second = faults.closed_port(), faults.closed_port()

    def down(gateway, origin, policy):
        one_thread(gateway)
        up = gateway.config["upstreams"]
        up["chat"]["url"] = f"http://127.0.0.1:{first.getsockname()[1]}"
        up["spare"] = {**up["chat"], "url": f"http://127.0.0.1:{second.getsockname()[1]}"}
        policy(routes=[{"to": ["chat", "spare", "claude"]}])
    with house(bulla, certs, tmp_path, change=down) as h:
        assert wait_for(lambda: h.ask("chat", "ok").status == 503)
        with Faults(listens=second):
            assert wait_for(lambda: h.ask("chat", "ok").status == 200)
            assert h.ask("chat", "ok").headers["x-bulla-upstream"] == "spare"


def test_row_20_five_times_busy_and_the_upstream_has_its_rest(bulla, certs, tmp_path):
    with house(bulla, certs, tmp_path, change=one_thread) as h:
        for _ in range(5):
            assert h.ask("chat", "busy-503").json["error"]["message"] == "slow down"
        heard = h.ask("chat", "ok")
        if heard.status == 503:                          # its rest may be over on a slow machine
            assert heard.json["error"]["code"] == "upstream_rests"
        assert h.said("upstream.rests")
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)
        for _ in range(7):                               # a quota is no failure: it is the caller's to heed
            assert h.ask("chat", "busy-429").status == 429
        assert h.ask("chat", "ok").status == 200


# --- row 21: TLS; what stands in the way is met before a byte of the request leaves ---

KEY = "sk-chaos-" + "provider-key-that-nobody-sees"


def signed(folder, ca, name, san, days=2):
    """A server's pair of that CA."""
    files = folder / f"{name}.key", folder / f"{name}.csr", folder / f"{name}.pem"
    (folder / f"{name}.cnf").write_text(f"subjectAltName={san}\nbasicConstraints=CA:FALSE\n")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", files[0])
    openssl("req", "-new", "-key", files[0], "-subj", f"/CN={name}", "-out", files[1])
    openssl("x509", "-req", "-in", files[1], "-CA", ca / "ca.pem", "-CAkey", ca / "ca.key",
            "-CAcreateserial", "-days", days, "-extfile", folder / f"{name}.cnf", "-out", files[2])
    return server(files[2], files[0])


def server(pem, key):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    return tls


class Mute:
    """Takes the ClientHello, and says nothing to it."""

    def __init__(self):
        self.heard = b""

    def wrap_socket(self, s, **_):
        while piece := s.recv(65536):
            self.heard += piece
        raise OSError("it went")


@pytest.fixture(scope="module")
def walls(bulla, certs, tmp_path_factory):
    """One gateway before six origins that speak TLS, one of them well."""
    folder = tmp_path_factory.mktemp("walls")
    (folder / "other").mkdir()
    other = certificates(folder / "other")
    old = server(certs / "server.pem", certs / "server.key")
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():                      # of old versions: this is what it is about
        warnings.simplefilter("ignore")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    tls = {"fine": server(certs / "server.pem", certs / "server.key"),
           "expired": signed(folder, certs, "expired", "IP:127.0.0.1", days=-1),
           "wrong-name": signed(folder, certs, "wrong-name", "DNS:elsewhere.example,IP:127.0.0.9"),
           "unknown-issuer": server(other / "server.pem", other / "server.key"),
           "mute": Mute(), "tls-1.0": old}
    (folder / "provider.key").write_text(KEY)
    (folder / "provider.key").chmod(0o600)
    origins = {name: Faults(tls=t).__enter__() for name, t in tls.items()}

    def also(gateway, _, policy):
        gateway.canary(KEY)
        for name, origin in origins.items():
            gateway.config["upstreams"][name] = {
                "dialect": "openai", "url": origin.url.replace("http:", "https:"), "trust": "closed",
                "ca": str(certs / "ca.pem"), "key": f"file:{folder / 'provider.key'}"}
        policy(routes=[*({"when": {"model": [name]}, "to": [name]} for name in origins),
                       {"to": ["chat", "claude"]}])
    with house(bulla, certs, folder / "house", limits={"connect": "2s"}, change=also) as h:
        h.origins, h.mute = origins, tls["mute"]
        yield h
    for origin in origins.values():
        origin.__exit__()


def test_row_21_a_good_certificate_is_served(walls):
    assert walls.ask("chat", "fine").status == 200 and walls.ask("chat", "fine", True).complete
    assert KEY.encode() in walls.origins["fine"].everything()           # so it would be seen below


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name,why", [
    ("expired", "upstream-tls"), ("wrong-name", "upstream-tls"), ("unknown-issuer", "upstream-tls"),
    ("tls-1.0", "upstream-tls"), ("mute", "upstream-connect")])
def test_row_21_a_wall_of_tls(walls, name, why, stream):
    heard = walls.ask("chat", name, stream)
    assert heard.status == 502 and heard.complete
    ERROR_SHAPE("chat", heard.json, heard.exchange, "upstream_unreachable")
    record, said, _ = walls.end_of(heard)
    assert said == why and record.out == "upstream_error"
    assert walls.origins[name].requests == [] and KEY.encode() not in walls.mute.heard
    assert walls.works("chat", stream)


# --- row 22: names; the resolver's own faults are test_resolver*.c's and test_seal's ---

def test_row_22_a_name_that_nobody_has(bulla, certs, tmp_path):
    def also(gateway, *_):
        gateway.config["upstreams"]["chat"]["url"] = "http://no-such-model.invalid:1"
    with house(bulla, certs, tmp_path, limits={"connect": "5s"}, change=also) as h:
        heard = h.ask("chat", "ok")
        assert heard.status == 502 and heard.seconds < 6 * faults.SLOW
        ERROR_SHAPE("chat", heard.json, heard.exchange, "upstream_unreachable")
        assert h.end_of(heard)[1] in ("upstream-name", "upstream-connect")      # no answer is none, too
        assert h.ask("messages", "ok").status == 200


# --- row 23: the other machine is gone, and says nothing ---

class Apart:
    """A thread with a network of its own, which the processes that it starts share. Needs root, and is skipped
    where even that may not."""

    def __enter__(self):
        self.runs = concurrent.futures.ThreadPoolExecutor(1)
        if self.do(ctypes.CDLL(None, use_errno=True).unshare, 0x40000000) != 0 or not self.ip("link set lo up"):
            self.runs.shutdown()
            pytest.skip("no network of our own is allowed here")
        self.thread = self.do(threading.get_native_id)
        return self

    def __exit__(self, *_):
        self.runs.shutdown()

    def do(self, call, *args):
        return self.runs.submit(call, *args).result()

    def ip(self, words):
        try:
            return self.do(lambda: subprocess.run(["ip", *words.split()], capture_output=True).returncode) == 0
        except FileNotFoundError:
            return False


@contextlib.contextmanager
def two_machines():
    with Apart() as near, Apart() as far:
        if not near.ip("link add near type veth peer name far") or not near.ip(f"link set far netns {far.thread}"):
            pytest.skip("no pair of interfaces is allowed here")
        for side, name, address in ((near, "near", "10.77.0.1/24"), (far, "far", "10.77.0.2/24")):
            assert side.ip(f"addr add {address} dev {name}") and side.ip(f"link set {name} up")
        yield near, far


ON = ("", {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
           "choices": [{"index": 0, "delta": {"content": "on "}, "finish_reason": None}]})


def stream_for_ever(server):
    """To each caller an event every tenth of a second, until it cannot be sent."""
    def serve(s):
        with s, contextlib.suppress(OSError):
            s.recv(65536)
            s.sendall(head(200, "text/event-stream", transfer_encoding="chunked"))
            while True:
                s.sendall(chunk(event_text(ON)))
                time.sleep(0.1)
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()


# The kernel's own look at a silent peer takes a minute: BULLA_LONG=1. That it will look is for test_conn.c.
@pytest.mark.parametrize("limit, most", [("2s", 8), pytest.param("1h", 75, marks=pytest.mark.skipif(
    os.environ.get("BULLA_LONG") != "1", reason="takes a minute: BULLA_LONG=1"))])
def test_row_23_a_machine_that_vanishes(bulla, certs, tmp_path, limit, most):
    """Its link goes down in mid-stream: no word of it comes, and the stream ends all the same."""
    def also(gateway, *_):
        for u in gateway.config["upstreams"].values():
            u["url"] = "http://10.77.0.2:8000"

    def story():
        with house(bulla, certs, tmp_path, limits={"idle": limit}, change=also) as h, connect(h.gateway) as s:
            s.settimeout(most)
            s.sendall(request_bytes(CHAT, "ok", True))
            raw = b""
            while raw.count(b"data:") < 2:
                raw += s.recv(65536)
            assert far.ip("link set far down")
            began = time.monotonic()
            heard = parse(read_all(s, raw, patience=most)[0])
            assert time.monotonic() - began < most
            assert not heard.complete and b"[DONE]" not in heard.body and b'"error"' in heard.body
            assert h.end_of(heard)[1] in ("upstream-timeout", "upstream-gone")
            assert h.is_healthy()
    with two_machines() as (near, far):
        server = far.do(socket.create_server, ("10.77.0.2", 8000))
        far.do(threading.Thread(target=stream_for_ever, args=[server], daemon=True).start)
        with server:
            near.do(story)
