/* proxy/llm/openai.c - the OpenAI Chat Completions API: one row, and the demo backend's beside it.
 *
 * Refuses to know of other vendors' APIs, policy, sockets. Constants only; nothing to free.
 * Keys of texts: choice << 16 | tool << 4 | kind, kind from 1. */
#include "proxy/base/base.h"
#include "proxy/llm/rows.h"

enum kind { CONTENT = 1, REFUSAL, REASONING_CONTENT, REASONING, CALL, TRANSCRIPT, TOOL, CUSTOM };
enum { MOST_CHOICES = 64, MOST_TOOLS = 4096, TOOLS_ENDED = 32 };

#define ROLES "system developer user assistant tool function"
#define FINISHES "stop length tool_calls content_filter function_call"

/* clang-format off */
static const struct walk_rule request_rules[] = {
    {WALK_KEY("id"),                LEAF_EXEMPT,  SHAPE_ID, NULL, "an id pairs calls with results and names nothing else"},
    {WALK_KEY("tool_call_id"),      LEAF_EXEMPT,  SHAPE_ID, NULL, "pairs a tool result with its call"},
    {WALK_KEY("call_id"),           LEAF_EXEMPT,  SHAPE_ID, NULL, "pairs a tool result with its call"},
    {WALK_KEY("file_id"),           LEAF_EXEMPT,  SHAPE_ID, NULL, "names a file that the provider holds"},
    {WALK_KEY("type"),              LEAF_EXEMPT,  SHAPE_WORD, "text refusal image_url input_audio file function custom "
                                        "json_object json_schema grammar content approximate allowed_tools",
                                        "a protocol word that is in the list"},
    {WALK_KEY("role"),              LEAF_EXEMPT,  SHAPE_WORD, ROLES, "a protocol word that is in the list"},
    {WALK_KEY("tool_choice"),       LEAF_EXEMPT,  SHAPE_WORD, "none auto required", "a protocol word that is in the list"},
    {WALK_KEY("detail"),            LEAF_EXEMPT,  SHAPE_WORD, "auto low high", "a protocol word that is in the list"},
    {WALK_KEY("format"),            LEAF_EXEMPT,  SHAPE_WORD, "wav mp3 aac flac opus pcm16", "a protocol word that is in the list"},
    {WALK_KEY("modalities"),        LEAF_EXEMPT,  SHAPE_WORD, "text audio image", "a protocol word that is in the list"},
    {WALK_KEY("reasoning_effort"),  LEAF_EXEMPT,  SHAPE_WORD, "none minimal low medium high xhigh", "a protocol word that is in the list"},
    {WALK_KEY("verbosity"),         LEAF_EXEMPT,  SHAPE_WORD, "low medium high", "a protocol word that is in the list"},
    {WALK_KEY("service_tier"),      LEAF_EXEMPT,  SHAPE_WORD, "auto default flex priority scale", "a protocol word that is in the list"},
    {WALK_KEY("model"),             LEAF_EXEMPT,  SHAPE_MODEL, NULL, "names the model; routing reads it"},
    {WALK_KEY("data"),              LEAF_EXEMPT,  SHAPE_BASE64, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("file_data"),         LEAF_EXEMPT,  SHAPE_MEDIA, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("file_data"),         LEAF_EXEMPT,  SHAPE_BASE64, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("url"),               LEAF_EXEMPT,  SHAPE_MEDIA, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("image_url"),         LEAF_EXEMPT,  SHAPE_MEDIA, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("encrypted_content"), LEAF_EXEMPT,  SHAPE_BASE64, NULL, "sealed by the provider"},
    {WALK_KEY("thought_signature"), LEAF_EXEMPT,  SHAPE_BASE64, NULL, "sealed by the provider"},
    {WALK_KEY("signature"),         LEAF_EXEMPT,  SHAPE_BASE64, NULL, "sealed by the provider"},
    {WALK_KEY("seed"),              LEAF_EXEMPT,  SHAPE_NUMBER, NULL, "where sampling begins, by chance"},
    {WALK_KEY("max_tokens"),        LEAF_EXEMPT,  SHAPE_NUMBER, NULL, "a bound"},
    {WALK_KEY("max_completion_tokens"), LEAF_EXEMPT, SHAPE_NUMBER, NULL, "a bound"},
    {WALK_KEY("name"),              LEAF_INSPECT, SHAPE_NONE, NULL, NULL}, /* renaming a tool breaks its dispatch */
    {WALK_KEY("required"),          LEAF_INSPECT, SHAPE_NONE, NULL, NULL}, /* names of properties */
    {WALK_KEY("enum"),              LEAF_INSPECT, SHAPE_NONE, NULL, NULL}, /* values that programs compare */
    {WALK_KEY("const"),             LEAF_INSPECT, SHAPE_NONE, NULL, NULL},
    {NULL, 0,                LEAF_EXEMPT,  SHAPE_NONE, NULL, NULL},
};
static const struct walk_rule answer_rules[] = {
    {WALK_KEY("id"),                 LEAF_EXEMPT,  SHAPE_ID, NULL, "an id pairs calls with results and names nothing else"},
    {WALK_KEY("object"),             LEAF_EXEMPT,  SHAPE_WORD, "chat.completion chat.completion.chunk list model",
                                         "a protocol word that is in the list"},
    {WALK_KEY("type"),               LEAF_EXEMPT,  SHAPE_WORD, "text refusal function custom url_citation",
                                         "a protocol word that is in the list"},
    {WALK_KEY("role"),               LEAF_EXEMPT,  SHAPE_WORD, ROLES, "a protocol word that is in the list"},
    {WALK_KEY("finish_reason"),      LEAF_EXEMPT,  SHAPE_WORD, FINISHES, "a protocol word that is in the list"},
    {WALK_KEY("service_tier"),       LEAF_EXEMPT,  SHAPE_WORD, "auto default flex priority scale",
                                         "a protocol word that is in the list"},
    {WALK_KEY("model"),              LEAF_EXEMPT,  SHAPE_MODEL, NULL, "names the model"},
    {WALK_KEY("system_fingerprint"), LEAF_EXEMPT,  SHAPE_ID, NULL, "names the provider's configuration"},
    {WALK_KEY("data"),               LEAF_EXEMPT,  SHAPE_BASE64, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("url"),                LEAF_EXEMPT,  SHAPE_MEDIA, NULL, "binary in base64: judged by size, not rewritten"},
    {WALK_KEY("obfuscation"),        LEAF_EXEMPT,  SHAPE_ID, NULL, "padding that hides lengths"},
    {WALK_KEY("encrypted_content"),  LEAF_EXEMPT,  SHAPE_BASE64, NULL, "sealed by the provider"},
    {WALK_KEY("signature"),          LEAF_EXEMPT,  SHAPE_BASE64, NULL, "sealed by the provider"},
    {WALK_KEY("name"),               LEAF_INSPECT, SHAPE_NONE, NULL, NULL},
    {NULL, 0,                 LEAF_EXEMPT,  SHAPE_NONE, NULL, NULL},
};
/* clang-format on */

static const char *const request_free[] = {"parameters", "schema",     "metadata",
                                           "arguments",  "input",      "chat_template_kwargs",
                                           "documents",  "vllm_xargs", NULL};
static const char *const answer_free[] = {"arguments", "input", "metadata", NULL};
static const char *const idle[] = {"created", "obfuscation", NULL};
static const struct walk_rules request_walk = {request_rules, request_free, NULL, true};
static const struct walk_rules answer_walk = {answer_rules, answer_free, NULL, false};
static const struct forward_rule forward[] = {
    {"openai-beta", FORWARD_WORDS},  {"openai-organization", FORWARD_OWN},
    {"openai-project", FORWARD_OWN}, {"idempotency-key", FORWARD_KEY},
    {NULL, FORWARD_WORDS},
};

/* JSON mode, a schema, and what engines beside OpenAI call them. */
static bool wants_json(const struct json_doc *doc)
{
    uint32_t format = json_member(doc, 0, "response_format");
    uint32_t type = format == 0 ? 0 : json_member(doc, format, "type");
    return (type != 0 &&
            (json_is_text(doc, type, "json_object") || json_is_text(doc, type, "json_schema"))) ||
           json_member(doc, 0, "json_schema") != 0 || json_member(doc, 0, "guided_json") != 0;
}

static gw_result read_request(const struct json_doc *doc, enum api api, struct arena *arena,
                              struct llm_request *out)
{
    (void)api;
    TRY(rows_read_request(doc, arena, ROLES, out));
    out->wants_json = doc->values[0].kind == JSON_OBJECT && wants_json(doc);
    TRY(rows_word(doc, 0, "user", arena, &out->person));
    return rows_word(doc, 0, "safety_identifier", arena, &out->person);
}

static uint32_t key_of(uint64_t choice, uint64_t tool, enum kind kind)
{
    return (uint32_t)(choice << 16 | tool << 4 | kind);
}

/* The content of a delta: a string, or parts that have a text each (engines beside OpenAI). */
static void read_content(const struct llm_stream *s, const struct json_doc *doc, uint32_t content,
                         uint64_t choice, struct llm_event *out)
{
    const struct llm_piece p = {.key = key_of(choice, 0, CONTENT), .is_json = s->says_json};
    rows_piece(out, doc, content, p);
    if (content == 0 || doc->values[content].kind != JSON_ARRAY)
        return;
    for (uint32_t v = json_child(doc, content); v != 0; v = json_sibling(doc, v))
        rows_piece(out, doc, json_member(doc, v, "text"), p);
}

static void read_tools(const struct json_doc *doc, uint32_t tools, uint64_t choice,
                       struct llm_event *out)
{
    if (tools == 0)
        return;
    uint64_t place = 0;
    for (uint32_t v = json_child(doc, tools); v != 0; v = json_sibling(doc, v), place++) {
        uint64_t tool = rows_index(doc, v, "index", place);
        uint32_t function = json_member(doc, v, "function"), custom = json_member(doc, v, "custom");
        if (tool >= MOST_TOOLS) {
            out->too_many = true;
            return;
        }
        uint32_t name = function == 0 ? 0 : json_member(doc, function, "name");
        if (function != 0 || custom == 0)
            rows_call(out, key_of(choice, tool, TOOL), name, 0);
        if (custom != 0)
            rows_call(out, key_of(choice, tool, CUSTOM), json_member(doc, custom, "name"), 0);
        if (function != 0)
            rows_piece(out, doc, json_member(doc, function, "arguments"),
                       (struct llm_piece){.key = key_of(choice, tool, TOOL), .is_json = true});
        if (custom != 0)
            rows_piece(out, doc, json_member(doc, custom, "input"),
                       (struct llm_piece){.key = key_of(choice, tool, CUSTOM)});
    }
}

static void read_delta(const struct llm_stream *s, const struct json_doc *doc, uint32_t delta,
                       uint64_t choice, struct llm_event *out)
{
    static const struct {
        const char *name;
        enum kind kind;
    } texts[] = {
        {"refusal", REFUSAL}, {"reasoning_content", REASONING_CONTENT}, {"reasoning", REASONING}};
    uint32_t call = json_member(doc, delta, "function_call");
    uint32_t audio = json_member(doc, delta, "audio");
    read_content(s, doc, json_member(doc, delta, "content"), choice, out);
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        rows_piece(out, doc, json_member(doc, delta, texts[i].name),
                   (struct llm_piece){.key = key_of(choice, 0, texts[i].kind)});
    if (call != 0 && doc->values[call].kind == JSON_OBJECT) {
        rows_call(out, key_of(choice, 0, CALL), json_member(doc, call, "name"), 0);
        rows_piece(out, doc, json_member(doc, call, "arguments"),
                   (struct llm_piece){.key = key_of(choice, 0, CALL), .is_json = true});
    }
    if (audio != 0)
        rows_piece(out, doc, json_member(doc, audio, "transcript"),
                   (struct llm_piece){.key = key_of(choice, 0, TRANSCRIPT)});
    read_tools(doc, json_member(doc, delta, "tool_calls"), choice, out);
}

/* Every text of the choice is complete. Tools beyond the first few end with the stream. */
static void end_choice(uint64_t choice, struct llm_event *out)
{
    for (unsigned kind = CONTENT; kind < TOOL; kind++)
        rows_end(out, key_of(choice, 0, (enum kind)kind));
    for (uint64_t tool = 0; tool < TOOLS_ENDED; tool++) {
        rows_end(out, key_of(choice, tool, TOOL));
        rows_end(out, key_of(choice, tool, CUSTOM));
    }
}

static void read_choice(struct llm_stream *s, const struct json_doc *doc, uint32_t choice,
                        struct llm_event *out)
{
    uint64_t index = rows_index(doc, choice, "index", 0);
    uint32_t delta = json_member(doc, choice, "delta");
    uint32_t finish = json_member(doc, choice, "finish_reason");
    if (index >= MOST_CHOICES) {
        out->too_many = true;
        return;
    }
    s->open |= (uint64_t)1 << index;
    if (delta != 0)
        read_delta(s, doc, delta, index, out);
    rows_echo(out, doc, json_member(doc, choice, "logprobs"));
    if (finish == 0 || doc->values[finish].kind != JSON_STRING)
        return;
    rows_keep_word(doc, choice, "finish_reason", FINISHES, s->finish, sizeof s->finish);
    s->open &= ~((uint64_t)1 << index);
    end_choice(index, out);
}

static void read_usage(const struct json_doc *doc, struct llm_stream *s)
{
    uint32_t usage = json_member(doc, 0, "usage");
    if (usage == 0)
        return;
    s->tokens_in = rows_number(doc, usage, "prompt_tokens", s->tokens_in);
    s->tokens_out = rows_number(doc, usage, "completion_tokens", s->tokens_out);
    uint32_t said = json_member(doc, usage, "completion_tokens_details"),
             asked = json_member(doc, usage, "prompt_tokens_details");
    if (said != 0)
        s->tokens_reason = rows_number(doc, said, "reasoning_tokens", s->tokens_reason);
    if (asked != 0)
        s->tokens_cached = rows_number(doc, asked, "cached_tokens", s->tokens_cached);
}

static void keep_first(struct llm_stream *s, const struct json_doc *doc)
{
    if (s->started)
        return;
    s->started = true;
    rows_keep_raw(doc, 0, "id", s->id, sizeof s->id);
    rows_keep_raw(doc, 0, "created", s->created, sizeof s->created);
    rows_keep_raw(doc, 0, "model", s->model, sizeof s->model);
}

static gw_result read_event(struct llm_stream *s, struct slice name, struct slice payload,
                            const struct json_doc *doc, struct llm_event *out)
{
    (void)name;
    rows_event(out);
    if (doc == NULL) {
        out->is_last = out->ends_all = slice_is(slice_trim(payload), SLICE_LIT("[DONE]"));
        s->finished = s->finished || out->is_last;
        return gw_is(GW_OK);
    }
    uint32_t error = json_member(doc, 0, "error"), choices = json_member(doc, 0, "choices");
    if (error != 0 && doc->values[error].kind != JSON_NULL) {
        out->is_error = true;
        return gw_is(GW_OK);
    }
    keep_first(s, doc);
    read_usage(doc, s);
    if (choices != 0)
        for (uint32_t v = json_child(doc, choices); v != 0; v = json_sibling(doc, v))
            read_choice(s, doc, v, out);
    rows_rest(out, doc, &answer_walk);
    for (uint32_t v = choices == 0 ? 0 : json_child(doc, choices); v != 0; v = json_sibling(doc, v))
        rows_echo(out, doc, json_member(doc, v, "message")); /* all said so far, beside the delta */
    return gw_is(GW_OK);
}

/* A member of an object that is there: its `name`, and its arguments under their own name. */
static gw_result sink_call(const struct json_doc *doc, uint32_t object, const char *input,
                           llm_call_sink sink, void *sink_of)
{
    struct llm_call call = {0};
    if (object != 0 && doc->values[object].kind == JSON_OBJECT)
        call = (struct llm_call){.name = json_member(doc, object, "name"),
                                 .input = json_member(doc, object, input)};
    return sink(sink_of, &call);
}

static gw_result each_call(const struct json_doc *doc, llm_call_sink sink, void *sink_of)
{
    uint32_t choices = json_member(doc, 0, "choices");
    for (uint32_t v = choices == 0 ? 0 : json_child(doc, choices); v != 0;
         v = json_sibling(doc, v)) {
        uint32_t message = json_member(doc, v, "message");
        uint32_t call = message == 0 ? 0 : json_member(doc, message, "function_call");
        uint32_t tools = message == 0 ? 0 : json_member(doc, message, "tool_calls");
        if (call != 0 && doc->values[call].kind == JSON_OBJECT)
            TRY(sink_call(doc, call, "arguments", sink, sink_of));
        for (uint32_t t = tools == 0 ? 0 : json_child(doc, tools); t != 0;
             t = json_sibling(doc, t)) {
            uint32_t function = json_member(doc, t, "function");
            uint32_t custom = json_member(doc, t, "custom");
            if (function != 0 || custom == 0)
                TRY(sink_call(doc, function, "arguments", sink, sink_of));
            if (custom != 0)
                TRY(sink_call(doc, custom, "input", sink, sink_of));
        }
    }
    return gw_is(GW_OK);
}

static gw_result each_echo(const struct json_doc *doc, llm_sink sink, void *sink_of)
{
    uint32_t choices = json_member(doc, 0, "choices");
    for (uint32_t v = choices == 0 ? 0 : json_child(doc, choices); v != 0;
         v = json_sibling(doc, v)) {
        uint32_t logprobs = json_member(doc, v, "logprobs");
        if (logprobs != 0 && doc->values[logprobs].kind != JSON_NULL)
            TRY(sink(sink_of, logprobs));
    }
    return gw_is(GW_OK);
}

static void read_answer(const struct json_doc *doc, struct llm_stream *s)
{
    uint32_t choices = json_member(doc, 0, "choices");
    keep_first(s, doc);
    read_usage(doc, s);
    if (choices != 0 && json_child(doc, choices) != 0)
        rows_keep_word(doc, json_child(doc, choices), "finish_reason", FINISHES, s->finish,
                       sizeof s->finish);
    s->finished = true;
}

static void put_chunk_head(const struct llm_stream *s, uint64_t choice, struct buf *out)
{
    buf_put_str(out, "data: {\"id\":");
    rows_put_raw(out, s->id, "\"chatcmpl-0\"");
    buf_put_str(out, ",\"object\":\"chat.completion.chunk\",\"created\":");
    rows_put_raw(out, s->created, "0");
    buf_put_str(out, ",\"model\":");
    rows_put_raw(out, s->model, "\"\"");
    buf_put_str(out, ",\"choices\":[{\"index\":");
    buf_put_u64(out, choice);
    buf_put_str(out, ",\"delta\":{");
}

static void put_chunk_tail(const char *finish, struct buf *out)
{
    buf_put_str(out, "},\"finish_reason\":");
    buf_put_str(out, finish);
    buf_put_str(out, "}]}\n\n");
}

static gw_result put_piece(const struct llm_stream *s, uint32_t key, struct slice text,
                           struct buf *out)
{
    static const struct {
        const char *before, *after;
    } frames[] = {
        [CONTENT] = {"\"content\":", ""},
        [REFUSAL] = {"\"refusal\":", ""},
        [REASONING_CONTENT] = {"\"reasoning_content\":", ""},
        [REASONING] = {"\"reasoning\":", ""},
        [CALL] = {"\"function_call\":{\"arguments\":", "}"},
        [TRANSCRIPT] = {"\"audio\":{\"transcript\":", "}"},
        [TOOL] = {",\"function\":{\"arguments\":", "}}]"},
        [CUSTOM] = {",\"custom\":{\"input\":", "}}]"},
    };
    unsigned kind = key & 0xf;
    if (kind < CONTENT || kind > CUSTOM)
        return gw_is(GW_NOT_FOUND);
    put_chunk_head(s, key >> 16, out);
    if (kind >= TOOL) {
        buf_put_str(out, "\"tool_calls\":[{\"index\":");
        buf_put_u64(out, key >> 4 & 0xfff);
    }
    buf_put_str(out, frames[kind].before);
    rows_put_text(out, text);
    buf_put_str(out, frames[kind].after);
    put_chunk_tail("null", out);
    return buf_result(out);
}

static const char *error_type(unsigned status)
{
    switch (status) {
    case 403:
        return "permission_error";
    case 429:
        return "rate_limit_error";
    default:
        return status >= 500 ? "server_error" : "invalid_request_error";
    }
}

static gw_result put_error(const struct llm_refusal *r, struct buf *out)
{
    buf_put_str(out, "{\"error\":{\"message\":");
    rows_put_message(out, r);
    buf_put_str(out, ",\"type\":\"");
    buf_put_str(out, error_type(r->status));
    buf_put_str(out, "\",\"param\":null,\"code\":\"");
    buf_put_str(out, r->code);
    buf_put_str(out, "\"}}");
    return buf_result(out);
}

static gw_result put_stream_error(const struct llm_refusal *r, struct buf *out)
{
    buf_put_str(out, "data: ");
    TRY(put_error(r, out));
    buf_put_str(out, "\n\n");
    return buf_result(out);
}

static gw_result put_stream_stop(const struct llm_stream *s, struct buf *out)
{
    uint64_t open = s->open != 0 ? s->open : 1; /* at least one says why it ends */
    for (uint64_t i = 0; i < MOST_CHOICES; i++) {
        if ((open >> i & 1) == 0)
            continue;
        put_chunk_head(s, i, out);
        put_chunk_tail("\"content_filter\"", out);
    }
    buf_put_str(out, "data: [DONE]\n\n");
    return buf_result(out);
}

static void put_whole(const struct llm_refusal *r, struct slice model, struct buf *out)
{
    buf_put_str(out, "{\"id\":\"chatcmpl-");
    buf_put(out, clear_name(r->exchange).s);
    buf_put_str(out, "\",\"object\":\"chat.completion\",\"created\":0,\"model\":");
    rows_put_text(out, model);
    buf_put_str(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    rows_put_message(out, r);
    buf_put_str(out, ",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                     "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}");
}

static void put_stream(const struct llm_refusal *r, struct slice model, struct buf *out)
{
    static const char *const deltas[] = {"\"role\":\"assistant\",\"content\":\"\"", NULL, ""};
    for (size_t i = 0; i < GW_COUNT(deltas); i++) {
        buf_put_str(out, "data: {\"id\":\"chatcmpl-");
        buf_put(out, clear_name(r->exchange).s);
        buf_put_str(out, "\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":");
        rows_put_text(out, model);
        buf_put_str(out, ",\"choices\":[{\"index\":0,\"delta\":{");
        if (deltas[i] == NULL) {
            buf_put_str(out, "\"content\":");
            rows_put_message(out, r);
        } else {
            buf_put_str(out, deltas[i]);
        }
        put_chunk_tail(i == 2 ? "\"stop\"" : "null", out);
    }
    buf_put_str(out, "data: [DONE]\n\n");
}

static gw_result put_answer(const struct llm_refusal *r, struct slice model, bool is_stream,
                            struct buf *out)
{
    if (is_stream)
        put_stream(r, model, out);
    else
        put_whole(r, model, out);
    return buf_result(out);
}

static gw_result put_models(const struct slice *names, size_t n, struct buf *out)
{
    buf_put_str(out, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < n; i++) {
        buf_put_str(out, i == 0 ? "{\"id\":" : ",{\"id\":");
        rows_put_text(out, names[i]);
        buf_put_str(out, ",\"object\":\"model\",\"created\":0,\"owned_by\":\"bulla\"}");
    }
    buf_put_str(out, "]}");
    return buf_result(out);
}

static gw_result put_credential(struct slice key, struct buf *out)
{
    buf_put_str(out, "authorization: Bearer ");
    buf_put(out, key);
    buf_put_str(out, "\r\n");
    return buf_result(out);
}

static gw_result put_no_credential(struct slice key, struct buf *out)
{
    (void)key;
    return buf_result(out);
}

/* clang-format off */
#define CHAT_ROW(row_name, row_routes, row_credential) { \
    .name = row_name, .routes = row_routes, \
    .content_type_stream = "text/event-stream; charset=utf-8", .keep_alive = ": ping\n", \
    .forward = forward, .idle = idle, .request_rules = &request_walk, .answer_rules = &answer_walk, \
    .read_request = read_request, .read_event = read_event, .read_answer = read_answer, \
    .each_call = each_call, .each_echo = each_echo, \
    .put_piece = put_piece, .put_error = put_error, .put_stream_error = put_stream_error, \
    .put_stream_stop = put_stream_stop, .put_answer = put_answer, .put_models = put_models, \
    .put_credential = row_credential }

static const struct dialect chat_row;
static const struct route chat_routes[] = {
    {"POST", "/v1/chat/completions", API_CHAT,   &chat_row},
    {"GET",  "/v1/models",           API_MODELS, &chat_row},
    {NULL,   NULL,                   API_NONE,   NULL},
};
static const struct route no_routes[] = {{NULL, NULL, API_NONE, NULL}};
static const struct dialect chat_row = CHAT_ROW("openai", chat_routes, put_credential);
static const struct dialect echo_row = CHAT_ROW("demo", no_routes, put_no_credential);
/* clang-format on */

const struct dialect *openai_row(void)
{
    return &chat_row;
}

const struct dialect *demo_row(void)
{
    return &echo_row;
}
