"""A log against what somebody kept of it: an earlier head, a receipt, an anchor."""
import json
import shutil
import subprocess
import tarfile

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


def holds(grown):
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


def rolled_back_contradicts_the_newer_head(grown):
    assert verify(grown, log=grown.early).returncode == 0          # alone it looks sound
    done = verify(grown, "--from", grown.audit_dir / "checkpoint", log=grown.early)
    assert done.returncode == 2 and "rolled back" in done.stdout
    (grown.early / "anchor").mkdir()
    shutil.copy(grown.audit_dir / "checkpoint", grown.early / "anchor/99.checkpoint")
    assert verify(grown, log=grown.early).returncode == 2          # its own anchors count without being asked for


def written_anew_with_the_key_contradicts_what_was_kept(grown, client):
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


def growth_is_proved_between_any_two_sizes(grown):
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


def test_a_log_stands_or_falls_with_what_was_kept(grown, client):
    """One log for all of it: what destroys it comes last."""
    holds(grown)
    growth_is_proved_between_any_two_sizes(grown)
    rolled_back_contradicts_the_newer_head(grown)
    written_anew_with_the_key_contradicts_what_was_kept(grown, client)


def test_the_key_changes_under_a_running_gateway_and_an_auditor_follows(client, gateway, tmp_path):
    client.chat("hello")
    log = gateway.audit_dir
    rotate = lambda *words: gateway.run("audit", "key", "rotate", "--dir", log, *words)
    assert rotate().returncode == 1                                # no reason, no change
    done = rotate("--reason", "the yearly one")
    assert done.returncode == 0, done.stderr
    client.chat("after it")
    gateway.stop()
    keys = [json.loads(x) for x in gateway.run("audit", "key", "list", "--json", "--dir", log).stdout.splitlines()]
    assert [k["now"] for k in keys] == [False, True]
    old, new = (k["vkey"] for k in keys)
    assert f"vkey {old}\n" in (log / "LOG").read_text()
    for key in (old, new):                                         # whoever trusts either
        assert verify(gateway, "--vkey", key).returncode == 0
    assert verify(gateway, "--vkey", old.replace("+", "+0", 1)).returncode == 2
    out = tmp_path / "b.tar"
    done = gateway.run("audit", "bundle", "--dir", log, "--out", out, "--after", "3", "--before", "6")
    assert done.returncode == 0, done.stderr
    given = tmp_path / "given"
    with tarfile.open(out) as t:
        t.extractall(given)
    check = lambda *words: subprocess.run(["sh", given / "verify.sh", *words], capture_output=True, text=True, cwd="/")
    for words in ((), (old,), (new,)):
        done = check(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert check(new.replace("+", "+0", 1)).returncode == 2
    change, = (given / "rotate").iterdir()
    text = change.read_text()
    lines = text.rstrip("\n").split("\n")
    for forged in ("\n".join(lines[:-2] + lines[-1:]) + "\n",       # the old key did not sign
                   "\n".join(lines[:-1]) + "\n",                   # the new one did not
                   text.replace(lines[3], lines[3][::-1].replace("=", "") + "=", 1)):
        change.write_text(forged)
        names = sorted(str(p.relative_to(given)) for p in given.rglob("*") if p.is_file() and p.name != "manifest.txt")
        (given / "manifest.txt").write_text(subprocess.run(
            ["sha256sum", *names], cwd=given, capture_output=True, text=True, check=True).stdout)
        assert check().returncode == 2
    shutil.rmtree(log / "rotate")
    assert verify(gateway).returncode == 2                         # nobody vouches for who signed
