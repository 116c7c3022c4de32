"""What callers weigh in the build that is shipped: KiB by the kernel's count of pages, no times.

A crowd of its own (tests/bench/crowd.c) holds the connections. BULLA_LONG=1: as many as were promised, held
for minutes, and ten minutes of mixed load. Kernel buffers are counted apart: what the upstream could push."""
import pathlib
import re
import resource
import statistics
import sys
import time

import pytest

from test_kill import LONG, fast  # noqa: F401

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from weigh import Crowd, CrowdOrigin, Weight, make_gateway, own, settled  # noqa: E402

IDLE, STREAMS, SLOW_READERS = (9500, 9000, 300) if LONG else (4000, 2000, 300)
HOLD = 300 if LONG else 5                                # seconds
MIXED = 50_000 if LONG else 1_500                        # exchanges of a quarter


def places(each):
    """How many callers fit, when each takes so many descriptors of the gateway."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 30 if most == resource.RLIM_INFINITY else int(most * 0.85) // each - 200


@pytest.fixture
def build(fast):  # noqa: F811
    crowd = fast.parent / "bench/crowd"
    if not crowd.exists():
        pytest.skip(f"{crowd} is not built")
    return fast.parent


@pytest.fixture
def origin(build):
    with CrowdOrigin(build) as o:
        yield o


@pytest.fixture
def server(build, certs, tmp_path, origin):
    g = make_gateway(tmp_path, certs, origin, build / "bulla")
    yield g
    g.stop(60)
    g.assert_clean()


def weigh(server, build, origin, mode, count, **more):
    w = Weight(build, server.process.pid, server.port, mode, count, origin, **more)
    print(f"{mode}: {count} callers, {w.each:.1f} KiB each, TCP {w.kernel:.0f} KiB each, before "
          f"{w.before / 1024:.1f} MiB, after {w.after / 1024:.1f} MiB, {w.seen}")
    assert w.there == count and w.seen["gone"] == "0", w.seen
    return w


def test_an_idle_connection_weighs_18_kib(server, build, origin):
    count = min(IDLE, places(1))
    w = weigh(server, build, origin, "idle", count)
    assert w.each <= 18, f"{w.each:.1f} KiB each of {count}"


def test_an_open_stream_weighs_35_kib_and_stays(server, build, origin):
    """None of them is cut as long as they last, and each has its events. What a stream keeps it has from its third
    event on, and there is one a second; a busy machine brings them later, so who still grows is looked at again: what
    grows with its events never stops."""
    count, pid, grown = min(STREAMS, places(2)), server.process.pid, []

    def hold():
        grown.append(settled(pid))
        for _ in range(4):
            time.sleep(HOLD)
            grown.append(settled(pid))
            if grown[-1] - grown[-2] < count:
                break
    w = weigh(server, build, origin, "stream", count, wait=6, hold=hold)
    assert w.each <= 35, f"{w.each:.1f} KiB each of {count}"
    assert int(w.seen["events"]) > count * 2
    assert grown[-1] - grown[-2] < count, f"{grown} KiB: a stream grows with its events"


def test_a_slow_reader_weighs_64_kib_and_holds_its_upstream_back(server, build, origin):
    w = weigh(server, build, origin, "slow", SLOW_READERS, wait=4)
    assert w.each <= 64, f"{w.each:.1f} KiB each"
    pushed = w.pushed / SLOW_READERS / 1024              # what kernels hold on the whole way is in here
    assert pushed < 1024, f"the upstream could push {pushed:.0f} KiB for each"


def exchanges(server):
    return sum(int(n) for n in re.findall(rb"^bulla_exchanges_total\S* (\d+)", server.scrape(), re.M))


def quarter(server, pid):
    """The middle of what was weighed while so many exchanges were made: a slow machine takes longer, and has done as
    much before it is looked at."""
    seen, end = [], exchanges(server) + MIXED
    while exchanges(server) < end or len(seen) < 10:
        time.sleep(0.4)
        seen.append(own(pid))
    return statistics.median(seen)


def test_memory_stays_flat_under_mixed_load_with_aborts(server, build, origin):
    """Whole answers and streams without a pause, three of ten given up at some byte. The first quarter of the work
    warms up, the last weighs no more than the second; and when all have left it falls."""
    pid = server.process.pid
    before = settled(pid, own)
    with Crowd(build, "mixed", server.port, 64) as crowd:
        _, second, third, last = (quarter(server, pid) for _ in range(4))
        seen = crowd.end()
    after = settled(pid, own)
    for _ in range(40):                                  # what is behind with burying the dead is not leaking
        if after <= max(last, before * 2):
            break
        after = settled(pid, own)
    print(f"mixed: {seen}, before {before / 1024:.1f} MiB, quarters {second / 1024:.1f}, {third / 1024:.1f}, "
          f"{last / 1024:.1f}, after {after / 1024:.1f}")
    answers, aborts = int(seen["answers"]), int(seen["aborts"])
    assert answers > MIXED and aborts > (answers + aborts) / 4, seen
    assert last <= second * 1.05 + 512, f"{second:.0f} KiB became {last:.0f}"
    assert after <= max(last, before * 2), f"{before} KiB before, {after} after"
