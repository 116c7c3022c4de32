"""What was measured, for people: Markdown tables and SVG plots; the table in README.md between its marks."""
import json
import math
import os
import statistics

import targets as t

BASE = "nginx"
BEGIN, END = "<!-- tests/bench/run --readme -->", "<!-- end of tests/bench/run -->"
PLOTS = os.path.join(t.TREE, "tests/bench/plots")
COLOURS = ["#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#777777", "#222222"]


def at(row, *path):
    for key in path:
        row = row.get(key) if isinstance(row, dict) else None
    return row


def middle(rows, *path):
    """Median over rounds of one figure; None without any."""
    got = [at(row, *path) for row in rows or [] if at(row, *path) is not None]
    return statistics.median(got) if got else None


def paired(rows, base, how, *path):
    """Median of what `how` makes of each round's own pair."""
    got = [how(at(a, *path), at(b, *path)) for a, b in zip(rows or [], base or [])
           if at(a, *path) is not None and at(b, *path)]
    return statistics.median(got) if got else None


def times(rows, base, *path):
    return paired(rows, base, lambda a, b: a / b, *path)


def added(rows, base, *path):
    return paired(rows, base, lambda a, b: a - b, *path)


def points(values, share):
    got = sorted(values)
    return got[min(len(got) - 1, int(share * (len(got) - 1) + 0.5))] if got else None


def number(x, digits=0):
    return "-" if x is None else f"{x:,.{digits}f}"


def ms(us):
    return "-" if us is None else number(us / 1000, 1)


def figure(x):
    """Three figures' worth."""
    return "-" if x is None else number(x, 2 if abs(x) < 10 else 1 if abs(x) < 100 else 0)


def table(head, rows):
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(out + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def names(found):
    return list(found["targets"])


def rows_of(found, section, load, target):
    return found[section].get(load, {}).get(target) or []


def cost_table(found, section, loads, unit=1):
    """CPU time of each target for each load, and how many times nginx's that is."""
    loads = [x for x in loads if found[section].get(x)]
    head = ["CPU µs"] + [x for load in loads for x in (load, f"x {BASE}")]
    rows = []
    for name in names(found):
        if name == "direct":
            continue
        row = [name]
        for load in loads:
            mine = rows_of(found, section, load, name)
            cost = middle(mine, "cpu_us")
            row += [figure(cost / unit if cost is not None else None),
                    figure(times(mine, rows_of(found, section, load, BASE), "cpu_us"))]
        rows.append(row)
    return table(head, rows) if loads else ""


def latency_table(found):
    loads = [(s, x, f"{x}, {n}") for s, x, n in (("alone", "1 KB", "one caller"), ("alone", "8 KB", "one caller"), ("payload", "1 KB", "64 callers"))
             if found[s].get(x)]
    head = ["latency µs"] + [f"{text} {p}" for _, _, text in loads for p in ("p50", "p99", "+p50", "+p99")]
    rows = []
    for name in names(found):
        row = [name]
        for section, load, _ in loads:
            mine, base = rows_of(found, section, load, name), rows_of(found, section, load, BASE)
            row += [figure(middle(mine, "latency_us", p)) for p in ("p50", "p99")]
            row += [figure(added(mine, base, "latency_us", p)) for p in ("p50", "p99")]
        rows.append(row)
    return table(head, rows) if loads else ""


def stream_table(found):
    head = ["streams", "burst of 200: µs an event", f"x {BASE}", "paced 5 ms: µs an event", f"x {BASE}", "event late µs p50", "p99",
            "text late µs p99", "first event µs p50 (20 ms)", "whole and streamed"]
    rows = []
    for name in names(found):
        got = {load: rows_of(found, "stream", load, name) for load in ("burst", "5 ms", "20 ms")}
        base = {load: rows_of(found, "stream", load, BASE) for load in got}
        if not any(x for rows in got.values() for x in rows):
            continue
        bad = [x for rows in got.values() for x in rows if x is None or x["failed"] or x["unstreamed"]]
        per = {"burst": 200, "5 ms": 150}
        row = [name]
        for load, events in per.items():
            cost = middle(got[load], "cpu_us")
            row += [figure(cost / events if cost is not None else None), figure(times(got[load], base[load], "cpu_us"))]
        rows.append(row + [figure(middle(got["5 ms"], "event_us", "p50")), figure(middle(got["5 ms"], "event_us", "p99")),
                           figure(middle(got["5 ms"], "text_us", "p99")), figure(middle(got["20 ms"], "first_us", "p50")),
                           "did not" if bad else "yes"])
    return table(head, rows) if rows else ""


def odd_table(found):
    """Slow models, streams that callers leave, most requests a second."""
    parts = []
    measured = [n for n in names(found) if any(rows_of(found, x, y, n) for x in ("slow", "aborts") for y in found[x])]
    loads = [x for x in ("60 ms", "1.5 s") if found["slow"].get(x)]
    if loads:
        rows = []
        for name in measured:
            got = [rows_of(found, "slow", x, name) for x in loads]
            rows.append([name] + [y for r in got for y in (ms(middle(r, "latency_us", "p50")), ms(middle(r, "latency_us", "p99")), number(middle(r, "failed")))])
        parts.append(table(["constant arrival, slow model"] + [f"{x}: {p}" for x in loads for p in ("p50 ms", "p99 ms", "failed")], rows))
    if found["aborts"].get("30 %"):
        rows = {n: rows_of(found, "aborts", "30 %", n) for n in measured}
        parts.append(table(["30 % of streams left by their caller", "whole", "left", "failed", "CPU µs each", "late µs p99"],
                           [[n, number(middle(r, "ok")), number(middle(r, "aborted")), number(middle(r, "failed")), figure(middle(r, "cpu_us")),
                             figure(middle(r, "event_us", "p99"))] for n, r in rows.items()]))
    if found["frontier"]:
        parts.append(table(["most 1 KB requests a second with p99 under"] + [f"{b} ms" for b in (1, 5, 10, 50)],
                           [[n] + [number(at(got, str(b)) if str(b) in got else got.get(b)) for b in (1, 5, 10, 50)]
                            for n, got in found["frontier"].items()]))
    if found["memory_kb"]:
        whens = list(next(iter(found["memory_kb"].values())))
        parts.append(table(["memory MB (PSS of all processes)"] + whens, [[n] + [number(got.get(w, 0) / 1024, 1) for w in whens]
                                                                        for n, got in found["memory_kb"].items() if n != "direct"]))
    return "\n".join(parts)


def parts_table(found):
    """Of Bulla's time: how much is the worker's, how much the auditor's, who syncs."""
    rows = []
    for name in names(found):
        if not name.startswith("Bulla"):
            continue
        for section, load in (
                ("alone", "1 KB"), ("payload", "1 KB"), ("payload", "8 KB"), ("payload", "256 KB"), ("stream", "burst")):
            mine = rows_of(found, section, load, name)
            if mine:
                rows.append([name, {"alone": "one caller, ", "stream": "stream, "}.get(section, "") + load] +
                            [figure(middle(mine, "cpu_us_by_process", part)) for part in ("worker", "auditor")])
    return table(["CPU µs", "load", "worker", "auditor"], rows) if rows else ""


def verdict(found):
    """Is the added p99 within 300 µs over nginx and one sync of the log?"""
    sync = points(found["sync_us"], 0.99)
    out = [f"512 bytes written over zeros, with fdatasync, on this disk, in the same run: p50 {figure(points(found['sync_us'], 0.5))} µs, "
           f"p99 {figure(sync)} µs ({len(found['sync_us'])} of them)."]
    for name in names(found):
        more = added(rows_of(found, "alone", "1 KB", name), rows_of(found, "alone", "1 KB", BASE), "latency_us", "p99")
        if name.startswith("Bulla") and more is not None and sync is not None:
            out.append(f"{name}: added p99 at 1 KB {figure(more)} µs; the goal is {figure(300 + sync)} µs (300 and one sync): "
                       f"{'kept' if more <= 300 + sync else 'missed'}.")
    return "\n".join("* " + x for x in out) + "\n"


def stamp(found):
    m = found["machine"]
    return (f"{m['date']}, commit {m['commit']}; {m['cores']} cores, {m['cpu']}, Linux {m['kernel']}; load of the machine "
            f"{m['load_before'][0]:.1f} before, {m.get('load_after', [0])[0]:.1f} after"
            f"{', which is somebody else at work: read ratios only' if m['load_before'][0] > 0.5 else ''}.\n\n" +
            table(["target", "version", "line to callers", "inspects"],
                  [[n, x["version"] or "-", x["line"], x["inspects"]] for n, x in found["targets"].items()]))


def markdown(found):
    payloads = ["1 KB", "8 KB", "16 KB", "256 KB", "1 MB"]
    return "\n".join(x for x in (
        "# tests/bench/run" + (" --quick" if found["quick"] else ""), stamp(found),
        "CPU time of the whole process tree for one request, 64 callers at once (256 KB: 16, 1 MB: 8), every request with fresh text:\n",
        cost_table(found, "payload", payloads),
        "The same with a single caller, so that the server falls asleep between any two requests and syncs for each:\n"
        if found["alone"] else "", cost_table(found, "alone", payloads),
        "An agent's conversation of 200 turns, each sent with all before it (about 75 KB in the middle):\n" if found["talk"] else "",
        cost_table(found, "talk", ["200 turns"]), parts_table(found), latency_table(found), verdict(found), stream_table(found),
        odd_table(found), "![CPU](cpu.svg)\n\n![latency](latency.svg)\n") if x)


# ---- plots ----

def text(x, y, words, size=12, anchor="start", colour="#222", more=""):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" {more}>{words}</text>'


def line(x1, y1, x2, y2, colour="#ddd", width=1):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def sheet(width, height, title, note, body):
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
                      'font-family="DejaVu Sans, Helvetica, Arial, sans-serif">',
                      f'<rect width="{width}" height="{height}" fill="#fff"/>', text(20, 28, title, 16, more='font-weight="bold"'),
                      text(20, 46, note, 11, colour="#555")] + body + ["</svg>", ""])


def log_scale(low, high, begin, end):
    a, b = math.log10(low), math.log10(high)
    return lambda v: begin + (math.log10(v) - a) / (b - a) * (end - begin)


def ticks(low, high):
    return [m * 10 ** e for e in range(-3, 9) for m in (1, 2, 5) if low <= m * 10 ** e <= high]


def short(v):
    return f"{v:.3g}" if v < 1000 else f"{v / 1000:.3g}k" if v < 1e6 else f"{v / 1e6:.3g}M"


def colour_of(found, name):
    return COLOURS[names(found).index(name) % len(COLOURS)]


def legend(shown, x, y):
    out = []
    for i, (name, colour) in enumerate(shown):
        out += [f'<circle cx="{x}" cy="{y + 20 * i - 4}" r="5" fill="{colour}"/>', text(x + 12, y + 20 * i, name)]
    return out


def cpu_plot(found):
    """How many times nginx's CPU time, by size of the request; both scales are logarithmic."""
    sizes = [x for x in ("1 KB", "8 KB", "16 KB", "256 KB", "1 MB") if found["payload"].get(x)]
    kb = {"1 KB": 1, "8 KB": 8, "16 KB": 16, "256 KB": 256, "1 MB": 1024}
    curves = []
    for name in (n for n in names(found) if n != "direct"):
        got = [(kb[s], times(rows_of(found, "payload", s, name), rows_of(found, "payload", s, BASE), "cpu_us")) for s in sizes]
        got = [(x, y) for x, y in got if y]
        if got:
            curves.append((name, colour_of(found, name), got))
    if not curves or len(sizes) < 2:
        return None
    all_y = [y for _, _, got in curves for _, y in got]
    low, high = min(0.5, min(all_y) * 0.9), max(2.0, max(all_y) * 1.2)
    left, right, top, bottom = 70, 560, 70, 400
    x_of, y_of = log_scale(0.8, kb[sizes[-1]] * 1.25, left, right), log_scale(low, high, bottom, top)
    body = [line(left, y_of(v), right, y_of(v), "#999" if v == 1 else "#e4e4e4") for v in ticks(low, high)]
    body += [text(left - 8, y_of(v) + 4, f"{v:g}x", 11, "end") for v in ticks(low, high)]
    body += [text(x_of(kb[s]), bottom + 20, s, 11, "middle") for s in sizes if s != "16 KB"]
    body += [line(x_of(kb[s]), bottom, x_of(kb[s]), bottom + 5, "#555") for s in sizes]
    body += [text((left + right) / 2, bottom + 44, "size of the request (logarithmic)", 12, "middle"),
             text(18, (top + bottom) / 2, "CPU time, nginx = 1 (logarithmic)", 12, "middle",
                  more=f'transform="rotate(-90 18 {(top + bottom) / 2})"')]
    for name, colour, got in curves:
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in got)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in got]
    ordered = sorted(curves, key=lambda c: -c[2][-1][1])
    body += legend([(f"{n}  {figure(got[-1][1])}x", c) for n, c, got in ordered], right + 24, top + 20)
    return sheet(800, 470, "CPU time of a request, as a multiple of nginx's",
                 f"one worker each, TLS 1.3 to callers, same origin, fresh text; right: at {sizes[-1]}; commit {found['machine']['commit']}", body)


def latency_plot(found):
    """p50 to p99 as bars, for one caller and for 64, 1 KB requests; logarithmic."""
    groups = [("alone", "one caller"), ("payload", "64 callers")]
    rows = [(label, name, middle(rows_of(found, s, "1 KB", name), "latency_us", "p50"), middle(rows_of(found, s, "1 KB", name), "latency_us", "p99"))
            for s, label in groups for name in names(found)]
    rows = [r for r in rows if r[2] and r[3]]
    if not rows:
        return None
    left, right, top, step = 230, 690, 80, 24
    low, high = min(r[2] for r in rows) * 0.7, max(r[3] for r in rows) * 1.4
    x_of = log_scale(low, high, left, right)
    height = top + step * (len(rows) + len({r[0] for r in rows}))
    body, y, last = [], top, None
    body += [line(x_of(v), top - 10, x_of(v), height, "#e4e4e4") for v in ticks(low, high)]
    body += [text(x_of(v), height + 18, short(v), 11, "middle") for v in ticks(low, high)]
    for label, name, p50, p99 in rows:
        if label != last:
            body.append(text(20, y + 14, label, 12, more='font-weight="bold"'))
            y, last = y + step, label
        colour = colour_of(found, name)
        body += [text(left - 10, y + 13, name, 12, "end"),
                 f'<rect x="{x_of(p50):.1f}" y="{y + 3}" width="{max(2, x_of(p99) - x_of(p50)):.1f}" height="12" fill="{colour}"/>',
                 text(x_of(p99) + 5, y + 13, f"{short(p50)} to {short(p99)}", 10, colour="#555")]
        y += step
    body.append(text((left + right) / 2, height + 40, "microseconds from p50 to p99 (logarithmic)", 12, "middle"))
    return sheet(800, height + 56, "Latency of a 1 KB request", f"Bulla waits for its records to be on disk; commit {found['machine']['commit']}", body)


def plots(found):
    return {k: v for k, v in (("cpu.svg", cpu_plot(found)), ("latency.svg", latency_plot(found))) if v}


def write(found, folder):
    said = markdown(found)
    with open(os.path.join(folder, "results.md"), "w") as f:
        f.write(said)
    for name, svg in plots(found).items():
        with open(os.path.join(folder, name), "w") as f:
            f.write(svg)
    return said


def readme_table(found):
    m = found["machine"]
    base, rows = BASE, []
    for name in names(found):
        if name == "direct":
            continue
        row = [name]
        for section, load, unit in (("payload", "1 KB", 1), ("payload", "8 KB", 1), ("payload", "256 KB", 1), ("talk", "200 turns", 1),
                                    ("stream", "burst", 200), ("stream", "5 ms", 150)):
            mine = rows_of(found, section, load, name)
            cost, x = middle(mine, "cpu_us"), times(mine, rows_of(found, section, load, base), "cpu_us")
            row.append("-" if cost is None else f"{figure(cost / unit)}" + (f" ({figure(x)}x)" if x and name != base else ""))
        rows.append(row)
    return (table(["CPU µs (x nginx)", "1 KB", "8 KB", "256 KB", "a turn of 200", "an event, burst", "an event, 5 ms"], rows) +
            f"\nCommit {m['commit']}, {m['date'][:10]}, {m['cores']} cores of {m['cpu']}, load of the machine {m['load_before'][0]:.1f}: read ratios.\n")


def publish(folder):
    """The last results into README.md between its marks, the plots into tests/bench/plots."""
    with open(os.path.join(folder, "results.json")) as f:
        found = json.load(f)
    path = os.path.join(t.TREE, "README.md")
    with open(path) as f:
        said = f.read()
    if BEGIN not in said or END not in said:
        raise SystemExit(f"README.md has no marks {BEGIN} and {END}")
    head, tail = said.split(BEGIN, 1)[0], said.split(END, 1)[1]
    with open(path, "w") as f:
        f.write(f"{head}{BEGIN}\n{readme_table(found)}{END}{tail}")
    os.makedirs(PLOTS, exist_ok=True)
    for name, svg in plots(found).items():
        with open(os.path.join(PLOTS, name), "w") as f:
            f.write(svg)
    return 0
