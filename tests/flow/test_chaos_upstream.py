"""The chaos table, rows 20 to 24: upstreams that cannot be reached, or not be trusted."""

import faults
from faults import Faults, house, wait_for

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
