"""An independent judge of the audit log: reads the public C2SP files (checkpoint, tiles, entry bundles)
and nothing else, with none of our code. Signatures are checked by the openssl tool."""
import base64
import hashlib
import pathlib
import re
import subprocess
import tempfile

VKEY = re.compile(r"(\S+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
ED25519_DER = bytes.fromhex("302a300506032b6570032100")


class Objection(Exception):
    """What is wrong, in a sentence."""


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def root_of(hashes):
    """RFC 6962, section 2.1, straight from its definition."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def tile_name(n):
    parts = [f"{n % 1000:03d}"]
    while n := n // 1000:
        parts.insert(0, f"x{n % 1000:03d}")
    return "/".join(parts)


def read_tile(folder, level, n, width):
    path = folder / "tile" / str(level) / tile_name(n)
    if width < 256:
        partial = path.with_name(path.name + ".p") / str(width)
        path = partial if partial.exists() or not path.exists() else path
    if not path.exists():
        raise Objection(f"{path.relative_to(folder)} is missing")
    return path.read_bytes()


def entries(folder, size):
    for n in range((size + 255) // 256):
        want = min(256, size - 256 * n)
        raw, at, got = read_tile(folder, "entries", n, want), 0, 0
        while got < want:
            length = int.from_bytes(raw[at:at + 2], "big")
            if at + 2 + length > len(raw) or length == 0:
                raise Objection(f"bundle {n} ends early")
            yield raw[at + 2:at + 2 + length]
            at, got = at + 2 + length, got + 1


def verify_signature(key, text, signature):
    with tempfile.TemporaryDirectory() as t:
        t = pathlib.Path(t)
        (t / "key.der").write_bytes(ED25519_DER + key)
        (t / "text").write_bytes(text)
        (t / "signature").write_bytes(signature)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", t / "key.der",
             "-rawin", "-in", t / "text", "-sigfile", t / "signature"], capture_output=True)
        return done.returncode == 0


def checkpoint(folder, vkey):
    """(origin, size, root) of a checkpoint whose signature holds under vkey."""
    name, key_id, key = VKEY.fullmatch(vkey).groups()
    key = base64.b64decode(key)
    if key[:1] != b"\x01" or len(key) != 33:
        raise Objection("the vkey is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        raise Objection("the vkey's id is not that of its name and key")
    note = (folder / "checkpoint").read_bytes().decode()
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    if lines[0] != name or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        raise Objection("the checkpoint does not open with origin and size")
    for line in signatures.splitlines():
        mark, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if mark == "\u2014" and signer == name and blob[:4].hex() == key_id:
            if verify_signature(key[1:], text.encode(), blob[4:]):
                return name, int(lines[1]), base64.b64decode(lines[2])
            raise Objection("the checkpoint's signature is wrong")
    raise Objection("nobody known signed the checkpoint")


def judge(folder):
    """The entries of the signed tree; raises Objection when anything contradicts anything."""
    folder = pathlib.Path(folder)
    found = VKEY.search((folder / "LOG").read_text())
    if found is None:
        raise Objection("LOG holds no vkey")
    _, size, root = checkpoint(folder, found.group(0))
    every = list(entries(folder, size))
    hashes = [leaf_hash(e) for e in every]
    if root_of(hashes) != root:
        raise Objection("the entries do not give the signed root")
    for n in range((size + 255) // 256):
        part = hashes[256 * n:256 * (n + 1)]
        if not read_tile(folder, 0, n, len(part)).startswith(b"".join(part)):
            raise Objection(f"tile 0/{n} does not hold its entries' hashes")
    return every
