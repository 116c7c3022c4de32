"""Texts and policies that would take all there is: `bulla scan` and `bulla check` answer within bounds, in words."""
import json
import random
import resource
import subprocess

import pytest

CARD = "4012 8888 " + "8888 1881"  # no canary of another story: these files stay
RULES = "rules:\n  - { id: r, find: [own], do: { redact: label } }\nroutes: [{ to: [fake] }]\n"


def policy_file(folder, detector):
    path = folder / "own.yaml"
    path.write_text("policy: p\nclasses: [public]\ndetectors:\n  own: " + detector + "\n" + RULES)
    return path


@pytest.fixture
def huge(tmp_path):
    """A line of a gigabyte, of which the disk holds next to nothing."""
    path = tmp_path / "huge"
    with open(path, "wb") as f:
        f.truncate(1 << 30)
    yield path
    path.unlink()


def test_a_line_of_a_gigabyte_is_an_error_and_the_next_one_is_answered(gateway, huge):
    with open(huge, "ab") as f:
        f.write(("\n" + json.dumps({"id": 2, "text": CARD}) + "\n").encode())
    done = gateway.run("scan", "--jsonl", huge, timeout=60)
    long, card = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and long["error"] == "a line of more than 256 MiB"
    assert card["id"] == 2 and card["findings"][0]["entity"] == "CREDIT_CARD"


def test_a_file_of_a_gigabyte_is_refused_with_what_to_do(gateway, huge):
    done = gateway.run("scan", huge, timeout=60)
    assert done.returncode == 1 and "larger than 256 MiB: cut it into parts" in done.stderr


def test_what_is_read_is_never_more_than_the_bound(gateway, huge):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for words in (["scan", huge], ["scan", "--jsonl", huge]):
        subprocess.run([gateway.binary, *map(str, words)], capture_output=True, timeout=60)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most == before or most < 1.5 * (1 << 20)  # KiB; the sanitizers' shadow counts too


def test_bytes_that_are_no_utf8_are_scanned_as_they_are(gateway, tmp_path):
    bad = tmp_path / "bad"
    bad.write_bytes(b"abc \xff\xfe\xc3( " + CARD.encode() + b" \xf0\x9f")
    done = gateway.run("scan", bad)
    assert done.returncode == 3 and "CREDIT_CARD" in done.stdout and "[9, 28)" in done.stdout


def test_a_line_that_is_no_utf8_is_an_error_of_its_own(gateway, tmp_path):
    lines = tmp_path / "lines"
    lines.write_bytes(b'{"id":1,"text":"\xff"}\n' + json.dumps({"id": 2, "text": CARD}).encode())
    done = gateway.run("scan", "--jsonl", lines)
    bad, card = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and "error" in bad and card["findings"][0]["start"] == 0


@pytest.mark.parametrize("pattern", ["(a+)+b", "(\\w+\\s?)+!", "(x+x+)+y", "key=(\\w*)*;"])
def test_a_pattern_that_explodes_is_refused_where_it_stands(pattern, gateway, tmp_path):
    path = policy_file(tmp_path, "{ pattern: '" + pattern + "' }")
    gateway.config["policies"] = [str(path)]
    gateway.write_config()
    for words in (["check", "-c", gateway.config_path], ["scan", "-p", path]):
        done = gateway.run(*words, stdin="aaa")
        assert done.returncode == 1 and "own.yaml:4:" in done.stderr and "explodes" in done.stderr, done.stderr


def test_a_pattern_too_large_to_compile_is_refused_where_it_stands(gateway, tmp_path):
    path = policy_file(tmp_path, "{ pattern: '(a{1,5000}b{1,5000}){1,500}' }")
    done = gateway.run("scan", "-p", path, stdin="aaa")
    assert done.returncode == 1 and "own.yaml:4:" in done.stderr and "too large" in done.stderr


def test_a_hundred_thousand_words_are_taken_and_found(gateway, tmp_path):
    draw = random.Random(7)
    words = ["".join(draw.choice("bcdfghjklmnpqrstvwxz") for _ in range(6)) + str(i) for i in range(100_000)]
    path = policy_file(tmp_path, "{ words: [" + ", ".join(words) + "] }")
    gateway.config["policies"] = [str(path)]
    gateway.write_config()
    assert gateway.run("check", "-c", gateway.config_path, timeout=60).returncode == 0
    done = gateway.run("scan", "--json", "-p", path, stdin=f"say {words[0]} and {words[-1]}, not {words[5]}x", timeout=60)
    found = json.loads(done.stdout)["findings"]
    assert [f["start"] for f in found] == [4, 4 + len(words[0]) + 5]
