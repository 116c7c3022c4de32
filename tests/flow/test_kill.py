"""kill -9 at random moments under load: whatever a caller got whole or the backend saw is in the log,
every exchange ends once, and the log verifies. BULLA_LONG=1: 1,000 kills; BULLA_SEED repeats a run."""
import asyncio
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import sys
import time
import types

import pytest
from bulla import SLOW, Audit, Gateway, Policy, children
from judge import judge
from load import Backend, Cut, Line, said, words_of

LONG = os.environ.get("BULLA_LONG") == "1"
SEED = int(os.environ.get("BULLA_SEED", random.SystemRandom().randrange(1 << 32)))
MODEL = re.compile(rb'"model_req":"([^"]+)"')
PATIENCE = 30 * SLOW


class Arena:
    """One gateway under load, its killer and its ledger."""

    def __init__(self, gateway, backend, seed, callers):
        self.gateway, self.backend, self.random, self.callers = gateway, backend, random.Random(seed), callers
        self.whole, self.statuses, self.wrong = {}, collections.Counter(), []
        self.kills, self.cuts, self.asked, self.over = collections.Counter(), 0, 0, False
        self.tls = gateway.tls()

    async def run(self, kills):
        await asyncio.to_thread(self.gateway.start)
        callers = [asyncio.create_task(self._call(i)) for i in range(self.callers)]
        try:
            await self._progress()
            for _ in range(kills):
                await self._kill()
                if self.random.random() < 0.75:          # else the next one falls into the recovery
                    await self._progress()
                await asyncio.sleep(self.random.random() * 0.15)
            await self._progress()
        finally:
            self.over = True
            await asyncio.gather(*callers)
        code = await asyncio.to_thread(self.gateway.stop)
        assert code == 0, f"ended with {code}"

    async def _progress(self):
        """Waits until an answer came whole that was asked for from now on."""
        name, end = self.asked, time.monotonic() + PATIENCE
        while not any(n >= name for n, _ in list(self.whole.values())[-self.callers * 2:]):
            assert time.monotonic() < end, f"no answer: {self.statuses} {self.cuts}\n{self.gateway.said()[-2000:]}"
            await asyncio.sleep(0.01)

    async def _kill(self):
        process = self.gateway.process
        if self.random.random() < 0.07:
            process.kill()
            await asyncio.to_thread(process.wait)
            self.kills["master"] += 1
            self.gateway.process = None
            self.gateway.log.close()
            await asyncio.to_thread(self.gateway.start)
            return
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            alive = [pid for pid in children(process.pid) if not is_gone(pid)]
            if alive:
                victim = self.random.choice(alive)
                role = "auditor" if writes_the_log(victim) else "worker"
                with contextlib.suppress(ProcessLookupError):        # it went by itself: another one then
                    os.kill(victim, signal.SIGKILL)
                    self.kills[role] += 1
                    return
            await asyncio.sleep(0.005)
        raise AssertionError(f"nobody is started again, {process.poll()}\n{self.gateway.said()[-6000:]}")

    async def _call(self, number):
        line = Line(self.gateway.port, self.tls)
        pick = random.Random(f"{number}")
        while not self.over:
            self.asked += 1
            name, asked, stream = f"m{self.asked}", self.asked, pick.random() < 0.5
            try:
                status, headers, body = await asyncio.wait_for(line.ask(name, stream), PATIENCE)
                self.statuses[status] += 1
                if status == 200:
                    words = said(body, stream)
                    if not words or not "".join(words_of(name, 9)).startswith(words):
                        self.wrong.append(f"{name} was answered {words!r}")
                    self.whole[headers["x-bulla-exchange"]] = asked, name
            except (OSError, Cut):
                self.cuts += 1
                await line.close()
                await asyncio.sleep(0.01)
            await asyncio.sleep(pick.random() * 0.01)
        await line.close()


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def writes_the_log(pid):
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}").endswith("/LOCK") for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def faults_of(arena):
    """What the log and the ledgers disagree about, in words. Nothing here is our own reader but the
    frames' groups, which the tree does not hold."""
    audit = Audit(arena.gateway)
    leaves = [json.loads(entry) for entry in judge(arena.gateway.audit_dir)]
    names = {json.loads(leaf)["xid"]: MODEL.search(groups).group(1).decode()
             for leaf, groups in audit.frames() if b'"exchange.begin"' in leaf}
    begins, ends = {}, collections.defaultdict(list)
    for i, leaf in enumerate(leaves):
        if leaf["seq"] != i:
            yield f"entry {i} is record {leaf['seq']}"
        if leaf["type"] == "exchange.begin":
            if leaf["xid"] in begins:
                yield f"{leaf['xid']} begins twice"
            begins[leaf["xid"]] = leaf["seq"]
        if leaf["type"] == "exchange.end":
            ends[leaf["xid"]].append(leaf)
    for xid, seq in begins.items():
        if [e["ref"] for e in ends[xid]] != [[seq]]:
            yield f"{xid} ({names.get(xid)}) begins and has {len(ends[xid])} ends"
    for xid in set(ends) - set(begins):
        yield f"{xid} ends and never began"
    begun = collections.Counter(names.values())
    for name in arena.backend.seen:
        if begun[name] != 1:
            yield f"{name} was seen by the backend and has {begun[name]} begins"
    for xid, (_, name) in arena.whole.items():
        if names.get(xid) != name or [e["out"] for e in ends[xid]] != ["ok"]:
            yield f"{name} ({xid}) came whole, and the log says {[e['out'] for e in ends[xid]]}"


async def rounds(arenas, kills):
    for arena in arenas:
        await arena.backend.start()
        arena.gateway.config["upstreams"]["fake"]["url"] = arena.backend.url
    try:
        await asyncio.gather(*(arena.run(kills) for arena in arenas))
    finally:
        for arena in arenas:
            arena.backend.stop()


def kill_and_judge(binary, certs, folder, kills, count, callers=6):
    arenas = []
    for i in range(count):
        place = folder / str(i)
        place.mkdir()
        policy = Policy(place / "policy.yaml")
        gateway = Gateway(binary, certs, place, policy, {})
        gateway.config["upstreams"] = {"fake": {"dialect": "openai", "trust": "closed"}}
        arenas.append(Arena(gateway, Backend(SEED + i), SEED + i, callers))
    began = time.monotonic()
    try:
        asyncio.run(rounds(arenas, -(-kills // count)))
    except BaseException:
        print(f"BULLA_SEED={SEED}")
        raise
    finally:
        for arena in arenas:
            if arena.gateway.process is not None:
                arena.gateway.process.kill()
                arena.gateway.process.wait()
    total = collections.Counter()
    for arena in arenas:
        total.update(arena.kills)
        total.update(whole=len(arena.whole), seen=len(arena.backend.seen), cut=arena.cuts)
        wrong = arena.wrong + list(faults_of(arena))
        assert not wrong, f"BULLA_SEED={SEED}: {len(wrong)}\n" + "\n".join(wrong[:20])
        assert set(arena.statuses) <= {200, 503}, arena.statuses
        done = arena.gateway.run("audit", "verify", "--dir", arena.gateway.audit_dir, timeout=120)
        assert done.returncode in (0, 3), f"BULLA_SEED={SEED}: {done.stdout}"
        assert done.returncode == 0 or "unknown after a crash" in done.stdout
        arena.gateway.assert_clean()
    print(f"seed {SEED}, {time.monotonic() - began:.0f} s: {dict(total)}")
    return total


@pytest.fixture
def fast():
    """The release build: a killed one is up again in a fifth of a second."""
    path = pathlib.Path(os.environ.get("BULLA_RELEASE",
                                       pathlib.Path(__file__).resolve().parents[2] / "build/release/bulla"))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


def test_a_ledger_that_does_not_agree_is_told(policy, client, gateway, monkeypatch):
    """The planted faults: without them the kills below prove nothing."""
    policy()
    answers = {f"m{i}": client.chat("hello", model=f"m{i}") for i in range(3)}
    gateway.stop()
    arena = types.SimpleNamespace(gateway=gateway, backend=types.SimpleNamespace(seen=list(answers)),
                                  whole={a.exchange: (i, name) for i, (name, a) in enumerate(answers.items())})
    assert list(faults_of(arena)) == []
    arena.whole["018f0000-0000-7000-8000-000000000001"] = 9, "m9"          # a caller has what the log lacks
    assert len(list(faults_of(arena))) == 1
    del arena.whole["018f0000-0000-7000-8000-000000000001"]
    arena.backend.seen.append("m8")                                        # so has the backend
    assert ["m8" in fault for fault in faults_of(arena)] == [True]
    arena.backend.seen.pop()
    one, entries = answers["m1"].exchange, list(judge(gateway.audit_dir))
    for kept in ([e for e in entries if one.encode() not in e or b'"exchange.end"' not in e],      # an end is gone
                 [e for e in entries if one.encode() not in e],                                    # all of it
                 entries[:-1] + [entries[1]] + entries[-1:]):                                      # one stands twice
        monkeypatch.setattr(sys.modules[__name__], "judge", lambda _, kept=kept: kept)
        assert any(one in fault or "entry" in fault for fault in faults_of(arena))


def test_two_hundred_kills_lose_and_double_nothing(fast, certs, tmp_path):
    kills = 1000 if LONG else 210
    total = kill_and_judge(fast, certs, tmp_path, kills, 3)
    assert sum(total[role] for role in ("worker", "auditor", "master")) >= kills
    assert min(total[role] for role in ("worker", "auditor", "master")) > 0
    assert total["whole"] > kills


def test_the_sanitizers_see_the_same(bulla, certs, tmp_path):
    total = kill_and_judge(bulla, certs, tmp_path, 16, 1)
    assert total["whole"] > 16
