/* proxy/gate/calls.c - the tool calls of an answer: may the model call these, and did the request
 * offer them so?
 *
 * By name before a call's first byte. By the request's own tools and their schemas when a call is
 * complete: until then its events are held (stream.c). Refuses to know what a tool does. */
#include "proxy/base/base.h"
#include "proxy/gate/calls.h"
#include "proxy/gate/ruling.h"
#include "proxy/gate/state.h"
#include "proxy/json/schema.h"
#include "proxy/json/string.h"

bool calls_are_checked(const struct exchange *x)
{
    return (policy_answers(x->gate->policy)->kinds & (1u << WATCH_TOOL | 1u << WATCH_ARGUMENTS)) !=
           0;
}

gw_result calls_keep(struct exchange *x, struct arena *arena)
{
    static const char *const lists[] = {"tools", "functions"};
    if (!calls_are_checked(x) || x->doc.values == NULL)
        return gw_is(GW_OK);
    x->offered.has_others = json_member(&x->doc, 0, "mcp_servers") != 0;
    for (size_t i = 0; i < GW_COUNT(lists); i++) {
        uint32_t list = json_member(&x->doc, 0, lists[i]);
        if (list == 0 || x->doc.values[list].kind != JSON_ARRAY)
            continue;
        x->offered.lists[i] = arena_copy(arena, json_raw(&x->doc, list));
        if (x->offered.lists[i].at == NULL)
            return gw_is(GW_NO_MEMORY);
    }
    return gw_is(GW_OK);
}

/* One tool as an API writes it: {function: {name, parameters}}, {name, input_schema}, ... */
static uint32_t name_of(const struct json_doc *doc, uint32_t tool, uint32_t *schema)
{
    static const char *const inner[] = {"function", "custom"};
    static const char *const schemas[] = {"parameters", "input_schema"};
    *schema = 0;
    for (size_t i = 0; i < GW_COUNT(inner); i++) {
        uint32_t v = json_member(doc, tool, inner[i]);
        tool = v != 0 && doc->values[v].kind == JSON_OBJECT ? v : tool;
    }
    for (size_t i = 0; i < GW_COUNT(schemas) && *schema == 0; i++)
        *schema = json_member(doc, tool, schemas[i]);
    return json_member(doc, tool, "name");
}

/* The tool of that name in one list. *knows_all: each of the list has a name. */
static bool find_tool(const struct json_doc *doc, struct slice name, uint32_t *schema,
                      bool *knows_all)
{
    for (uint32_t v = json_child(doc, 0); v != 0; v = json_sibling(doc, v)) {
        uint32_t at = name_of(doc, v, schema);
        if (at == 0)
            *knows_all = false;
        else if (doc->values[at].kind == JSON_STRING && json_is(doc, at, name))
            return true;
    }
    return false;
}

static gw_result read_text(struct exchange *x, struct slice text, struct json_doc *doc)
{
    struct json_fault fault;
    return json_scan(text, json_limits_default(), x->scratch, doc, &fault);
}

/* The arguments of one call; given as JSON in `doc` at `value`, or (doc NULL) as text. */
struct arguments {
    const struct json_doc *doc;
    uint32_t value;
    struct slice text;
};

static gw_result hold_arguments(struct exchange *x, const struct json_doc *tools, uint32_t schema,
                                const struct arguments *a)
{
    struct json_doc doc;
    if (schema == 0 || tools->values[schema].kind != JSON_OBJECT)
        return gw_is(GW_OK);
    if (a->doc != NULL)
        return schema_holds(tools, schema, a->doc, a->value, x->scratch);
    gw_result r = read_text(x, a->text.len == 0 ? SLICE_LIT("{}") : a->text, &doc);
    if (!gw_ok(r))
        return r.code == GW_NO_MEMORY ? r : gw_is(GW_BAD);
    return doc.has_duplicate_key ? gw_is(GW_BAD) : schema_holds(tools, schema, &doc, 0, x->scratch);
}

/* GW_REFUSED: a rule stops the answer. */
static gw_result tell(struct exchange *x, enum watch_kind kind)
{
    const struct finding f = {
        .score = 1000, .entity = slice_str(watch_word(kind)), .name = slice_str(watch_word(kind))};
    bool stop = false;
    (void)ruling_on_finding(x, &f, (struct slice){NULL, 0}, &stop);
    return gw_is(stop ? GW_REFUSED : GW_OK);
}

static gw_result judge(struct exchange *x, struct slice name, const struct arguments *a)
{
    bool knows_all = !x->offered.has_others;
    for (size_t i = 0; i < GW_COUNT(x->offered.lists); i++) {
        struct json_doc tools;
        uint32_t schema;
        if (x->offered.lists[i].len == 0)
            continue;
        TRY(read_text(x, x->offered.lists[i], &tools));
        if (!find_tool(&tools, name, &schema, &knows_all))
            continue;
        gw_result r = hold_arguments(x, &tools, schema, a);
        return r.code == GW_BAD ? tell(x, WATCH_ARGUMENTS) : r;
    }
    return knows_all ? tell(x, WATCH_TOOL) : gw_is(GW_OK);
}

/* --- whole answers ---------------------------------------------------------------------------- */

gw_result calls_whole(struct exchange *x, const struct json_doc *doc, const struct llm_call *call)
{
    struct slice name = {NULL, 0};
    struct arguments a = {.doc = NULL};
    if (call->name != 0 && doc->values[call->name].kind == JSON_STRING)
        TRY(string_decode(doc, call->name, x->scratch, &name, NULL));
    if (policy_has_tool_rules(x->gate->policy) && ruling_on_call(x, name))
        return gw_is(GW_REFUSED);
    if (!calls_are_checked(x))
        return gw_is(GW_OK);
    if (call->input != 0 && doc->values[call->input].kind == JSON_STRING)
        TRY(string_decode(doc, call->input, x->scratch, &a.text, NULL));
    else if (call->input != 0)
        a = (struct arguments){.doc = doc, .value = call->input};
    return judge(x, name, &a);
}

/* --- streams ---------------------------------------------------------------------------------- */

/* The call of that key; a new one when it is not known yet; NULL when there are too many. */
static struct xchg_call *call_of(struct exchange *x, uint32_t key, bool *is_new)
{
    *is_new = false;
    for (struct xchg_call *c = x->calls; c != NULL; c = c->next)
        if (c->key == key)
            return c;
    struct xchg_call *c = x->call_count == XCHG_CALLS ? NULL : arena_zalloc(x->arena, sizeof *c);
    if (c == NULL)
        return NULL;
    *is_new = true;
    c->key = key;
    c->next = x->calls;
    buf_init(&c->arguments, x->gate->limits.event);
    x->calls = c;
    x->call_count++;
    return c;
}

/* Clients join the pieces of a name: all that came so far is asked about, and the piece alone. */
static gw_result judge_name(struct exchange *x, const struct xchg_call *c, struct slice piece,
                            bool is_new)
{
    if (!policy_has_tool_rules(x->gate->policy) || (!is_new && piece.len == 0))
        return gw_is(GW_OK);
    bool stop = ruling_on_call(x, piece) ||
                (c->len > piece.len && ruling_on_call(x, slice_of(c->name, c->len)));
    return gw_is(stop ? GW_REFUSED : GW_OK);
}

/* c: NULL when there are too many. */
static gw_result add_name(struct xchg_call *c, const struct llm_call *call, struct slice piece)
{
    if (c == NULL || piece.len > sizeof c->name - c->len)
        return gw_is(GW_TOO_BIG);
    if (c->is_judged && (piece.len > 0 || call->input != 0))
        return gw_is(GW_BAD); /* it said that it was complete: this is another call, unjudged */
    if (piece.len > 0)
        memcpy(c->name + c->len, piece.at, piece.len);
    c->len += piece.len;
    return gw_is(GW_OK);
}

static gw_result note_call(struct exchange *x, const struct json_doc *doc,
                           const struct llm_call *call)
{
    struct slice piece = {NULL, 0};
    bool is_new;
    struct xchg_call *c = call_of(x, call->key, &is_new);
    if (call->name != 0 && doc->values[call->name].kind == JSON_STRING)
        TRY(string_decode(doc, call->name, x->scratch, &piece, NULL));
    TRY(add_name(c, call, piece));
    if (is_new && calls_are_checked(x) && !x->is_holding) {
        x->is_holding = true; /* what follows waits until the call is judged */
        x->held_before = x->before;
    }
    bool has_input = call->input != 0 && doc->values[call->input].kind == JSON_OBJECT &&
                     json_child(doc, call->input) != 0;
    if (has_input && calls_are_checked(x)) /* pieces that follow would make it no JSON: refused */
        TRY(buf_add(&c->arguments, json_raw(doc, call->input)));
    return judge_name(x, c, piece, is_new);
}

static gw_result note_piece(struct exchange *x, const struct json_doc *doc,
                            const struct llm_piece *p)
{
    struct slice text;
    for (struct xchg_call *c = x->calls; c != NULL; c = c->next) {
        if (c->key != p->key)
            continue;
        if (c->is_judged)
            return gw_is(GW_BAD); /* it said that it was complete */
        TRY(string_decode(doc, p->value, x->scratch, &text, NULL));
        return buf_add(&c->arguments, text);
    }
    return gw_is(GW_OK);
}

static gw_result judge_ended(struct exchange *x, const struct llm_event *e)
{
    bool is_open = false;
    for (struct xchg_call *c = x->calls; c != NULL; c = c->next) {
        if (c->is_judged)
            continue;
        if (!dialect_ends_key(e, c->key)) {
            is_open = true;
            continue;
        }
        const struct arguments a = {.text = buf_slice(&c->arguments)};
        c->is_judged = true;
        TRY(judge(x, slice_of(c->name, c->len), &a));
        buf_free(&c->arguments);
    }
    x->is_holding = is_open;
    return gw_is(GW_OK);
}

gw_result calls_note(struct exchange *x, const struct json_doc *doc, const struct llm_event *e)
{
    bool is_checked = calls_are_checked(x);
    if (!is_checked && !policy_has_tool_rules(x->gate->policy))
        return gw_is(GW_OK);
    for (size_t i = 0; i < e->call_count; i++)
        TRY(note_call(x, doc, &e->calls[i]));
    if (!is_checked || x->calls == NULL)
        return gw_is(GW_OK);
    for (size_t i = 0; i < e->count; i++)
        if (e->pieces[i].key != 0)
            TRY(note_piece(x, doc, &e->pieces[i]));
    return judge_ended(x, e);
}

void calls_free(struct exchange *x)
{
    for (struct xchg_call *c = x->calls; c != NULL; c = c->next)
        buf_free(&c->arguments);
    x->calls = NULL;
}
