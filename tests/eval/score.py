"""Scores findings against labelled spans, family by family.

overlap   a gold span is found when one finding of its family covers half of its bytes; a finding is
          false when it touches no gold span and its family is in the record's scope
strict    found: same family, same begin, same end; every other finding in scope is false

The same rules for every scanner. A LOCATION that covers an ADDRESS counts as one: some scanners have
no other word for it, and a JWT is a secret. Near misses (a random token is still there) are left out of secrets."""
import collections

ALIAS = {"EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "IBAN_CODE": "IBAN", "CRYPTO": "CRYPTO_WALLET",
         "DATE_TIME": "DATE", "DATE_OF_BIRTH": "DATE", "ORGANIZATION": "ORG", "STREET_ADDRESS": "ADDRESS",
         "ZIP_CODE": "POSTCODE"}
OUT_OF_TOTAL = ("LOCATION", "ORG")  # labelled, but no record's labels are complete for them


class Tally:
    def __init__(self):
        self.gold = self.found = self.exact = self.false = self.strict_false = 0

    def add(self, other):
        for name, n in vars(other).items():
            setattr(self, name, getattr(self, name) + n)

    def row(self):
        return {"gold": self.gold, "found": self.found, "exact": self.exact, "false": self.false,
                "overlap": rates(self.found, self.gold, self.false), "strict": rates(self.exact, self.gold, self.strict_false)}


def rates(found, gold, false):
    precision = found / (found + false) if found + false else None
    recall = found / gold if gold else None
    f1 = None if recall is None else 0.0 if not found else 2 * precision * recall / (precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1}


def family(finding, family_of):
    name = finding["entity"]
    return finding.get("family") or family_of.get(ALIAS.get(name, name), ALIAS.get(name, name))


def meant(found, gold):
    return found == gold or (found, gold) in (("LOCATION", "ADDRESS"), ("JWT", "SECRET"))


def touches(f, g):
    return f["start"] < g["end"] and g["start"] < f["end"]


def cover(f, g):
    return (min(f["end"], g["end"]) - max(f["start"], g["start"])) * 2 >= g["end"] - g["start"]


def scope_of(record, family_of):
    return {family_of.get(x, x) for x in record.get("scope", []) + record.get("negative_for", [])}


def is_near_miss(record):
    return (record.get("notes") or {}).get("neg_class") == "near_miss"


def score(part, records, answers, family_of):
    """Tallies by family and by label, false findings by family, and for each gold span whether it was found."""
    families, labels, false, hits = (collections.defaultdict(Tally), collections.defaultdict(Tally), collections.Counter(), {})
    for record, answer in zip(records, answers):
        found = [(family(f, family_of), f) for f in answer["findings"]]
        scope = set() if is_near_miss(record) else scope_of(record, family_of)
        golds = [("SECRET" if part == "secrets" else g.get("family", family_of.get(g["label"])), g) for g in record["spans"]]
        for k, (name, g) in enumerate(golds):
            ok = any(meant(x, name) and touches(f, g) and cover(f, g) for x, f in found)
            exact = any(meant(x, name) and f["start"] == g["start"] and f["end"] == g["end"] for x, f in found)
            hits[record["id"], k] = ok
            for t in (families[name], labels[g["label"]]):
                t.gold += 1
                t.found += ok
                t.exact += exact
        for name, f in found:
            if name not in scope:
                continue
            if not any(touches(f, g) for _, g in golds):
                families[name].false += 1
                false[name] += 1
            exact = any(meant(name, x) and f["start"] == g["start"] and f["end"] == g["end"] for x, g in golds)
            families[name].strict_false += not exact
    return families, labels, false, hits


def total(families):
    t = Tally()
    for name, one in families.items():
        if name not in OUT_OF_TOTAL:
            t.add(one)
    return t
