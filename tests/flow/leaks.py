"""Where a canary may turn up, and in which disguise: the search through all that stories left behind.

Canaries are texts that must stay between a caller, the gateway's memory and the upstream. Every
Gateway.canary() is kept for the whole run; at its end conftest.py searches every file of every story."""
import base64
import glob
import json
import os
import subprocess
import urllib.parse

CANARIES = set()                        # of the whole run

# What a story itself writes for the program to read. Nothing the program writes is named like these.
WRITTEN_BY_STORIES = ("policy.yaml", "acme.yaml", "bulla.yaml", "provider.key")

# The log keeps every policy by its hash. The packs that are shipped hold examples of their own in their tests.
HERE = os.path.dirname(os.path.abspath(__file__))
PACKS = []
for _pack in sorted(glob.glob(os.path.join(HERE, "../../policies/packs/*.yaml"))):
    with open(_pack, "rb") as _f:
        PACKS.append(_f.read())


def without_packs(path, held):
    """A policy that the log keeps, without the text of a shipped pack."""
    if os.path.basename(os.path.dirname(path)) == "policy":
        for pack in PACKS:
            held = held.replace(pack, b"")
    return held


def spellings(text):
    """name -> bytes: what `text` looks like in a log, a record, a metric, a URL or a dump."""
    raw = text.encode()
    plain = json.dumps(text)[1:-1]
    every = {"raw": raw, "hex": raw.hex().encode(), "utf-16": text.encode("utf-16-le"),
             "json": plain.encode(), "json, not ascii": json.dumps(text, ensure_ascii=False)[1:-1].encode(),
             "json, slashes": plain.replace("/", "\\/").encode(),
             "json in json": json.dumps(plain)[1:-1].encode(),
             "json, all escaped": "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in plain).encode(),
             "percent": urllib.parse.quote(text, safe="").encode(),
             "percent, a path": urllib.parse.quote(text).encode(),
             "percent, a form": urllib.parse.quote_plus(text).encode(),
             "percent, every byte": "".join(f"%{b:02x}" for b in raw).encode()}
    for shift in range(3):              # it may stand anywhere in what was encoded
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            whole = encode(b"\0" * shift + raw)
            whole = whole[4 if shift else 0:(shift + len(raw)) // 3 * 4]
            every[f"{name}, {shift} behind"] = whole
    return {name: bytes_ for name, bytes_ in every.items() if b"\n" not in bytes_}


def search(folder, canaries, skip=WRITTEN_BY_STORIES):
    """[(path, what, how)] of every file under `folder` that holds one of `canaries` in any spelling."""
    wanted = [(text, how, form, form.lower()) for text in sorted(canaries)
              for how, form in spellings(text).items()]
    if not wanted:
        return []
    words = b"\n".join(sorted({form for _, _, form, _ in wanted}))
    # -z: a record's zeros end a line. Case of hex and percent is the encoder's taste.
    done = subprocess.run(["grep", "-rlazZiF", "-D", "skip", "-f", "-", "--", str(folder)],
                          input=words, capture_output=True, env={**os.environ, "LC_ALL": "C"})
    wrong = [x for x in done.stderr.splitlines() if not x.endswith((b"Permission denied", b"No such file or directory"))]
    assert done.returncode in (0, 1, 2) and not wrong, done.stderr
    found = []
    for path in filter(None, done.stdout.decode().split("\0")):
        if os.path.basename(path) in skip:
            continue
        with open(path, "rb") as f:
            held = without_packs(path, f.read())
        lower = held.lower()
        found += [(path, text, how) for text, how, form, small in wanted
                  if (form in held if how.startswith("base64") else small in lower)]
    return found
