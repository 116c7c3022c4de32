"""A log against what somebody kept of it: an earlier head, a receipt, an anchor."""
import json
import shutil

import pytest


@pytest.fixture
def grown(client, gateway):
    """A log with a head from before, a receipt from before, and more records since."""
    answers = [client.chat(f"hello {i}") for i in range(5)]
    gateway.stop()
    gateway.early = gateway.folder / "early"
    shutil.copytree(gateway.audit_dir, gateway.early)
    shutil.copy(gateway.audit_dir / "checkpoint", gateway.folder / "kept.checkpoint")
    receipt = gateway.run("audit", "receipt", answers[0].exchange, "--dir", gateway.audit_dir)
    (gateway.folder / "receipt.txt").write_text(receipt.stdout)
    gateway.start()
    for i in range(5):
        client.chat(f"more {i}")
    gateway.stop()
    return gateway


def verify(gateway, *words, log=None):
    return gateway.run("audit", "verify", "--dir", log or gateway.audit_dir, *words)


def test_a_log_that_only_grew_holds_against_what_was_kept(grown):
    for kept in ("kept.checkpoint", "receipt.txt"):
        done = verify(grown, "--from", kept)
        assert done.returncode == 0 and "kept checkpoints: 1" in done.stdout, done.stdout + done.stderr
    folder = grown.folder / "shelf"
    folder.mkdir()
    shutil.copy(grown.folder / "kept.checkpoint", folder)
    shutil.copy(grown.audit_dir / "checkpoint", folder / "newest")
    assert json.loads(verify(grown, "--json", "--from", folder).stdout)["kept"] == 2
    assert verify(grown, "--from", "no such file").returncode == 1
    (grown.folder / "no.checkpoint").write_text("hello\n")
    assert verify(grown, "--from", "no.checkpoint").returncode == 1


def test_a_log_that_was_rolled_back_contradicts_the_newer_head(grown):
    assert verify(grown, log=grown.early).returncode == 0          # alone it looks sound
    done = verify(grown, "--from", grown.audit_dir / "checkpoint", log=grown.early)
    assert done.returncode == 2 and "rolled back" in done.stdout
    (grown.early / "anchor").mkdir()
    shutil.copy(grown.audit_dir / "checkpoint", grown.early / "anchor/99.checkpoint")
    assert verify(grown, log=grown.early).returncode == 2          # its own anchors count without being asked for


def test_a_log_that_was_written_anew_with_the_key_contradicts_what_was_kept(grown, client):
    key = (grown.audit_dir / "log.key").read_bytes()
    shutil.rmtree(grown.audit_dir)
    grown.audit_dir.mkdir(mode=0o700)
    (grown.audit_dir / "log.key").write_bytes(key)
    (grown.audit_dir / "log.key").chmod(0o600)
    for i in range(12):
        client.chat(f"nothing happened {i}")
    grown.stop()
    assert verify(grown).returncode == 0                           # the key is the right one
    for kept in ("kept.checkpoint", "receipt.txt"):
        done = verify(grown, "--from", kept)
        assert done.returncode == 2 and "kept checkpoint" in done.stdout, done.stdout


def test_growth_is_proved_between_any_two_sizes(grown):
    size = int((grown.audit_dir / "checkpoint").read_text().split("\n")[1])
    prove = lambda *words: grown.run("audit", "prove", *words, "--dir", grown.audit_dir)
    done = prove("--from", 3)
    assert done.returncode == 0 and done.stdout.startswith("old 3\n")
    assert done.stdout.endswith("\n\n" + (grown.audit_dir / "checkpoint").read_text())
    done = prove("--from", 3, "--to", 7)
    assert done.returncode == 0 and len(done.stdout.split("\n\n")[1].split("\n")) == 4
    assert prove("--from", 7, "--to", 3).returncode == 3
    assert prove("--from", size + 1).returncode == 3
    assert prove("--from", "x").returncode == 1
