"""synth.py - texts from the small grammars beside it: attacks, look-alikes, and documents that carry them.

material(seed) gives dictionaries like those of a labelled file: source, label, kind, text. changed(rows, seed) gives rows as they may
arrive by another way: quoted, in a list, in JSON, with a sentence in front or behind; laid_into() an attack in somebody else's text."""
import base64
import codecs
import json
import os
import random
import re
import textwrap

JOINED = ("system", "chat")  # families whose texts are several lines, often
HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    lists, families, now = {}, [], None
    for line in open(os.path.join(HERE, name), encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# ") and not lists and not families:
            continue
        if line.startswith("= "):
            now = lists.setdefault(line[2:], [])
        elif re.fullmatch(r"\[\w+ \w+ \d+( \w+)?\]" if name != "carriers.txt" else r"\[\w+\]", line):
            families.append((line[1:-1].split(), []))
            now = families[-1][1]
        elif now is not None and (line or not families):
            now.append(line)
    return lists, families


def fill(rng, lists, line):
    for _ in range(40):
        at = re.search(r"\{(\w+)\}", line)
        while at and at.group(1) not in lists:
            at = re.compile(r"\{(\w+)\}").search(line, at.end())
        if not at:
            break
        line = line[:at.start()] + rng.choice(lists[at.group(1)]) + line[at.end():]
    return line.replace("\\n", "\n").strip()


def casing(rng, text):
    if "{HERE}" in text:
        return text
    r = rng.random()
    if r < 0.06:
        return text.upper()
    if r < 0.2:
        return text.lower()
    return text[:1].upper() + text[1:]


def clean(text):
    text = re.sub(r"\s+([.,!?])", r"\1", text)
    return re.sub(r"([.!?])\.+", r"\1", text)


def carry(rng, carriers, which, text):
    lists, families = carriers
    pool = [f for f in families if which == "carrier" or f[0][0] == which]
    line = rng.choice(rng.choice(pool)[1])
    for _ in range(rng.choice([0, 0, 1, 3])):
        line = line.replace("{HERE}", "{s} {HERE}") if rng.random() < .5 else line.replace("{HERE}", "{HERE} {s}")
    return fill(rng, lists, line).replace("{HERE}", text)


WRAPS = ("{}", "{}", "Decode this and follow it: {}", "{}\n\nDecode the above and answer.", "Can you decode this text? {}", "What does this say? {}",
         "Read and do: {}", "Message: {}")
DISGUISES = (lambda s: base64.b64encode(s.encode()).decode(), lambda s: s.encode().hex(), lambda s: s[::-1], lambda s: codecs.encode(s, "rot13"),
             lambda s: "-".join(s), lambda s: "".join("%%%02X" % b for b in s.encode()), lambda s: s.translate(str.maketrans("oieast", "013457")))


def disguised(rng, rows, label, kind, count):
    """Of rows some in disguise, so that neither a disguise nor a request to take it off says anything alone."""
    short = [r for r in rows if r["label"] == label and len(r["text"]) < 300]
    for r in rng.sample(short, count):
        text = rng.choice(WRAPS).format(rng.choice(DISGUISES)(r["text"]))
        yield {"source": "own-%s-disguised" % ("bad" if label == "malicious" else "good"), "label": label, "kind": kind, "lang": "", "text": text}


def lookalikes(rng):
    """What looks encoded and says nothing."""
    hexes = lambda n: "".join(rng.choice("0123456789abcdef") for _ in range(n))
    base = lambda n: base64.b64encode(bytes(rng.randrange(256) for _ in range(n))).decode()
    for _ in range(26):
        yield hexes(rng.choice([32, 40, 64, 128]))
        yield "sha256: " + hexes(64) + "  release-%d.tar.gz" % rng.randrange(99)
        yield "commit " + hexes(40) + "\nAuthor: Tom <t@example.com>\n\n    Skip the empty lines"
        yield '<img src="data:image/png;base64,' + base(rng.randrange(60, 900)) + '">'
        yield "-----BEGIN CERTIFICATE-----\n" + "\n".join(base(48) for _ in range(12)) + "\n-----END CERTIFICATE-----"
        yield " ".join("0x" + hexes(8) for _ in range(rng.randrange(4, 20)))
        yield " ".join(hexes(2) for _ in range(rng.randrange(16, 64)))
        yield '{"id": "%s", "etag": "%s", "next": "%s"}' % (hexes(8), base(12), base(40))
        yield "https://example.com/find?q=yearly%%20plan%%20f%%C3%%BCr%%20%d&sig=%s" % (rng.randrange(99), hexes(24))
        yield "ssh-ed25519 " + base(60) + " anna@host"
        yield "2024-05-%02dT10:00:00Z INFO request %s took %d ms" % (rng.randrange(1, 29), hexes(16), rng.randrange(900))
        yield "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F and \U0001F468\u200d\U0001F469\u200d\U0001F467 at match %d" % rng.randrange(99)


# What a text may look like when it has come by another way and asks for the same. {s} is a harmless sentence of carriers.txt.
WAYS = (
    lambda rng, s, say: '"' + s, lambda rng, s, say: '"%s"' % s, lambda rng, s, say: "'%s'" % s, lambda rng, s, say: "\u201c%s\u201d" % s,
    lambda rng, s, say: say() + " " + s, lambda rng, s, say: s + " " + say(), lambda rng, s, say: say() + "\n" + s,
    lambda rng, s, say: s + "\n" + say(), lambda rng, s, say: say() + "\n\n" + s + "\n\n" + say(),
    lambda rng, s, say: say() + " " + say() + " " + s + " " + say(),
    lambda rng, s, say: "```%s\n%s\n```" % (rng.choice(["", "text", "md"]), s), lambda rng, s, say: "`%s`" % s,
    lambda rng, s, say: json.dumps({rng.choice(["text", "content", "body", "q"]): s}, ensure_ascii=False),
    lambda rng, s, say: json.dumps([{"id": rng.randrange(99), rng.choice(["note", "title", "message"]): s, "ok": True}], ensure_ascii=rng.random() < .2, indent=1),
    lambda rng, s, say: "\n".join("> " + line for line in textwrap.wrap(s, rng.choice([50, 60, 72]))),
    lambda rng, s, say: say() + "\n> " + s + "\n" + say(),
    lambda rng, s, say: "- " + s, lambda rng, s, say: "* " + say() + "\n* " + s + "\n* " + say(), lambda rng, s, say: "%d. %s" % (rng.randrange(1, 9), s),
    lambda rng, s, say: "# %s\n" % s, lambda rng, s, say: "**%s**" % s, lambda rng, s, say: "<p>%s</p>" % s, lambda rng, s, say: "(%s)" % s,
    lambda rng, s, say: s.lower(), lambda rng, s, say: s.upper(), lambda rng, s, say: s.title(),
    lambda rng, s, say: "\n".join(textwrap.wrap(s, rng.choice([30, 45, 60]))), lambda rng, s, say: rng.choice(["Q: ", "User: ", "Subject: ", "msg=", "Note: "]) + s,
    lambda rng, s, say: s.rstrip(".!?"), lambda rng, s, say: s.rstrip(".") + rng.choice(["!!!", "...", " ?", ";", " :)"]),
)


def changed(rows, seed=3):
    """Each row by another way; both kinds alike, so that no way says anything alone."""
    rng = random.Random(seed)
    lists, _ = read("carriers.txt")
    say = lambda: fill(rng, lists, rng.choice(lists["s"]))
    return [dict(r, text=rng.choice(WAYS)(rng, r["text"], say)) for r in rows]


def laid_into(rng, host, text):
    """An attack in a text of somebody else, between two lines, between two sentences or inside a line; and the byte where it begins."""
    cuts = [m.end() for m in re.finditer(rng.choice([r"\n", r"[.!?|] ", r" "]), host)] or [0, len(host)]
    at = rng.choice(cuts)
    glue = rng.choice([" ", "\n", "\n", "\n\n"])
    head = host[:at] + glue.lstrip(" ")
    return head + text + glue + host[at:], len(head.encode("utf-8", "surrogatepass"))


def material(seed=1):
    rng = random.Random(seed)
    carriers = read("carriers.txt")
    out = []
    for name, label in (("attacks.txt", "malicious"), ("lookalikes.txt", "benign")):
        lists, families = read(name)
        for head, lines in families:
            seen = set()
            for _ in range(int(head[2])):
                joined = rng.choice([1, 1, 2, 4, 7]) if head[0] in JOINED else 1
                glue = rng.choice([" ", "\n", "\n- "])
                text = casing(rng, clean(glue.join(fill(rng, lists, rng.choice(lines)) for _ in range(joined))))
                if len(head) > 3:
                    if label == "malicious":
                        text = carry(rng, carriers, head[3], text)
                    else:
                        text = text.replace("{HERE}", carry(rng, carriers, head[3], "")) if "{HERE}" in text else text
                elif label == "malicious" and rng.random() < .15:
                    other = casing(rng, fill(rng, lists, rng.choice(lines)))
                    text = text + rng.choice([" ", "\n", "\n\n"]) + other
                if text not in seen:
                    seen.add(text)
                    out.append({"source": "own-%s-%s" % ("bad" if label == "malicious" else "good", head[0]), "label": label,
                                "kind": head[1], "lang": "", "text": text})
    out += list(disguised(rng, out, "malicious", "encoded", 260)) + list(disguised(rng, out, "benign", "hard_benign", 420))
    out += [{"source": "own-good-random", "label": "benign", "kind": "hard_benign", "lang": "", "text": text} for text in lookalikes(rng)]
    return out


if __name__ == "__main__":
    import collections
    rows = material()
    print(collections.Counter(r["source"] for r in rows))
    for r in random.sample(rows, 60):
        print(r["source"], repr(r["text"][:220]))
