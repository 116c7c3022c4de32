/* proxy/llm/dialect.c - see dialect.h. The list of rows: a new dialect is one line here. */
#include "proxy/base/base.h"
#include "proxy/llm/dialect.h"
#include "proxy/llm/rows.h"

/* clang-format off */
static const struct dialect *(*const rows[])(void) = {
    openai_row,
    anthropic_row,
    demo_row,
};
static const char *const api_words[API_KINDS] = {
    [API_NONE]         = "none",
    [API_CHAT]         = "chat",
    [API_MESSAGES]     = "messages",
    [API_COUNT_TOKENS] = "count_tokens",
    [API_MODELS]       = "models",
};
/* clang-format on */

static const struct route *route_in(const struct dialect *d, const struct head *head,
                                    bool *method_differs)
{
    for (const struct route *r = d->routes; r->path != NULL; r++) {
        if (!slice_is(head->path, slice_str(r->path)))
            continue;
        if (slice_is(head->method, slice_str(r->method)))
            return r;
        *method_differs = true;
    }
    return NULL;
}

const struct route *dialect_route(const struct head *head, bool *method_differs)
{
    const struct route *found = NULL;
    bool wants_anthropic = head_field_count(head, "anthropic-version") > 0;
    *method_differs = false;
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        const struct dialect *d = rows[i]();
        const struct route *r = route_in(d, head, method_differs);
        if (r != NULL && (found == NULL || (wants_anthropic && d == anthropic_row())))
            found = r;
    }
    if (found != NULL)
        *method_differs = false;
    return found;
}

const char *api_word(enum api api)
{
    return (unsigned)api < API_KINDS ? api_words[api] : api_words[API_NONE];
}

enum api api_from(struct slice word)
{
    for (unsigned i = API_NONE + 1; i < API_KINDS; i++)
        if (slice_is(word, slice_str(api_words[i])))
            return (enum api)i;
    return API_NONE;
}

const struct dialect *dialect_from(struct slice name)
{
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        if (slice_is(name, slice_str(rows[i]()->name)))
            return rows[i]();
    return NULL;
}

const struct dialect *dialect_at(size_t i)
{
    return i < GW_COUNT(rows) ? rows[i]() : NULL;
}

const struct dialect *dialect_fallback(void)
{
    return openai_row();
}

/* Where a tool says its name: in itself, or in what it is. */
static uint32_t tool_name(const struct json_doc *doc, uint32_t tool)
{
    static const char *const within[] = {"function", "custom"};
    uint32_t name = json_member(doc, tool, "name");
    for (size_t i = 0; name == 0 && i < GW_COUNT(within); i++) {
        uint32_t object = json_member(doc, tool, within[i]);
        name = object == 0 ? 0 : json_member(doc, object, "name");
    }
    return name != 0 && doc->values[name].kind == JSON_STRING ? name : 0;
}

size_t dialect_tools(const struct json_doc *doc, uint32_t *names, size_t most)
{
    static const char *const lists[] = {"tools", "functions"};
    size_t n = 0;
    for (size_t i = 0; i < GW_COUNT(lists); i++) {
        uint32_t list = json_member(doc, 0, lists[i]);
        if (list == 0 || doc->values[list].kind != JSON_ARRAY)
            continue;
        for (uint32_t v = json_child(doc, list); v != 0 && n < most; v = json_sibling(doc, v)) {
            uint32_t name = tool_name(doc, v);
            if (name != 0)
                names[n++] = name;
        }
    }
    return n;
}

bool dialect_ends_key(const struct llm_event *e, uint32_t key)
{
    if (e->ends_all)
        return true;
    for (size_t i = 0; i < e->end_count; i++)
        if (e->ends[i] == key)
            return true;
    return false;
}
