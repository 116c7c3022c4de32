"""A log grows: what it takes to verify grows no faster, memory does not, and a page stays a page. BULLA_LONG=1: ten million
records, as the figures of audit/README.md; else a twenty-fifth of that, beside a hundredth."""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEW, MANY = (1_000_000, 10_000_000) if os.environ.get("BULLA_LONG") else (100_000, 400_000)
MOST_MIB, MOST_PAGE_MS = 80, 50


def figures(said):
    """What bench_scale says: CPU seconds of verify, peaks in MiB, medians of pages in ms."""
    return {"verify": float(re.search(r"verified in [\d.]+ s \(([\d.]+) s of CPU\)", said).group(1)),
            "peaks": [int(n) for n in re.findall(r"peak (\d+) MiB", said)],
            "pages": [float(n) for n in re.findall(r"median ([\d.]+) ms", said)]}


def wrong(few, many, times):
    """What is not as it should be with so many times the records."""
    faults = [f"verify took {many['verify'] / few['verify']:.1f} times as long"] if many["verify"] > 1.6 * times * few["verify"] else []
    faults += [f"{mib} MiB" for mib in many["peaks"] if mib > MOST_MIB]
    return faults + [f"a page took {ms} ms" for ms in many["pages"] if ms > MOST_PAGE_MS]


def test_what_grows_too_fast_is_told():
    good = {"verify": 1.0, "peaks": [30, 35], "pages": [1.0, 20.0]}
    assert wrong(good, {**good, "verify": 4.1}, 4) == []
    assert wrong(good, {**good, "verify": 16.0}, 4) and wrong(good, {**good, "peaks": [30, 120]}, 4)
    assert wrong(good, {**good, "pages": [1.0, 80.0]}, 4)


def test_a_log_of_many_records_is_verified_and_asked_in_bounded_memory(tmp_path):
    program = pathlib.Path(os.environ.get("BULLA_RELEASE", ROOT / "build/release/bulla")).parent / "bench/bench_scale"
    if not program.exists():
        pytest.skip("skipped: bench_scale is not built")
    found = []
    for records in (FEW, MANY):
        done = subprocess.run([program, tmp_path / str(records), "--records", str(records)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        found.append(figures(done.stdout))
        print(f"{records} records: {found[-1]}")
    assert len(found[1]["peaks"]) == 3 and len(found[1]["pages"]) == 6
    assert not wrong(*found, MANY / FEW)
