"""What records are sent to, for test_export.py and test_shipper.py: a collector over HTTP, brokers of Kafka."""
import http.server
import json
import threading

import pytest

import brokers


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what OTLP/HTTP, Splunk's HEC and Elasticsearch's bulk API take, and nothing else."""

    def log_message(self, *args):
        pass

    def answer(self, status, body):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        s = self.server
        if s.away > 0:
            s.away -= 1
            return self.answer(503, {})
        kind = self.headers["Content-Type"]
        if self.path == "/v1/logs" and kind == "application/json":
            (resource,) = json.loads(body)["resourceLogs"]
            (scope,) = resource["scopeLogs"]
            for r in scope["logRecords"]:
                assert r["timeUnixNano"].isdigit() and 1 <= r["severityNumber"] <= 24
                assert all(set(a) == {"key", "value"} and len(a["value"]) == 1 for a in r["attributes"])
                s.got.append(json.dumps(r))
            return self.answer(200, {"partialSuccess": {}})
        if self.path == "/v1/traces" and kind == "application/json":
            (resource,) = json.loads(body)["resourceSpans"]
            (scope,) = resource["scopeSpans"]
            for span in scope["spans"]:
                assert len(bytes.fromhex(span["traceId"])) == 16 and len(bytes.fromhex(span["spanId"])) == 8
                assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) and span["kind"] == 3
                assert all(set(a) == {"key", "value"} and len(a["value"]) == 1 for a in span["attributes"])
                s.got.append(json.dumps(span))
            return self.answer(200, {"partialSuccess": {}})
        if self.headers["Authorization"] not in ("Splunk secret-token", "ApiKey secret-token"):
            return self.answer(403, {"code": 4})
        if self.path == "/services/collector/event" and self.headers["X-Splunk-Request-Channel"]:
            for line in body.decode().splitlines():
                event = json.loads(line)
                assert event["fields"]["audit_id"] == event["event"]["metadata"]["uid"]
                s.got.append(line)
            return self.answer(200, {"text": "Success", "code": 0, "ackId": 7})
        if self.path == "/services/collector/ack":
            assert json.loads(body) == {"acks": [7]}
            s.polls += 1
            return self.answer(200, {"acks": {"7": s.polls > 1}})
        if self.path == "/logs/_bulk" and kind == "application/x-ndjson":
            lines, items = body.decode().split("\n"), []
            assert lines.pop() == ""
            for action, document in zip(lines[::2], lines[1::2]):
                (verb, meta), = json.loads(action).items()
                assert verb == "create" and meta["_id"] == json.loads(document)["metadata"]["uid"]
                new = meta["_id"] not in s.ids
                s.ids.add(meta["_id"])
                s.got += [document] if new else []
                items.append({"create": {"_id": meta["_id"], "status": 201 if new else 409}})
            return self.answer(200, {"errors": any(i["create"]["status"] > 299 for i in items), "items": items})
        return self.answer(404, {})


@pytest.fixture
def collector(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.got, server.ids, server.away, server.polls = [], set(), 0, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.dump = tmp_path / "dump"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def kafka():
    if not brokers.PROGRAM.exists():
        pytest.skip("skipped: this build has no Kafka: librdkafka-dev is not installed")
    k = brokers.Brokers("security")
    yield k
    k.stop()
