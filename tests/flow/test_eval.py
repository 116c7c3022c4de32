"""tests/eval/compare counts as its rules say, on records of its own; and says when there are none."""
import gzip
import json
import os
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def compare(tmp_path, **more):
    env = dict(os.environ, SHARED=str(tmp_path), EVAL_OUT=str(tmp_path / "out"), **more)
    env["BULLA"] = os.path.abspath(os.environ.get("BULLA", os.path.join(TREE, "build/dev/bulla")))
    return subprocess.run([os.path.join(TREE, "tests/eval/compare"), "--only", "Bulla"], env=env, capture_output=True, text=True, timeout=120)


def put(folder, name, records):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as f:
        f.writelines(json.dumps(r) + "\n" for r in records)


def record(number, text, value=None, scope=("EMAIL",), label="EMAIL", more=0):
    """`more`: bytes that the label goes on behind the value: a finding that is not exact."""
    spans = []
    if value:
        start = text.encode().index(value.encode())
        spans = [{"start": start, "end": start + len(value.encode()) + more, "label": label, "family": label}]
    return {"id": str(number), "text": text, "spans": spans, "scope": list(scope)}


def test_without_records_it_says_so_and_ends_well(tmp_path):
    said = compare(tmp_path)
    assert said.returncode == 0 and said.stdout == "skipped: no labelled records at ../shared\n"


def test_it_counts_found_exact_false_and_missed(tmp_path):
    folder = tmp_path / "data/pii"
    folder.mkdir(parents=True)
    (folder / "labels.json").write_text(json.dumps({"EMAIL": "EMAIL", "PERSON": "PERSON"}))
    put(folder, "pii", [
        record(1, "é: write to ann@harbour.example.org now", "ann@harbour.example.org"),
        record(2, "write to bob@harbour.example.org now", "bob@harbour.example.org", more=4),
        record(3, "not labelled: eve@harbour.example.org"),
        record(4, "not labelled, and nobody said that it would be: eve@harbour.example.org", scope=()),
        record(5, "ask Qwxzt Vbnmk", "Qwxzt Vbnmk", label="AGE"),
    ])
    put(folder, "secrets", [])
    put(folder, "benign", [record(6, "see joe@harbour.example.org " + "x" * 972)])
    said = compare(tmp_path)
    assert said.returncode == 0, said.stderr
    found = json.loads((tmp_path / "out/results.json").read_text())["scanners"]["Bulla"]
    email = found["families"]["pii:EMAIL"]
    assert (email["gold"], email["found"], email["exact"], email["false"]) == (2, 2, 1, 1)
    assert round(email["overlap"]["precision"], 3) == 0.667 and email["overlap"]["recall"] == 1
    assert round(email["strict"]["precision"], 3) == 0.333 and email["strict"]["recall"] == 0.5
    assert found["families"]["pii:AGE"]["found"] == 0 and found["families"]["pii:AGE"]["overlap"]["f1"] == 0
    assert round(found["false_per_mb"]["EMAIL"]) == 1000
    page = (tmp_path / "out/results.md").read_text()
    assert "| EMAIL | 2 | **80.0 (66.7 / 100.0)** |" in page and "| AGE | 1 | – |" in page
    assert (tmp_path / "out/results.svg").read_text().startswith("<svg")
