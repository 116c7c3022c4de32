"""test_audit_judge.py - other people's code judges a log of ours, and a tampered twin that must fail.

Judges: openssl (checkpoint signature), RFC 6962 in Python (root from the entry bundles); and those of
judges/, each skipped by name when it cannot be had: golang.org/x/mod, Tessera's fsck, @sigstore/verify,
@transmute/rfc9162, canonicalize. Fewer than two of these that ran is a failure. The log is the one that the
unit test test_log leaves behind with BULLA_KEEP_LOG; receipts and growth proofs are made by bulla."""
import base64
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import unittest

import court

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
        at, cls.changed = 0, 0                                   # which record that is
        while (end := at + 2 + int.from_bytes(content[at:at + 2], "big")) <= 1000:
            at, cls.changed = end, cls.changed + 1
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

    def test_the_page_on_verifying_without_us_is_right_as_written(self):
        page = read(ROOT, "audit/README.md").decode().split("## Verify without us")[1]
        for folder, good in ((self.log, True), (self.forged, False)):
            done = subprocess.run(["sh", "-e"], input=page.split("```")[1], env={**os.environ, "DIR": folder},
                                  capture_output=True, text=True)
            said = done.stdout + done.stderr
            self.assertEqual((done.returncode == 0, "Verified Successfully" in said), (good, good), said)

    def proofs(self):
        """Receipts and growth proofs of the clean log."""
        bulla = os.environ.get("BULLA", os.path.join(ROOT, "build/dev/bulla"))
        size = int(read(self.log, "checkpoint").split(b"\n")[1])
        made = []
        for words in ([str(self.changed)], ["0"], ["255"], ["256"], [str(size - 1)], ["--from", "3"], ["--from", "256"],
                      ["--from", "257"], ["--from", "5", "--to", "300"]):
            p = subprocess.run([bulla, "audit", "prove", *words, "--dir", self.log], capture_output=True, text=True)
            self.assertEqual(p.returncode, 0, p.stderr)
            made.append(os.path.join(self.work, "proof" + "-".join(words)))
            with open(made[-1], "w") as f:
                f.write(p.stdout)
        return made

    def spoiled(self, proof):
        """The same with another hash in it."""
        lines = open(proof).read().split("\n")
        at = next(i for i, line in enumerate(lines) if len(line) == 44)
        lines[at] = ("B" if lines[at][0] == "A" else "A") + lines[at][1:]
        with open(proof + ".bad", "w") as f:
            f.write("\n".join(lines))
        return proof + ".bad"

    def ask(self, name, judge, forged=True, takes_proofs=True):
        """It takes the log and all proofs, and neither the twin nor any spoiled proof."""
        made = self.proofs() if takes_proofs else []
        if takes_proofs == "receipts":
            made = [path for path in made if "from" not in path]
        self.assertTrue(court.accepts(judge, self.log, *made), name)
        self.assertFalse(court.accepts(judge, self.twin, *made), name)
        if forged:
            self.assertFalse(court.accepts(judge, self.forged), name)
        for proof in (made[0], made[-1]) if made else ():
            self.assertFalse(court.accepts(judge, self.log, self.spoiled(proof)), f"{name}: {proof}")

    def judges(self):
        """x/mod, Tessera, and the npm packages: name, how to get it, whether it reads signatures, and proofs."""
        return {"golang.org/x/mod": (lambda: court.go("tlog"), True, True),
                "tessera fsck": (lambda: court.go("fsck"), True, False),
                "@sigstore/verify": (lambda: court.node("sigstore"), False, "receipts"),
                "@transmute/rfc9162": (lambda: court.node("rfc9162"), False, True)}

    def test_other_peoples_judges_take_the_log_and_refuse_the_forgeries(self):
        ran, absent = [], []
        for name, (get, forged, takes_proofs) in self.judges().items():
            try:
                judge = get()
                self.ask(name, judge, forged, takes_proofs)
                ran.append(name)
            except court.Absent as why:
                absent.append(f"{name} ({why})")
                print(f"skipped: judge {name}: {why}")
        self.assertGreaterEqual(len(ran), 2, f"fewer than two judges ran: {absent}")

    def test_each_leaf_is_canonical_json(self):
        try:
            judge = court.node("canonicalize")
            self.assertTrue(court.accepts(judge, self.log))
        except court.Absent as why:
            self.skipTest(f"skipped: judge canonicalize: {why}")
        loose = os.path.join(self.work, "loose")
        shutil.copytree(self.log, loose)
        bundle = os.path.join(loose, "tile/entries/000")
        content = read(bundle)
        end = 2 + int.from_bytes(content[:2], "big")
        entry = content[2:end].replace(b'"v":1', b'"v":1 ')     # the same JSON, other bytes
        with open(bundle, "wb") as f:
            f.write(len(entry).to_bytes(2, "big") + entry + content[end:])
        self.assertFalse(court.accepts(judge, loose))


if __name__ == "__main__":
    unittest.main()
