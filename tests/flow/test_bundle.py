"""What an outside auditor is given: it checks itself with openssl and sha256sum, and a changed one does not."""
import base64
import hashlib
import json
import shutil
import subprocess
import tarfile

import pytest

from authority import authority  # noqa: F401

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


def said(folder, before, after):
    (folder / "coverage.txt").write_text((folder / "coverage.txt").read_text().replace(before, after))


def unproved(folder, kind):
    """A leaf beside the range that fits what is shown with it, and no tree."""
    (folder / kind).mkdir(exist_ok=True)
    text = b"a quokka"
    (folder / kind / "7.who").write_bytes(text)
    digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
    (folder / "leaf/7.json").write_text(f'{{"g":{{"who":"{digest}"}},"p":[{{"h":"{digest}","k":"who",}}]}}')


FORGERIES = {
    "a leaf": lambda b: (b / "leaf/2.json").write_bytes((b / "leaf/2.json").read_bytes().replace(b'"v":1', b'"v":2')),
    "two leaves swapped": lambda b: (b / "leaf/2.json").write_bytes((b / "leaf/3.json").read_bytes()),
    "a disclosure": lambda b: next((b / "open").glob("*.net")).write_bytes(
        next((b / "open").glob("*.net")).read_bytes().replace(b"127.0.0.1", b"127.0.0.2")),
    "the checkpoint": lambda b: (b / "checkpoint").write_text((b / "checkpoint").read_text().replace("\n", "\n1", 1)),
    "a proof": lambda b: (b / "proof/4.txt").write_text((b / "proof/5.txt").read_text()),
    "a policy": lambda b: next((b / "policy").iterdir()).write_text("rules: []\n"),
    "a leaf left out": lambda b: (b / "leaf/3.json").unlink(),
    "a range of nothing": lambda b: said(b, "first record: 1", "first record: 6"),
    "a range that is no number": lambda b: said(b, "first record: 1", "first record: one"),
    "no range": lambda b: said(b, "first record: 1", ""),
    "a disclosure of a record that nothing proves": lambda b: unproved(b, "open"),
    "a text of a record that nothing proves": lambda b: unproved(b, "sealed"),
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


def shells():
    """Whoever checks may have any of them as `sh`, and their arithmetic is not alike."""
    return [found for found in map(shutil.which, ("dash", "bash", "ksh", "busybox")) if found]


def signed_by(gateway, folder, text):
    """A note over it by the log's own key: its owner is the one who is not believed."""
    (folder / "text").write_text(text)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", gateway.audit_dir / "log.key", "-in", folder / "text", "-out",
                    folder / "sig"], check=True)
    vkey = next(x for x in (gateway.audit_dir / "LOG").read_text().splitlines() if x.startswith("vkey "))[5:]
    blob = bytes.fromhex(vkey.split("+")[1]) + (folder / "sig").read_bytes()
    return f"{text}\n\N{EM DASH} {vkey.split('+')[0]} {base64.b64encode(blob).decode()}\n"


def test_what_the_makers_of_a_bundle_write_is_no_command(bundle, gateway, tmp_path):
    mark = tmp_path / "a-command-was-run"
    run = f"work[$(touch {mark})]"
    head = (bundle / "checkpoint").read_text().split("\n\n")[0].split("\n")
    write = lambda b, name, text: ((b / name).parent.mkdir(exist_ok=True), (b / name).write_text(text))
    hostile = {
        "the first record": lambda b: said(b, "first record: 1", f"first record: {run}"),
        "the last record": lambda b: said(b, "last record: 5", f"last record: {run}"),
        "the size": lambda b: write(b, "checkpoint", signed_by(gateway, tmp_path, "\n".join([head[0], run, *head[2:], ""]))),
        "an anchor's size": lambda b: write(b, "anchor/9.checkpoint",
                                            signed_by(gateway, tmp_path, "\n".join([head[0], run, *head[2:], ""]))),
        "a change of the key": lambda b: write(b, "rotate/1.tlog-proof",
                                               f"c2sp.org/tlog-proof@v1\nextra QQ==\nindex 1,/x/;e touch {mark} #\n\n{head[0]}\n2\n"),
    }
    for name, forge in hostile.items():
        twin = bundle.with_name("twin")
        shutil.copytree(bundle, twin)
        forge(twin)
        sealed_again(twin)
        for shell in shells():
            words = [shell, "sh"] if shell.endswith("busybox") else [shell]
            done = subprocess.run([*words, twin / "verify.sh"], capture_output=True, text=True, cwd="/")
            assert not mark.exists(), f"{name}, {shell}"
            assert done.returncode == 2, f"{name}, {shell}: {done.stdout}{done.stderr}"
        shutil.rmtree(twin)


def identity(folder, name):
    subprocess.run(["age-keygen", "-o", folder / name], check=True, capture_output=True)
    return folder / name, subprocess.run(["age-keygen", "-y", folder / name], check=True, capture_output=True, text=True).stdout.strip()


def given(gateway, tmp_path, *words):
    out, folder = tmp_path / f"{len(list(tmp_path.iterdir()))}.tar", tmp_path / f"given-{len(list(tmp_path.iterdir()))}"
    done = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", out, *words)
    assert done.returncode == 0, done.stderr
    with tarfile.open(out) as t:
        t.extractall(folder)
    return folder


def other_end(data):
    return data[:-1] + bytes([data[-1] ^ 1])          # always another byte


def test_a_case_has_what_is_held_for_it_with_its_texts_sealed_and_what_others_vouch_for(
        policy, client, gateway, audit, tmp_path, authority):
    if shutil.which("age-keygen") is None:
        pytest.skip("skipped: the age tool is not installed")
    reviewer, to = identity(tmp_path, "reviewer.txt")
    policy(rules=[])
    gateway.config["audit"].update({"capture": "redacted", "reviewers": [to]})
    hers = client.chat("the quokka of the case")
    client.chat("nobody's business")
    begin, end = audit.of(hers)
    held = gateway.run("audit", "hold", "set", "--case", "C-7", "--xid", begin.xid, "--dir", gateway.audit_dir)
    assert held.returncode == 0, held.stderr
    gateway.stop()
    for _ in range(2):                                   # the log grows between the two
        stamped = gateway.run("audit", "anchor", "--tsa", authority.url, "--tsa-ca", authority.folder / "ca.pem", "--dir", gateway.audit_dir)
        assert stamped.returncode == 0, stamped.stderr
        assert gateway.run("audit", "case", "note", "--case", "C-7", "--reason", "looked at", "--dir", gateway.audit_dir).returncode == 0
    last = str(end.seq + 3)
    folder = given(gateway, tmp_path, "--case", "C-7", "--sealed", "--before", last)
    opened = {p.name for p in (folder / "open").iterdir()}
    assert {f"{begin.seq}.who", f"{end.seq}.use"} <= opened and not any(p.startswith(f"{end.seq + 1}.") for p in opened)
    assert {p.name for p in (folder / "sealed").iterdir()} == {f"{begin.seq}.req.sent", f"{end.seq}.resp.sent"}
    stamps = sorted(int(p.stem) for p in (folder / "anchor").glob("*.tsr"))
    assert len(stamps) == 1 and (folder / f"anchor/{stamps[0]}.growth").exists()      # the older one, of a smaller log

    done = verdict(folder)
    assert done.returncode == 0 and "2 sealed texts, 1 anchors" in done.stdout, done.stdout + done.stderr
    vkey = next(x for x in (gateway.audit_dir / "LOG").read_text().splitlines() if x.startswith("vkey "))[5:]
    done = verdict(folder, vkey, str(authority.folder / "ca.pem"))
    assert done.returncode == 0 and f"stamped: {stamps[0]} records at " in done.stdout, done.stdout + done.stderr
    assert verdict(folder, vkey, str(authority.folder / "other.pem")).returncode == 2

    # the reviewer, with the age tool and nothing of ours, has the key of the hour; not who is none
    (envelope,) = (folder / "keys").glob("*.age")
    epoch = subprocess.run(["age", "-d", "-i", reviewer, envelope], capture_output=True)
    assert epoch.returncode == 0 and len(epoch.stdout) == 32
    other, _ = identity(tmp_path, "other.txt")
    assert subprocess.run(["age", "-d", "-i", other, envelope], capture_output=True).returncode != 0
    assert all(len(p.read_bytes()) == 40 for p in (folder / "keys").iterdir() if p.suffix != ".age")
    assert not any(b"quokka" in p.read_bytes() for p in folder.rglob("*") if p.is_file())

    one = next((folder / "sealed").glob("*.req.sent"))
    stamp = folder / f"anchor/{stamps[0]}"
    for name, forge in {
        "a sealed text": lambda f: (f / "sealed" / one.name).write_bytes(other_end(one.read_bytes())),
        "two sealed texts swapped": lambda f: (f / f"sealed/{end.seq}.resp.sent").write_bytes(one.read_bytes()),
        "a head that was stamped": lambda f: (f / f"anchor/{stamps[0]}.checkpoint").write_bytes((f / "checkpoint").read_bytes()),
        "how the log grew": lambda f: (f / f"anchor/{stamps[0]}.growth").write_text("old 1\n\n"),
        "the stamp": lambda f: (f / f"anchor/{stamps[0]}.tsr").write_bytes(stamp.with_suffix(".tsr").read_bytes().replace(b"\x01", b"\x02", 1)),
    }.items():
        twin = folder.with_name("twin")
        shutil.copytree(folder, twin)
        forge(twin)
        sealed_again(twin)
        done = verdict(twin, vkey, str(authority.folder / "ca.pem"))
        assert done.returncode in (2, 3), f"{name}: {done.stdout}"
        shutil.rmtree(twin)


def test_sealed_texts_are_handed_out_only_of_what_was_chosen(client, gateway, tmp_path):
    client.chat("hello")
    gateway.stop()
    done = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", tmp_path / "x.tar", "--sealed")
    assert done.returncode == 1 and "whose sealed texts" in done.stderr and not (tmp_path / "x.tar").exists()


def test_a_bundle_is_never_written_over(bundle, gateway, tmp_path):
    again = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", tmp_path / "b.tar")
    assert again.returncode == 1 and "there already" in again.stderr
    nothing = gateway.run("audit", "bundle", "--dir", gateway.audit_dir, "--out", tmp_path / "c.tar", "--after", "999")
    assert nothing.returncode == 3 and not (tmp_path / "c.tar").exists()
