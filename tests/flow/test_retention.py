"""What audit.retention says ends by a verb that a timer calls: one at a time, recorded, and never the hour that is still written."""
import fcntl
import json
import time

RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}]


def prune(gateway, *words):
    return gateway.run("audit", "prune", "--json", *words)


def test_what_the_configuration_keeps_long_enough_ends_by_the_clock(policy, client, gateway, audit):
    policy(rules=RULES)
    gateway.config["audit"]["retention"] = {"payloads": "7d", "disclosures": "90d"}
    assert client.chat("hello").status == 200
    done = prune(gateway, "-c", gateway.config_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["payloads"] == told["disclosures"] == 0             # all of it is of today
    said = [r.groups for r in audit.records("prune")]
    hours = [time.strftime("%Y%m%d%H", time.gmtime(time.time() - days * 86400)) for days in (7, 90)]
    assert len(said) == 2 and f"payloads before {hours[0]}".encode() in said[0] and f"disclosures before {hours[1]}".encode() in said[1]
    only = prune(gateway, "--dir", gateway.audit_dir)               # without a configuration: payloads, of a month
    assert only.returncode == 0 and len(audit.records("prune")) == 3
    assert audit.verify() == 0, audit.said.stdout


def test_only_one_ends_things_and_never_what_is_still_written(policy, client, gateway, audit):
    policy(rules=RULES)
    assert client.chat("hello").status == 200
    for words in (["--until", "2099-01-01"], ["--disclosures", "2099-01-01"], ["--disclosures", "soon"]):
        assert prune(gateway, "--dir", gateway.audit_dir, *words).returncode == 1
    with open(gateway.audit_dir / "PRUNE", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = prune(gateway, "--dir", gateway.audit_dir)
        assert refused.returncode == 1 and "another one runs" in refused.stderr
    assert audit.records("prune") == []
    gateway.config["audit"]["retention"] = {"payloads": "10m"}
    gateway.write_config()
    assert gateway.run("check", "-c", gateway.config_path).returncode == 1     # less than the hour that is written
