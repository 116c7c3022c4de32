/* proxy/llm/anthropic.c - the Anthropic Messages API: one row.
 *
 * Refuses to know of other vendors' APIs, policy, sockets. Constants only; nothing to free.
 * Keys of texts: block index << 4 | kind, kind from 1. */
#include "proxy/base/base.h"
#include "proxy/llm/rows.h"
#include "proxy/json/string.h"

enum kind { TEXT = 1, INPUT, THINKING };
enum { MOST_BLOCKS = 1 << 20, OPEN_BITS = 64 };

#define ROLES "user assistant system"
#define STOPS \
    "end_turn max_tokens stop_sequence tool_use pause_turn refusal model_context_window_exceeded"
#define EVENTS                                                                            \
    "message_start message_delta message_stop content_block_start content_block_delta "   \
    "content_block_stop ping text_delta input_json_delta thinking_delta signature_delta " \
    "citations_delta compaction_delta"
#define WORD "a protocol word that is in the list"
#define BINARY "binary in base64: judged by size, not rewritten"
#define SEALED "sealed by the provider"
#define TYPES                                                                                      \
    "text image document search_result tool_use tool_result server_tool_use thinking "             \
    "redacted_thinking web_search_tool_result web_search_result web_fetch_tool_result "            \
    "web_fetch_result code_execution_tool_result code_execution_result "                           \
    "bash_code_execution_tool_result bash_code_execution_result "                                  \
    "text_editor_code_execution_tool_result text_editor_code_execution_create_result "             \
    "text_editor_code_execution_view_result tool_search_tool_result "                              \
    "tool_search_tool_search_result tool_reference container_upload mcp_tool_use mcp_tool_result " \
    "compaction base64 url file content ephemeral direct custom auto any tool none enabled "       \
    "disabled adaptive json_schema char_location page_location content_block_location "            \
    "web_search_result_location search_result_location message error"

/* clang-format off */
#define SHARED_RULES \
    {WALK_KEY("id"),                LEAF_EXEMPT,  SHAPE_ID,     NULL,  "an id pairs calls with results and names nothing else"}, \
    {WALK_KEY("tool_use_id"),       LEAF_EXEMPT,  SHAPE_ID,     NULL,  "pairs a tool result with its call"}, \
    {WALK_KEY("file_id"),           LEAF_EXEMPT,  SHAPE_ID,     NULL,  "names a file that the provider holds"}, \
    {WALK_KEY("container"),         LEAF_EXEMPT,  SHAPE_ID,     NULL,  "names a container that the provider holds"}, \
    {WALK_KEY("type"),              LEAF_EXEMPT,  SHAPE_WORD,   TYPES, WORD}, \
    {WALK_KEY("role"),              LEAF_EXEMPT,  SHAPE_WORD,   ROLES, WORD}, \
    {WALK_KEY("media_type"),        LEAF_EXEMPT,  SHAPE_WORD,   "image/png image/jpeg image/gif image/webp application/pdf text/plain", WORD}, \
    {WALK_KEY("service_tier"),      LEAF_EXEMPT,  SHAPE_WORD,   "auto standard_only standard priority batch", WORD}, \
    {WALK_KEY("model"),             LEAF_EXEMPT,  SHAPE_MODEL,  NULL,  "names the model; routing reads it"}, \
    {WALK_KEY("data"),              LEAF_EXEMPT,  SHAPE_BASE64, NULL,  BINARY}, \
    {WALK_KEY("signature"),         LEAF_EXEMPT,  SHAPE_BASE64, NULL,  SEALED}, \
    {WALK_KEY("encrypted_content"), LEAF_EXEMPT,  SHAPE_BASE64, NULL,  SEALED}, \
    {WALK_KEY("encrypted_index"),   LEAF_EXEMPT,  SHAPE_BASE64, NULL,  SEALED}, \
    {WALK_KEY("encrypted_stdout"),  LEAF_EXEMPT,  SHAPE_BASE64, NULL,  SEALED}, \
    {WALK_KEY("name"),              LEAF_INSPECT, SHAPE_NONE,   NULL,  NULL}, /* renaming a tool breaks its dispatch */ \
    {WALK_KEY("tool_name"),         LEAF_INSPECT, SHAPE_NONE,   NULL,  NULL}

static const struct walk_rule request_rules[] = {
    SHARED_RULES,
    {WALK_KEY("ttl"),      LEAF_EXEMPT,  SHAPE_WORD, "5m 1h", WORD},
    {WALK_KEY("effort"),   LEAF_EXEMPT,  SHAPE_WORD, "low medium high xhigh max", WORD},
    {WALK_KEY("max_tokens"), LEAF_EXEMPT, SHAPE_NUMBER, NULL, "a bound"},
    {WALK_KEY("required"), LEAF_INSPECT, SHAPE_NONE, NULL, NULL}, /* names of properties */
    {WALK_KEY("enum"),     LEAF_INSPECT, SHAPE_NONE, NULL, NULL}, /* values that programs compare */
    {WALK_KEY("const"),    LEAF_INSPECT, SHAPE_NONE, NULL, NULL},
    {NULL, 0,       LEAF_EXEMPT,  SHAPE_NONE, NULL, NULL},
};
static const struct walk_rule answer_rules[] = {
    SHARED_RULES,
    {WALK_KEY("type"),          LEAF_EXEMPT, SHAPE_WORD, EVENTS, WORD},
    {WALK_KEY("stop_reason"),   LEAF_EXEMPT, SHAPE_WORD, STOPS, WORD},
    {WALK_KEY("inference_geo"), LEAF_EXEMPT, SHAPE_ID,   NULL,  "names a region of the provider"},
    {WALK_KEY("request_id"),    LEAF_EXEMPT, SHAPE_ID,   NULL,  "the provider's own id"},
    {NULL, 0,            LEAF_EXEMPT, SHAPE_NONE, NULL,  NULL},
};
/* clang-format on */

static const char *const request_free[] = {"input",    "input_schema", "input_examples",
                                           "metadata", "schema",       NULL};
static const char *const answer_free[] = {"input", NULL};
static const struct forward_rule forward[] = {
    {"anthropic-version", FORWARD_WORDS},
    {"anthropic-beta", FORWARD_WORDS},
    {"idempotency-key", FORWARD_KEY},
    {NULL, FORWARD_WORDS},
};

/* Thinking with a signature beside it, or a signed compaction, and nothing else: one byte changed
 * and it is refused. */
static bool is_sealed(const struct json_doc *doc, uint32_t object)
{
    uint32_t type = json_member(doc, object, "type");
    uint32_t signature = json_member(doc, object, "signature");
    if (type == 0 || signature == 0 || doc->values[signature].kind != JSON_STRING)
        return false;
    const char *said = json_is_text(doc, type, "thinking")     ? "thinking"
                       : json_is_text(doc, type, "compaction") ? "content"
                                                               : NULL;
    if (said == NULL || !walk_has_shape(json_inner(doc, signature), SHAPE_BASE64, NULL))
        return false;
    for (uint32_t v = json_child(doc, object); v != 0; v = json_sibling(doc, v))
        if (v != type && v != signature && !json_is_text(doc, doc->values[v].key, said))
            return false;
    return true;
}

/* Only a model's own words were sealed by who runs it. */
static bool is_sealed_history(const struct json_doc *doc, uint32_t object)
{
    if (!is_sealed(doc, object))
        return false;
    uint32_t message = doc->values[doc->values[object].parent].parent;
    uint32_t role = json_member(doc, message, "role");
    return role != 0 && json_is_text(doc, role, "assistant");
}

static const char *const idle[] = {NULL};
static const struct walk_rules request_walk = {request_rules, request_free, is_sealed_history,
                                               true};
static const struct walk_rules answer_walk = {answer_rules, answer_free, is_sealed, false};

/* Structured outputs, by their present and their former name. */
static bool wants_json(const struct json_doc *doc)
{
    uint32_t config = json_member(doc, 0, "output_config");
    uint32_t format = config == 0 ? 0 : json_member(doc, config, "format");
    return format != 0 || json_member(doc, 0, "output_format") != 0;
}

static gw_result read_request(const struct json_doc *doc, enum api api, struct arena *arena,
                              struct llm_request *out)
{
    struct slice system;
    (void)api;
    TRY(rows_read_request(doc, arena, ROLES, out));
    if (doc->values[0].kind != JSON_OBJECT)
        return gw_is(GW_OK);
    out->wants_json = wants_json(doc);
    TRY(rows_text(doc, json_member(doc, 0, "system"), arena, &system));
    TRY(rows_join(arena, &system, out->system));
    out->system = system;
    uint32_t last = rows_last_text(doc, json_member(doc, 0, "system"));
    out->system_value = last != 0 ? last : out->system_value;
    uint32_t metadata = json_member(doc, 0, "metadata");
    if (metadata == 0 || doc->values[metadata].kind != JSON_OBJECT)
        return gw_is(GW_OK);
    return rows_word(doc, metadata, "user_id", arena, &out->person);
}

static uint32_t key_of(uint64_t block, enum kind kind)
{
    return (uint32_t)(block << 4 | kind);
}

/* Every block that calls a tool has a name, the provider's own tools included. */
static bool is_call(const struct json_doc *doc, uint32_t block, uint32_t *name)
{
    uint32_t type = json_member(doc, block, "type");
    *name = json_member(doc, block, "name");
    return *name != 0 || (type != 0 && doc->values[type].kind == JSON_STRING &&
                          slice_has_suffix(json_inner(doc, type), SLICE_LIT("tool_use")));
}

static void read_start(struct llm_stream *s, const struct json_doc *doc, uint64_t index,
                       struct llm_event *out)
{
    uint32_t block = json_member(doc, 0, "content_block");
    if (index < OPEN_BITS)
        s->open |= (uint64_t)1 << index;
    if (block == 0)
        return;
    uint32_t type = json_member(doc, block, "type"), name;
    if (is_call(doc, block, &name))
        rows_call(out, key_of(index, INPUT), name, json_member(doc, block, "input"));
    if (type != 0 && json_is_text(doc, type, "text"))
        rows_piece(out, doc, json_member(doc, block, "text"),
                   (struct llm_piece){.key = key_of(index, TEXT), .is_json = s->says_json});
    if (type != 0 && json_is_text(doc, type, "thinking"))
        rows_piece(out, doc, json_member(doc, block, "thinking"),
                   (struct llm_piece){.key = key_of(index, THINKING), .is_exempt = true});
}

static void read_delta(const struct llm_stream *s, const struct json_doc *doc, uint64_t index,
                       struct llm_event *out)
{
    uint32_t delta = json_member(doc, 0, "delta");
    if (delta == 0)
        return;
    rows_piece(out, doc, json_member(doc, delta, "text"),
               (struct llm_piece){.key = key_of(index, TEXT), .is_json = s->says_json});
    rows_piece(out, doc, json_member(doc, delta, "partial_json"),
               (struct llm_piece){.key = key_of(index, INPUT), .is_json = true});
    rows_piece(out, doc, json_member(doc, delta, "thinking"),
               (struct llm_piece){.key = key_of(index, THINKING), .is_exempt = true});
}

static void read_stop(struct llm_stream *s, uint64_t index, struct llm_event *out)
{
    if (index < OPEN_BITS)
        s->open &= ~((uint64_t)1 << index);
    for (unsigned kind = TEXT; kind <= THINKING; kind++)
        rows_end(out, key_of(index, (enum kind)kind));
}

static void read_usage(const struct json_doc *doc, uint32_t object, struct llm_stream *s)
{
    uint32_t usage = json_member(doc, object, "usage");
    if (usage == 0)
        return;
    s->tokens_in = rows_number(doc, usage, "input_tokens", s->tokens_in);
    s->tokens_out = rows_number(doc, usage, "output_tokens", s->tokens_out);
    s->tokens_cached = rows_number(doc, usage, "cache_read_input_tokens", s->tokens_cached);
    s->cached_is_apart = true;
}

static void read_message(struct llm_stream *s, const struct json_doc *doc, uint32_t message)
{
    s->started = true;
    rows_keep_raw(doc, message, "id", s->id, sizeof s->id);
    rows_keep_raw(doc, message, "model", s->model, sizeof s->model);
    rows_keep_word(doc, message, "stop_reason", STOPS, s->finish, sizeof s->finish);
    read_usage(doc, message, s);
}

static void read_message_delta(struct llm_stream *s, const struct json_doc *doc)
{
    uint32_t delta = json_member(doc, 0, "delta");
    read_usage(doc, 0, s);
    if (delta == 0)
        return;
    rows_keep_word(doc, delta, "stop_reason", STOPS, s->finish, sizeof s->finish);
}

/* A message may begin with blocks in it: calls that the provider's tools made. */
static void read_calls(const struct json_doc *doc, uint32_t message, struct llm_event *out)
{
    uint32_t content = message == 0 ? 0 : json_member(doc, message, "content"), name;
    uint64_t index = MOST_BLOCKS; /* beyond all blocks of the stream: each is a call of its own */
    for (uint32_t v = content == 0 ? 0 : json_child(doc, content); v != 0; v = json_sibling(doc, v))
        if (is_call(doc, v, &name))
            rows_call(out, key_of(index++, INPUT), name, json_member(doc, v, "input"));
}

static gw_result read_event(struct llm_stream *s, struct slice name, struct slice payload,
                            const struct json_doc *doc, struct llm_event *out)
{
    (void)name;
    (void)payload;
    rows_event(out);
    uint32_t type = doc == NULL ? 0 : json_member(doc, 0, "type");
    if (type == 0)
        return gw_is(GW_OK);
    uint64_t index = rows_index(doc, 0, "index", 0);
    if (index >= MOST_BLOCKS) {
        out->too_many = true;
        return gw_is(GW_OK);
    }
    if (json_is_text(doc, type, "content_block_delta")) {
        read_delta(s, doc, index, out);
    } else if (json_is_text(doc, type, "content_block_start")) {
        read_start(s, doc, index, out);
    } else if (json_is_text(doc, type, "content_block_stop")) {
        read_stop(s, index, out);
    } else if (json_is_text(doc, type, "message_start")) {
        uint32_t message = json_member(doc, 0, "message");
        read_message(s, doc, message);
        read_calls(doc, message, out);
    } else if (json_is_text(doc, type, "message_delta")) {
        read_message_delta(s, doc);
    } else if (json_is_text(doc, type, "message_stop")) {
        out->is_last = out->ends_all = s->finished = true;
        s->open = 0;
    } else {
        out->is_error = json_is_text(doc, type, "error");
    }
    rows_rest(out, doc, &answer_walk);
    return gw_is(GW_OK);
}

static gw_result each_call(const struct json_doc *doc, llm_call_sink sink, void *sink_of)
{
    uint32_t content = json_member(doc, 0, "content"), name;
    for (uint32_t v = content == 0 ? 0 : json_child(doc, content); v != 0; v = json_sibling(doc, v))
        if (is_call(doc, v, &name)) {
            const struct llm_call call = {.name = name, .input = json_member(doc, v, "input")};
            TRY(sink(sink_of, &call));
        }
    return gw_is(GW_OK);
}

/* This API says nothing twice: no text of an answer comes back in a later event. */
static gw_result each_echo(const struct json_doc *doc, llm_sink sink, void *sink_of)
{
    (void)doc;
    (void)sink;
    (void)sink_of;
    return gw_is(GW_OK);
}

static void read_answer(const struct json_doc *doc, struct llm_stream *s)
{
    read_message(s, doc, 0);
    s->finished = true;
}

static gw_result put_piece(const struct llm_stream *s, uint32_t key, struct slice text,
                           struct buf *out)
{
    static const char *const frames[] = {
        [TEXT] = "{\"type\":\"text_delta\",\"text\":",
        [INPUT] = "{\"type\":\"input_json_delta\",\"partial_json\":",
        [THINKING] = "{\"type\":\"thinking_delta\",\"thinking\":",
    };
    unsigned kind = key & 0xf;
    (void)s;
    if (kind < TEXT || kind > THINKING)
        return gw_is(GW_NOT_FOUND);
    buf_put_str(out,
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    buf_put_u64(out, key >> 4);
    buf_put_str(out, ",\"delta\":");
    buf_put_str(out, frames[kind]);
    rows_put_text(out, text);
    buf_put_str(out, "}}\n\n");
    return buf_result(out);
}

/* clang-format off */
static const struct {
    unsigned status;
    const char *type;
} error_types[] = {
    {401, "authentication_error"}, {402, "billing_error"},    {403, "permission_error"},
    {404, "not_found_error"},      {413, "request_too_large"}, {429, "rate_limit_error"},
    {503, "overloaded_error"},     {504, "timeout_error"},     {529, "overloaded_error"},
};
/* clang-format on */

static const char *error_type(unsigned status)
{
    for (size_t i = 0; i < GW_COUNT(error_types); i++)
        if (error_types[i].status == status)
            return error_types[i].type;
    return status >= 500 ? "api_error" : "invalid_request_error";
}

static gw_result put_error(const struct llm_refusal *r, struct buf *out)
{
    buf_put_str(out, "{\"type\":\"error\",\"error\":{\"type\":\"");
    buf_put_str(out, error_type(r->status));
    buf_put_str(out, "\",\"message\":");
    rows_put_message(out, r);
    buf_put_str(out, ",\"code\":\"");
    buf_put_str(out, r->code);
    buf_put_str(out, "\"},\"request_id\":");
    rows_put_text(out, r->exchange);
    buf_put_str(out, "}");
    return buf_result(out);
}

static gw_result put_stream_error(const struct llm_refusal *r, struct buf *out)
{
    buf_put_str(out, "event: error\ndata: ");
    TRY(put_error(r, out));
    buf_put_str(out, "\n\n");
    return buf_result(out);
}

/* The beginning of a message: id and model are raw JSON values. */
static void put_start(const char *id, const char *model, struct slice model_text, struct buf *out)
{
    buf_put_str(out,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":");
    rows_put_raw(out, id, "\"msg_0\"");
    buf_put_str(out, ",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    if (model[0] != '\0')
        buf_put_str(out, model);
    else
        rows_put_text(out, model_text);
    buf_put_str(out, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                     "\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}}\n\n");
}

static void put_block_stop(uint64_t index, struct buf *out)
{
    buf_put_str(out,
                "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
    buf_put_u64(out, index);
    buf_put_str(out, "}\n\n");
}

static void put_end(const char *reason, uint64_t tokens_out, struct buf *out)
{
    buf_put_str(out, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
                     "\"stop_reason\":\"");
    buf_put_str(out, reason);
    buf_put_str(out, "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":");
    buf_put_u64(out, tokens_out);
    buf_put_str(out, "}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static gw_result put_stream_stop(const struct llm_stream *s, struct buf *out)
{
    if (!s->started)
        put_start(s->id, s->model, SLICE_LIT(""), out);
    for (uint64_t i = 0; i < OPEN_BITS; i++)
        if ((s->open >> i & 1) != 0)
            put_block_stop(i, out);
    put_end("refusal", s->tokens_out, out);
    return buf_result(out);
}

static void put_whole(const struct llm_refusal *r, struct slice model, struct buf *out)
{
    buf_put_str(out, "{\"id\":\"msg_");
    buf_put(out, clear_name(r->exchange).s);
    buf_put_str(out, "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    rows_put_text(out, model);
    buf_put_str(out, ",\"content\":[{\"type\":\"text\",\"text\":");
    rows_put_message(out, r);
    buf_put_str(out, "}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                     "\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}");
}

static gw_result put_answer(const struct llm_refusal *r, struct slice model, bool is_stream,
                            struct buf *out)
{
    if (!is_stream) {
        put_whole(r, model, out);
        return buf_result(out);
    }
    put_start("", "", model, out);
    buf_put_str(out,
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
                "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":");
    rows_put_message(out, r);
    buf_put_str(out, "}}\n\n");
    put_block_stop(0, out);
    put_end("end_turn", 0, out);
    return buf_result(out);
}

static gw_result put_models(const struct slice *names, size_t n, struct buf *out)
{
    buf_put_str(out, "{\"data\":[");
    for (size_t i = 0; i < n; i++) {
        buf_put_str(out, i == 0 ? "{\"type\":\"model\",\"id\":" : ",{\"type\":\"model\",\"id\":");
        rows_put_text(out, names[i]);
        buf_put_str(out, ",\"display_name\":");
        rows_put_text(out, names[i]);
        buf_put_str(out, ",\"created_at\":\"1970-01-01T00:00:00Z\"}");
    }
    buf_put_str(out, "],\"has_more\":false,\"first_id\":");
    n > 0 ? rows_put_text(out, names[0]) : buf_put_str(out, "null");
    buf_put_str(out, ",\"last_id\":");
    n > 0 ? rows_put_text(out, names[n - 1]) : buf_put_str(out, "null");
    buf_put_str(out, "}");
    return buf_result(out);
}

static gw_result put_credential(struct slice key, struct buf *out)
{
    buf_put_str(out, "x-api-key: ");
    buf_put(out, key);
    buf_put_str(out, "\r\n");
    return buf_result(out);
}

static const struct dialect messages_row;
static const struct route messages_routes[] = {
    {"POST", "/v1/messages", API_MESSAGES, &messages_row},
    {"POST", "/v1/messages/count_tokens", API_COUNT_TOKENS, &messages_row},
    {"GET", "/v1/models", API_MODELS, &messages_row},
    {NULL, NULL, API_NONE, NULL},
};
static const struct dialect messages_row = {
    .name = "anthropic",
    .routes = messages_routes,
    .content_type_stream = "text/event-stream; charset=utf-8",
    .keep_alive = "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    .forward = forward,
    .idle = idle,
    .request_rules = &request_walk,
    .answer_rules = &answer_walk,
    .read_request = read_request,
    .read_event = read_event,
    .read_answer = read_answer,
    .each_call = each_call,
    .each_echo = each_echo,
    .put_piece = put_piece,
    .put_error = put_error,
    .put_stream_error = put_stream_error,
    .put_stream_stop = put_stream_stop,
    .put_answer = put_answer,
    .put_models = put_models,
    .put_credential = put_credential,
};

const struct dialect *anthropic_row(void)
{
    return &messages_row;
}
