/* audit/facet.c - see facet.h. */
#include "proxy/base/base.h"
#include "audit/facet.h"
#include "audit/jcs.h"

#include <time.h>

/* clang-format off */
static const struct {
    const char *name, *group, *key; /* group NULL: the leaf */
    const char *list;               /* the key stands in each object of this list of the group */
} facets[FACET_COUNT] = {
    [FACET_TYPE]         = {"type",         NULL,   "type",         NULL},
    [FACET_DECISION]     = {"decision",     NULL,   "dec",          NULL},
    [FACET_OUTCOME]      = {"outcome",      NULL,   "out",          NULL},
    [FACET_STATUS]       = {"status",       "use",  "status",       NULL},
    [FACET_WHY]          = {"why",          "err",  "why",          NULL},
    [FACET_CLASS]        = {"class",        NULL,   "cls",          NULL},
    [FACET_RULE]         = {"rule",         NULL,   "rules",        NULL},
    [FACET_ENTITY]       = {"entity",       "find", "ent",          "items"},
    [FACET_APP]          = {"app",          "who",  "app",          NULL},
    [FACET_TENANT]       = {"tenant",       "who",  "tenant",       NULL},
    [FACET_PERSON]       = {"person",       "who",  "sub_tok",      NULL},
    [FACET_SESSION]      = {"session",      "who",  "session",      NULL},
    [FACET_CONVERSATION] = {"conversation", "who",  "conversation", NULL},
    [FACET_AGENT]        = {"agent",        "who",  "agent",        NULL},
    [FACET_MODEL]        = {"model",        "what", "model_req",    NULL},
    [FACET_UPSTREAM]     = {"upstream",     "what", "upstream",     NULL},
    [FACET_DIALECT]      = {"dialect",      "what", "dialect",      NULL},
    [FACET_OP]           = {"op",           "what", "op",           NULL},
    [FACET_SOURCE]       = {"source",       "net",  "src",          NULL},
    [FACET_CASE]         = {"case",         "what", "case",         NULL},
    [FACET_TAG]          = {"tag",          "find", "tags",         NULL},
    [FACET_FOUND]        = {"value",        "find", "tok",          "items"},
    [FACET_KEY]          = {"key",          "who",  "key",          NULL},
    [FACET_INSTANCE]     = {"instance",     "who",  "agent_instance", NULL},
    [FACET_ROUTE]        = {"route",        "what", "route",        NULL},
    [FACET_TOOL]         = {"tool",         "what", "tools",        NULL},
};
/* clang-format on */

struct reading {
    gw_result (*each)(void *owner, enum facet_id facet, struct slice value);
    void *owner;
};

const char *facet_name(enum facet_id facet)
{
    return facet < FACET_COUNT ? facets[facet].name : "none";
}

enum facet_id facet_named(const char *name)
{
    enum facet_id i = FACET_TYPE;
    while (i < FACET_COUNT && strcmp(facets[i].name, name) != 0)
        i++;
    return i;
}

bool facet_is_inherited(enum facet_id facet)
{
    return facet > FACET_WHY;
}

/* A text without escapes, or a number; other values are nobody's word. */
static gw_result tell(const struct reading *r, enum facet_id facet, struct slice raw)
{
    if (raw.len >= 2 && raw.at[0] == '"')
        raw = slice_cut(raw, 1, raw.len - 1);
    else if (raw.len == 0 || raw.at[0] < '0' || raw.at[0] > '9')
        return gw_is(GW_OK);
    if (raw.len == 0 || raw.len > FACET_VALUE || slice_find_byte(raw, '\\') != SIZE_MAX)
        return gw_is(GW_OK);
    return r->each(r->owner, facet, raw);
}

static gw_result tell_list(const struct reading *r, enum facet_id facet, struct slice list,
                           const char *key)
{
    struct slice item, value;
    while (gw_ok(jcs_item(&list, &item))) {
        if (key == NULL)
            TRY(tell(r, facet, item));
        else if (gw_ok(jcs_find(item, key, &value)))
            TRY(tell(r, facet, value));
    }
    return gw_is(GW_OK);
}

static gw_result tell_facet(const struct reading *r, enum facet_id facet, struct slice object)
{
    struct slice value;
    const char *list = facets[facet].list, *key = facets[facet].key;
    if (!gw_ok(jcs_find(object, list != NULL ? list : key, &value)))
        return gw_is(GW_OK);
    if (list != NULL || (value.len > 0 && value.at[0] == '['))
        return tell_list(r, facet, value, list != NULL ? key : NULL);
    return tell(r, facet, value);
}

static gw_result tell_all(const struct reading *r, struct slice group, struct slice object)
{
    for (enum facet_id i = FACET_TYPE; i < FACET_COUNT; i++)
        if (slice_is(slice_str(facets[i].group), group))
            TRY(tell_facet(r, i, object));
    return gw_is(GW_OK);
}

gw_result facet_each(const struct segment_frame *frame,
                     gw_result (*each)(void *owner, enum facet_id facet, struct slice value),
                     void *owner)
{
    const struct reading r = {each, owner};
    struct slice rest = frame->groups;
    struct segment_group g;
    TRY(tell_all(&r, slice_str(NULL), frame->leaf));
    while (gw_ok(segment_group_next(&rest, &g)))
        TRY(tell_all(&r, g.name, g.text));
    return gw_is(GW_OK);
}

struct facet_sums facet_sums(const struct segment_frame *frame)
{
    struct facet_sums sums = {0};
    struct slice rest = frame->groups;
    struct segment_group g;
    const struct {
        const char *key;
        uint64_t *to;
    } keys[] = {{"in", &sums.tokens_in},
                {"out", &sums.tokens_out},
                {"bytes_in", &sums.bytes_in},
                {"bytes_out", &sums.bytes_out},
                {"total_ms", &sums.ms}};
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!slice_is(g.name, SLICE_LIT("use")))
            continue;
        for (size_t i = 0; i < GW_COUNT(keys); i++)
            if (!gw_ok(jcs_u64(g.text, keys[i].key, keys[i].to)))
                *keys[i].to = 0;
    }
    return sums;
}

int64_t facet_time_us(struct slice rfc3339)
{
    char text[32];
    int us = 0, used = 0;
    struct tm tm = {0};
    if (rfc3339.len < 19 || rfc3339.len >= sizeof text)
        return 0;
    memcpy(text, rfc3339.at, rfc3339.len);
    text[rfc3339.len] = '\0';
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &used) != 6 ||
        used != 19)
        return 0;
    const char *rest = text + used;
    if (*rest == '.') {
        int scale = 100000;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
            us += (*rest - '0') * scale;
    }
    if (strcmp(rest, "Z") != 0)
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000000 + us;
}
