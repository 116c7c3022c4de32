"""The power goes: every block write of a real ext4 is recorded, the disk is put together as it may have been
left at some moment (what was flushed, and any part of the rest, torn at sectors), and the log is opened.

Nothing that was acknowledged before that moment may be missing; a writer whose syncs reach no disk must lose
some, or the rig proves nothing. BULLA_STATES=5000 tries as many; BULLA_SEED repeats a run; BULLA_KEEP=FOLDER
keeps the disk and the words of each bad state, and what a second look at the same disk says."""
import contextlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAD = struct.Struct("<BBQQQ")
SECTOR, IMAGE = 512, 16 << 20
KEEP = os.environ.get("BULLA_KEEP")
STATES = int(os.environ.get("BULLA_STATES", "500"))
SEED = int(os.environ.get("BULLA_SEED", "0")) or int(time.time())


def program():
    for preset in ("release", "dev"):
        path = ROOT / "build" / preset / "flow/powercut"
        if path.exists():
            return path
    pytest.skip("skipped: power cuts: powercut is not built")


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)


@pytest.fixture(scope="module")
def shop():
    """A place in memory, with all that the rig needs; skips by name what is not to be had."""
    for tool in ("nbdkit", "nbdfuse", "mkfs.ext4", "fusermount3", "mount"):
        if not shutil.which(tool):
            pytest.skip(f"skipped: power cuts: no {tool}")
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
        pytest.skip("skipped: power cuts: needs root, FUSE and loop devices")
    room = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        blank = room / "blank"
        with open(blank, "wb") as f:
            f.truncate(IMAGE)
        assert run("mkfs.ext4", "-q", "-O", "^metadata_csum", "-b", "4096", "-N", "4096", blank).returncode == 0
        mnt = room / "mnt"
        mnt.mkdir()
        if (done := run("mount", "-o", "loop", blank, mnt)).returncode != 0:
            pytest.skip(f"skipped: power cuts: no mount: {done.stderr.strip()[:100]}")
        run("umount", mnt)
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def recorded_disk(room, name):
    """The blank image behind nbdkit and a loop device, mounted; what is written goes to the log."""
    disk, socket = room / f"{name}.fuse", room / f"{name}.sock"
    disk.touch()
    server = subprocess.Popen(["nbdkit", "-f", "--exit-with-parent", "-U", socket, "python", ROOT / "tests/flow/blocks.py",
                               f"image={room / 'blank'}", f"log={room / name}"], stderr=subprocess.PIPE)
    while not socket.exists():
        assert server.poll() is None, server.stderr.read()
        time.sleep(0.02)
    view = subprocess.Popen(["nbdfuse", disk, "--unix", socket], stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + 20
        while disk.stat().st_size != IMAGE and time.monotonic() < end:
            assert view.poll() is None, view.stderr.read()
            time.sleep(0.02)
        done = run("mount", "-o", "loop,commit=1", disk, room / "mnt")
        if done.returncode != 0:
            pytest.skip(f"skipped: power cuts: {done.stderr.strip()[:100]}")
        yield room / "mnt"
    finally:
        run("umount", "-l", room / "mnt")
        run("fusermount3", "-u", disk)
        view.wait(20)
        server.terminate()
        server.wait(20)


def record(room, seconds, *words):
    """Block events in order, and the acknowledgements: (seq, when)."""
    name = "lie" if words else "true"
    with recorded_disk(room, name) as mnt:
        done = run(program(), "write", mnt / "audit", seconds, *words, timeout=120)
        assert done.returncode == 0, done.stdout[-300:] + done.stderr
        ended = time.monotonic_ns()
    acks = [tuple(map(int, line.split()[1:])) for line in done.stdout.splitlines() if line.startswith("ACK")]
    raw, at, events = (room / name).read_bytes(), 0, []
    while at < len(raw):
        kind, fua, when, offset, length = HEAD.unpack_from(raw, at)
        at += HEAD.size
        if when <= ended:
            events.append((kind, fua, when, offset, raw[at:at + length]))
        at += length
    return events, acks


def put(disk, offset, data):
    disk[offset:offset + len(data)] = data


def leave(rng, disk, unsafe):
    """Any part of what was not flushed: a write or not, whole or torn."""
    for _, fua, _, offset, data in unsafe:
        if fua or (keep := rng.random()) < 0.35:
            put(disk, offset, data)
        elif keep < 0.5:
            for at in range(0, len(data), SECTOR):
                if rng.random() < 0.5:
                    put(disk, offset + at, data[at:at + SECTOR])


def look(room, image):
    """What stands on that disk after recovery: the next seq, verify's code, what was said."""
    mnt = room / "mnt"
    done = run("mount", "-o", "loop", image, mnt)
    assert done.returncode == 0, done.stderr
    try:
        if not (mnt / "audit").exists():
            return 0, 0, "no log yet"
        done = run(program(), "look", mnt / "audit", timeout=120)
        words = done.stdout.split()
        if done.returncode != 0 or words[:1] != ["NEXT"]:
            return -1, -1, done.stdout + done.stderr
        return int(words[1]), int(words[3]), done.stdout.strip()
    finally:
        while run("umount", mnt).returncode != 0:
            time.sleep(0.01)


def is_bad(acked, found, code, said):
    return found <= acked or code not in (0, 3) or (code == 3 and "outcomes unknown" not in said)


def keep(room, cut, disk, said):
    """A bad state for whoever explains it: if the second look, at a copy, says otherwise, the rig is to blame."""
    if not KEEP:
        return
    folder = pathlib.Path(KEEP)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{cut}.disk").write_bytes(disk)
    again = room / f"again-{cut}"
    again.write_bytes(disk)
    (folder / f"{cut}.said").write_text(f"{said}\nagain: {look(room, again)}\n")
    again.unlink()


def states(room, events, acks, count, rng):
    """For each: what was acknowledged, and what look() found."""
    disk, base = bytearray((room / "blank").read_bytes()), 0
    image = room / "image"
    begins = next(i for i, e in enumerate(events) if e[2] >= acks[0][1])
    for cut in sorted(rng.randrange(begins, len(events)) for _ in range(count)):
        safe = max((i for i in range(base, cut + 1) if events[i][0] == 2), default=base - 1) + 1
        for kind, _, _, offset, data in events[base:safe]:
            if kind == 1:
                put(disk, offset, data)
        base = max(base, safe)
        left = bytearray(disk)
        leave(rng, left, [e for e in events[base:cut + 1] if e[0] == 1])
        image.write_bytes(left)
        acked = max((seq for seq, when in acks if when <= events[cut][2]), default=-1)
        found = look(room, image)
        if is_bad(acked, *found):
            keep(room, cut, left, f"acknowledged {acked}: {found}")
        yield cut, acked, found


def test_no_acknowledged_record_is_lost_when_the_power_goes(shop):
    rng = random.Random(SEED)
    events, acks = record(shop, 4)
    assert len(acks) > 50 and sum(e[0] == 2 for e in events) > 50
    lost = []
    began = time.monotonic()
    for cut, acked, (found, code, said) in states(shop, events, acks, STATES, rng):
        if is_bad(acked, found, code, said):
            lost.append(f"event {cut}: acknowledged {acked}, {said}")
    print(f"power cuts: {STATES} states of {len(events)} block events, {acks[-1][0]} records acknowledged, "
          f"{len(lost)} bad, {time.monotonic() - began:.0f} s, BULLA_SEED={SEED}")
    assert not lost, f"BULLA_SEED={SEED}: {len(lost)} states: " + "; ".join(lost[:5])


def test_a_writer_that_does_not_sync_does_lose_some(shop):
    rng = random.Random(SEED)
    events, acks = record(shop, 4, "--lie")
    bad = [cut for cut, acked, (found, code, _) in states(shop, events, acks, 30, rng)
           if found <= acked or code not in (0, 3)]
    print(f"power cuts without sync: {len(bad)} of 30 states lost what was acknowledged, BULLA_SEED={SEED}")
    assert len(bad) >= 3, f"BULLA_SEED={SEED}: the rig sees no loss where there must be one"
