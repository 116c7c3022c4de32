"""Eight reloads under load lose nothing: not a new connection, not a request on a connection that is kept,
not an event of a stream. BULLA_LONG=1: ten times as much."""
import asyncio
import collections
import os
import signal

from bulla import SLOW, Audit, Gateway, Policy
from load import Backend, Cut, Line, said, words_of
from test_kill import LONG, fast  # noqa: F401

REQUESTS, STREAMS, RELOADS = (12000, 120, 8) if LONG else (1500, 30, 8)
PATIENCE = 60 * SLOW


class Rush:
    """Three sorts of callers until enough came; `lost` says which request of which sort had no answer."""

    def __init__(self, gateway, backend):
        self.gateway, self.backend, self.tls = gateway, backend, gateway.tls()
        self.got, self.lost, self.generations = collections.Counter(), [], set()
        self.reloads, self.closes = 0, 0

    def enough(self):
        return (self.reloads == RELOADS and self.got["fresh"] + self.got["kept"] >= REQUESTS and
                self.got["streamed"] >= STREAMS)

    async def run(self):
        callers = [*[self._fresh(i) for i in range(4)], *[self._kept(i) for i in range(8)],
                   *[self._streamed(i) for i in range(6)]]
        await asyncio.wait_for(asyncio.gather(self._reload(), *callers), 10 * PATIENCE)

    async def _ask(self, sort, line, name, stream=False, words=3):
        try:
            status, headers, body = await asyncio.wait_for(line.ask(name, stream, words), PATIENCE)
            if status != 200 or said(body, stream) != "".join(words_of(name, words)):
                self.lost.append(f"{sort} {name}: {status} {body[:200]!r}")
            self.got[sort] += 1
            self.closes += headers.get("connection") == "close"
            self.generations.add(headers["x-bulla-policy"])
        except (OSError, Cut, asyncio.TimeoutError) as fault:
            self.lost.append(f"{sort} {name}: {fault!r}")
            await line.close()

    async def _fresh(self, number):
        turn = 0
        while not self.enough():
            line, turn = Line(self.gateway.port, self.tls), turn + 1
            await self._ask("fresh", line, f"f{number}-{turn}")
            await line.close()

    async def _kept(self, number):
        line, turn = Line(self.gateway.port, self.tls), 0
        while not self.enough():
            turn += 1
            await self._ask("kept", line, f"k{number}-{turn}")
            await asyncio.sleep(0.01)
        await line.close()

    async def _streamed(self, number):
        line, turn = Line(self.gateway.port, self.tls), 0
        while not self.enough():
            turn += 1
            await self._ask("streamed", line, f"s{number}-{turn}", stream=True, words=50)
        await line.close()

    async def _reload(self):
        """The next one when the one before serves, and a share of the load has come."""
        share = (REQUESTS // (RELOADS + 1), STREAMS // (RELOADS + 1))
        for _ in range(RELOADS):
            seen = self.got.copy()
            while (self.got["fresh"] + self.got["kept"] < seen["fresh"] + seen["kept"] + share[0] or
                   self.got["streamed"] < seen["streamed"] + share[1]):
                await asyncio.sleep(0.01)
            before = max(map(int, self.generations))
            os.kill(self.gateway.process.pid, signal.SIGHUP)
            while max(map(int, self.generations)) <= before:
                await asyncio.sleep(0.01)
            self.reloads += 1


async def rush(r):
    await r.backend.start()
    r.gateway.config["upstreams"] = {"fake": {"dialect": "openai", "trust": "closed", "url": r.backend.url}}
    await asyncio.to_thread(r.gateway.start)
    try:
        await r.run()
    finally:
        r.backend.stop()


def test_eight_reloads_under_load_lose_nothing(fast, certs, tmp_path):  # noqa: F811
    gateway = Gateway(fast, certs, tmp_path, Policy(tmp_path / "policy.yaml"), {})
    r = Rush(gateway, Backend())
    try:
        asyncio.run(rush(r))
        assert not r.lost, "\n".join(r.lost[:20])
        assert len(r.generations) == RELOADS + 1
        audit = Audit(gateway)
        assert audit.verify() == 0, audit.said           # stops it: the old workers drained too
        ends = collections.Counter(e.out for e in audit.records("exchange.end"))
        assert ends == {"ok": sum(r.got.values())}
        assert set(r.backend.seen.values()) == {1} and len(r.backend.seen) == ends["ok"]
        gateway.assert_clean()
    finally:
        gateway.stop()
    print(f"{dict(r.got)}, {r.reloads} reloads, {r.closes} answers announced the end, 0 lost")
