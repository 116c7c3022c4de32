/* proxy/json/schema.c - see schema.h. Each keyword is a row. */
#include "proxy/base/base.h"
#include "proxy/json/schema.h"
#include "proxy/json/string.h"

struct check {
    const struct json_doc *schema, *doc;
    struct arena *arena;
    size_t steps;
    unsigned depth;
};

static gw_result hold(struct check *c, uint32_t at, uint32_t value);

static enum json_kind kind_of(const struct json_doc *doc, uint32_t value)
{
    return (enum json_kind)doc->values[value].kind;
}

/* "1.0" is an integer too, "1.5" and "1e-2" are none. */
static bool is_integer(struct slice raw)
{
    size_t dot = slice_find_byte(raw, '.');
    if (slice_find_byte(raw, 'e') != SIZE_MAX || slice_find_byte(raw, 'E') != SIZE_MAX)
        return slice_find_byte(raw, '-') == SIZE_MAX; /* large: it cannot be told without a loss */
    for (size_t i = dot; dot != SIZE_MAX && ++i < raw.len;)
        if (raw.at[i] != '0')
            return false;
    return true;
}

static bool is_type(const struct check *c, uint32_t word, uint32_t value)
{
    static const struct {
        const char *name;
        enum json_kind kind;
    } types[] = {{"string", JSON_STRING}, {"number", JSON_NUMBER}, {"integer", JSON_NUMBER},
                 {"array", JSON_ARRAY},   {"object", JSON_OBJECT}, {"null", JSON_NULL},
                 {"boolean", JSON_TRUE},  {"boolean", JSON_FALSE}};
    bool is_known = false;
    for (size_t i = 0; i < GW_COUNT(types); i++) {
        if (!json_is_text(c->schema, word, types[i].name))
            continue;
        is_known = true;
        if (kind_of(c->doc, value) == types[i].kind &&
            (strcmp(types[i].name, "integer") != 0 || is_integer(json_raw(c->doc, value))))
            return true;
    }
    return !is_known;
}

static gw_result hold_type(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    uint32_t nullable = json_member(c->schema, schema, "nullable");
    if (kind_of(c->doc, value) == JSON_NULL && nullable != 0 &&
        kind_of(c->schema, nullable) == JSON_TRUE)
        return gw_is(GW_OK);
    if (kind_of(c->schema, at) == JSON_STRING)
        return gw_is(is_type(c, at, value) ? GW_OK : GW_BAD);
    if (kind_of(c->schema, at) != JSON_ARRAY)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(c->schema, at); v != 0; v = json_sibling(c->schema, v))
        if (kind_of(c->schema, v) != JSON_STRING || is_type(c, v, value))
            return gw_is(GW_OK);
    return gw_is(GW_BAD);
}

static bool is_same_number(struct slice a, struct slice b)
{
    char x[64], y[64];
    if (slice_is(a, b))
        return true;
    if (a.len >= sizeof x || b.len >= sizeof y)
        return false;
    snprintf(x, sizeof x, "%.*s", (int)a.len, a.at);
    snprintf(y, sizeof y, "%.*s", (int)b.len, b.at);
    double first = strtod(x, NULL), second = strtod(y, NULL);
    return first <= second && first >= second;
}

/* Lists and maps are the same when they are written alike. */
static gw_result is_equal(const struct check *c, uint32_t at, uint32_t value, bool *same)
{
    struct slice text;
    *same = kind_of(c->schema, at) == kind_of(c->doc, value);
    if (!*same)
        return gw_is(GW_OK);
    switch (kind_of(c->doc, value)) {
    case JSON_STRING:
        TRY(string_decode(c->doc, value, c->arena, &text, NULL));
        *same = json_is(c->schema, at, text);
        break;
    case JSON_NUMBER:
        *same = is_same_number(json_raw(c->schema, at), json_raw(c->doc, value));
        break;
    default:
        *same = slice_is(json_raw(c->schema, at), json_raw(c->doc, value));
        break;
    }
    return gw_is(GW_OK);
}

static gw_result hold_enum(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    bool same = false;
    (void)schema;
    if (kind_of(c->schema, at) != JSON_ARRAY)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(c->schema, at); v != 0 && !same; v = json_sibling(c->schema, v)) {
        c->steps++;
        TRY(is_equal(c, v, value, &same));
    }
    return gw_is(same ? GW_OK : GW_BAD);
}

static gw_result hold_const(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    bool same;
    (void)schema;
    TRY(is_equal(c, at, value, &same));
    return gw_is(same ? GW_OK : GW_BAD);
}

static gw_result hold_required(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    struct slice name;
    (void)schema;
    if (kind_of(c->doc, value) != JSON_OBJECT || kind_of(c->schema, at) != JSON_ARRAY)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(c->schema, at); v != 0; v = json_sibling(c->schema, v)) {
        if (kind_of(c->schema, v) != JSON_STRING)
            continue;
        c->steps++;
        TRY(string_decode(c->schema, v, c->arena, &name, NULL));
        if (json_find(c->doc, value, name) == 0)
            return gw_is(GW_BAD);
    }
    return gw_is(GW_OK);
}

/* Each member by the schema of its name; those that have none by additionalProperties. */
static gw_result hold_members(struct check *c, uint32_t schema, uint32_t value)
{
    uint32_t properties = json_member(c->schema, schema, "properties");
    uint32_t others = json_member(c->schema, schema, "additionalProperties");
    if (json_member(c->schema, schema, "patternProperties") != 0)
        others = 0;
    for (uint32_t v = json_child(c->doc, value); v != 0; v = json_sibling(c->doc, v)) {
        struct slice name;
        uint32_t of = 0;
        TRY(string_decode(c->doc, c->doc->values[v].key, c->arena, &name, NULL));
        if (properties != 0 && kind_of(c->schema, properties) == JSON_OBJECT)
            of = json_find(c->schema, properties, name);
        c->steps += 8;
        of = of != 0 ? of : others;
        if (of != 0)
            TRY(hold(c, of, v));
    }
    return gw_is(GW_OK);
}

static gw_result hold_properties(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    (void)at;
    return kind_of(c->doc, value) == JSON_OBJECT ? hold_members(c, schema, value) : gw_is(GW_OK);
}

/* Where both stand, the members were looked at under `properties`. */
static gw_result hold_others(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    if (json_member(c->schema, schema, "properties") != 0)
        return gw_is(GW_OK);
    return hold_properties(c, at, schema, value);
}

static gw_result hold_items(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    (void)schema;
    if (kind_of(c->doc, value) != JSON_ARRAY || kind_of(c->schema, at) == JSON_ARRAY)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(c->doc, value); v != 0; v = json_sibling(c->doc, v))
        TRY(hold(c, at, v));
    return gw_is(GW_OK);
}

static gw_result hold_any(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    gw_result r = gw_is(GW_OK);
    (void)schema;
    if (kind_of(c->schema, at) != JSON_ARRAY)
        return r;
    for (uint32_t v = json_child(c->schema, at); v != 0; v = json_sibling(c->schema, v)) {
        r = hold(c, v, value);
        if (r.code != GW_BAD)
            return r;
    }
    return r;
}

static gw_result hold_all(struct check *c, uint32_t at, uint32_t schema, uint32_t value)
{
    (void)schema;
    if (kind_of(c->schema, at) != JSON_ARRAY)
        return gw_is(GW_OK);
    for (uint32_t v = json_child(c->schema, at); v != 0; v = json_sibling(c->schema, v))
        TRY(hold(c, v, value));
    return gw_is(GW_OK);
}

/* clang-format off */
static const struct {
    const char *keyword;
    gw_result (*hold)(struct check *c, uint32_t at, uint32_t schema, uint32_t value);
} rows[] = {
    {"type",                 hold_type},
    {"enum",                 hold_enum},
    {"const",                hold_const},
    {"required",             hold_required},
    {"properties",           hold_properties},
    {"additionalProperties", hold_others},
    {"items",                hold_items},
    {"anyOf",                hold_any},
    {"oneOf",                hold_any}, /* more than one is not looked for */
    {"allOf",                hold_all},
};
/* clang-format on */

static gw_result hold(struct check *c, uint32_t at, uint32_t value)
{
    if (kind_of(c->schema, at) == JSON_FALSE || (c->steps += 4) > SCHEMA_STEPS)
        return gw_is(GW_BAD);
    if (kind_of(c->schema, at) != JSON_OBJECT || c->depth == SCHEMA_DEPTH)
        return gw_is(GW_OK);
    gw_result r = gw_is(GW_OK);
    c->depth++;
    for (size_t i = 0; i < GW_COUNT(rows) && gw_ok(r); i++) {
        uint32_t row = json_member(c->schema, at, rows[i].keyword);
        if (row != 0)
            r = rows[i].hold(c, row, at, value);
    }
    c->depth--;
    return r;
}

gw_result schema_holds(const struct json_doc *schema, uint32_t at, const struct json_doc *doc,
                       uint32_t value, struct arena *arena)
{
    struct check c = {.schema = schema, .doc = doc, .arena = arena};
    return hold(&c, at, value);
}
