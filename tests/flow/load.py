"""Load with a ledger, in one event loop: callers over TLS, the backend behind, and who saw what.

Each request is named by its model, which the backend sees and the begin record holds. A caller counts an
answer as whole only with its terminator and with every word that the backend said."""
import asyncio
import json
import random
import ssl


def words_of(name, n):
    return [f"{name}-{i} " for i in range(n)]


class Backend:
    """Answers chats, whole or streamed, in `max_tokens` words; `.seen` counts the requests by name."""

    def __init__(self, seed=0, events=(1, 6), gap=0.004):
        self.seen, self.random, self.events, self.gap = {}, random.Random(seed), events, gap
        self.server = None

    async def start(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    def stop(self):
        self.server.close()

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                name = body["model"]
                self.seen[name] = self.seen.get(name, 0) + 1
                words = words_of(name, body.get("max_tokens") or self.random.randint(*self.events))
                if body.get("stream"):
                    await self._stream(writer, words)
                else:
                    await asyncio.sleep(self.gap * self.random.random())
                    text = json.dumps({"id": "c", "object": "chat.completion", "choices": [
                        {"index": 0, "message": {"role": "assistant", "content": "".join(words)},
                         "finish_reason": "stop"}]}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                                 b"content-length: %d\r\n\r\n%s" % (len(text), text))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _stream(self, writer, words):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                     b"transfer-encoding: chunked\r\n\r\n")
        for word in words:
            delta = {"id": "c", "object": "chat.completion.chunk", "choices": [
                {"index": 0, "delta": {"content": word}, "finish_reason": None}]}
            self._chunk(writer, f"data: {json.dumps(delta)}\n\n")
            await writer.drain()
            await asyncio.sleep(self.gap * 2 * self.random.random())
        self._chunk(writer, "data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")

    @staticmethod
    def _chunk(writer, text):
        raw = text.encode()
        writer.write(b"%x\r\n%s\r\n" % (len(raw), raw))


class Cut(Exception):
    """The answer was not whole."""


class Line:
    """One connection to the gateway that reads answers strictly."""

    def __init__(self, port, tls):
        self.port, self.tls = port, tls
        self.reader = self.writer = None

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.tls, server_hostname="localhost")

    async def close(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def ask(self, name, stream, words=0):
        """(status, headers, body) of a whole answer; Cut or OSError when it is not whole."""
        if self.writer is None:
            await self.open()
        body = json.dumps({"model": name, "stream": stream, **({"max_tokens": words} if words else {}),
                           "messages": [{"role": "user", "content": "hello"}]}).encode()
        self.writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                          b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        try:
            await self.writer.drain()
            answer = await self._answer()
        except (asyncio.IncompleteReadError, ValueError, IndexError, ssl.SSLError) as fault:
            raise Cut(repr(fault)) from None
        if answer[1].get("connection") == "close":
            await self.close()
        return answer

    async def _answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        if "content-length" in headers:
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            if await self.reader.readexactly(2) != b"\r\n":
                raise Cut("a chunk without its end")
        if await self.reader.readexactly(2) != b"\r\n":
            raise Cut("no end of the last chunk")
        return status, headers, body


def said(body, stream):
    """The assistant's text; Cut when a stream has no terminator."""
    if not stream:
        return json.loads(body)["choices"][0]["message"]["content"]
    events = [e[6:] for e in body.decode().split("\n\n") if e.startswith("data: ")]
    if not events or events[-1] != "[DONE]":
        raise Cut("a stream without [DONE]")
    return "".join(json.loads(e)["choices"][0]["delta"].get("content", "") for e in events[:-1])
