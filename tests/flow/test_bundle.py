"""What an outside auditor is given: it checks itself with openssl and sha256sum, and a changed one does not."""
import json
import shutil
import subprocess
import tarfile

import pytest

RULES = [{"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No cards."}}]


@pytest.fixture
def bundle(policy, client, gateway, tmp_path):
    policy(rules=RULES)
    for text in ("hello", "charge 4111 1111 1111 1111", "hello again"):
        client.chat(text)
    gateway.stop()
    out = tmp_path / "b.tar"
    done = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--rule", "pan", "--out", out,
                       "--after", "0", "--before", "6")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "given"
    with tarfile.open(out) as t:
        t.extractall(folder)
    return folder


def verdict(folder, *words):
    # without a PATH to our program, or to a Python
    return subprocess.run(["sh", folder / "verify.sh", *words], capture_output=True, text=True, cwd="/")


def sealed_again(folder):
    """Whoever forges a file also forges the manifest."""
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "manifest.txt")
    done = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "manifest.txt").write_text(done.stdout)


def test_it_holds_all_of_its_range_and_opens_only_what_was_chosen(bundle, gateway):
    assert sorted(int(p.stem) for p in (bundle / "leaf").iterdir()) == [1, 2, 3, 4, 5]
    chosen = {p.name.split(".")[0] for p in (bundle / "open").iterdir()}
    leaves = {p.stem: json.loads(p.read_text()) for p in (bundle / "leaf").iterdir()}
    assert chosen == {seq for seq, leaf in leaves.items() if "pan" in leaf.get("rules", [])}
    done = verdict(bundle)
    assert done.returncode == 0 and "records 1 to 5" in done.stdout, done.stdout + done.stderr
    vkey = next(x for x in (gateway.audit_dir / "LOG").read_text().splitlines() if x.startswith("vkey "))[5:]
    assert verdict(bundle, vkey).returncode == 0
    assert verdict(bundle, vkey.replace("+", "+0", 1)).returncode == 2


FORGERIES = {
    "a leaf": lambda b: (b / "leaf/2.json").write_bytes((b / "leaf/2.json").read_bytes().replace(b'"v":1', b'"v":2')),
    "two leaves swapped": lambda b: (b / "leaf/2.json").write_bytes((b / "leaf/3.json").read_bytes()),
    "a disclosure": lambda b: next((b / "open").glob("*.net")).write_bytes(
        next((b / "open").glob("*.net")).read_bytes().replace(b"127.0.0.1", b"127.0.0.2")),
    "the checkpoint": lambda b: (b / "checkpoint").write_text((b / "checkpoint").read_text().replace("\n", "\n1", 1)),
    "a proof": lambda b: (b / "proof/4.txt").write_text((b / "proof/5.txt").read_text()),
    "a policy": lambda b: next((b / "policy").iterdir()).write_text("rules: []\n"),
    "a leaf left out": lambda b: (b / "leaf/3.json").unlink(),
    "the tail left out": lambda b: (b / "coverage.txt").write_text(
        (b / "coverage.txt").read_text().replace("last record: 5", "last record: 9")),
}


def test_no_forgery_passes(bundle):
    for name, forge in FORGERIES.items():
        twin = bundle.with_name("twin")
        shutil.copytree(bundle, twin)
        forge(twin)
        assert verdict(twin).returncode == 2, name       # the manifest tells
        sealed_again(twin)
        done = verdict(twin)
        assert done.returncode in (2, 3), f"{name}: {done.stdout}"
        shutil.rmtree(twin)


def test_a_bundle_is_never_written_over(bundle, gateway, tmp_path):
    again = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", tmp_path / "b.tar")
    assert again.returncode == 1 and "there already" in again.stderr
    nothing = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", tmp_path / "c.tar", "--after", "999")
    assert nothing.returncode == 3 and not (tmp_path / "c.tar").exists()
