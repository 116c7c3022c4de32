#!/usr/bin/env python3
"""attack.py - builds what the attack score knows.

  attack.py lexicon                      lexicon.txt -> redact/attack_lexicon_table.c
  attack.py train [FILE.jsonl.gz ...]    redact/attack_weights.c from the labelled files and our own texts (synth.py)
  attack.py folds [FILE.jsonl.gz ...]    the same with whole sources left out; prints what it finds there

A labelled file has an object a line: source, label (malicious | benign), kind, text. Features come from
build/release/eval/attack_features (--features), which is the C that scores: there is one implementation.
Needs numpy and scipy. The same input gives the same bytes."""
import argparse
import codecs
import gzip
import json
import os
import random
import re
import subprocess
import sys
import unicodedata

try:
    from scipy import optimize, sparse
except ImportError:  # the lexicon is made without
    optimize = sparse = None

HERE = os.path.dirname(os.path.abspath(__file__))
REDACT = os.path.dirname(HERE)
SLOT_BITS, SHIFT_BITS, SHORT_BITS, LONG_BITS, HEAD_BITS = 13, 10, 12, 11, 16


def fold_point(p):
    c = unicodedata.normalize("NFD", chr(p).lower())
    c = "".join(x for x in c if not unicodedata.combining(x))
    special = {"ß": "s", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "þ": "t", "ð": "d", "ς": "σ"}
    c = special.get(c, c)
    return ord(c[0]) if c and chr(p).isalpha() else p


def fold(word):
    return "".join(chr(fold_point(ord(c))) if ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x1F00 else c for c in word).lower()


def dense(c):
    return 0x3000 <= ord(c) < 0xD7B0


def classes():
    text = open(os.path.join(REDACT, "attack_lexicon.h"), encoding="utf-8").read()
    part = text[text.index("define ATTACK_CLASSES"):text.index("/* Signs that are no words")]
    return ["NONE"] + re.findall(r"X\((\w+)\)", part.replace("ATTACK_CLASSES(X)", ""))


def read_lexicon():
    order = {name: i for i, name in enumerate(classes())}
    seen, turned, back = {}, [], []
    for line in open(os.path.join(HERE, "lexicon.txt"), encoding="utf-8"):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, words = line.split(":", 1)
        if name in ("TURNED", "BACK"):
            turned += words.split() if name == "TURNED" else []
            back += words.split()
            continue
        for word in words.split():
            stem = word.endswith("*")
            word = fold(word.rstrip("*"))
            if re.search(r"[-_.'!‌:]", word):
                continue
            hangul = all(0xAC00 <= ord(c) < 0xD7B0 for c in word)
            if hangul and len(word) < 2:
                continue
            b = word.encode()
            if len(b) > 24 or (stem and len(b) < 4):
                continue
            seen.setdefault(b, (order[name], stem))
    for word in turned:  # last: a word that is one as it stands is no disguise
        seen.setdefault(codecs.encode(word, "rot13").encode(), (order["ROT"], False))
    for word in back:
        seen.setdefault(fold(word)[::-1].encode(), (order["REV"], False))
    return seen


def head_of(b):
    h = b[:3] if dense(b.decode()[0]) else b[:4]
    return int.from_bytes(h, "little")


def word_hash(b):
    """As attack_word_hash() has it."""
    h, mask = 0, (1 << 64) - 1
    for i, k in enumerate((0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)):
        h = (h ^ h >> 32 ^ int.from_bytes(b[8 * i:8 * i + 8], "little")) * k & mask
    return h >> 32


def place(words, bits):
    """A slot for each word: its hash times a number that the lowest bits of its hash share, odd, so that no two have the same."""
    groups, shifts, slots = {}, [1] * (1 << SHIFT_BITS), [None] * (1 << bits)
    for b in words:
        groups.setdefault(word_hash(b) % len(shifts), []).append(b)
    for low in sorted(groups, key=lambda g: (-len(groups[g]), g)):
        for shift in range(1, 65536, 2):
            at = [(word_hash(b) * shift & 0xFFFFFFFF) >> (32 - bits) for b in groups[low]]
            if len(set(at)) == len(at) and all(slots[i] is None for i in at):
                break
        else:
            raise SystemExit("the words have no place: more bits")
        shifts[low] = shift
        for i, b in zip(at, groups[low]):
            slots[i] = b
    return shifts, slots


def lexicon():
    heads, known = {}, read_lexicon()
    words = sorted(b for b in known if not dense(b.decode()[0]))
    for b, (c, stem) in sorted(known.items(), key=lambda e: (-len(e[0]), e[0])):
        if stem or dense(b.decode()[0]):
            heads.setdefault(head_of(b), []).append((b, c, stem))
    bits = bytearray(1 << (HEAD_BITS - 3))
    slots, tags = [[] for _ in range(1 << SLOT_BITS)], [0] * (1 << SLOT_BITS)
    for head in sorted(heads):
        mixed = head * 0x9E3779B1 & 0xFFFFFFFF
        slot = mixed >> (32 - SLOT_BITS)
        bits[mixed >> (35 - HEAD_BITS)] |= 1 << (mixed >> (32 - HEAD_BITS)) % 8
        while tags[slot]:
            slot = (slot + 1) % len(slots)
        slots[slot], tags[slot] = heads[head], mixed >> (24 - SLOT_BITS) & 0xFF | 1
    starts, pool, rows = [0], b"", []
    for slot in slots:
        for b, c, stem in slot:
            rows.append("{0x%X,%d,%d,%d,%d,%d}" % (int.from_bytes(b[:8], "little"), len(pool), len(b), 255 - len(b) if stem else 0,
                                              max(0, 64 - 8 * len(b)), c))
            pool += b
        starts.append(len(rows))
    short_shifts, shorts = place([b for b in words if len(b) <= 8], SHORT_BITS)
    long_shifts, longs = place([b for b in words if len(b) > 8], LONG_BITS)
    part = lambda b, i: "0x%X" % int.from_bytes((b or b"")[8 * i:8 * i + 8], "little")
    mark_of = lambda b: str(known[b][0] << 8 | word_hash(b) & 0xFF if b else 0)
    assert len(pool) < 65536
    out = ["/* redact/attack_lexicon_table.c - made by redact/train/attack.py from lexicon.txt: %d words and" % len(known), " * stems. */",
           '#include "proxy/base/base.h"', '#include "redact/attack_lexicon.h"', "", "/* clang-format off */"]

    def table(decl, items, per):
        out.append(decl + " = {")
        for i in range(0, len(items), per):
            out.append("    " + ",".join(items[i:i + per]) + ",")
        out.append("};")
    table("static const struct attack_entry entries[]", rows, 24)
    table("static const uint8_t tags[]", [str(x) for x in tags + tags[:1]], 512)
    table("static const uint8_t head_bits[]", [str(x) for x in bits], 512)
    table("static const uint16_t starts[]", [str(x) for x in starts], 512)
    table("static const unsigned char pool[]", [str(x) for x in pool], 128)
    table("static const uint16_t short_shifts[]", [str(x) for x in short_shifts], 256)
    table("static const uint64_t shorts[]", [part(b, 0) for b in shorts], 64)
    table("static const uint16_t short_marks[]", [mark_of(b) for b in shorts], 256)
    table("static const uint16_t long_shifts[]", [str(x) for x in long_shifts], 256)
    table("static const uint64_t longs[][3]", ["{%s}" % ",".join(part(b, i) for i in range(3)) for b in longs], 24)
    table("static const uint16_t long_marks[]", [mark_of(b) for b in longs], 256)
    table("static const uint16_t folds[]", [str(fold_point(i)) for i in range(0x530)], 96)
    table("static const uint16_t folds_more[]", [str(fold_point(i)) for i in range(0x1E00, 0x1F00)], 96)
    out += ["/* clang-format on */", "", "const struct attack_lexicon *attack_lexicon(void)", "{",
            "    static const struct attack_lexicon lexicon = {"]
    out += ["        %s," % x for x in ("entries", "tags", "head_bits", "starts", "folds", "folds_more", "pool", "{short_shifts, short_marks}",
                                      "{long_shifts, long_marks}", "shorts", "longs")]
    out += ["    };", "    return &lexicon;", "}"]
    open(os.path.join(REDACT, "attack_lexicon_table.c"), "w").write("\n".join(out) + "\n")
    print(len(known), "words and stems")



# ---- training

FIVE = ("injection", "indirect", "jailbreak", "exfil", "encoded")
FEATURES = 1 << 17
C, MIN_FAMILIES, POWER, OWN, WINDOWS, SHORT = 0.05, 5, 0.5, 2.0, 3, 6
SPAN = 4  # chunks of a window at most, as ATTACK_SPAN has it
LEAST, USUAL = 30, 60  # a window's sum is divided by the root of its number of features, LEAST at least, in units of USUAL
# How much of the mean of a text's windows, and of how far they lie apart, is taken off the highest, in texts of more than FEW; in texts of more than
# SEVERAL, how much of what the highest is above the highest that is one chunk; windows from which on a text's length counts against it, and how much
# each doubling takes off. tests/eval/attack.md has the curve.
SHARED, APART, FEW, SINGLE, SEVERAL, MANY, PER_DOUBLING = 0.2, 0.6, 4, 0.4, 16, 160, 0.27
CHANGED, CHANGED_MOST = 0.15, 600  # how many of the short texts are read in another shape too
LAID, HOST_MOST = 5000, 1500  # attacks of ours that are laid into harmless texts of others; how much of those, in letters
JOINED, JOINED_LEAST, JOINED_MOST, JOINED_COUNTS = 3000, 1500, 8000, 3.0  # long harmless texts, joined of others; their letters; what one counts
# Sources whose texts are copies of others' in disguise: the score takes disguises off, so training needs none of them,
# and leaves what it would see twice.
DERIVED = ("enc-known", "enc-known-benign")
# What is left out together: sources that come from one place, and all texts of a project.
TOGETHER = [("neuralchemy", "enc-"), ("garak", "xquad"), ("cyberseceval", "promptbook"), ("bipia", "gpts", "tau"),
            ("multijail", "gpteacher")]
PROJECTS = [("curl", "ollama"), ("haproxy", "otel"), ("nginx", "vercel-ai"), ("valkey",)]


def family(source):
    for group in TOGETHER:
        for name in group:
            if source.startswith(name):
                return name
    for group in PROJECTS:
        for name in group:
            if source.endswith(name):
                return name
    return source


def fold_of(source):
    for i, group in enumerate(TOGETHER):
        if source.startswith(group):
            return i
    for i, group in enumerate(PROJECTS):
        if source.endswith(group):
            return i
    return -1 if source.startswith("own-") else len(TOGETHER)


def read_rows(paths):
    rows = []
    for path in paths:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
            rows += [json.loads(line) for line in f]
    return rows


def more_of(rows, own):
    """Short texts as they look when they have come by another way, and attacks of ours laid into harmless texts of others. `like`: the row
    that one goes with when rows are parted."""
    import synth
    rng = random.Random(5)
    known = [dict(r, fold=fold_of(r["source"]), like=i) for i, r in enumerate(rows) if r["kind"] != "harmful_request" and r["source"] not in DERIVED]
    short = [r for r in known + own if len(r["text"]) < CHANGED_MOST]
    out = synth.changed(rng.sample(short, int(len(short) * CHANGED)))
    hosts = [r for r in known if r["label"] == "benign" and len(r["text"]) > 200]
    bad = [r for r in own if r["label"] == "malicious" and len(r["text"]) < 300]
    for r in rng.sample(bad, min(LAID, len(bad))) if hosts else ():
        host = rng.choice(hosts)
        text, at = synth.laid_into(rng, host["text"][:HOST_MOST], r["text"])
        out.append(dict(r, source="own-bad-laid", fold=host["fold"], like=host["like"], text=text, span=(at, at + len(r["text"].encode()))))
    return out + list(joined(rng, [r for r in hosts if r["kind"] == "benign"]))


def joined(rng, hosts):
    """Long harmless texts: of those of a fold some, of every source and every fold alike. What is the highest window of a short text
    seldom is that of a long one: training is shown those that are."""
    by_fold = {}
    for r in hosts:
        by_fold.setdefault(r["fold"], {}).setdefault(r["source"], []).append(r)
    for n in range(JOINED if hosts else 0):
        by_source = by_fold[sorted(by_fold)[n % len(by_fold)]]
        letters, text, first = int(JOINED_LEAST * (JOINED_MOST / JOINED_LEAST) ** rng.random()), "", None
        while len(text) < letters:
            r = rng.choice(by_source[rng.choice(sorted(by_source))])
            first = first or r
            text += r["text"] + rng.choice(["\n", "\n\n", " "])
        yield dict(first, source="own-good-joined", text=text[:letters])


class Windows:
    """All windows of all texts: each a row of up to SPAN chunks, of which the features are read. A text has a part for itself and one for
    each of its views."""

    def __init__(self, np, program, texts):
        feed = b"".join(b"%d\n%s" % (len(t), t) for t in texts)
        out = subprocess.run([program], input=feed, stdout=subprocess.PIPE, check=True).stdout
        a, at = np.frombuffer(out, dtype=np.uint32), 0
        heads, features, sizes = [], [], []
        for _ in texts:
            n = int(a[at])
            heads.append(a[at + 1:at + 1 + 4 * n].reshape(n, 4))
            sizes.append(n)
            at += 1 + 4 * n
            features.append(a[at:at + int(heads[-1][:, 3].sum())])
            at += len(features[-1])
        doc = np.repeat(np.arange(len(texts)), sizes)
        start, end, part, count = np.concatenate(heads).astype(np.int64).T
        self.ends = np.concatenate([[0], np.cumsum(count)])
        self.chunks = sparse.csr_matrix((np.ones(self.ends[-1], np.float32), np.concatenate(features).astype(np.int32), self.ends), (len(doc), FEATURES))
        new = np.concatenate([[True], (doc[1:] != doc[:-1]) | (part[1:] != part[:-1])])
        part = np.cumsum(new) - 1
        left = np.append(np.flatnonzero(new), len(doc))[part + 1] - np.arange(len(doc))  # chunks from each on to the end of its part
        first = [np.flatnonzero(left >= k) for k in range(1, SPAN + 1)]
        long = np.repeat(np.arange(1, SPAN + 1), [len(f) for f in first])
        first = np.concatenate(first)
        order = np.lexsort((long, first))
        self.np, self.first, self.long = np, first[order], long[order]
        last = self.first + self.long - 1
        self.doc, self.part, self.chunk_doc = doc[self.first], part[self.first], doc
        self.part_doc = doc[np.flatnonzero(new)]
        self.start, self.end = start[self.first], end[last]
        self.root = np.sqrt(np.maximum(self.ends[last + 1] - self.ends[self.first], LEAST) / USUAL)
        self.count = np.bincount(self.doc, minlength=len(texts))

    def rows(self, which):
        """What these windows have of each feature."""
        np, long = self.np, self.long[which]
        at = np.concatenate([[0], np.cumsum(long)])
        column = np.repeat(self.first[which] - at[:-1], long) + np.arange(at[-1])
        join = sparse.csr_matrix((np.repeat((1 / self.root[which]).astype(np.float32), long), column, at), (len(which), self.chunks.shape[0]))
        return join @ self.chunks

    def sums(self, x):
        all_of = self.np.concatenate([[0], self.np.cumsum(self.chunks.dot(x.astype(self.np.float32)).astype(float))])
        return (all_of[self.first + self.long] - all_of[self.first]) / self.root

    def best(self, z, of, n):
        top = self.np.full(n, -99.0)
        self.np.maximum.at(top, of, z)
        return top


def logistic(np, rows, y, weight, rounds, x):
    """L2-regularised logistic regression by L-BFGS, from x on: a weight for each column, and the bias."""
    sign, turned = 2.0 * y - 1, rows.T.tocsr()

    def both(x):
        m = sign * (rows.dot(x[:-1].astype(np.float32)) + x[-1])
        loss = C * (weight * np.logaddexp(0, -m)).sum() + 0.5 * (x * x).sum()
        g = -C * weight * sign / (1 + np.exp(np.clip(m, -40, 40)))
        return loss, np.append(turned.dot(g.astype(np.float32)), g.sum()) + x
    return optimize.fmin_l_bfgs_b(both, x, m=8, factr=1e9, maxiter=rounds)[0]


def rounded(np, x):
    """Weights as they are shipped, none cut off: the few that are largest are what tells an attack. And as what numbers of 8 bits, in what steps."""
    scale = np.abs(x).max() / 127
    q = np.rint(x / scale)
    return q * scale, q.astype(int), scale


class Corpus:
    def __init__(self, np, program, rows, extra=()):
        """extra: rows that are scored and never trained on; `fold` in one says with which it is left out."""
        import synth
        own = synth.material()
        self.np, self.labelled, self.extra = np, len(rows), len(extra)
        self.rows = rows + own + more_of(rows, own) + list(extra)  # extra last: what is drawn at random for the others is the same without
        self.easy = np.random.RandomState(2).randint(0, len(TOGETHER) + 1, len(self.rows))
        self.bad = np.array([r["label"] == "malicious" and r["kind"] in FIVE for r in self.rows])
        self.asks = np.array([r["kind"] == "harmful_request" for r in self.rows])
        self.family = np.array([family(r["source"]) for r in self.rows])
        self.fold = np.array([r.get("fold", fold_of(r["source"])) for r in self.rows])
        self.easy[self.fold == -1] = -1
        for i, r in enumerate(self.rows):
            self.easy[i] = self.easy[r["like"]] if "like" in r else self.easy[i]
        self.known = np.ones(len(self.rows), dtype=bool)
        self.known[len(self.rows) - self.extra:] = False
        self.derived = np.isin(np.array([r["source"] for r in self.rows]), DERIVED)
        self.joined = np.array([r["source"] == "own-good-joined" for r in self.rows])
        self.windows = Windows(np, program, [r["text"].encode("utf-8", "surrogatepass") for r in self.rows])
        self.off = self.besides()
        self.taught = ~self.asks & ~self.derived & self.known
        self.has = self.presence(self.taught & ~self.joined)

    def besides(self):
        """Windows that do not touch the attack that was laid into their text (as good as: the normal form may have moved it)."""
        w = self.windows
        begin, end = self.np.array([r.get("span", (-1, 1 << 40)) for r in self.rows])[w.doc].T
        return (w.end <= begin) | (w.start >= end)

    def weights(self):
        np = self.np
        side = np.array([f + "+-"[int(not b)] for f, b in zip(self.family, self.bad)])
        inverse = np.unique(side, return_inverse=True)[1]
        w = np.maximum(np.bincount(inverse[self.known], minlength=inverse.max() + 1), 1)[inverse].astype(float) ** -POWER
        w[(self.fold == -1) & self.bad] *= OWN
        w[self.joined] *= JOINED_COUNTS
        return w

    def presence(self, texts):
        """Which features the texts of each family and fold have."""
        np, w, out = self.np, self.windows, {}
        for f in np.unique(self.family[texts]):
            for k in np.unique(self.fold[texts & (self.family == f)]):
                part = np.flatnonzero((texts & (self.family == f) & (self.fold == k))[w.chunk_doc])
                out[f, k] = np.bincount(w.chunks[part].indices, minlength=FEATURES) > 0
        return out

    def keep(self, left_out):
        """The features that several families have."""
        by = {}
        for (f, k), has in self.has.items():
            if k != left_out:
                by[f] = by[f] | has if f in by else has
        return self.np.flatnonzero(sum(has.astype(int) for has in by.values()) >= MIN_FAMILIES)

    def fit(self, use, keep, weight, rounds, x):
        np, w = self.np, self.windows
        doc = w.doc[use]
        y = self.bad[doc]
        texts, of, counts = np.unique(doc, return_inverse=True, return_counts=True)
        d = weight[doc] / counts[of]
        d[y] *= d[~y].sum() / d[y].sum()
        d *= 2 * len(texts) / d.sum()
        return logistic(np, w.rows(np.flatnonzero(use))[:, keep], y.astype(float), d, rounds, x)

    def train(self, left_out=None, easy=False):
        """First on short attacks, then, twice, each attack by its highest window; benign texts by some windows and by those that were their highest."""
        np, w = self.np, self.windows
        fold = self.easy if easy else self.fold
        texts = self.taught & (fold != left_out)
        weight, n = self.weights(), len(self.rows)
        some = np.random.RandomState(0).rand(len(w.doc)) <= WINDOWS / w.count[w.doc]
        bad, keep = self.bad[w.doc], self.keep(None if easy else left_out)
        use = texts[w.doc] & ~self.off & np.where(bad, w.count[w.doc] <= SHORT, some)
        x = self.fit(use, keep, weight, 15, np.zeros(len(keep) + 1))
        for rounds in (30, 20):
            z = np.where(self.off, -99, w.sums(self.spread(x, keep)))
            highest = texts[w.doc] & ~self.off & (z >= w.best(z, w.doc, n)[w.doc] - 1e-6)
            some |= highest
            x = self.fit(texts[w.doc] & np.where(bad, highest, some), keep, weight, rounds, x)
        return rounded(np, self.spread(x, keep))[0], x[-1]

    def spread(self, x, keep):
        out = self.np.zeros(FEATURES)
        out[keep] = x[:-1]
        return out

    def cross(self, easy=False):
        """Of all parts of the labelled rows, then of the extra ones, when each, or its whole source, was left out: which row, its highest
        window, the highest that is one chunk, the mean of all, how far they lie apart, how many."""
        np, w, n = self.np, self.windows, len(self.windows.part_doc)
        fold, high, alone, mean, square = (self.easy if easy else self.fold)[w.part_doc], np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
        count = np.bincount(w.part, minlength=n)
        for k in range(len(TOGETHER) + 1):
            x, bias = self.train(k, easy)
            z, some = w.sums(x) + bias, fold == k
            high[some] = w.best(z, w.part, n)[some]
            alone[some] = w.best(np.where(w.long == 1, z, -99), w.part, n)[some]
            mean[some] = (np.bincount(w.part, z, n) / count)[some]
            square[some] = (np.bincount(w.part, z * z, n) / count)[some]
            print("fold", k, "done", file=sys.stderr, flush=True)
        row = np.full(len(self.rows), -1)
        row[:self.labelled] = np.arange(self.labelled)
        row[len(row) - self.extra:] = self.labelled + np.arange(self.extra)
        some = row[w.part_doc] >= 0
        apart = np.sqrt(np.maximum(square - mean * mean, 0))
        return row[w.part_doc][some], high[some], alone[some], mean[some], apart[some], count[some]


def settle(np, found, calm, per_doubling=PER_DOUBLING):
    """Scores (logits) of texts: the highest window, less what is so of all windows of the text, less what it owes to its neighbours, less
    what the highest of many has by chance."""
    row, high, alone, mean, apart, n = found
    own = SHARED * (mean - calm[0]) + APART * (apart - calm[1])
    off = own * (1 - FEW / np.maximum(n, FEW)) + SINGLE * (1 - SEVERAL / np.maximum(n, SEVERAL)) * (high - alone)
    off += per_doubling * np.log2(np.maximum(n, MANY) / MANY)
    out = np.full(row.max() + 1, -99.0)
    np.maximum.at(out, row, high - off)
    return out


def calm_of(np, found, rows):
    """The mean of the windows of a harmless text, and how far they lie apart where there are some."""
    row, _, _, mean, apart, n = found
    benign = np.array([r["kind"] == "benign" for r in rows])
    some = row < len(rows)
    some[some] = benign[row[some]]
    return round(float(mean[some].mean()), 2), round(float(apart[some & (n > 2 * FEW)].mean()), 2)


def report(np, z, rows):
    kind = np.array([r["kind"] for r in rows])
    ben, hard, five = np.sort(z[kind == "benign"]), np.sort(z[kind == "hard_benign"]), z[np.isin(kind, FIVE)]

    def auc(neg):
        return ((np.searchsorted(neg, five) + np.searchsorted(neg, five, "right")) / 2).mean() / len(neg)
    print("AUC %.3f against benign, %.3f against hard benign" % (auc(ben), auc(hard)))
    for name, neg, rate in (("1 % of benign", ben, .01), ("0.1 % of benign", ben, .001), ("1 % of hard benign", hard, .01)):
        t = neg[::-1][int(len(neg) * rate)]
        print("recall at %-18s %.3f; " % (name, (five > t).mean()) +
              ", ".join("%s %.3f" % (k, (z[kind == k] > t).mean()) for k in FIVE + ("harmful_request",)))


def knots(np, z, rows):
    """From logits of texts whose sources were left out: what of benign lies above each."""
    kind = np.array([r["kind"] for r in rows])
    ben, hard = z[kind == "benign"], z[kind == "hard_benign"]
    q = lambda share, hard_share: max(np.quantile(ben, 1 - share), np.quantile(hard, 1 - hard_share))
    block = q(.0012, .012)
    at = [np.quantile(ben, .6), np.quantile(ben, .9), np.quantile(ben, .97), np.quantile(ben, .99), q(.004, .04), block]
    at = np.maximum.accumulate(np.array(at) + np.arange(6) * 1e-3)
    return list(at) + [at[-1] + 1, at[-1] + 8], [0, 150, 350, 600, 750, 900, 970, 1000]


def write_weights(np, x, bias, at, score, calm):
    _, q, scale = rounded(np, x)
    out = ["/* redact/attack_weights.c - made by redact/train/attack.py: %d weights that are not 0. */" % (q != 0).sum(),
           '#include "proxy/base/base.h"', '#include "redact/attack_weights.h"', "", "/* clang-format off */",
           "static const int8_t weights[ATTACK_FEATURES] = {"]
    for i in range(0, FEATURES, 256):
        out.append("    " + ",".join(map(str, q[i:i + 256])) + ",")
    out += ["};", "static const struct attack_model model = {", "    .weights = weights,",
           "    .bias = %.6ff, .scale = %.8ff, .least = %d, .usual = %d," % (bias, scale, LEAST, USUAL),
           "    .shared = %.2ff, .mean = %.2ff, .apart = %.2ff, .deviation = %.2ff," % (SHARED, calm[0], APART, calm[1]),
           "    .single = %.2ff, .several = %d," % (SINGLE, SEVERAL),
           "    .per_doubling = %.2ff, .many = %d," % (PER_DOUBLING, MANY),
           "    .at = {%s}," % ", ".join("%.5ff" % v for v in at), "    .score = {%s}," % ", ".join(map(str, score)), "};", "/* clang-format on */", "",
            "const struct attack_model *attack_model(void)", "{", "    return &model;", "}"]
    open(os.path.join(REDACT, "attack_weights.c"), "w").write("\n".join(out) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["lexicon", "train", "folds"])
    ap.add_argument("files", nargs="*")
    ap.add_argument("--features", default=os.path.join(REDACT, "..", "build", "release", "eval", "attack_features"))
    a = ap.parse_intermixed_args()
    if a.what == "lexicon":
        return lexicon()
    import numpy as np
    rows = read_rows(a.files)
    corpus = Corpus(np, a.features, rows)
    found = corpus.cross()
    calm = calm_of(np, found, rows)
    z = settle(np, found, calm)
    report(np, z, rows)
    if a.what == "train":
        at, score = knots(np, z, rows)
        x, bias = corpus.train()
        write_weights(np, x, bias, at, score, calm)


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    main()
