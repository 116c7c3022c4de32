"""The scripted origin itself: a fake that lies would make every other story worthless."""
import http.client
import json

from origin import Origin


def ask(origin, body, path="/v1/chat/completions"):
    c = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
    c.request("POST", path, json.dumps(body), {"content-type": "application/json"})
    r = c.getresponse()
    return r.status, r.read()


def test_it_keeps_what_it_was_sent():
    with Origin() as origin:
        ask(origin, {"messages": [{"content": "hello"}]})
        assert origin.last.json["messages"][0]["content"] == "hello"
        assert origin.last.header("Content-Type") == "application/json"
        assert b"hello" in origin.everything()


def test_it_plays_in_order_and_then_says_ok():
    with Origin() as origin:
        origin.says("one")
        origin.json({"error": "no"}, status=500)
        answers = [ask(origin, {"messages": [{"content": "x"}]}) for _ in range(3)]
        assert [a[0] for a in answers] == [200, 500, 200]
        assert b"one" in answers[0][1] and b'"ok"' in answers[2][1]


def test_its_stream_is_chunked_events():
    with Origin() as origin:
        origin.sse("a", "b")
        status, body = ask(origin, {"stream": True})
        assert status == 200 and body.count(b"data: ") == 4 and body.endswith(b"data: [DONE]\n\n")


def test_it_echoes():
    with Origin() as origin:
        origin.echoes()
        _, body = ask(origin, {"messages": [{"content": "repeat me"}]})
        assert json.loads(body)["choices"][0]["message"]["content"] == "repeat me"
