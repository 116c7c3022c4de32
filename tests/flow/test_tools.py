"""Official clients, streams cut into single characters, and tools whose arguments hold tokens.

The value is the worst that JSON in JSON can carry: quotes, backslashes, a line's end, an emoji."""
import asyncio
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest
from origin import Answer, chat_events, chunk, event_text, head, message_events, said

NODE = pathlib.Path(__file__).resolve().parents[2] / "build" / "node" / "node_modules"
MAIL = "mary.jackson@" + "canary-example.org"
VALUE = 'K<say "hi" \\ to\nAnn \U0001f600 \\" \t end>'
PROMPT = f"note {VALUE} mail {MAIL} please"
DETECTORS = {"case": {"pattern": r"K<[^>]{1,80}>"}}
RULES = [{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}},
         {"id": "case", "find": ["case"], "do": {"redact": "token"}}]
TOOLS = [{"type": "function", "function": {"name": n, "parameters": {
    "type": "object", "properties": {"to": {"type": "string"}}}}} for n in ("send", "keep")]
CLAUDE_TOOLS = [{"name": n, "input_schema": t["function"]["parameters"]}
                for n, t in zip(("send", "keep"), TOOLS)]
WANT = {"send": {"to": MAIL, "text": f"a {VALUE} b"}, "keep": {"note": VALUE, "by": MAIL}}


@pytest.fixture
def ready(gateway, policy, upstream):
    policy(rules=RULES, detectors=DETECTORS)
    gateway.canary(MAIL)
    return gateway


@pytest.fixture
def claude(ready):
    ready.config["upstreams"]["fake"]["dialect"] = "anthropic"
    return ready


def tokens(request):
    """(token of VALUE, token of MAIL) as this request carries them."""
    content = request.json["messages"][-1]["content"]
    text = content if isinstance(content, str) else content[-1]["text"]
    assert VALUE not in text and MAIL not in text
    case, mail = text.removeprefix("note ").removesuffix(" please").split(" mail ")
    return case, mail


def arguments(request):
    case, mail = tokens(request)
    return [json.dumps({"to": mail, "text": f"a {case} b"}), json.dumps({"note": case, "by": mail})]


def openai_text(request):
    case, mail = tokens(request)
    for letter in f"it is {case} of {mail}.":
        yield "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                   "choices": [{"index": 0, "delta": {"content": letter}, "finish_reason": None}]}
    yield "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
               "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield "[DONE]"


def openai_tools(request):
    """Two calls whose arguments come a character at a time, taking turns."""
    def event(calls, finish=None):
        return "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                    "choices": [{"index": 0, "delta": {"tool_calls": calls} if calls else {},
                                 "finish_reason": finish}]}
    yield event([{"index": i, "id": f"call_{i}", "type": "function",
                  "function": {"name": n, "arguments": ""}} for i, n in enumerate(("send", "keep"))])
    both = arguments(request)
    for at in range(max(map(len, both))):
        for i, text in enumerate(both):
            if at < len(text):
                yield event([{"index": i, "function": {"arguments": text[at]}}])
    yield event(None, "tool_calls")
    yield "[DONE]"


def claude_start():
    return "message_start", {"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}}


def claude_end(why):
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": why, "stop_sequence": None},
                            "usage": {"output_tokens": 1}}
    yield "message_stop", {"type": "message_stop"}


def claude_block(index, block, kind, field, letters):
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": block}
    for letter in letters:
        yield "content_block_delta", {"type": "content_block_delta", "index": index,
                                      "delta": {"type": kind, field: letter}}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}


def claude_text(request):
    case, mail = tokens(request)
    yield claude_start()
    yield from claude_block(0, {"type": "text", "text": ""}, "text_delta", "text",
                            f"it is {case} of {mail}.")
    yield from claude_end("end_turn")


def claude_tools(request):
    yield claude_start()
    for i, (name, text) in enumerate(zip(("send", "keep"), arguments(request))):
        yield from claude_block(i, {"type": "tool_use", "id": f"toolu_{i}", "name": name, "input": {}},
                                "input_json_delta", "partial_json", text)
    yield from claude_end("tool_use")


def openai_client(gateway, is_async=False):
    openai = pytest.importorskip("openai", reason="the openai SDK is not installed")
    gateway.start()
    kind, http = (openai.AsyncOpenAI, openai.DefaultAsyncHttpxClient) if is_async else (
        openai.OpenAI, openai.DefaultHttpxClient)
    return kind(api_key="sk-any", base_url=f"https://127.0.0.1:{gateway.port}/v1", max_retries=0,
                http_client=http(verify=gateway.tls()))


def anthropic_client(gateway, is_async=False):
    anthropic = pytest.importorskip("anthropic", reason="the anthropic SDK is not installed")
    gateway.start()
    kind, http = (anthropic.AsyncAnthropic, anthropic.DefaultAsyncHttpxClient) if is_async else (
        anthropic.Anthropic, anthropic.DefaultHttpxClient)
    return kind(api_key="sk-any", base_url=f"https://127.0.0.1:{gateway.port}", max_retries=0,
                http_client=http(verify=gateway.tls()))


CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": PROMPT}]}
MESSAGE = {"model": "claude-3-opus", "max_tokens": 64, "messages": [{"role": "user", "content": PROMPT}]}
SAID = f"it is {VALUE} of {MAIL}."


def test_openai_stream_of_single_characters(ready, upstream):
    upstream.answers(openai_text)
    with openai_client(ready) as c:
        said = "".join(e.choices[0].delta.content or "" for e in
                       c.chat.completions.create(stream=True, **CHAT))
    assert said == SAID and MAIL.encode() not in upstream.everything()


def test_openai_async_stream(ready, upstream):
    upstream.answers(openai_text)

    async def run():
        async with openai_client(ready, True) as c:
            stream = await c.chat.completions.create(stream=True, **CHAT)
            return "".join([e.choices[0].delta.content or "" async for e in stream])
    assert asyncio.run(run()) == SAID


def test_openai_parallel_tools(ready, upstream):
    upstream.answers(openai_tools)
    calls = {}
    with openai_client(ready) as c:
        for e in c.chat.completions.create(stream=True, tools=TOOLS, **CHAT):
            for call in e.choices[0].delta.tool_calls or []:
                name, text = calls.setdefault(call.index, [None, ""])
                calls[call.index] = [name or call.function.name, text + call.function.arguments]
    assert {name: json.loads(text) for name, text in calls.values()} == WANT


def test_openai_tools_whole(ready, upstream, client):
    """The same in a whole answer, and back again in the next turn's history."""
    def whole(request):
        body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [
            {"index": 0, "finish_reason": "tool_calls", "message": {
                "role": "assistant", "content": None, "tool_calls": [
                    {"id": f"call_{i}", "type": "function", "function": {"name": n, "arguments": a}}
                    for i, (n, a) in enumerate(zip(("send", "keep"), arguments(request)))]}}]}
        return upstream.whole(body)
    upstream.script.append(whole)
    with openai_client(ready) as c:
        message = c.chat.completions.create(tools=TOOLS, **CHAT).choices[0].message
        calls = {t.function.name: json.loads(t.function.arguments) for t in message.tool_calls}
        assert calls == WANT
        c.chat.completions.create(model="gpt-4o", tools=TOOLS, messages=[
            *CHAT["messages"], message.model_dump(exclude_none=True),
            *({"role": "tool", "tool_call_id": t.id, "content": "done"} for t in message.tool_calls)])
    heard = upstream.everything()
    assert MAIL.encode() not in heard and b"Ann" not in heard
    again = upstream.last.json["messages"][1]["tool_calls"]
    assert [json.loads(t["function"]["arguments"]) for t in again] == \
        [json.loads(a) for a in arguments(upstream.requests[0])]


def test_anthropic_stream_of_single_characters(claude, upstream):
    upstream.answers(claude_text)
    with anthropic_client(claude) as c, c.messages.stream(**MESSAGE) as stream:
        assert "".join(stream.text_stream) == SAID
        assert stream.get_final_message().content[0].text == SAID
    assert MAIL.encode() not in upstream.everything()


def test_anthropic_async_stream(claude, upstream):
    upstream.answers(claude_text)

    async def run():
        async with anthropic_client(claude, True) as c, c.messages.stream(**MESSAGE) as stream:
            return "".join([text async for text in stream.text_stream])
    assert asyncio.run(run()) == SAID


def test_anthropic_parallel_tools(claude, upstream):
    upstream.answers(claude_tools)
    with anthropic_client(claude) as c, c.messages.stream(tools=CLAUDE_TOOLS, **MESSAGE) as stream:
        message = stream.get_final_message()
    assert {b.name: b.input for b in message.content} == WANT


def test_anthropic_tools_whole(claude, upstream):
    def whole(request):
        return upstream.whole({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
            "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}, "content": [
                {"type": "tool_use", "id": f"toolu_{i}", "name": n, "input": json.loads(a)}
                for i, (n, a) in enumerate(zip(("send", "keep"), arguments(request)))]})
    upstream.script.append(whole)
    with anthropic_client(claude) as c:
        message = c.messages.create(tools=CLAUDE_TOOLS, **MESSAGE)
    assert {b.name: b.input for b in message.content} == WANT


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_the_first_words_do_not_wait_for_the_last(api, ready, upstream):
    """The origin says no more before the client has its first words: without them, nothing ends."""
    seen = threading.Event()

    def build(request):
        first, rest = "The first words are here. ", "And the rest."
        if api == "openai":
            def say(text):
                return "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
            return [say(first), seen, say(rest), "[DONE]"]
        block = list(claude_block(0, {"type": "text", "text": ""}, "text_delta", "text", [first, rest]))
        return [claude_start(), *block[:2], seen, *block[2:], *claude_end("end_turn")]

    upstream.answers(build)
    said = ""
    if api == "openai":
        with openai_client(ready) as c:
            for e in c.chat.completions.create(stream=True, **CHAT):
                said += e.choices[0].delta.content or ""
                if said:
                    seen.set()
    else:
        ready.config["upstreams"]["fake"]["dialect"] = "anthropic"
        with anthropic_client(ready) as c, c.messages.stream(**MESSAGE) as stream:
            for text in stream.text_stream:
                said += text
                seen.set()
    assert said == "The first words are here. And the rest." and not upstream.patience_lost


def node(script, gateway):
    if shutil.which("node") is None or not (NODE / "openai").exists():
        pytest.skip("the Node SDKs are not installed")
    gateway.start()
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, env={
        **os.environ, "NODE_PATH": str(NODE), "BASE": f"https://127.0.0.1:{gateway.port}",
        "PROMPT": PROMPT, "NODE_EXTRA_CA_CERTS": str(gateway.certs / "ca.pem")})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_node_openai_parallel_tools(ready, upstream):
    upstream.answers(openai_tools)
    got = node("""
        const OpenAI = require('openai').default;
        const c = new OpenAI({apiKey: 'sk-any', baseURL: process.env.BASE + '/v1', maxRetries: 0});
        (async () => {
            const s = await c.chat.completions.create({model: 'gpt-4o', stream: true,
                messages: [{role: 'user', content: process.env.PROMPT}]});
            const calls = [];
            for await (const e of s) for (const t of e.choices[0].delta.tool_calls || []) {
                calls[t.index] = calls[t.index] || {name: t.function.name, text: ''};
                calls[t.index].text += t.function.arguments;
            }
            process.stdout.write(JSON.stringify(Object.fromEntries(
                calls.map((t) => [t.name, JSON.parse(t.text)]))));
        })();""", ready)
    assert got == WANT


def test_node_anthropic_parallel_tools(claude, upstream):
    upstream.answers(claude_tools)
    got = node("""
        const Anthropic = require('@anthropic-ai/sdk').default;
        const c = new Anthropic({apiKey: 'sk-any', baseURL: process.env.BASE, maxRetries: 0});
        (async () => {
            const m = await c.messages.stream({model: 'claude-3-opus', max_tokens: 9,
                messages: [{role: 'user', content: process.env.PROMPT}]}).finalMessage();
            process.stdout.write(JSON.stringify(Object.fromEntries(
                m.content.map((b) => [b.name, b.input]))));
        })();""", claude)
    assert got == WANT


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
@pytest.mark.parametrize("version", [["--http1.1"], ["--http1.0", "--no-alpn"], ["--http2"]])
def test_curl(version, ready, upstream):
    """Also one that would rather speak HTTP/2 or 1.0: it gets what it can have."""
    upstream.answers(openai_text)
    ready.start()
    done = subprocess.run(
        ["curl", "-sSN", *version, "--max-time", "20", "--cacert", ready.certs / "ca.pem",
         "-H", "content-type: application/json", "-d", "@-",
         f"https://127.0.0.1:{ready.port}/v1/chat/completions"],
        input=json.dumps({**CHAT, "stream": True}).encode(), capture_output=True)
    assert done.returncode == 0, done.stderr
    events = [line[6:] for line in done.stdout.decode().splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert "".join(json.loads(e)["choices"][0]["delta"].get("content", "") for e in events[:-1]) == SAID


def test_what_a_rule_takes_out_of_arguments_leaves_json(gateway, policy, upstream):
    """The model itself names a card and an address in two calls at once, a character an event."""
    policy(rules=[{"id": "pan", "find": ["CREDIT_CARD", "EMAIL_ADDRESS"], "do": {"redact": "label"}}])
    said = [json.dumps({"pan": "4111 1111 1111 1111", "text": 'a "b" \\ \n \U0001f600'}),
            json.dumps({"to": [f"<{MAIL}>", "\\\\"], "n": 4111111111111111})]

    def build(_):
        for at in range(max(map(len, said))):
            yield "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                       "choices": [{"index": 0, "finish_reason": None, "delta": {"tool_calls": [
                           {"index": i, "function": {"arguments": text[at]},
                            **({"id": f"call_{i}", "type": "function"} if at == 0 else {})}
                           for i, text in enumerate(said) if at < len(text)]}}]}
        yield "", {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                   "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
        yield "[DONE]"

    upstream.answers(build)
    got = {}
    with openai_client(gateway) as c:
        for e in c.chat.completions.create(model="m", stream=True, tools=TOOLS, messages=[
                {"role": "user", "content": "hello"}]):
            for call in e.choices[0].delta.tool_calls or []:
                got[call.index] = got.get(call.index, "") + call.function.arguments
    one, two = json.loads(got[0]), json.loads(got[1])
    assert one == {"pan": "[CREDIT_CARD]", "text": 'a "b" \\ \n \U0001f600'}
    assert two == {"to": ["<[EMAIL_ADDRESS]>", "\\\\"], "n": "[CREDIT_CARD]"}


ADDRESS = 'K<12 "Old" Street\nBox \\ 7>'


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("ask", [
    ("openai", "/v1/chat/completions", {"response_format": {"type": "json_object"}}),
    ("openai", "/v1/chat/completions", {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}}),
    ("anthropic", "/v1/messages", {"output_config": {"format": {"type": "json_schema", "schema": {}}}, "max_tokens": 9}),
], ids=["json-object", "json-schema", "anthropic"])
def test_an_answer_that_shall_be_json_is_json(ask, stream, gateway, policy, upstream, client):
    """A value of several lines, with quotes in it, and a number that a rule takes out."""
    dialect, path, more = ask
    gateway.config["upstreams"]["fake"]["dialect"] = dialect
    policy(rules=[{"id": "where", "find": ["where"], "do": {"redact": "token"}},
                  {"id": "pan", "find": ["CREDIT_CARD"], "do": {"redact": "label"}}],
           detectors={"where": {"pattern": r"K<[^>]{1,80}>"}})
    upstream.script.append(lambda r: play(r))

    def play(request):
        token = request.json["messages"][-1]["content"].removeprefix("of ")
        text = json.dumps({"to": f"x {token} y", "pan": 4111111111111111})
        if not stream:
            return upstream.whole(said(path, text))
        events = chat_events(text) if dialect == "openai" else message_events(text)
        body = [chunk(event_text(e if isinstance(e, tuple) else ("", e))) for e in events]
        return Answer([head(200, "text/event-stream", transfer_encoding="chunked"), *body,
                       chunk("data: [DONE]\n\n") if dialect == "openai" else b"", b"0\r\n\r\n"])

    answer = client.send(path, {"model": "m", "stream": stream, "messages": [
        {"role": "user", "content": f"of {ADDRESS}"}], **more})
    assert json.loads(answer.text) == {"to": f"x {ADDRESS} y", "pan": "[CREDIT_CARD]"}
    assert b"Old" not in upstream.everything()
