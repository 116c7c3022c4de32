"""People's work on the log while the gateway runs: who read what, cases, holds, and erasure that breaks no proof."""
import json
import os
import signal
import socket
import time

from bulla import until

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]


def audit_verb(gateway, *words):
    return gateway.run("audit", *words, "--dir", gateway.audit_dir)


def rows(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(x) for x in done.stdout.splitlines()]


def test_who_read_what_is_in_the_log(policy, client, gateway, audit):
    policy(rules=RULES)
    answer = client.chat("hello")
    begin = audit.of(answer)[0]
    assert audit.records("review") == []
    rows(audit_verb(gateway, "query", "--json", "--xid", answer.exchange))     # leaves open nothing
    assert audit.records("review") == []
    rows(audit_verb(gateway, "query", "--json", "--groups", "--app", "?", "--reason", "a look around"))
    rows(audit_verb(gateway, "show", begin.seq, "--case", "C-1", "--reason", "ticket 12"))
    rows(audit_verb(gateway, "timeline", "--json", "--xid", answer.exchange))
    looked, shown, followed = audit.records("review.read")
    assert b'"reason":"a look around"' in looked.groups and b'"query":"app=?"' in looked.groups
    assert b'"case":"C-1"' in shown.groups and f'"uid":{os.getuid()}'.encode() in shown.groups
    assert b'"count":2' in followed.groups and b"ticket" not in json.dumps(shown.leaf).encode()
    assert audit.verify() == 0, audit.said.stdout
    alone = audit_verb(gateway, "show", begin.seq)       # nobody writes the log now: said, and no more
    assert alone.returncode == 0 and "not recorded" in alone.stderr


def test_an_erasure_takes_what_was_said_of_somebody_and_no_proof(policy, client, gateway, audit):
    gateway.config["auth"] = "keys"
    gateway.config["keys"] = str(gateway.folder / "keys")
    keys = {}
    for app in ("payroll-of-ann", "crm"):
        made = gateway.run("key", "new", "--app", app, "--file", gateway.folder / "keys")
        keys[app] = made.stdout.split()[-1] if made.stdout.split() else ""
    policy(rules=RULES)
    for app in ("payroll-of-ann", "crm", "payroll-of-ann"):
        gateway.key = keys[app]
        assert client.chat("hello").status == 200
    seqs = [r.seq for r in audit.records("exchange")]
    until(lambda: audit_verb(gateway, "prove", max(seqs)).returncode == 0)     # within the first second nothing is signed yet
    proofs = {seq: audit_verb(gateway, "prove", seq).stdout for seq in seqs}
    assert len(proofs) == 6 and all(p.startswith("c2sp.org/tlog-proof@v1") for p in proofs.values())

    assert audit_verb(gateway, "erase", "--app", "crm").returncode == 1            # no reason given
    assert audit_verb(gateway, "erase", "--model", "gpt-4o", "--reason", "r").returncode == 1   # that is nobody
    hold = audit_verb(gateway, "hold", "set", "--case", "C-7", "--app", "payroll-of-ann")
    assert hold.returncode == 0 and "4 records held" in hold.stdout, hold.stderr
    refused = audit_verb(gateway, "erase", "--app", "payroll-of-ann", "--reason", "request of 1 May")
    assert refused.returncode == 2 and "C-7" in refused.stderr
    assert len(rows(audit_verb(gateway, "query", "--json", "--app", "payroll-of-ann"))) == 4
    assert audit_verb(gateway, "hold", "clear", "--case", "C-7").returncode == 0
    done = audit_verb(gateway, "erase", "--app", "payroll-of-ann", "--reason", "request of 1 May")
    assert done.returncode == 0 and "4 records erased" in done.stdout, done.stderr
    at_once = audit_verb(gateway, "verify")             # its record was signed before anything went
    assert at_once.returncode == 0 and "erased: 4" in at_once.stdout, at_once.stdout

    gateway.key = keys["crm"]
    after = client.chat("hello again")                  # the log goes on
    assert after.status == 200 and len(audit.of(after)) == 2
    assert rows(audit_verb(gateway, "query", "--json", "--app", "payroll-of-ann")) == []
    assert len(rows(audit_verb(gateway, "query", "--json", "--app", "crm"))) == 4
    assert audit.verify() == 0, audit.said.stdout
    assert "erased: 4" in audit.said.stdout
    left = [p for p in gateway.audit_dir.rglob("*") if p.is_file() and b"payroll-of-ann" in p.read_bytes()
            and "policy" not in p.parts]
    kept = b"".join(g for r in audit.records("hold.") for g in [r.groups])
    assert b"payroll-of-ann" in kept                    # what people asked for stands in their own record
    holds = {f"{p.name}" for p in left}
    assert all(p.suffix == ".seg" for p in left), holds
    for r in audit.records("exchange"):
        if r.seq in proofs:
            lines = audit_verb(gateway, "prove", r.seq)
            assert lines.returncode == 0
    erased = json.loads(audit_verb(gateway, "show", min(proofs)).stdout)
    assert erased["groups"]["who"] is None and erased["groups"]["net"] is None and erased["groups"]["what"]

    # what is gone without a record is told
    other = next(r for r in audit.records("exchange.begin") if b'"app":"crm"' in r.groups)
    for segment in (gateway.audit_dir / "seg").glob("*.seg"):
        raw = segment.read_bytes()
        at = raw.find(other.groups)
        if at >= 0:
            spoilt = zero_group(other.groups, b"who")
            segment.write_bytes(raw[:at] + spoilt + raw[at + len(spoilt):])
    assert audit.verify() == 3 and "no erase record" in audit.said.stdout


def zero_group(groups, name):
    out, at = bytearray(groups), 0
    while at < len(groups):
        n = groups[at]
        length = int.from_bytes(groups[at + 17 + n:at + 21 + n], "little")
        if groups[at + 1:at + 1 + n] == name:
            out[at + 1 + n:at + 17 + n] = bytes(16)
            out[at + 21 + n:at + 21 + n + length] = bytes(length)
        at += 21 + n + length
    return bytes(out)


def test_a_case_is_worked_in_the_log(client, gateway, audit):
    client.chat("hello")
    for words in (["open", "--reason", "odd traffic"], ["note", "--reason", "asked the team"]):
        assert audit_verb(gateway, "case", *words, "--case", "C-9").returncode == 0
    assert rows(audit_verb(gateway, "case", "list", "--json")) == [{"case": "C-9", "is": "open", "notes": 1}]
    assert audit_verb(gateway, "case", "close", "--case", "C-9").returncode == 0
    gateway.stop()
    assert audit_verb(gateway, "case", "note", "--case", "C-9", "--reason", "afterthought").returncode == 0
    assert rows(audit_verb(gateway, "case", "list", "--json")) == [{"case": "C-9", "is": "closed", "notes": 2}]
    (note,) = [r for r in audit.records("case.note") if b"afterthought" in r.groups]
    assert audit.verify() == 0, audit.said.stdout


def test_nobody_but_the_auditor_is_believed(client, gateway, audit):
    """Somebody who took the name before it, and somebody who says what only a worker may."""
    client.chat("hello")
    st = os.stat(gateway.audit_dir)
    name = f"\0bulla-audit-{st.st_dev:x}-{st.st_ino:x}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.connect(name)
        before = len(audit.records())
        s.send(b"\x01" + bytes(12))                     # no message of any kind
        assert s.recv(100) == b""                        # the channel is dropped
        assert len(audit.records()) == before
    answer = client.chat("hello again")
    assert answer.status == 200
    gateway.stop()
    if os.getuid() != 0:
        return                                           # only root can play somebody else
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.bind(name)
            s.listen()
            os.write(told, b"x")
            time.sleep(60)
        os._exit(0)
    try:
        assert os.read(ready, 1) == b"x"
        done = audit_verb(gateway, "case", "open", "--case", "C-1")
        assert done.returncode == 1 and "somebody else" in done.stderr
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
