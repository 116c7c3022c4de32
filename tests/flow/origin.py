"""A scripted HTTP/1.1 origin: keeps what it was sent, plays the answers it was given, in order.

With nothing scripted it answers "ok" in the shape of the API that was called. Answers are bytes, so a
story can also play what no honest server would send."""
import json
import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str
    path: str
    headers: list
    body: bytes
    raw: bytes = b""

    def header(self, name):
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Answer:
    pieces: list = field(default_factory=list)
    close: bool = False
    wait: float = 0.0            # seconds between pieces; a threading.Event among them is waited for


def head(status=200, kind="application/json", **more):
    lines = [f"HTTP/1.1 {status} Status", f"content-type: {kind}"]
    lines += [f"{k.replace('_', '-')}: {v}" for k, v in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(data):
    data = data.encode() if isinstance(data, str) else data
    return b"%x\r\n%s\r\n" % (len(data), data)


def said(path, text):
    """A whole answer that says `text`, in the API of `path`."""
    if path.endswith("/messages"):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
                "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
                "usage": {"input_tokens": 1, "output_tokens": 1}}
    if path.endswith("/responses"):
        return {"id": "resp_1", "object": "response", "status": "completed", "output": [
            {"type": "message", "role": "assistant", "id": "m1", "status": "completed",
             "content": [{"type": "output_text", "text": text, "annotations": []}]}]}
    if path.endswith("/embeddings"):
        return {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
                "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    if path.endswith("/models"):
        return {"object": "list", "data": [{"id": "m", "object": "model"}]}
    if "generateContent" in path:
        return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]},
                                "finishReason": "STOP"}]}
    if path.startswith("/api/"):
        return {"model": "m", "message": {"role": "assistant", "content": text}, "done": True}
    if path.endswith("/v1/completions"):
        return {"id": "c1", "object": "text_completion", "choices": [
            {"index": 0, "text": text, "finish_reason": "stop"}]}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}


def chat_events(deltas):
    for i, text in enumerate(deltas):
        delta = {"content": text, **({"role": "assistant"} if i == 0 else {})}
        yield {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
               "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
           "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def message_events(deltas):
    yield "message_start", {"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "usage": {"input_tokens": 1, "output_tokens": 1}}}
    yield "content_block_start", {"type": "content_block_start", "index": 0,
                                  "content_block": {"type": "text", "text": ""}}
    for text in deltas:
        yield "content_block_delta", {"type": "content_block_delta", "index": 0,
                                      "delta": {"type": "text_delta", "text": text}}
    yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
                            "usage": {"output_tokens": 1}}
    yield "message_stop", {"type": "message_stop"}


def event_text(e):
    if isinstance(e, str):
        return f"data: {e}\n\n"
    name, body = e
    text = json.dumps(body, ensure_ascii=False)
    return (f"event: {name}\n" if name else "") + f"data: {text}\n\n"


class Origin:
    """Use as a context manager; .url is where it listens, .requests what it got."""

    def __init__(self):
        self.requests, self.script, self.echo = [], [], False
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.open, self.patience_lost = True, False
        self.connections = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.open = False
        for s in [self.socket, *self.connections]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    # what to play

    def raw(self, *pieces, close=True, wait=0.0):
        self.script.append(Answer([p.encode() if isinstance(p, str) else p for p in pieces],
                                  close, wait))

    def json(self, body, status=200, **headers):
        text = json.dumps(body).encode()
        self.raw(head(status, content_length=len(text), **headers) + text, close=False)

    def says(self, text, path="/v1/chat/completions"):
        self.json(said(path, text))

    def answers(self, build):
        """`build(request)` makes the events of a stream when the request is there: (name, JSON) pairs,
        a text as it stands ([DONE]), or a threading.Event to be waited for."""
        def play(request):
            pieces = [head(200, "text/event-stream", transfer_encoding="chunked")]
            for e in build(request):
                pieces.append(e if isinstance(e, threading.Event) else chunk(event_text(e)))
            return Answer([*pieces, b"0\r\n\r\n"])
        self.script.append(play)

    @staticmethod
    def whole(body):
        """An answer for a script's function: this JSON."""
        text = json.dumps(body).encode()
        return Answer([head(200, content_length=len(text)) + text])

    def echoes(self):
        """Every answer repeats the text that came last in the request: what restoring is tried with."""
        self.echo = True

    def sse(self, *deltas, wait=0.0, done=True):
        """A streamed chat completion, one event a chunk."""
        events = [chunk(f"data: {json.dumps(e)}\n\n") for e in chat_events(deltas)]
        ending = [chunk("data: [DONE]\n\n")] if done else []
        self.raw(head(200, "text/event-stream", transfer_encoding="chunked"), *events, *ending,
                 b"0\r\n\r\n", close=False, wait=wait)

    def sse_messages(self, *deltas, wait=0.0):
        """A streamed Anthropic message."""
        events = [chunk(f"event: {name}\ndata: {json.dumps(e)}\n\n")
                  for name, e in message_events(deltas)]
        self.raw(head(200, "text/event-stream", transfer_encoding="chunked"), *events,
                 b"0\r\n\r\n", close=False, wait=wait)

    # what it got

    @property
    def last(self):
        return self.requests[-1]

    def everything(self):
        """All bytes of all requests: what must not be in there, must not be in there."""
        return b"\n".join(r.raw for r in self.requests)

    # how

    def _accept(self):
        while self.open:
            try:
                s, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(s)
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        try:
            with s, s.makefile("rb") as lines:
                while True:
                    request = self._read(lines)
                    if request is None:
                        return
                    with self.lock:
                        self.requests.append(request)
                        answer = self.script.pop(0) if self.script else self._default(request)
                    if callable(answer):
                        answer = answer(request)
                    for i, piece in enumerate(answer.pieces):
                        if isinstance(piece, threading.Event):
                            self.patience_lost |= not piece.wait(20)
                            continue
                        if answer.wait and i:
                            time.sleep(answer.wait)
                        s.sendall(piece)
                    if answer.close:
                        return
        except OSError:
            return                                      # the gateway hung up: the story knows

    def _default(self, request):
        text = "ok"
        if self.echo:
            body = request.json
            turns = body.get("messages") or [{"content": body.get("input") or body.get("prompt")}]
            text = turns[-1]["content"]
            if not isinstance(text, str):
                text = "".join(part.get("text", "") for part in text)
        body = json.dumps(said(request.path.split("?")[0], text), ensure_ascii=False).encode()
        return Answer([head(200, content_length=len(body)) + body])

    @staticmethod
    def _read(lines):
        raw = b""
        while not raw.endswith(b"\r\n\r\n"):
            line = lines.readline(65536)
            if not line:
                return None
            raw += line
        first, *rest = raw.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = first.split(" ", 2)
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in rest]
        named = {k.lower(): v for k, v in headers}
        body = b""
        if "chunked" in named.get("transfer-encoding", ""):
            while True:
                size = int(lines.readline().split(b";")[0], 16)
                body += lines.read(size)
                lines.readline()
                if size == 0:
                    break
        else:
            body = lines.read(int(named.get("content-length", 0)))
        return Request(method, path, headers, body, raw + body)
