"""What tests/eval/compare measured, for people: tables in Markdown and one picture."""
import os

import paper
from score import OUT_OF_TOTAL

BULLA = "Bulla"


def pct(x):
    return "–" if x is None else f"{100 * x:.1f}"


def keys(found, part, kind="families"):
    """The families of a part by how many spans they have."""
    ours = {k: row for s in found["scanners"].values() for k, row in s[kind].items() if k.startswith(part + ":")}
    return sorted(ours, key=lambda k: (-ours[k]["gold"], k))


def knows(scanner, key):
    """Does it report such a thing at all, rightly or wrongly?"""
    row = scanner["families"].get(key)
    return row is not None and (row["found"] > 0 or row["false"] > 0)


def shown(found, part):
    return [n for n, s in found["scanners"].items() if part in s["total"]]


def best(found, names, key, how):
    got = [found["scanners"][n]["families"][key][how]["f1"] or 0 for n in names if key in found["scanners"][n]["families"]]
    return max(got, default=0)


def family_table(found, part, how):
    """F1 with precision and recall; the best of a line is bold."""
    names = shown(found, part)
    rows = []
    for key in keys(found, part):
        top = best(found, names, key, how)
        row = [key.split(":")[1], None]
        for n in names:
            one = found["scanners"][n]["families"].get(key)
            row[1] = str(one["gold"]) if one else row[1]
            if one is None or not knows(found["scanners"][n], key):
                row.append("–")
                continue
            said = f"{pct(one[how]['f1'])} ({pct(one[how]['precision'])} / {pct(one[how]['recall'])})"
            if row[0] in OUT_OF_TOTAL:  # nobody knows what is false there
                said = f"recall {pct(one[how]['recall'])}"
            row.append(f"**{said}**" if top > 0 and one[how]["f1"] == top else said)
        rows.append(row)
    if part == "pii":
        rows.append(["all but LOCATION and ORG", str(found["scanners"][names[0]]["total"][part]["gold"])] +
                    [f"{pct(t['f1'])} ({pct(t['precision'])} / {pct(t['recall'])})"
                     for t in (found["scanners"][n]["total"][part][how] for n in names)])
    return paper.table(["", "spans"] + names, rows)


def label_table(found, part):
    names = shown(found, part)
    rows = []
    for key in keys(found, part, "labels"):
        gold = max(found["scanners"][n]["labels"].get(key, {"gold": 0})["gold"] for n in names)
        if gold < 4:
            continue
        rows.append([key.split(":")[1], str(gold)] +
                    [pct(found["scanners"][n]["labels"].get(key, {}).get("overlap", {}).get("recall")) for n in names])
    return paper.table(["recall, overlapping", "spans"] + names, rows)


def cost_table(found):
    rows = []
    for n, s in found["scanners"].items():
        worst = ", ".join(f"{k} {v:.1f}" for k, v in list(s["false_per_mb"].items())[:5])
        false = s["false_per_mb_total"]
        rows.append([n, s["version"], "not asked" if false is None else f"{false:.1f}", worst or ("–" if false is None else "none"),
                     paper.number(s["kb_per_second"])])
    return paper.table(["", "version", "false findings in a MB of benign text", "of these", "kB of text for each second of CPU"], rows)


def markdown(found):
    sizes = ", ".join(f"{part} {x['records']:,} ({x['bytes'] / 1e6:.2f} MB)" for part, x in found["records"].items())
    return "\n".join((
        "# Bulla beside other scanners\n",
        f"Made by `tests/eval/compare` on {found['date']}. Records in context: {sizes}. F1 (precision / recall) in per cent; the best of a line "
        "is bold; – means that the scanner never reports such a thing. Rules, the same for all, are at the head of `tests/eval/score.py`.\n",
        "The records are other projects' public test material, Presidio's own and those of gitleaks and detect-secrets among it, and were at hand "
        "while Bulla was built: they compare scanners, they do not foretell a figure for your text. News, encyclopedia, filings and tweets, on which "
        "Bulla's model of names was trained, are left out; of the benign text it has seen parts as well, so that its silence there on names says little. Presidio runs with spaCy's small English model "
        "(the large one is in no registry of packages) and its own threshold; its second column has every recogniser of the package, also those of other "
        "countries that it leaves out unless asked. scrubadub's detectors of names and addresses want models that are not to be had.\n",
        "![F1 by family](results.svg)\n",
        "## Personal data, overlapping spans\n", family_table(found, "pii", "overlap"),
        "## Personal data, strict\n\nSame begin, same end, same family; everything else that is in scope is a false finding.\n",
        family_table(found, "pii", "strict"),
        "## Secrets\n\nPrecision is that of records which must be clean; the records with secrets say nothing of it.\n",
        family_table(found, "secrets", "overlap"), label_table(found, "secrets"),
        "## What nobody should find, and speed\n", cost_table(found),
        "Speed is CPU time with start-up, on a shared machine: read the order of magnitude.\n"))


def picture(found):
    """F1 by family, a bar a scanner; what a scanner never reports has no bar."""
    names = [n for n in found["scanners"]]
    pick = [k for k in keys(found, "pii") if k.split(":")[1] not in ("ORG", "LOCATION")
            and max((x["families"].get(k, {"gold": 0})["gold"] for x in found["scanners"].values())) >= 8] + keys(found, "secrets")
    left, right, top, bar, y = 150, 620, 70, 9, 70
    body = []
    for key in pick:
        rows = [(n, found["scanners"][n]["families"][key]["overlap"]["f1"]) for n in names if knows(found["scanners"][n], key)]
        body.append(paper.text(left - 10, y + 9 + bar * len(rows) / 2 - 4, key.split(":")[1], 12, "end"))
        for n, f1 in rows:
            colour = paper.COLOURS[names.index(n) % len(paper.COLOURS)]
            width = max(1.0, (f1 or 0) * (right - left))
            body += [f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar - 2}" fill="{colour}"/>',
                     paper.text(left + width + 4, y + bar - 2, pct(f1), 8, colour="#555")]
            y += bar
        y += 10 if rows else 22
    grid = [paper.line(left + (right - left) * v / 100, top - 6, left + (right - left) * v / 100, y, "#e4e4e4") for v in range(0, 101, 20)]
    grid += [paper.text(left + (right - left) * v / 100, y + 14, f"{v}", 10, "middle") for v in range(0, 101, 20)]
    shown_names = [(n, paper.COLOURS[names.index(n) % len(paper.COLOURS)]) for n in names]
    body += paper.legend(shown_names, right + 50, top + 10)
    return paper.sheet(860, int(y + 40), "F1 by family, overlapping spans",
                       f"the same records for all; what a scanner never reports has no bar; {found['date']}", grid + body)


def write(found, folder):
    said = markdown(found)
    with open(os.path.join(folder, "results.md"), "w", encoding="utf-8") as f:
        f.write(said)
    with open(os.path.join(folder, "results.svg"), "w", encoding="utf-8") as f:
        f.write(picture(found))
    return said
