/* proxy/llm/rows.c - see rows.h. Owns nothing: text goes to arenas and buffers of the caller. */
#include "proxy/base/base.h"
#include "proxy/llm/rows.h"
#include "proxy/json/string.h"

static bool is_kind(const struct json_doc *doc, uint32_t value, enum json_kind kind)
{
    return value != 0 && doc->values[value].kind == kind;
}

gw_result rows_join(struct arena *arena, struct slice *a, struct slice b)
{
    if (a->len == 0 || b.len == 0) {
        *a = a->len == 0 ? b : *a;
        return gw_is(GW_OK);
    }
    char *to = arena_alloc(arena, a->len + 1 + b.len);
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    memcpy(to, a->at, a->len);
    to[a->len] = '\n';
    memcpy(to + a->len + 1, b.at, b.len);
    *a = slice_of(to, a->len + 1 + b.len);
    return gw_is(GW_OK);
}

/* The text of one part; nothing when it has none. */
static gw_result part_text(const struct json_doc *doc, uint32_t part, struct arena *arena,
                           struct slice *out)
{
    uint32_t text = json_member(doc, part, "text");
    if (is_kind(doc, text, JSON_STRING))
        return string_decode(doc, text, arena, out, NULL);
    return gw_is(GW_OK);
}

/* Two passes: sizes, then bytes; joining one by one would cost the square of the number of parts.
 */
static gw_result parts_text(const struct json_doc *doc, uint32_t content, struct arena *arena,
                            struct slice *out)
{
    size_t room = 0, len = 0;
    char *to = NULL;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t v = json_child(doc, content); v != 0; v = json_sibling(doc, v)) {
            struct slice text = {NULL, 0};
            TRY(part_text(doc, v, arena, &text));
            if (text.len == 0)
                continue;
            room += pass == 0 ? text.len + 1 : 0;
            if (pass == 1 && len > 0)
                to[len++] = '\n';
            if (pass == 1)
                memcpy(to + len, text.at, text.len);
            len += pass == 1 ? text.len : 0;
        }
        if (pass == 0 && (to = arena_alloc(arena, room + 1)) == NULL)
            return gw_is(GW_NO_MEMORY);
    }
    *out = slice_of(to, len);
    return gw_is(GW_OK);
}

gw_result rows_text(const struct json_doc *doc, uint32_t content, struct arena *arena,
                    struct slice *out)
{
    *out = (struct slice){NULL, 0};
    if (is_kind(doc, content, JSON_STRING))
        return string_decode(doc, content, arena, out, NULL);
    if (is_kind(doc, content, JSON_ARRAY))
        return parts_text(doc, content, arena, out);
    return gw_is(GW_OK);
}

gw_result rows_word(const struct json_doc *doc, uint32_t object, const char *name,
                    struct arena *arena, struct slice *out)
{
    uint32_t v = json_member(doc, object, name);
    if (out->len > 0 || !is_kind(doc, v, JSON_STRING))
        return gw_is(GW_OK);
    return string_decode(doc, v, arena, out, NULL);
}

uint32_t rows_last_text(const struct json_doc *doc, uint32_t content)
{
    uint32_t last = 0;
    if (is_kind(doc, content, JSON_STRING))
        return content;
    if (!is_kind(doc, content, JSON_ARRAY))
        return 0;
    for (uint32_t v = json_child(doc, content); v != 0; v = json_sibling(doc, v)) {
        uint32_t text = json_member(doc, v, "text");
        last = is_kind(doc, text, JSON_STRING) ? text : last;
    }
    return last;
}

static gw_result read_message(const struct json_doc *doc, uint32_t message, struct arena *arena,
                              const char *roles, struct llm_request *out)
{
    uint32_t role = json_member(doc, message, "role"),
             content = json_member(doc, message, "content");
    struct slice word = {NULL, 0}, text;
    if (!is_kind(doc, role, JSON_STRING)) {
        out->complaint = "every message must be an object with a role";
        return gw_is(GW_OK);
    }
    TRY(string_decode(doc, role, arena, &word, NULL));
    if (!walk_has_shape(word, SHAPE_WORD, roles)) {
        out->complaint = "a message has a role that this API does not know";
        return gw_is(GW_OK);
    }
    bool is_user = slice_is(word, SLICE_LIT("user"));
    bool is_system = slice_is(word, SLICE_LIT("system")) || slice_is(word, SLICE_LIT("developer"));
    if ((!is_user || out->first_user.len > 0) && !is_system)
        return gw_is(GW_OK);
    TRY(rows_text(doc, content, arena, &text));
    if (is_system && rows_last_text(doc, content) != 0)
        out->system_value = rows_last_text(doc, content);
    return rows_join(arena, is_system ? &out->system : &out->first_user, text);
}

static size_t count_of(const struct json_doc *doc, const char *name)
{
    uint32_t list = json_member(doc, 0, name);
    size_t n = 0;
    if (is_kind(doc, list, JSON_ARRAY))
        for (uint32_t v = json_child(doc, list); v != 0; v = json_sibling(doc, v))
            n++;
    return n;
}

static gw_result read_messages(const struct json_doc *doc, struct arena *arena, const char *roles,
                               struct llm_request *out)
{
    uint32_t list = json_member(doc, 0, "messages");
    out->messages = count_of(doc, "messages");
    out->tools = count_of(doc, "tools") + count_of(doc, "functions");
    if (out->messages == 0)
        out->complaint = "messages must be an array that is not empty";
    if (out->complaint != NULL)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(doc, list); v != 0 && out->complaint == NULL;
         v = json_sibling(doc, v))
        TRY(read_message(doc, v, arena, roles, out));
    return gw_is(GW_OK);
}

/* One look at each member: few requests have any of these. */
static void read_numbers(const struct json_doc *doc, struct llm_request *out)
{
    for (uint32_t v = json_child(doc, 0); v != 0; v = json_sibling(doc, v)) {
        if (doc->values[v].kind != JSON_NUMBER)
            continue;
        struct slice key = json_inner(doc, doc->values[v].key);
        if (slice_is(key, SLICE_LIT("max_tokens")) ||
            slice_is(key, SLICE_LIT("max_completion_tokens")))
            out->max_tokens = v;
        else if (slice_is(key, SLICE_LIT("seed")))
            out->seed = v;
        else if (slice_is(key, SLICE_LIT("temperature")))
            out->temperature = v;
    }
}

gw_result rows_read_request(const struct json_doc *doc, struct arena *arena, const char *roles,
                            struct llm_request *out)
{
    *out = (struct llm_request){0};
    if (doc->values[0].kind != JSON_OBJECT) {
        out->complaint = "the body must be a JSON object";
        return gw_is(GW_OK);
    }
    if (doc->has_duplicate_key)
        out->complaint = "a key stands twice in one object";
    out->model_value = json_member(doc, 0, "model");
    if (is_kind(doc, out->model_value, JSON_STRING))
        TRY(string_decode(doc, out->model_value, arena, &out->model, NULL));
    if (!walk_has_shape(out->model, SHAPE_MODEL, NULL))
        out->complaint = "model must be the name of a model";
    uint32_t stream = json_member(doc, 0, "stream");
    out->is_stream = is_kind(doc, stream, JSON_TRUE);
    if (stream != 0 && !out->is_stream && !is_kind(doc, stream, JSON_FALSE) &&
        !is_kind(doc, stream, JSON_NULL))
        out->complaint = "stream must be true or false";
    read_numbers(doc, out);
    return read_messages(doc, arena, roles, out);
}

uint64_t rows_number(const struct json_doc *doc, uint32_t object, const char *name,
                     uint64_t otherwise)
{
    uint64_t n = otherwise;
    uint32_t v = json_member(doc, object, name);
    if (is_kind(doc, v, JSON_NUMBER) && !gw_ok(slice_u64(json_raw(doc, v), &n)))
        return otherwise;
    return n;
}

uint64_t rows_index(const struct json_doc *doc, uint32_t object, const char *name,
                    uint64_t otherwise)
{
    uint32_t v = json_member(doc, object, name);
    return v == 0 || is_kind(doc, v, JSON_NULL) ? otherwise
                                                : rows_number(doc, object, name, UINT64_MAX);
}

void rows_keep_raw(const struct json_doc *doc, uint32_t object, const char *name, char *out,
                   size_t size)
{
    uint32_t v = json_member(doc, object, name);
    if (!is_kind(doc, v, JSON_STRING) && !is_kind(doc, v, JSON_NUMBER))
        return;
    struct slice raw = json_raw(doc, v);
    if (raw.len >= size)
        return;
    memcpy(out, raw.at, raw.len);
    out[raw.len] = '\0';
}

void rows_keep_word(const struct json_doc *doc, uint32_t object, const char *name,
                    const char *words, char *out, size_t size)
{
    uint32_t v = json_member(doc, object, name);
    if (!is_kind(doc, v, JSON_STRING))
        return;
    struct slice word = json_inner(doc, v);
    if (word.len >= size || !walk_has_shape(word, SHAPE_WORD, words))
        return;
    memcpy(out, word.at, word.len);
    out[word.len] = '\0';
}

void rows_piece(struct llm_event *e, const struct json_doc *doc, uint32_t value, struct llm_piece p)
{
    if (!is_kind(doc, value, JSON_STRING) || json_inner(doc, value).len == 0)
        return;
    if (e->count == EVENT_PIECES) {
        e->too_many = true;
        return;
    }
    p.value = value;
    e->pieces[e->count++] = p;
}

void rows_end(struct llm_event *e, uint32_t key)
{
    if (e->end_count == EVENT_ENDS)
        e->ends_all = true;
    else
        e->ends[e->end_count++] = key;
}

void rows_event(struct llm_event *e)
{
    e->count = e->end_count = e->call_count = e->echo_count = 0;
    e->ends_all = e->is_last = e->is_error = e->too_many = false;
}

void rows_call(struct llm_event *e, uint32_t key, uint32_t name, uint32_t input)
{
    if (e->call_count == EVENT_CALLS)
        e->too_many = true;
    else
        e->calls[e->call_count++] = (struct llm_call){key, name, input};
}

void rows_echo(struct llm_event *e, const struct json_doc *doc, uint32_t value)
{
    if (value == 0 || is_kind(doc, value, JSON_NULL))
        return;
    if (e->echo_count == EVENT_ECHOES)
        e->too_many = true;
    else
        e->echoes[e->echo_count++] = value;
}

static bool is_taken(const struct llm_event *e, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        if (e->pieces[i].value == value)
            return true;
    return false;
}

static bool is_echo(const struct llm_event *e, uint32_t value)
{
    for (size_t i = 0; i < e->echo_count; i++)
        if (e->echoes[i] == value)
            return true;
    return false;
}

static bool is_free(const struct json_doc *doc, uint32_t value, const char *const *names)
{
    uint32_t key = doc->values[value].key;
    for (; key != 0 && *names != NULL; names++)
        if (json_is_text(doc, key, *names))
            return true;
    return false;
}

void rows_rest(struct llm_event *e, const struct json_doc *doc, const struct walk_rules *rules)
{
    size_t known = e->count;
    uint32_t free_end = 0, next = 1;
    for (uint32_t i = 1; i < doc->count; i = next) {
        const struct json_value *v = &doc->values[i];
        bool is_box = v->kind == JSON_OBJECT || v->kind == JSON_ARRAY;
        next = is_echo(e, i) ? v->next : i + 1;
        if (is_box && i >= free_end && is_free(doc, i, rules->free_under))
            free_end = v->next;
        if (v->kind == JSON_STRING && !v->is_key && next == i + 1 && !is_taken(e, known, i) &&
            walk_is_text(rules, doc, i, i < free_end))
            rows_piece(e, doc, i, (struct llm_piece){.key = 0});
    }
}

static void put_escaped(struct buf *out, struct slice text)
{
    if (!out->failed && !gw_ok(string_escape(out, text, 1)))
        out->failed = true;
}

void rows_put_text(struct buf *out, struct slice text)
{
    buf_put_str(out, "\"");
    put_escaped(out, text);
    buf_put_str(out, "\"");
}

void rows_put_raw(struct buf *out, const char *raw, const char *otherwise)
{
    buf_put_str(out, raw[0] != '\0' ? raw : otherwise);
}

void rows_put_message(struct buf *out, const struct llm_refusal *r)
{
    buf_put_str(out, "\"");
    put_escaped(out, r->message);
    if (r->exchange.len > 0) {
        buf_put_str(out, " (exchange ");
        put_escaped(out, r->exchange);
        buf_put_str(out, ")");
    }
    buf_put_str(out, "\"");
}
