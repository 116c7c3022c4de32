"""test_audit_judge.py - other people's code judges a log of ours, and a tampered twin that must fail.

Judges: openssl (checkpoint signature), RFC 6962 in Python (root from the entry bundles), Go's
golang.org/x/mod (note, root, tiles; skipped by name when it cannot be had). The log is the one that
the unit test test_log leaves behind with BULLA_KEEP_LOG."""
import base64
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def read(*parts):
    with open(os.path.join(*parts), "rb") as f:
        return f.read()


def key_of(log):
    label = read(log, "LOG").decode()
    vkey = next(x for x in label.split("\n") if x.startswith("vkey "))
    return base64.b64decode(vkey.split("+", 2)[2])[1:]


def openssl_accepts(log):
    text, signatures = read(log, "checkpoint").split(b"\n\n")
    line = signatures.strip().split(b" ")
    with tempfile.TemporaryDirectory() as work:
        der = bytes.fromhex("302a300506032b6570032100") + key_of(log)
        parts = {"key": der, "text": text + b"\n", "sig": base64.b64decode(line[-1])[4:]}
        for name, content in parts.items():
            with open(os.path.join(work, name), "wb") as f:
                f.write(content)
        p = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                            "-inkey", "key", "-in", "text", "-sigfile", "sig"],
                           cwd=work, capture_output=True)
        return p.returncode == 0


def name_of(index):
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts)


def entries_of(log, size):
    for at in range(0, size, 256):
        width = min(256, size - at)
        name = name_of(at // 256) + ("" if width == 256 else f".p/{width}")
        rest = read(log, "tile/entries", name)
        for _ in range(width):
            end = 2 + int.from_bytes(rest[:2], "big")
            assert len(rest) >= end, "short bundle"
            yield rest[2:end]
            rest = rest[end:]
        assert not rest, "bytes behind the last entry"


def root_of(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def python_accepts(log):
    _, size, root = read(log, "checkpoint").decode().split("\n")[:3]
    try:
        hashes = [hashlib.sha256(b"\0" + e).digest() for e in entries_of(log, int(size))]
    except AssertionError:
        return False
    return len(hashes) == int(size) and root_of(hashes) == base64.b64decode(root)


class Judges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = sorted(glob.glob(os.path.join(ROOT, "build/*/unit/test_log")), key=os.path.getmtime)
        program = os.environ.get("BULLA_TEST_LOG", made[-1] if made else "")
        if not program:
            raise unittest.SkipTest("skipped: audit judges: test_log is not built")
        cls.work = tempfile.mkdtemp()
        cls.log = os.path.join(cls.work, "log")
        subprocess.run([program], env={**os.environ, "BULLA_KEEP_LOG": cls.log}, check=True,
                       capture_output=True)
        cls.twin = os.path.join(cls.work, "twin")
        shutil.copytree(cls.log, cls.twin)
        bundle = os.path.join(cls.twin, "tile/entries/000")
        content = bytearray(read(bundle))
        content[1000] ^= 1
        with open(bundle, "wb") as f:
            f.write(content)
        cls.forged = os.path.join(cls.work, "forged")
        shutil.copytree(cls.log, cls.forged)
        head = read(cls.forged, "checkpoint").replace(b"\n402\n", b"\n401\n")
        with open(os.path.join(cls.forged, "checkpoint"), "wb") as f:
            f.write(head)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def test_openssl_takes_the_signature_and_refuses_a_forged_head(self):
        self.assertTrue(openssl_accepts(self.log))
        self.assertFalse(openssl_accepts(self.forged))

    def test_the_entries_give_the_root_and_the_twin_does_not(self):
        self.assertTrue(python_accepts(self.log))
        self.assertFalse(python_accepts(self.twin))

    def test_go_accepts_the_log_and_refuses_both_forgeries(self):
        if not shutil.which("go"):
            self.skipTest("skipped: golang.org/x/mod: no go")
        source = os.path.join(self.work, "tlog")
        shutil.copytree(os.path.join(HERE, "judges/tlog"), source)
        for command in (["go", "mod", "tidy"], ["go", "build", "-o", "judge", "."]):
            p = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=300)
            if p.returncode != 0:
                self.skipTest(f"skipped: golang.org/x/mod: {p.stderr.strip()[-200:]}")
        judge = os.path.join(source, "judge")
        p = subprocess.run([judge, self.log], capture_output=True, text=True)
        self.assertEqual((p.returncode, p.stdout[:8]), (0, "tlog: ok"), p.stdout)
        self.assertEqual(subprocess.run([judge, self.twin], capture_output=True).returncode, 1)
        self.assertEqual(subprocess.run([judge, self.forged], capture_output=True).returncode, 1)


if __name__ == "__main__":
    unittest.main()
