"""Sinks of the configuration: a process of the gateway's own sends them the log, and nobody who serves waits for it."""
import json
import os
import signal
import ssl
import time

from bulla import SLOW, processes, until
from collector import collector, kafka  # noqa: F401  (two fixtures)
from sasl_broker import Broker
from test_export import RULES, reconcile


def shipper_of(gateway):
    """The newest one's pid."""
    return processes(gateway).get("shipper")


def records(texts):
    """Without the signed heads, which go to every sink too."""
    return [x for x in texts if "#head-" not in x]


def seqs(texts):
    return [json.loads(x)["metadata"]["sequence"] for x in records(texts)]


def test_what_is_configured_gets_the_whole_log_and_its_end(policy, client, gateway, collector, kafka, audit, tmp_path):
    policy(rules=RULES)
    gateway.config["sinks"] = {
        "search": {"kind": "elastic", "to": collector.url, "index": "logs", "token": "env:SINK_TOKEN",
                   "with": ["findings"]},
        "stream": {"kind": "kafka", "to": f"tcp://{kafka.where}", "index": "security"},
        "copy": {"kind": "jsonl", "to": str(tmp_path / "copy.jsonl")}}
    os.environ["SINK_TOKEN"] = "secret-token"
    try:
        gateway.start()
    finally:
        del os.environ["SINK_TOKEN"]
    for text in ("hello", "charge 4111 1111 1111 1111"):
        client.chat(text)
    until(lambda: [gateway.metrics().get(f'bulla_sink_lag_records{{sink="{n}"}}') for n in ("search", "stream", "copy")]
          == [0, 0, 0] and gateway.metrics()["bulla_audit_records"] >= 4)
    assert [gateway.metrics()[f'bulla_sink_up{{sink="{n}"}}'] for n in ("search", "stream", "copy")] == [1, 1, 1]
    assert gateway.stop() == 0
    all_of_it = [r.seq for r in audit.records()]
    copied = [json.loads(x) for x in (tmp_path / "copy.jsonl").read_text().splitlines()]
    assert [x["leaf"]["seq"] for x in copied if "leaf" in x] == all_of_it
    assert copied[-1]["checkpoint"] == (gateway.audit_dir / "checkpoint").read_text()
    assert len(records(collector.got)) < len(collector.got)
    events = [json.loads(x) for x in records(collector.got)]
    assert [e["metadata"]["sequence"] for e in events if e["class_uid"] != 2004] == all_of_it
    assert [e["action_id"] for e in events if e["class_uid"] == 2004] == [2]
    until(lambda: len(records(text for _, text in kafka.got)) == len(all_of_it))
    (tmp_path / "dump").write_text("".join(text + "\n" for _, text in kafka.got))
    assert reconcile(gateway, tmp_path / "dump")[0] == 0
    assert "secret-token" not in gateway.said()


def test_brokers_that_ask_for_a_password_get_it_from_the_sealed_shipper(policy, client, gateway, kafka, audit, monkeypatch):
    policy(rules=RULES)
    monkeypatch.setenv("KAFKA", "bulla:its-own-word")
    with Broker("SCRAM-SHA-512", "bulla", "its-own-word") as broker:
        gateway.config["sinks"] = {"stream": {"kind": "kafka", "to": f"tcp://{broker.where}", "index": "security",
                                              "token": "env:KAFKA"}}
        answer = client.chat("hello")
        until(lambda: sum(answer.exchange in text for _, text in broker.got) >= 2)
        gateway.stop()
        broker.shutdown()
    assert "its-own-word" not in gateway.said()


def test_a_shipper_that_is_killed_comes_back_and_goes_on(policy, client, gateway, kafka, audit, tmp_path):
    policy(rules=RULES)
    gateway.config["sinks"] = {"stream": {"kind": "kafka", "to": f"tcp://{kafka.where}", "index": "security"}}
    gateway.start()
    killed = set()
    for _ in range(3):
        until(lambda: shipper_of(gateway) not in killed | {None})
        client.chat("hello")
        killed.add(shipper_of(gateway))
        os.kill(shipper_of(gateway), signal.SIGKILL)
        assert client.chat("hello").status == 200         # nobody who serves has noticed
    until(lambda: shipper_of(gateway) not in killed)
    gateway.stop()
    n = len(audit.records())
    until(lambda: len({key for key, text in kafka.got if records([text])}) == n)
    (tmp_path / "dump").write_text("".join(text + "\n" for _, text in kafka.got))
    code, said = reconcile(gateway, tmp_path / "dump")    # more than once, perhaps, and never not at all
    assert code == 0 and said["missing"] == said["unknown"] == 0


def test_a_sink_that_is_away_is_told_and_holds_up_nobody(policy, client, gateway, collector):
    policy(rules=RULES)
    gateway.config["sinks"] = {"far": {"kind": "otlp", "to": collector.url, "patience": "1s"}}
    collector.away = 1 << 30
    gateway.start()
    for _ in range(5):
        began = time.monotonic()
        assert client.chat("hello").status == 200
        assert time.monotonic() - began < 5 * SLOW
    until(lambda: gateway.metrics().get('bulla_sink_failures_total{sink="far"}', 0) > 0)
    until(lambda: gateway.metrics()['bulla_sink_lag_records{sink="far"}'] >= 11)
    assert gateway.metrics()['bulla_sink_up{sink="far"}'] == 0 and collector.got == []
    assert gateway.said().count('"sink.away"') == 1 and "answered 503" in gateway.said()
    collector.away = 0
    until(lambda: gateway.metrics()['bulla_sink_lag_records{sink="far"}'] == 0)
    assert gateway.metrics()['bulla_sink_up{sink="far"}'] == 1 and '"sink.back"' in gateway.said()


def test_a_sink_behind_tls_has_to_be_who_it_says(policy, client, gateway, collector, certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server.key")
    collector.socket = context.wrap_socket(collector.socket, server_side=True)
    policy(rules=RULES)
    there = {"kind": "otlp", "to": f"https://localhost:{collector.server_port}"}
    gateway.config["sinks"] = {"known": {**there, "ca": str(certs / "ca.pem")}, "anybody": there}
    client.chat("hello")
    until(lambda: gateway.metrics().get('bulla_sink_up{sink="known"}') == 1)
    until(lambda: gateway.metrics().get('bulla_sink_failures_total{sink="anybody"}', 0) > 0)
    assert gateway.metrics()['bulla_sink_up{sink="anybody"}'] == 0 and "a certificate that does not hold" in gateway.said()


def test_a_reload_takes_other_sinks(policy, client, gateway, collector, tmp_path):
    policy(rules=RULES)
    gateway.config["sinks"] = {"a": {"kind": "jsonl", "to": str(tmp_path / "a.jsonl"), "form": "ocsf"}}
    gateway.start()
    client.chat("hello")
    until(lambda: (tmp_path / "a.jsonl").exists() and gateway.metrics().get('bulla_sink_lag_records{sink="a"}') == 0)
    gateway.config["sinks"]["b"] = {"kind": "otlp", "to": collector.url}
    gateway.write_config()
    until(lambda: gateway.metrics().get('bulla_sink_lag_records{sink="b"}') == 0)
    client.chat("hello again")
    gateway.stop()
    had = seqs((tmp_path / "a.jsonl").read_text().splitlines())
    assert sorted(set(had)) == list(range(len(set(had)))) and len(set(had)) == len(records(collector.got))


def test_a_record_that_is_gone_is_told_and_not_waited_for_in_silence(policy, client, gateway, tmp_path):
    policy(rules=RULES)
    client.chat("hello")
    files = {f: f.rename(tmp_path / f.name) for f in (gateway.audit_dir / "seg").iterdir()}
    gateway.config["sinks"] = {"a": {"kind": "jsonl", "to": str(tmp_path / "a.jsonl")}}
    gateway.write_config()
    until(lambda: gateway.metrics().get('bulla_sink_failures_total{sink="a"}', 0) > 0)
    assert gateway.metrics()['bulla_sink_up{sink="a"}'] == 0 and '"sink.away"' in gateway.said()
    for was, now in files.items():
        now.rename(was)
    until(lambda: gateway.metrics().get('bulla_sink_up{sink="a"}') == 1)
    until(lambda: gateway.metrics()['bulla_sink_lag_records{sink="a"}'] == 0)


def test_a_reload_lets_a_batch_end_and_takes_all_sinks_away(policy, client, gateway, tmp_path):
    policy(rules=RULES)
    gateway.config["sinks"] = {"a": {"kind": "jsonl", "to": str(tmp_path / "a.jsonl")}}
    gateway.start()
    client.chat("hello")
    until(lambda: (gateway.metrics().get('bulla_sink_lag_records{sink="a"}'), gateway.metrics()["bulla_audit_records"]) == (0, 5))
    shipper = shipper_of(gateway)
    del gateway.config["sinks"]
    gateway.write_config()
    until(lambda: not any("bulla_sink" in name for name in gateway.metrics()))
    (ended,) = [e for e in map(json.loads, gateway.said().splitlines()) if e.get("event") == "child.ended" and e["child"] == shipper]
    assert (ended["code"], ended["signal"]) == (0, 0)     # it was asked, not killed
    had = [json.loads(x)["leaf"]["seq"] for x in records((tmp_path / "a.jsonl").read_text().splitlines())]
    assert had in (list(range(5)), list(range(6)))        # the last one says that the configuration is another


def test_a_place_that_is_no_file_holds_up_no_other_sink(policy, client, gateway, tmp_path):
    policy(rules=RULES)
    os.mkfifo(tmp_path / "pipe")
    gateway.config["sinks"] = {"pipe": {"kind": "jsonl", "to": str(tmp_path / "pipe")},
                               "z": {"kind": "jsonl", "to": str(tmp_path / "z.jsonl")}}
    gateway.start()
    client.chat("hello")
    until(lambda: gateway.metrics().get('bulla_sink_up{sink="z"}') == 1)
    assert gateway.metrics()['bulla_sink_failures_total{sink="pipe"}'] == 1
    assert gateway.said().count("no regular file") == 1


def test_sinks_that_make_no_sense_are_refused_in_words(gateway):
    for sink, why in (({"kind": "pigeon", "to": "tcp://h:1"}, "jsonl|syslog"), ({"kind": "syslog"}, "'to' is needed"),
                      ({"kind": "jsonl", "to": "log.jsonl"}, "absolute path"),
                      ({"kind": "otlp", "to": "tcp://h:1"}, "syslog goes to"),
                      ({"kind": "otlp", "to": "https://h:1", "form": "cef"}, "form"),
                      ({"kind": "splunk", "to": "http://h.example:1", "token": "env:PATH"}, "without TLS"),
                      ({"kind": "splunk", "to": "http://127.h.example:1", "token": "env:PATH"}, "without TLS"),
                      ({"kind": "kafka", "to": "tcp://h:1", "with": ["everything"]}, "'with' takes"),
                      ({"kind": "kafka", "to": "h:1"}, "Kafka is at")):
        gateway.config["sinks"] = {"one": sink}
        gateway.write_config()
        done = gateway.run("check", "-c", gateway.config_path)
        assert done.returncode == 1 and why in done.stderr, (sink, done.stderr)
    gateway.config["sinks"] = {"../one": {"kind": "syslog", "to": "tcp://h:1"}}
    gateway.write_config()
    assert "a sink's name" in gateway.run("check", "-c", gateway.config_path).stderr
