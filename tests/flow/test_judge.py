"""The log before a judge that shares no code with it; and the judge before known answers."""
import base64
import hashlib
import subprocess
import time

import judge
import pytest

# RFC 6962 roots of the reference test vectors of certificate-transparency
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
           "606162636465666768696a6b6c6d6e6f"]
ROOTS = {0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
         2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
         3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
         4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
         8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}


def test_the_judge_knows_the_reference_roots():
    for n, root in ROOTS.items():
        hashes = [judge.leaf_hash(bytes.fromhex(v)) for v in VECTORS[:n]]
        assert judge.root_of(hashes).hex() == root


def test_the_judge_names_tiles_as_the_text_does():
    assert judge.tile_name(0) == "000" and judge.tile_name(1234067) == "x001/x234/067"


@pytest.fixture
def small_log(tmp_path):
    """A log of three entries, made by the openssl tool."""
    made = [b'{"seq":0}', b'{"seq":1}', b'{"seq":2}']
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key"], check=True)
    der = subprocess.run(["openssl", "pkey", "-in", tmp_path / "key", "-pubout", "-outform", "DER"],
                         check=True, capture_output=True).stdout
    key = b"\x01" + der[-32:]
    key_id = hashlib.sha256(b"example.org/log\n" + key).digest()[:4]
    (tmp_path / "LOG").write_text(f"example.org/log+{key_id.hex()}+{base64.b64encode(key).decode()}\n")
    hashes = [judge.leaf_hash(e) for e in made]
    text = f"example.org/log\n3\n{base64.b64encode(judge.root_of(hashes)).decode()}\n"
    (tmp_path / "text").write_text(text)
    signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", tmp_path / "key", "-rawin",
                                "-in", tmp_path / "text"], check=True, capture_output=True).stdout
    blob = base64.b64encode(key_id + signature).decode()
    (tmp_path / "checkpoint").write_text(f"{text}\n\u2014 example.org/log {blob}\n")
    for level, raw in (("entries", b"".join(len(e).to_bytes(2, "big") + e for e in made)),
                       ("0", b"".join(hashes))):
        (tmp_path / "tile" / level / "000.p").mkdir(parents=True)
        (tmp_path / "tile" / level / "000.p" / "3").write_bytes(raw)
    return tmp_path


def test_the_judge_accepts_what_is_sound(small_log):
    assert len(judge.judge(small_log)) == 3


@pytest.mark.parametrize("path,old,new,says", [
    ("tile/entries/000.p/3", b'"seq":1', b'"seq":7', "signed root"),
    ("checkpoint", b"\n3\n", b"\n2\n", "signature is wrong"),
    ("LOG", b"example.org/log+", b"example.net/log+", "vkey's id"),
])
def test_the_judge_objects(small_log, path, old, new, says):
    raw = (small_log / path).read_bytes()
    (small_log / path).write_bytes(raw.replace(old, new))
    with pytest.raises(judge.Objection, match=says):
        judge.judge(small_log)


def test_a_log_of_ours_stands_before_the_judge(policy, client, audit, gateway):
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD"], "do": {"block": "No."}}])
    for i in range(20):
        client.chat("4111 1111 1111 1111" if i % 5 == 0 else f"hello {i}")
    gateway.stop()
    entries = judge.judge(gateway.audit_dir)
    assert entries == [leaf for leaf, _ in audit.frames()][:len(entries)]
    assert len(entries) == len(audit.records())          # the last checkpoint covers the log.stop


def test_a_log_of_more_than_one_tile(policy, client, gateway, audit):
    policy()
    for i in range(140):                                 # two records each: beyond 256
        client.chat(f"hello {i}")
    time.sleep(1.2)
    gateway.stop()
    assert len(judge.judge(gateway.audit_dir)) == len(audit.records()) > 280
    assert audit.verify() == 0
