"""The chaos table, rows 31 to 36: callers that are too many, too slow, or gone."""
import contextlib
import os
import socket
import ssl
import stat
import struct
import time

import pytest

import faults
from bulla import SLOW, wait_for
from faults import CHAT, ask, connect, house, parse, read_all, request_bytes, together

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def patient(bulla, certs, tmp_path_factory):
    """A gateway with limits of a second for what its callers do; one for many of them."""
    limits = {"header_time": "1s", "body_time": "1s", "write_time": "1s", "keep_alive": "2s"}
    with house(bulla, certs, tmp_path_factory.mktemp("load"), limits=limits) as h:
        h.works()
        h.fds = faults.descriptors(h.worker())
        yield h


def one_thread(gateway, *_):
    gateway.config["threads"] = 1


def why_of_last(h, model_seen):
    """The reason in the newest record, once there are as many ends as begins."""
    assert wait_for(lambda: len(h.audit.records("exchange.begin")) == len(h.audit.records("exchange.end")))
    assert model_seen
    record = h.audit.records("exchange.end")[-1]
    return faults.group_of(record, "err")["why"], record.out


def rst(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


# --- row 35: a caller that goes, or that does not do its part ---

def hangs_up(h, model, leave):
    """`leave(s)` ends the caller's side; the origin sees its own connection end within a second."""
    before = len(h.origin.hung_up)
    with connect(h.gateway) as s:
        s.sendall(request_bytes(CHAT, model, stream=True))
        assert wait_for(lambda: h.origin.asked(model))
        leave(s)
        left = time.monotonic()
    assert wait_for(lambda: len(h.origin.hung_up) > before)
    assert h.origin.hung_up[before][1] == model
    assert h.origin.hung_up[before][0] - left < 1 * SLOW


@pytest.mark.parametrize("seed", range(300 if os.environ.get("BULLA_LONG") == "1" else 12))
def test_row_35_a_stream_left_at_any_byte(patient, seed):
    chance = faults.seeded(seed)

    def leave(s):
        want = chance.randrange(1, 4000)
        while want > 0:
            want -= len(s.recv(want))
        if seed % 3 == 0:
            rst(s)
        elif seed % 3 == 1:
            s.close()                                    # FIN without a goodbye of TLS
        else:
            with contextlib.suppress(ssl.SSLError):      # the goodbye: half of the connection only
                s.unwrap()
    patient.origin.requests.clear()
    hangs_up(patient, "endless", leave)
    assert why_of_last(patient, "endless") == ("client-gone", "client_abort")
    assert patient.works("chat", True)


def test_row_35_left_before_the_answer_began(patient):
    hangs_up(patient, "never", lambda s: s.close())
    assert why_of_last(patient, "never") == ("client-gone", "client_abort")


def slow(h, data, each):
    """Sends the head at once and the rest a byte every tenth of a second; the answer."""
    with connect(h.gateway) as s:
        s.sendall(data[:each])
        s.settimeout(0.1)
        raw = b""
        for at in range(each, len(data)):
            try:
                s.sendall(data[at:at + 1])
                raw += s.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if parse(raw).complete:
                break
    return parse(raw)


def test_row_35_slow_heads_and_slow_bodies_end_all_at_once(patient):
    whole = request_bytes(CHAT, "ok", text="a" * 600)
    body_at = whole.index(b"\r\n\r\n") + 4
    calls = [lambda: slow(patient, whole, 10)] * 4 + [lambda: slow(patient, whole, body_at)] * 4
    asked = len(patient.origin.requests)
    good = [lambda: ask(patient.gateway, "chat", "ok")] * 4
    for heard in together(calls + good)[:8]:
        assert heard.status == 408, heard.raw[:200]
        faults.assert_error_shape("chat", heard.json, heard.exchange, "timeout")
        assert patient.end_of(heard)[1] == "client-slow"
    assert len(patient.origin.requests) == asked + 4     # the good ones alone


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("more", [b"", b"connection: close\r\n"], ids=["kept", "closed"])
def test_row_35_who_never_reads_is_let_go(patient, stream, more):
    """The upstream is let go with the caller; what waited is freed; nothing is said to be whole."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", patient.gateway.port))
    before = len(patient.audit.records("exchange.end"))
    with patient.gateway.tls().wrap_socket(plain, server_hostname="localhost") as s:
        s.sendall(request_bytes(CHAT, "big", stream, more=more))
        assert wait_for(lambda: len(patient.audit.records("exchange.end")) > before, 20)
        assert wait_for(lambda: patient.metric("bulla_callers") == 0, 20)
        s.settimeout(5)
        raw = b""
        with pytest.raises((OSError, TimeoutError)):     # a cut, not a goodbye
            while True:
                piece = s.recv(65536)
                if not piece:
                    raise ConnectionResetError
                raw += piece
    assert not parse(raw).complete
    assert wait_for(lambda: patient.metric("bulla_held_bytes") < 100_000)


def test_row_35_who_reads_is_not(patient):
    """However an answer falls between two looks at the clock."""
    calls = [lambda: [patient.ask("chat", "ok", True).complete for _ in range(60)]] * 4
    assert together(calls) == [[True] * 60] * 4


def test_row_35_a_reset_in_the_upload(patient):
    asked = len(patient.origin.requests)
    for n in (1, 40, 150, 200):
        s = connect(patient.gateway)
        s.sendall(request_bytes(CHAT, "ok", text="a" * 300)[:n])
        time.sleep(0.02)
        rst(s)
    assert wait_for(lambda: patient.metric("bulla_callers") == 0)
    assert len(patient.origin.requests) == asked and patient.works()


def test_row_35_a_thousand_requests_at_once(patient):
    """All are answered in their order; and when their sender goes, those that were not begun are not."""
    one = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with connect(patient.gateway) as s:
        s.sendall(one * 1000)
        raw, n = b"", 0
        while n < 1000:
            piece = s.recv(1 << 20)
            assert piece
            raw += piece
            while (h := parse(raw)).complete:
                assert h.status == 200
                raw, n = h.rest, n + 1
    asked = len(patient.origin.requests)
    s = connect(patient.gateway)
    s.sendall(request_bytes(CHAT, "ok") * 200)
    rst(s)
    assert wait_for(lambda: patient.metric("bulla_callers") == 0)
    assert len(patient.origin.requests) < asked + 200 and patient.works()


@pytest.mark.parametrize("expect,status", [
    (b"100-continue", 200), (b"200-ok", 417), (b"100-continue, 100-continue", 417),
    (b"100-continue\r\nexpect: 100-continue", 417), (b"", 417)])
def test_row_35_expectations(patient, expect, status):
    whole = request_bytes(CHAT, "ok", more=b"expect: " + expect + b"\r\n")
    at = whole.index(b"\r\n\r\n") + 4
    with connect(patient.gateway) as s:
        s.sendall(whole[:at])
        if status == 200:
            assert s.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            s.sendall(whole[at:])
        heard = parse(read_all(s)[0])
    assert heard.status == status, heard.raw[:300]


def test_row_35_who_expects_and_then_sends_nothing(patient):
    whole = request_bytes(CHAT, "ok", more=b"expect: 100-continue\r\n")
    with connect(patient.gateway) as s:
        s.sendall(whole[:whole.index(b"\r\n\r\n") + 4])
        assert s.recv(65536).startswith(b"HTTP/1.1 100 ")
        assert parse(read_all(s)[0]).status == 408


def test_row_35_and_nothing_is_left_of_them(patient):
    assert patient.works()
    assert wait_for(lambda: faults.descriptors(patient.worker()) <= patient.fds + 8)
    assert wait_for(lambda: faults.callers(patient.gateway.port) == 0)


# --- row 36: handshakes ---

def test_row_36_half_done_handshakes_do_not_keep_others_out(bulla, certs, tmp_path):
    """More of them than there are places: the oldest make room, and the limit of time ends the rest."""
    limits = {"header_time": "1s", "connections": 20}
    with house(bulla, certs, tmp_path, limits=limits, change=one_thread) as h:
        h.works()
        half, good = [], 0
        for i in range(300):
            s = socket.create_connection(("127.0.0.1", h.gateway.port))
            if i % 2:
                s.sendall(b"\x16\x03\x01\x02\x00\x01\x00")             # a ClientHello that never ends
            half.append(s)
            if i % 30 == 29:
                good += h.ask("chat", "ok").status == 200
        assert good == 10
        assert h.metric("bulla_handshakes_dropped_total") > 100 and h.is_healthy()
        for s in half:
            s.settimeout(10 * SLOW)
            try:
                assert s.recv(100) == b"" or s.recv(100) == b""        # perhaps an alert before
            except ConnectionResetError:
                pass
            s.close()
        assert h.works()


# --- row 31: descriptors; and slots ---

def wrapped(bulla, folder, *words):
    """The program behind another one."""
    path = folder / "wrapped"
    path.write_text(f"#!/bin/sh\nexec {' '.join(words)} {bulla} \"$@\"\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def cpu_ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_row_31_without_descriptors_the_old_live_and_admin_answers(bulla, certs, tmp_path):
    binary = wrapped(bulla, tmp_path, "prlimit", "--nofile=64:64")
    with house(binary, certs, tmp_path, limits={"keep_alive": "60s"}, change=one_thread) as h:
        h.works()
        old = connect(h.gateway)
        old.sendall(request_bytes(CHAT, "ok"))
        assert parse(read_all(old)[0]).status == 200
        crowd = []
        for _ in range(100):
            s = socket.create_connection(("127.0.0.1", h.gateway.port))
            s.settimeout(5 * SLOW)
            crowd.append(s)
        assert wait_for(lambda: h.metric("bulla_turned_away_total") > 20)
        assert faults.descriptors(h.worker()) < 60
        before = cpu_ticks(h.worker())
        time.sleep(1)
        assert cpu_ticks(h.worker()) - before < 50       # of 100 a second: it does not spin
        assert h.is_healthy()
        old.sendall(request_bytes(CHAT, "ok"))           # the one from before, and its upstream
        assert parse(read_all(old)[0]).status == 200
        for s in [old, *crowd]:
            s.close()
        assert wait_for(lambda: faults.descriptors(h.worker()) < 40)
        assert h.works()


def test_row_31_from_ninety_percent_of_the_places_on_new_callers_get_503(bulla, certs, tmp_path):
    limits = {"connections": 10, "keep_alive": "60s"}
    with house(bulla, certs, tmp_path, limits=limits, change=one_thread) as h:
        lines = []

        def say(s):
            s.sendall(request_bytes(CHAT, "ok"))
            return parse(read_all(s)[0])
        for _ in range(9):
            lines.append(connect(h.gateway))
            assert say(lines[-1]).status == 200
        with connect(h.gateway) as late:
            heard = say(late)
        assert heard.status == 503 and int(heard.headers["retry-after"]) > 0
        faults.assert_error_shape("chat", heard.json, heard.exchange, "overloaded")
        assert h.end_of(heard)[1] == "overload"
        assert [say(s).status for s in lines] == [200] * 9 and h.is_healthy()
        filling = [connect(h.gateway)]                   # the tenth place; the eleventh is turned away
        with connect(h.gateway) as over:
            assert say(over).raw == b""
        for s in [*lines[:5], *filling]:
            s.close()
        assert wait_for(lambda: h.ask("chat", "ok").status == 200)


def test_row_31_idle_callers_make_room(bulla, certs, tmp_path):
    limits = {"connections": 10, "keep_alive": "60s"}
    with house(bulla, certs, tmp_path, limits=limits, change=one_thread) as h:
        idle = [connect(h.gateway) for _ in range(10)]
        assert wait_for(lambda: is_served(h))            # without any of them going by itself
        for s in idle:
            s.close()


def is_served(h):
    try:
        return h.ask("chat", "ok").status == 200
    except OSError:
        return False


# --- row 32: memory ---

def test_row_32_from_ninety_percent_of_the_memory_on_new_work_is_refused(bulla, certs, tmp_path):
    """Uploads of a megabyte fill limits.memory; what was let in ends well, and then there is room again."""
    with house(bulla, certs, tmp_path, limits={"memory": "16m", "body_time": "60s"}, change=one_thread) as h:
        h.works()
        whole = request_bytes(CHAT, "ok", text="word " * 200_000)
        held = []
        for _ in range(20):
            heard = ask(h.gateway, "chat", "ok")
            if heard.status == 503:
                break
            s = connect(h.gateway)
            s.sendall(whole[:-1])
            held.append(s)
            want = len(held) * len(whole) - 1_000
            assert wait_for(lambda: h.metric("bulla_held_bytes") >= want)
        assert 10 <= len(held) < 20 and heard.status == 503, (len(held), heard.status)
        assert int(heard.headers["retry-after"]) > 0 and h.end_of(heard)[1] == "overload"
        assert h.is_healthy() and h.metric("bulla_held_bytes") > 12_000_000
        ended = 0
        for s in held:
            with s:
                s.sendall(whole[-1:])
                ended += parse(read_all(s)[0]).status == 200
        assert ended >= len(held) - 1                    # the last of them may have been one too many
        assert wait_for(lambda: ask(h.gateway, "chat", "ok").status == 200)


# --- row 33: one hostile pattern ---

def test_row_33_a_hostile_pattern_keeps_nobody_waiting(bulla, certs, tmp_path):
    """Whatever becomes of the request that feeds it, others are answered meanwhile. (What explodes is
    refused when the policy is loaded: test_scan_limits. This one is as slow as what is not.)"""
    def also(gateway, origin, policy):
        one_thread(gateway)
        policy(detectors={"evil": {"pattern": r"(.*a){12}b"}},
               rules=[{"id": "evil", "find": ["evil"], "do": {"redact": "label"}}],
               routes=[{"to": ["chat", "claude"]}])
    with house(bulla, certs, tmp_path, change=also) as h:
        calls = [lambda: ask(h.gateway, "chat", "ok", text="ab" * 25_000)] * 3
        calls += [lambda: ask(h.gateway, "chat", "ok")] * 5 + [h.is_healthy] * 3
        *said, a, b, c = together(calls)
        assert a and b and c
        assert {x.status for x in said[3:]} == {200} and {x.status for x in said[:3]} <= {200, 403}
