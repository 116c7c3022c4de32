/* proxy/llm/demo.c - see demo.h. Everything it reads is borrowed or in the caller's arena.
 *
 * Streams are cut on purpose where a careless reader breaks: every one to three bytes of JSON text,
 * so that pairs are halved (as \u escapes), escapes of arguments too, and calls take turns. */
#include "proxy/base/base.h"
#include "proxy/llm/demo.h"
#include "proxy/http/body.h"
#include "proxy/json/string.h"
#include "proxy/llm/rows.h"

enum { MOST_CALLS = 8, DEMO_BODY = 64 << 20 };

struct call {
    struct slice name, arguments;
};

struct echo {
    const struct route *route;
    struct llm_request request;
    struct slice text; /* what is answered */
    struct call calls[MOST_CALLS];
    size_t call_count;
    struct buf *out;
    struct buf event; /* one event being written */
};

static void put_status(struct buf *out, unsigned status)
{
    buf_put_str(out, "HTTP/1.1 ");
    buf_put_u64(out, status);
    buf_put_str(out, status == 200   ? " OK\r\n"
                     : status == 400 ? " Bad Request\r\n"
                     : status == 404 ? " Not Found\r\n"
                                     : " Method Not Allowed\r\n");
}

static gw_result put_whole(struct buf *out, unsigned status, const struct buf *body)
{
    if (body->failed)
        return gw_is(GW_TOO_BIG);
    put_status(out, status);
    buf_put_str(out, "content-type: application/json\r\ncontent-length: ");
    buf_put_u64(out, body->len);
    buf_put_str(out, "\r\n\r\n");
    buf_put(out, buf_slice(body));
    return buf_result(out);
}

static gw_result refuse(const struct dialect *d, unsigned status, const char *message,
                        struct buf *out)
{
    const struct llm_refusal r = {status, "invalid_request", slice_str(message), {NULL, 0}};
    struct buf body;
    buf_init(&body, 4096);
    gw_result result = d->put_error(&r, &body);
    if (gw_ok(result))
        result = put_whole(out, status, &body);
    buf_free(&body);
    return result;
}

/* The text of the last message of the user. */
static gw_result last_user(const struct json_doc *doc, struct arena *arena, struct slice *out)
{
    uint32_t list = json_member(doc, 0, "messages"), last = 0;
    for (uint32_t v = json_child(doc, list); v != 0; v = json_sibling(doc, v))
        if (json_is_text(doc, json_member(doc, v, "role"), "user"))
            last = v;
    *out = (struct slice){NULL, 0};
    if (last == 0)
        return gw_is(GW_OK);
    return rows_text(doc, json_member(doc, last, "content"), arena, out);
}

static bool read_call(struct slice line, struct arena *arena, struct call *out)
{
    struct json_doc doc;
    struct json_fault fault;
    if (!slice_has_prefix(line, SLICE_LIT("!tool ")))
        return false;
    line = slice_trim(slice_from(line, 6));
    size_t space = slice_find_byte(line, ' ');
    out->name = slice_cut(line, 0, space);
    out->arguments = space == SIZE_MAX ? SLICE_LIT("{}") : slice_trim(slice_from(line, space));
    if (!walk_has_shape(out->name, SHAPE_ID, NULL))
        return false;
    return gw_ok(json_scan(out->arguments, json_limits_default(), arena, &doc, &fault)) &&
           doc.values[0].kind == JSON_OBJECT;
}

static void read_calls(struct echo *e, struct slice text, struct arena *arena)
{
    while (text.len > 0 && e->request.tools > 0 && e->call_count < MOST_CALLS) {
        size_t end = slice_find_byte(text, '\n');
        if (read_call(slice_cut(text, 0, end), arena, &e->calls[e->call_count]))
            e->call_count++;
        text = end == SIZE_MAX ? slice_from(text, text.len) : slice_from(text, end + 1);
    }
}

static void put_call_id(struct buf *out, size_t i)
{
    buf_put_str(out, "\"call_");
    buf_put_u64(out, i);
    buf_put_str(out, "\"");
}

static void put_usage(const struct echo *e, bool is_chat, struct buf *out)
{
    buf_put_str(out, is_chat ? "{\"prompt_tokens\":" : "{\"input_tokens\":");
    buf_put_u64(out, e->request.messages);
    buf_put_str(out, is_chat ? ",\"completion_tokens\":" : ",\"output_tokens\":");
    buf_put_u64(out, e->text.len / 4 + 1);
    if (is_chat) {
        buf_put_str(out, ",\"total_tokens\":");
        buf_put_u64(out, e->request.messages + e->text.len / 4 + 1);
    }
    buf_put_str(out, "}");
}

static void put_chat_whole(const struct echo *e, struct buf *out)
{
    buf_put_str(
        out, "{\"id\":\"chatcmpl-demo\",\"object\":\"chat.completion\",\"created\":1,\"model\":");
    rows_put_text(out, e->request.model);
    buf_put_str(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    rows_put_text(out, e->text);
    for (size_t i = 0; i < e->call_count; i++) {
        buf_put_str(out, i == 0 ? ",\"tool_calls\":[{\"id\":" : ",{\"id\":");
        put_call_id(out, i);
        buf_put_str(out, ",\"type\":\"function\",\"function\":{\"name\":");
        rows_put_text(out, e->calls[i].name);
        buf_put_str(out, ",\"arguments\":");
        rows_put_text(out, e->calls[i].arguments);
        buf_put_str(out, i + 1 == e->call_count ? "}}]" : "}}");
    }
    buf_put_str(out, "},\"finish_reason\":");
    buf_put_str(out, e->call_count > 0 ? "\"tool_calls\"}],\"usage\":" : "\"stop\"}],\"usage\":");
    put_usage(e, true, out);
    buf_put_str(out, "}");
}

static void put_message_whole(const struct echo *e, struct buf *out)
{
    buf_put_str(out, "{\"id\":\"msg_demo\",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    rows_put_text(out, e->request.model);
    buf_put_str(out, ",\"content\":[{\"type\":\"text\",\"text\":");
    rows_put_text(out, e->text);
    buf_put_str(out, "}");
    for (size_t i = 0; i < e->call_count; i++) {
        buf_put_str(out, ",{\"type\":\"tool_use\",\"id\":");
        put_call_id(out, i);
        buf_put_str(out, ",\"name\":");
        rows_put_text(out, e->calls[i].name);
        buf_put_str(out, ",\"input\":");
        buf_put(out, e->calls[i].arguments);
        buf_put_str(out, "}");
    }
    buf_put_str(out, "],\"stop_reason\":");
    buf_put_str(out, e->call_count > 0 ? "\"tool_use\"" : "\"end_turn\"");
    buf_put_str(out, ",\"stop_sequence\":null,\"usage\":");
    put_usage(e, false, out);
    buf_put_str(out, "}");
}

/* The event that was written goes out as one chunk. */
static gw_result flush_event(struct echo *e)
{
    TRY(buf_result(&e->event));
    TRY(body_put_chunk(e->out, buf_slice(&e->event)));
    buf_clear(&e->event);
    return gw_is(GW_OK);
}

static void put_chunk_head(struct echo *e)
{
    buf_put_str(&e->event, "data: {\"id\":\"chatcmpl-demo\",\"object\":\"chat.completion.chunk\","
                           "\"created\":1,\"model\":");
    rows_put_text(&e->event, e->request.model);
    buf_put_str(&e->event, ",\"choices\":[{\"index\":0,\"delta\":{");
}

/* An event before (begin) or after (end) the deltas of text (call 0) or of tool call `call` - 1. */
static gw_result put_chat_edge(struct echo *e, size_t call, bool begin)
{
    if (!begin)
        return gw_is(GW_OK);
    put_chunk_head(e);
    if (call == 0) {
        buf_put_str(&e->event, "\"role\":\"assistant\",\"content\":\"\"");
    } else {
        buf_put_str(&e->event, "\"tool_calls\":[{\"index\":");
        buf_put_u64(&e->event, call - 1);
        buf_put_str(&e->event, ",\"id\":");
        put_call_id(&e->event, call - 1);
        buf_put_str(&e->event, ",\"type\":\"function\",\"function\":{\"name\":");
        rows_put_text(&e->event, e->calls[call - 1].name);
        buf_put_str(&e->event, ",\"arguments\":\"\"}}]");
    }
    buf_put_str(&e->event, "},\"finish_reason\":null}]}\n\n");
    return flush_event(e);
}

static gw_result put_message_edge(struct echo *e, size_t call, bool begin)
{
    const char *kind = begin ? "content_block_start" : "content_block_stop";
    buf_put_str(&e->event, "event: ");
    buf_put_str(&e->event, kind);
    buf_put_str(&e->event, "\ndata: {\"type\":\"");
    buf_put_str(&e->event, kind);
    buf_put_str(&e->event, "\",\"index\":");
    buf_put_u64(&e->event, call);
    if (begin && call == 0) {
        buf_put_str(&e->event, ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
    } else if (begin) {
        buf_put_str(&e->event, ",\"content_block\":{\"type\":\"tool_use\",\"id\":");
        put_call_id(&e->event, call - 1);
        buf_put_str(&e->event, ",\"name\":");
        rows_put_text(&e->event, e->calls[call - 1].name);
        buf_put_str(&e->event, ",\"input\":{}}");
    }
    buf_put_str(&e->event, "}\n\n");
    return flush_event(e);
}

/* One delta whose JSON string has exactly the bytes `raw` between its quotes. */
static gw_result put_delta(struct echo *e, size_t call, struct slice raw)
{
    bool is_chat = e->route->api == API_CHAT;
    if (is_chat) {
        put_chunk_head(e);
        buf_put_str(&e->event, call == 0 ? "\"content\":\"" : "\"tool_calls\":[{\"index\":");
    } else {
        buf_put_str(
            &e->event,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
        buf_put_u64(&e->event, call);
        buf_put_str(&e->event, call == 0 ? ",\"delta\":{\"type\":\"text_delta\",\"text\":\""
                                         : ",\"delta\":{\"type\":\"input_json_delta\","
                                           "\"partial_json\":\"");
    }
    if (is_chat && call > 0) {
        buf_put_u64(&e->event, call - 1);
        buf_put_str(&e->event, ",\"function\":{\"arguments\":\"");
    }
    buf_put(&e->event, raw);
    buf_put_str(&e->event, !is_chat   ? "\"}}\n\n"
                           : call > 0 ? "\"}}]},\"finish_reason\":null}]}\n\n"
                                      : "\"},\"finish_reason\":null}]}\n\n");
    return flush_event(e);
}

/* Takes one to three characters' worth from *left, escaped; a character beyond the first plane is
 * taken in two halves: *half remembers the second, which then is all of the next piece. */
static gw_result take_piece(struct slice *left, size_t want, char half[8], struct buf *raw)
{
    if (half[0] != '\0') {
        gw_result r = buf_add(raw, slice_str(half));
        half[0] = '\0';
        return r;
    }
    for (size_t n = 0; n < want && left->len > 0; n++) {
        unsigned char c = (unsigned char)left->at[0];
        size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        struct slice one = slice_cut(*left, 0, len);
        *left = slice_from(*left, len);
        if (one.len < 4) {
            TRY(string_escape(raw, one, 1));
            continue;
        }
        const unsigned char *p = (const unsigned char *)one.at;
        unsigned point = (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
        point -= 0x10000;
        TRY(buf_add_format(raw, "\\u%04x", 0xd800u | point >> 10));
        snprintf(half, 8, "\\u%04x", 0xdc00u | (point & 0x3ffu));
        return gw_is(GW_OK);
    }
    return gw_is(GW_OK);
}

/* Deltas of the texts from..to (0: the text, i: call i - 1), taking turns until all are out. */
static gw_result put_turns(struct echo *e, size_t from, size_t to)
{
    struct slice left[MOST_CALLS + 1];
    char half[MOST_CALLS + 1][8] = {{0}};
    size_t turn = 0;
    bool more = true;
    for (size_t i = from; i <= to; i++)
        left[i] = i == 0 ? e->text : e->calls[i - 1].arguments;
    while (more) {
        more = false;
        for (size_t i = from; i <= to; i++, turn++) {
            struct buf raw;
            if (left[i].len == 0 && half[i][0] == '\0')
                continue;
            more = true;
            buf_init(&raw, 64);
            gw_result r = take_piece(&left[i], turn % 3 + 1, half[i], &raw);
            if (gw_ok(r))
                r = put_delta(e, i, buf_slice(&raw));
            buf_free(&raw);
            TRY(r);
        }
    }
    return gw_is(GW_OK);
}

static gw_result put_edges(struct echo *e, size_t from, size_t to, bool begin)
{
    for (size_t i = from; i <= to; i++)
        TRY(e->route->api == API_CHAT ? put_chat_edge(e, i, begin) : put_message_edge(e, i, begin));
    return gw_is(GW_OK);
}

static gw_result put_first(struct echo *e)
{
    if (e->route->api == API_CHAT)
        return gw_is(GW_OK);
    buf_put_str(&e->event,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{"
                "\"id\":\"msg_demo\",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    rows_put_text(&e->event, e->request.model);
    buf_put_str(&e->event,
                ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    put_usage(e, false, &e->event);
    buf_put_str(&e->event, "}}\n\n");
    TRY(flush_event(e));
    buf_put_str(&e->event, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
    return flush_event(e);
}

static gw_result put_last(struct echo *e)
{
    bool has_calls = e->call_count > 0;
    if (e->route->api == API_CHAT) {
        put_chunk_head(e);
        buf_put_str(&e->event, "},\"finish_reason\":");
        buf_put_str(&e->event, has_calls ? "\"tool_calls\"}],\"usage\":" : "\"stop\"}],\"usage\":");
        put_usage(e, true, &e->event);
        buf_put_str(&e->event, "}\n\n");
        TRY(flush_event(e));
        buf_put_str(&e->event, "data: [DONE]\n\n");
        return flush_event(e);
    }
    buf_put_str(&e->event, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
                           "\"stop_reason\":");
    buf_put_str(&e->event, has_calls ? "\"tool_use\"" : "\"end_turn\"");
    buf_put_str(&e->event, ",\"stop_sequence\":null},\"usage\":");
    put_usage(e, false, &e->event);
    buf_put_str(&e->event, "}\n\n");
    TRY(flush_event(e));
    buf_put_str(&e->event, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    return flush_event(e);
}

static gw_result put_stream(struct echo *e)
{
    put_status(e->out, 200);
    buf_put_str(e->out, "content-type: text/event-stream; charset=utf-8\r\n"
                        "transfer-encoding: chunked\r\n\r\n");
    TRY(put_first(e));
    TRY(put_edges(e, 0, 0, true));
    TRY(put_turns(e, 0, 0));
    TRY(put_edges(e, 0, 0, false));
    if (e->call_count > 0) {
        TRY(put_edges(e, 1, e->call_count, true));
        TRY(put_turns(e, 1, e->call_count));
        TRY(put_edges(e, 1, e->call_count, false));
    }
    TRY(put_last(e));
    return body_put_last(e->out);
}

static gw_result put_json(struct echo *e)
{
    if (e->route->api == API_CHAT)
        put_chat_whole(e, &e->event);
    else if (e->route->api == API_MESSAGES)
        put_message_whole(e, &e->event);
    else
        TRY(buf_add_format(&e->event, "{\"input_tokens\":%zu}", e->request.messages * 8));
    return put_whole(e->out, 200, &e->event);
}

static gw_result answer(struct echo *e, const struct json_doc *doc, struct arena *arena)
{
    struct slice said, before = SLICE_LIT("You said: ");
    TRY(last_user(doc, arena, &said));
    char *to = arena_alloc(arena, before.len + said.len);
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    memcpy(to, before.at, before.len);
    if (said.len > 0)
        memcpy(to + before.len, said.at, said.len);
    e->text = slice_of(to, before.len + said.len);
    read_calls(e, said, arena);
    return e->request.is_stream && e->route->api != API_COUNT_TOKENS ? put_stream(e) : put_json(e);
}

static gw_result put_models(const struct dialect *d, struct buf *out)
{
    const struct slice name = SLICE_LIT("demo");
    struct buf body;
    buf_init(&body, 4096);
    gw_result r = d->put_models(&name, 1, &body);
    if (gw_ok(r))
        r = put_whole(out, 200, &body);
    buf_free(&body);
    return r;
}

gw_result demo_answer(const struct head *head, struct slice body, struct arena *arena,
                      struct buf *out)
{
    bool method_differs;
    struct json_doc doc;
    struct json_fault fault;
    struct echo e = {.route = dialect_route(head, &method_differs), .out = out};
    if (e.route == NULL)
        return refuse(dialect_fallback(), method_differs ? 405 : 404, "no such path", out);
    const struct dialect *d = e.route->dialect;
    if (e.route->api == API_MODELS)
        return put_models(d, out);
    gw_result r = json_scan(body, json_limits_default(), arena, &doc, &fault);
    if (r.code == GW_NO_MEMORY)
        return r;
    if (!gw_ok(r))
        return refuse(d, 400, fault.reason, out);
    TRY(d->read_request(&doc, e.route->api, arena, &e.request));
    if (e.request.complaint != NULL)
        return refuse(d, 400, e.request.complaint, out);
    buf_init(&e.event, DEMO_BODY);
    r = answer(&e, &doc, arena);
    buf_free(&e.event);
    return r;
}
