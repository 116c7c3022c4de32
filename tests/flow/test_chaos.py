"""The chaos table, rows 1 to 20: what an upstream can do wrong, in both APIs, streamed and whole.

A caller gets a full, true answer or an unmistakable failure; the record closes with the reason; what was
taken comes back; the next request works. All 36 rows and who holds each:

| row | fault | held by |
|---|---|---|
| 1 | refuses, resets, closes before headers | test_row_01_*; lesser trust: test_gate_decide.c |
| 2 | half a status line | test_row_02_half_a_status_line |
| 3 | headers, then RST or FIN; mid-stream; inside a chunk | test_row_03_*; every byte: test_stream.c |
| 4 | Content-Length too long | test_row_04_a_body_that_is_short |
| 5 | Content-Length too short | test_row_05_extra_bytes |
| 6, 7 | two lengths; length and chunks | test_row_06_*, test_row_07_* |
| 8 | bad or huge chunk size | test_row_08_* |
| 9, 10, 11 | garbage, HTTP/0.9; status 999999; NUL, CR, bare LF | test_row_09_*, _10_*, _11_* |
| 12, 13, 14 | huge heads; 5,000 interim answers; 101 | test_row_12_*, _13_*, _14_* |
| 15 | never answers, stalls, drips | test_row_15_*; the defaults: test_exchange.c |
| 16 | a line of 32 MB | test_row_16_an_endless_line |
| 17 | no terminator on an orderly end | test_row_17_no_terminator |
| 18 | gzip that was not asked for | test_row_18_* |
| 19 | broken UTF-8 and JSON | test_row_19_* |
| 20 | 429 and 503 with Retry-After | test_row_20_* |
| 21 | TLS: expired, wrong name, unknown issuer, mute, TLS 1.0 | test_chaos_upstream.py: test_row_21_* |
| 22 | DNS | test_row_22_* there; SERVFAIL, silence, many and private answers: test_names.c, test_resolver.c |
| 23 | the peer vanishes | test_chaos_upstream.py: test_row_23_* (root); that the kernel will miss it: test_conn.c |
| 24 | all upstreams down, then back | test_chaos_upstream.py: test_row_24_*; times and chance: test_breaker.c |
| 25 | certificate near its end, replaced under load | test_chaos_house.py: test_row_25_* |
| 26 | disk full, one that hangs, files that may not grow, read-only | test_chaos_house.py: test_row_26_* |
| 27 | log corrupt or locked | test_chaos_house.py: test_row_27_* |
| 28 | sinks; a shared store of limits | test_export.py; there is no such store |
| 29 | the clock jumps | test_chaos_house.py: test_row_29_*; limits: test_exchange.c with a clock of its own |
| 30 | signals | test_chaos_house.py: test_row_30_*; SIGKILL, SIGTERM: test_reload_death.py, test_kill*.py |
| 31 | descriptors and places run out | test_chaos_load.py: test_row_31_* |
| 32 | memory | test_row_32_* there, test_burden.c; the n-th malloc: test_scarce.c |
| 33 | one hostile pattern | test_chaos_load.py: test_row_33_* |
| 34 | bad configuration at reload | test_chaos_house.py: test_row_34_*; a bad policy: test_reload.py |
| 35 | callers that are slow, silent or gone | test_chaos_load.py: test_row_35_* |
| 36 | half-done handshakes | test_chaos_load.py: test_row_36_* |
"""
import json
import os

import pytest

import faults
from bulla import wait_for
from faults import BEHAVIOURS, CARD, DIALECTS, EXTRA, NAMED, Heard, ask, house, read_as_sdk, together

LONG = os.environ.get("BULLA_LONG") == "1"
both = pytest.mark.parametrize("dialect", DIALECTS)
shapes = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
RULES = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}]
SMUGGLED = (b"\x00", b"injected", EXTRA, b"HTTP/2.0", b"Early Hints", b"garbage", b"<html>", CARD.encode())


@pytest.fixture(scope="module")
def chaos(bulla, certs, tmp_path_factory):
    """One gateway for all of these faults: none of them may wear it down."""
    def also(gateway, origin, policy):
        origin.closed = faults.closed_port()
        gateway.config["threads"] = 1                    # who rests after faults is then no chance
        up = gateway.config["upstreams"]
        up["early"] = {"dialect": "openai", "url": origin.url + "/early-response", "trust": "closed"}
        up["nobody"] = {"dialect": "openai", "trust": "closed",
                        "url": f"http://127.0.0.1:{origin.closed.getsockname()[1]}"}
        up["spare"] = {"dialect": "openai", "url": origin.url + "/spare", "trust": "closed"}
        up["busy"] = {"dialect": "openai", "url": origin.url, "trust": "closed"}
        up["busy-claude"] = {"dialect": "anthropic", "url": origin.url, "trust": "closed"}
        policy(rules=RULES, routes=[{"when": {"model": ["nobody-*"]}, "to": ["nobody"]},
                                    {"when": {"model": ["second-*"]}, "to": ["nobody", "chat"]},
                                    {"when": {"model": ["early-*"]}, "to": ["early"]},
                                    {"when": {"model": ["close-before-two"]}, "to": ["chat", "spare"]},
                                    {"when": {"model": ["busy-*"]}, "to": ["busy", "busy-claude"]},
                                    {"to": ["chat", "claude"]}])
    with house(bulla, certs, tmp_path_factory.mktemp("chaos"), change=also) as h:
        h.works()
        h.fds = faults.descriptors(h.worker())
        yield h


def assert_failed_before(h, heard: Heard, dialect, status=502, why="upstream-bad", code="upstream_error"):
    """An error of ours in the API's own shape; nothing of the upstream's bytes is in it."""
    assert heard.status == status and heard.complete, heard.raw[:600]
    faults.assert_error_shape(dialect, heard.json, heard.exchange, code)
    assert not heard.rest and not any(bad in heard.raw for bad in SMUGGLED)
    record, said, use = h.end_of(heard)
    assert said == why and record.dec == "error" and use["status"] == status
    assert record.out == ("timeout" if "timeout" in why else "upstream_error")


def assert_cut(h, heard: Heard, dialect, why="upstream-bad", events=None):
    """The API's own error event with a code, no terminator, no last chunk, no goodbye."""
    assert heard.status == 200 and heard.is_stream, heard.raw[:600]
    assert not heard.complete and not heard.goodbye
    assert b"\r\n0\r\n" not in heard.raw and not heard.raw.endswith(b"0\r\n\r\n")
    assert b"[DONE]" not in heard.body and b"message_stop" not in heard.body
    how, text, error = read_as_sdk(dialect, heard.body)
    assert how == "error" and error["code"] == ("upstream_timeout" if "timeout" in why else "upstream_error") and "".join(faults.WORDS).startswith(text)
    assert heard.body.endswith(b"\n\n")                  # the error event is whole, so a reader sees it
    assert not any(bad in heard.raw for bad in SMUGGLED)
    record, said, use = h.end_of(heard)
    assert said == why and record.out == ("timeout" if "timeout" in why else "upstream_error")
    if events is not None:
        assert use["events"] == events


def assert_true_answer(h, heard: Heard, dialect, text="".join(faults.WORDS), end="done"):
    assert heard.status == 200 and heard.complete and not heard.rest, heard.raw[:600]
    if heard.is_stream:
        assert read_as_sdk(dialect, heard.body)[:2] == (end, text)
    else:
        assert text in json.dumps(heard.json)
    assert h.end_of(heard)[1] == "done"


def fails(h, dialect, stream, model, why="upstream-bad", status=502):
    """A fault before the headers; and the next request works."""
    assert_failed_before(h, h.ask(dialect, model, stream), dialect, status, why)
    assert h.works(dialect, stream)


def breaks(h, dialect, stream, model, why="upstream-gone", whole_why=None, events=None):
    """A fault behind the headers: a stream is cut, a whole answer was not begun."""
    heard = h.ask(dialect, model, stream)
    if stream:
        assert_cut(h, heard, dialect, why, events)
    else:
        assert_failed_before(h, heard, dialect, 502, whole_why or why)
    assert h.works(dialect, stream)


# --- a connection that does not bear ---

def test_every_behaviour_of_the_table_is_played():
    assert NAMED <= set(BEHAVIOURS) and len(NAMED) == 31


@shapes
def test_row_01_refused(chaos, stream):
    heard = chaos.ask("chat", "nobody-here", stream)
    assert_failed_before(chaos, heard, "chat", 502, "upstream-connect", "upstream_unreachable")
    assert chaos.works("chat", stream)


@shapes
def test_row_01_refused_and_another_of_the_route_answers(chaos, stream):
    heard = chaos.ask("chat", "second-chance", stream)
    assert_true_answer(chaos, heard, "chat")
    assert heard.headers["x-bulla-upstream"] == "chat"


@both
@shapes
@pytest.mark.parametrize("model", ["reset-before", "close-before"])
def test_row_01_ended_before_headers(chaos, dialect, stream, model):
    fails(chaos, dialect, stream, model, "upstream-gone")


def test_row_01_what_was_sent_goes_to_no_other(chaos):
    """There is a second upstream on this route; once bytes were sent to the first, it is not asked."""
    fails(chaos, "chat", False, "close-before-two", "upstream-gone")
    asked = chaos.origin.asked("close-before-two")
    assert asked and not [r for r in asked if r.path.startswith("/spare")]


@both
@shapes
def test_row_02_half_a_status_line(chaos, dialect, stream):
    fails(chaos, dialect, stream, "half-status", "upstream-gone")


@both
@shapes
@pytest.mark.parametrize("model", ["headers-then-rst", "headers-then-fin"])
def test_row_03_headers_and_no_more(chaos, dialect, stream, model):
    breaks(chaos, dialect, stream, model, events=0)


@both
@shapes
@pytest.mark.parametrize("model", ["mid-stream-fin", "mid-stream-rst"])
def test_row_03_the_middle(chaos, dialect, stream, model):
    breaks(chaos, dialect, stream, model, events=2)


@both
@shapes
def test_row_03_the_middle_of_a_body_that_the_connection_ends(chaos, dialect, stream):
    breaks(chaos, dialect, stream, "mid-stream-fin-unframed", whole_why="upstream-bad")


@both
@shapes
def test_row_03_inside_a_chunk(chaos, dialect, stream):
    breaks(chaos, dialect, stream, "mid-chunk-fin", events=1)


@both
@shapes
def test_row_04_a_body_that_is_short(chaos, dialect, stream):
    breaks(chaos, dialect, stream, "cl-long")


@both
@shapes
def test_row_05_extra_bytes(chaos, dialect, stream):
    counted, closed = chaos.metric("bulla_upstream_excess_total"), len(chaos.origin.hung_up)
    heard = chaos.ask(dialect, "cl-short", stream)
    assert_true_answer(chaos, heard, dialect)
    assert EXTRA not in heard.raw
    assert chaos.metric("bulla_upstream_excess_total") == counted + 1
    assert wait_for(lambda: len(chaos.origin.hung_up) > closed)      # and that connection is not used again
    assert chaos.works(dialect, stream)


@both
@shapes
def test_row_06_two_lengths(chaos, dialect, stream):
    fails(chaos, dialect, stream, "dup-cl")


@both
@shapes
def test_row_07_a_length_and_chunks(chaos, dialect, stream):
    fails(chaos, dialect, stream, "cl-and-te")


@both
@shapes
@pytest.mark.parametrize("model", ["bad-chunk", "huge-chunk-size"])
def test_row_08_chunk_sizes(chaos, dialect, stream, model):
    breaks(chaos, dialect, stream, model, "upstream-bad", events=2 if stream else None)


# --- heads ---

@both
@shapes
@pytest.mark.parametrize("model", ["garbage", "http09"])
def test_row_09_not_http(chaos, dialect, stream, model):
    fails(chaos, dialect, stream, model)


@both
@shapes
def test_row_10_a_status_that_is_none(chaos, dialect, stream):
    fails(chaos, dialect, stream, "bad-status")


@both
@shapes
@pytest.mark.parametrize("model", ["nul-header", "bare-lf", "header-injection"])
def test_row_11_bytes_that_have_no_place_in_a_head(chaos, dialect, stream, model):
    fails(chaos, dialect, stream, model)


@both
@shapes
@pytest.mark.parametrize("model", ["huge-header", "many-headers"])
def test_row_12_a_head_without_measure(chaos, dialect, stream, model):
    fails(chaos, dialect, stream, model)


@both
@shapes
def test_row_13_interim_answers_without_end(chaos, dialect, stream):
    fails(chaos, dialect, stream, "1xx-flood")


@both
@shapes
def test_row_13_eight_interim_answers_are_dropped(chaos, dialect, stream):
    heard = chaos.ask(dialect, "1xx-eight", stream)
    assert_true_answer(chaos, heard, dialect)
    assert heard.raw.count(b"HTTP/1.1 ") == 1


@both
@shapes
def test_row_14_another_protocol(chaos, dialect, stream):
    fails(chaos, dialect, stream, "upgrade")


def test_an_answer_that_comes_before_the_request_is_read(chaos):
    """The body is larger than the sockets hold; the answer stands all the same."""
    with faults.connect(chaos.gateway) as s:
        request = faults.request_bytes(faults.CHAT, "early-answer", text="word " * 600_000)
        s.sendall(request)
        raw, _ = faults.read_all(s)
    heard = faults.parse(raw)
    assert_true_answer(chaos, heard, "chat", "early")
    assert chaos.works()


# --- time; all of these wait at once, each limit is a second ---

STALLS = {"never": "upstream-timeout", "drip-header": "upstream-timeout",
          "stall-mid": "upstream-timeout", "drip-body": "upstream-timeout"}
WAITS = [(model, dialect, stream) for model in STALLS for dialect in DIALECTS for stream in (False, True)
         if model != "drip-body" or stream]


@pytest.fixture(scope="module")
def stalled(bulla, certs, tmp_path_factory):
    """The same faults under limits of a second, all at once."""
    limits = {"first_byte": "1s", "idle": "1s"}
    with house(bulla, certs, tmp_path_factory.mktemp("stalls"), limits=limits) as h:
        heard = together([lambda m=m, d=d, s=s: ask(h.gateway, d, m, s) for m, d, s in WAITS])
        h.heard = dict(zip(WAITS, heard))
        yield h


@pytest.mark.parametrize("model,dialect,stream", WAITS,
                         ids=[f"{m}-{d}-{'stream' if s else 'whole'}" for m, d, s in WAITS])
def test_row_15_a_stall_ends(stalled, model, dialect, stream):
    heard = stalled.heard[model, dialect, stream]
    if stream and STALLS[model] and model not in ("never", "drip-header"):
        assert_cut(stalled, heard, dialect, STALLS[model], events=None if model == "drip-body" else 2)
    else:
        assert_failed_before(stalled, heard, dialect, 504, STALLS[model], "upstream_timeout")


def test_row_15_and_leaves_nothing_behind(stalled):
    """The upstream connections of all stalls are closed."""
    assert wait_for(lambda: stalled.origin.open_lines == 0 or stalled.works())
    assert wait_for(lambda: stalled.origin.open_lines <= 4)


# --- bodies ---

@both
def test_row_16_an_endless_line(chaos, dialect):
    """Ended at the limit of an event, not after the 32 MB that the origin has."""
    heard = chaos.ask(dialect, "sse-endless-line", True)
    assert_cut(chaos, heard, dialect)
    assert len(heard.raw) < 20_000
    assert chaos.end_of(heard)[2]["events"] == 2
    assert chaos.works()


@both
@shapes
def test_row_17_no_terminator(chaos, dialect, stream):
    """On an orderly end the answer passes as it came: without a terminator of ours. The record says it."""
    heard = chaos.ask(dialect, "no-done", stream)
    assert_true_answer(chaos, heard, dialect, end="open")
    use = chaos.end_of(heard)[2]
    assert use.get("unended", False) is stream
    assert "unended" not in chaos.end_of(chaos.ask(dialect, "ok", stream))[2]


@both
def test_row_18_gzip_that_was_not_asked_for_is_read(chaos, dialect):
    heard = chaos.ask(dialect, "unsolicited-gzip")
    assert heard.status == 200 and heard.complete and "content-encoding" not in heard.headers
    assert b"[CREDIT_CARD]" in heard.body and CARD.encode() not in heard.body
    assert chaos.end_of(heard)[0].dec == "redact" and chaos.works()


@both
def test_row_18_a_stream_in_gzip_is_refused(chaos, dialect):
    fails(chaos, dialect, True, "unsolicited-gzip")


@both
@shapes
@pytest.mark.parametrize("model", ["bad-utf8", "broken-json"])
def test_row_19_what_cannot_be_read_is_not_passed(chaos, dialect, stream, model):
    heard_before = len(chaos.origin.requests)
    breaks(chaos, dialect, stream, model, "upstream-bad")
    assert len(chaos.origin.requests) > heard_before


@both
def test_row_19_an_error_event_of_the_upstreams_own_names_nobody(chaos, dialect):
    heard = chaos.ask(dialect, "own-error", True)
    assert_cut(chaos, heard, dialect)
    assert b"tenant 7" not in heard.raw


@both
@shapes
@pytest.mark.parametrize("model,status,wait", [
    ("busy-429", 429, "17"), ("busy-503", 503, "19"), ("busy-date", 503, "Wed, 21 Oct 2026 07:28:00 GMT"),
    ("busy-words", 503, "345678"), ("busy-html", 503, "23")])
def test_row_20_busy(chaos, dialect, stream, model, status, wait):
    asked = len(chaos.origin.asked(model))
    heard = chaos.ask(dialect, model, stream)
    assert heard.status == status and heard.complete
    said = heard.headers["retry-after"]
    assert said == wait or model == "busy-words" and len(said) == 1 and said in wait      # ours: 3 to 8 s
    assert heard.json["error"]["message"] and b"<h1>" not in heard.body
    assert chaos.end_of(heard)[1] == "upstream-status"
    assert len(chaos.origin.asked(model)) == asked + 1   # the caller comes again, not the gateway
    assert chaos.ask(dialect, "busy-no-more", stream).status == 200


# --- as the SDKs see it ---

CUTS = ["headers-then-rst", "mid-stream-fin", "mid-stream-rst", "mid-chunk-fin", "bad-chunk", "bad-utf8", "own-error"]


@pytest.mark.parametrize("model", CUTS)
def test_the_openai_sdk_raises_on_a_cut_stream(chaos, model):
    openai = pytest.importorskip("openai", reason="the openai SDK is not installed")
    with openai.OpenAI(api_key="sk-any", base_url=f"https://127.0.0.1:{chaos.gateway.port}/v1", max_retries=0,
                       http_client=openai.DefaultHttpxClient(verify=chaos.gateway.tls())) as c:
        with pytest.raises(openai.APIError) as fault:
            for _ in c.chat.completions.create(model=model, stream=True,
                                               messages=[{"role": "user", "content": "hello"}]):
                pass
        assert "exchange" in str(fault.value)
        whole = c.chat.completions.create(model="ok", stream=True, messages=[{"role": "user", "content": "hello"}])
        assert "".join(e.choices[0].delta.content or "" for e in whole) == "".join(faults.WORDS)


@pytest.mark.parametrize("model", CUTS)
def test_the_anthropic_sdk_raises_on_a_cut_stream(chaos, model):
    anthropic = pytest.importorskip("anthropic", reason="the anthropic SDK is not installed")
    with anthropic.Anthropic(api_key="sk-any", base_url=f"https://127.0.0.1:{chaos.gateway.port}", max_retries=0,
                             http_client=anthropic.DefaultHttpxClient(verify=chaos.gateway.tls())) as c:
        with pytest.raises(anthropic.APIError) as fault:
            with c.messages.stream(model=model, max_tokens=64,
                                   messages=[{"role": "user", "content": "hello"}]) as stream:
                list(stream.text_stream)
        assert "exchange" in str(fault.value)
        with c.messages.stream(model="ok", max_tokens=64,
                               messages=[{"role": "user", "content": "hello"}]) as stream:
            assert "".join(stream.text_stream) == "".join(faults.WORDS)


# --- all of them in any order ---

GOOD = {"ok", "cl-short", "1xx-eight", "no-done"}
SLOW_OR_ELSEWHERE = ("busy", "early", "endless", "big", "never", "stall", "drip", "close-before-")
SHORT = [m for m in BEHAVIOURS if not m.startswith(SLOW_OR_ELSEWHERE)]


def judge(h, dialect, model, stream):
    """What holds for every exchange, whatever its upstream does; the reason when it does not."""
    heard = h.ask(dialect, model, stream)
    said = read_as_sdk(dialect, heard.body)[0] if heard.is_stream else "whole"
    if model in GOOD or (not stream and model in ("unsolicited-gzip", "own-error")):
        fine = heard.status == 200 and heard.complete and said in ("whole", "open" if model == "no-done" else "done")
    elif heard.status == 200:
        fine = heard.is_stream and not heard.complete and said == "error"
    else:
        fine = heard.status == 502 and heard.complete and heard.json["error"]["code"] == "upstream_error"
    return None if fine else f"{dialect} {model} {stream}: {heard}"


@pytest.mark.parametrize("seed", range(500 if LONG else 4))
def test_in_any_order_and_all_at_once(chaos, seed):
    """Eight callers, each with faults by chance: no answer that a fault cut is complete, no good one is
    cut, and what was taken is given back."""
    chance = faults.seeded(seed)
    plans = [[(chance.choice([*DIALECTS]), chance.choice([*SHORT, "ok", "ok"]), chance.random() < 0.7)
              for _ in range(12)] for _ in range(8)]
    wrong = together([lambda p=p: [w for one in p if (w := judge(chaos, *one))] for p in plans])
    assert not any(wrong), wrong
    assert wait_for(lambda: chaos.metric("bulla_callers") == 0 and chaos.metric("bulla_held_bytes") == 0)


# --- afterwards ---

def test_all_that_was_taken_came_back(chaos):
    """After every fault above: descriptors as at the start, no caller, no upstream but idle ones."""
    assert chaos.works()
    idle = 8
    assert wait_for(lambda: faults.descriptors(chaos.worker()) <= chaos.fds + idle), \
        (faults.descriptors(chaos.worker()), chaos.fds)
    assert wait_for(lambda: chaos.origin.open_lines <= idle)
    assert faults.callers(chaos.gateway.port) == 0
    begun = [r.seq for r in chaos.audit.records("exchange.begin")]
    ended = [r.ref[0] for r in chaos.audit.records("exchange.end")]
    assert sorted(begun) == sorted(ended)
