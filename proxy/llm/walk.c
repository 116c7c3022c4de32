/* proxy/llm/walk.c - see walk.h. Recursion is bounded: by the depth that the scan allowed, and
 * WALK_NEST.
 *
 * Knows key names only through the rows it is given, but for the few that say who speaks. */
#include "proxy/base/base.h"
#include "proxy/llm/walk.h"
#include "proxy/llm/binary.h"
#include "proxy/llm/members.h"
#include "proxy/json/string.h"

enum { NUMBER_LEAST = 9 };

struct walk {
    const struct walk_rules *rules;
    struct arena *arena;
    walk_sink sink;
    void *sink_of;
    struct walk_count *count;
    uint64_t freeing; /* marks of the names in free_under: most keys are none of them */
};

/* One document: the body, or JSON that stood in a string. */
struct level {
    const struct json_doc *doc;
    const struct offmap *outer; /* doc->text -> body; NULL: it is the body */
    unsigned depth;
};

/* What is known of the place where a value stands. */
struct place {
    struct slice key;
    uint32_t code; /* of the key */
    enum leaf_role role;
    bool is_free, is_sealed;
    bool is_quoted; /* in JSON that somebody wrote into a text: whoever reads it takes any */
};

static gw_result walk_value(struct walk *w, const struct level *l, uint32_t value,
                            const struct place *p);

/* clang-format off */
static const struct {
    const char *key;
    uint32_t code;
    enum leaf_role role;
} roles_by_key[] = {
    {WALK_KEY("system"),                 LEAF_SYSTEM}, {WALK_KEY("instructions"),     LEAF_SYSTEM},
    {WALK_KEY("tools"),                  LEAF_SCHEMA}, {WALK_KEY("functions"),        LEAF_SCHEMA},
    {WALK_KEY("response_format"),        LEAF_SCHEMA}, {WALK_KEY("output_config"),    LEAF_SCHEMA},
    {WALK_KEY("metadata"),               LEAF_META},   {WALK_KEY("user"),             LEAF_META},
    {WALK_KEY("safety_identifier"),      LEAF_META},   {WALK_KEY("prompt_cache_key"), LEAF_META},
    {WALK_KEY("prediction"),             LEAF_ASSISTANT},
}, roles_by_word[] = {
    {WALK_KEY("system"),    LEAF_SYSTEM},    {WALK_KEY("developer"), LEAF_SYSTEM}, {WALK_KEY("user"),     LEAF_USER},
    {WALK_KEY("assistant"), LEAF_ASSISTANT}, {WALK_KEY("tool"),      LEAF_TOOL},   {WALK_KEY("function"), LEAF_TOOL},
};
/* clang-format on */

/* A short name; one without a letter has no more digits than a number that may be anybody's. */
static bool is_named(struct slice s, const char *more)
{
    size_t letters = 0, digits = 0;
    if (s.len == 0 || s.len > 128)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && (c == '\0' || strchr(more, c) == NULL))
            return false;
        letters += is_letter;
        digits += is_digit;
    }
    return letters > 0 || digits < NUMBER_LEAST;
}

/* A version may follow an '@' (name@20240620); a name with a dot there would be a mail address. */
static bool is_address(struct slice s)
{
    size_t at = slice_find_byte(s, '@');
    return at != SIZE_MAX && slice_find_byte(slice_from(s, at), '.') != SIZE_MAX;
}

/* Is s one of the words that blanks part? */
static bool is_word(struct slice s, const char *words)
{
    for (const char *w = words; s.len > 0 && w != NULL && *w != '\0';) {
        size_t n = 0;
        while (n < s.len && w[n] == s.at[n] && w[n] != ' ' && w[n] != '\0')
            n++;
        if (n == s.len && (w[n] == ' ' || w[n] == '\0'))
            return true;
        while (*w != ' ' && *w != '\0')
            w++;
        w += *w == ' ';
    }
    return false;
}

bool walk_has_shape(struct slice text, enum leaf_shape shape, const char *words)
{
    switch (shape) {
    case SHAPE_NONE:
        return true;
    case SHAPE_NUMBER:
        return false; /* it is a string */
    case SHAPE_WORD:
        return is_word(text, words);
    case SHAPE_ID:
        return is_named(text, "_:.-");
    case SHAPE_BASE64:
        return binary_is_base64(text);
    case SHAPE_MEDIA:
        return binary_is_url(text);
    case SHAPE_MODEL:
        return is_named(text, "_:./@+-") && !is_address(text);
    }
    return false;
}

/* Most names differ in their first letter. */
static bool is_key(struct slice key, const char *name)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.at[i] != name[i] || name[i] == '\0')
            return false;
    return name[key.len] == '\0';
}

/* A bit by the first two letters. */
static uint64_t mark_of(const char *name, size_t len)
{
    unsigned first = len > 0 ? (unsigned char)name[0] : 0;
    unsigned second = len > 1 ? (unsigned char)name[1] : 0;
    return UINT64_C(1) << ((first * 7 + second) % 64);
}

static uint64_t mark_of_word(const char *name)
{
    return mark_of(name, name[0] == '\0' ? 0 : name[1] == '\0' ? 1 : 2);
}

/* Of a key; 0 when it is empty. */
static uint32_t code_of(struct slice key)
{
    if (key.len < 2)
        return key.len == 0 ? 0 : WALK_CODE(key.at[0], '\0', 1);
    return WALK_CODE(key.at[0], key.at[1], key.len);
}

static void mark_names(struct walk *w)
{
    for (const char *const *name = w->rules->free_under; name != NULL && *name != NULL; name++)
        w->freeing |= mark_of_word(*name);
}

static bool is_free_key(const struct walk *w, struct slice key)
{
    for (const char *const *name = w->rules->free_under; name != NULL && *name != NULL; name++)
        if (is_key(key, *name))
            return true;
    return false;
}

/* A document's own text under `data` must not pass for binary. */
static bool is_text_source(const struct json_doc *doc, uint32_t value)
{
    uint32_t parent = doc->values[value].parent;
    uint32_t type = json_member(doc, parent, "type"),
             media = json_member(doc, parent, "media_type");
    if (type != 0 && json_is_text(doc, type, "text"))
        return true;
    return media != 0 && slice_has_prefix(json_inner(doc, media), SLICE_LIT("text/"));
}

/* The row by which a string is exempt whose name is that of `named`. */
static const struct walk_rule *row_of(const struct walk_rules *rules, const struct json_doc *doc,
                                      uint32_t value, uint32_t named)
{
    uint32_t key = doc->values[named].key;
    struct slice name = json_inner(doc, key);
    bool is_plain = !doc->values[key].has_escape;
    uint32_t code = code_of(name);
    for (const struct walk_rule *r = rules->rules; r->key != NULL; r++)
        if ((is_plain ? r->code == code && is_key(name, r->key) : json_is_text(doc, key, r->key)) &&
            walk_has_shape(json_inner(doc, value), r->shape, r->words) &&
            !(r->shape == SHAPE_BASE64 && is_text_source(doc, value)))
            return r;
    return NULL;
}

static bool is_sealed(const struct walk_rules *rules, const struct json_doc *doc, uint32_t value)
{
    return rules->is_sealed != NULL && rules->is_sealed(doc, doc->values[value].parent);
}

bool walk_is_text(const struct walk_rules *rules, const struct json_doc *doc, uint32_t value,
                  bool is_free)
{
    uint32_t named = value;
    if (is_sealed(rules, doc, value))
        return false;
    while (named != 0 && doc->values[named].key == 0)
        named = doc->values[named].parent;
    const struct walk_rule *r = is_free || named == 0 ? NULL : row_of(rules, doc, value, named);
    return r == NULL || r->use != LEAF_EXEMPT;
}

const struct walk_rule *walk_row_of(const struct walk_rules *rules, const struct json_doc *doc,
                                    uint32_t value)
{
    bool is_told = doc->values[value].key != 0 && !is_sealed(rules, doc, value);
    const struct walk_rule *r = is_told ? row_of(rules, doc, value, value) : NULL;
    return r != NULL && r->use == LEAF_EXEMPT && r->shape != SHAPE_BASE64 ? r : NULL;
}

static void classify(const struct walk *w, const struct level *l, const struct place *p,
                     struct walk_leaf *leaf)
{
    leaf->use = LEAF_REWRITE;
    if (p->is_sealed) {
        leaf->use = LEAF_EXEMPT;
        leaf->reason = "sealed by a signature over the whole block";
        return;
    }
    if (p->is_free && p->role != LEAF_SCHEMA)
        return;
    for (const struct walk_rule *r = w->rules->rules; r->key != NULL; r++) {
        if (r->code != p->code || !is_key(p->key, r->key) ||
            !walk_has_shape(leaf->text, r->shape, r->words))
            continue;
        if (r->use == LEAF_EXEMPT && p->is_free)
            continue;
        if (r->shape == SHAPE_BASE64 && is_text_source(l->doc, leaf->value))
            continue;
        leaf->use = r->use;
        leaf->reason = r->use == LEAF_EXEMPT ? r->reason : NULL;
        return;
    }
}

static gw_result hand_out(struct walk *w, const struct walk_leaf *leaf)
{
    w->count->leaves++;
    if (leaf->use == LEAF_EXEMPT) {
        w->count->exempt++;
        w->count->exempt_bytes += leaf->text.len;
    } else {
        w->count->scanned++;
    }
    return w->sink(w->sink_of, leaf);
}

/* The decoded text of a string; when it stands in another one, its map to the body too. */
static gw_result decode(struct walk *w, const struct level *l, struct walk_leaf *leaf)
{
    struct offmap map;
    leaf->is_unmapped = l->outer == NULL;
    TRY(string_decode(l->doc, leaf->value, w->arena, &leaf->text, NULL));
    if (leaf->is_unmapped)
        return gw_is(GW_OK);
    TRY(string_map(l->doc, leaf->value, w->arena, &map));
    offmap_init(&leaf->map, w->arena);
    return offmap_compose(&map, l->outer, &leaf->map);
}

/* A text full of ids costs half as much as prose, and shows as much: but for escapes of strings in
 * strings, which nobody undoes there. */
static bool is_read_as_prose(const struct json_doc *doc)
{
    bool has_long_number = false;
    for (uint32_t i = 0; i < doc->count && !has_long_number; i++)
        has_long_number =
            doc->values[i].kind == JSON_NUMBER && json_raw(doc, i).len >= NUMBER_LEAST;
    return has_long_number && slice_find(doc->text, SLICE_LIT("\\\\u")) == SIZE_MAX;
}

static bool is_json_key(struct slice key)
{
    return slice_is(key, SLICE_LIT("arguments")) || slice_is(key, SLICE_LIT("input")) ||
           slice_is(key, SLICE_LIT("partial_json"));
}

/* Walks inside when the leaf's text is strict JSON; *inside says whether it was. */
static gw_result walk_inside(struct walk *w, const struct level *l, struct walk_leaf *leaf,
                             const struct place *p, bool *inside)
{
    struct slice text = slice_trim(leaf->text);
    struct json_doc *doc;
    struct json_fault fault;
    *inside = false;
    if (!w->rules->nest || l->depth >= WALK_NEST || text.len < 2 ||
        (text.at[0] != '{' && text.at[0] != '['))
        return gw_is(GW_OK);
    doc = arena_alloc(w->arena, sizeof *doc);
    if (doc == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = json_scan(leaf->text, json_limits_default(), w->arena, doc, &fault);
    if (!gw_ok(r))
        return r.code == GW_NO_MEMORY ? r : gw_is(GW_OK);
    if (!p->is_free && !is_json_key(p->key) && is_read_as_prose(doc))
        return gw_is(GW_OK);
    *inside = true;
    if (leaf->is_unmapped)
        TRY(string_map(l->doc, leaf->value, w->arena, &leaf->map));
    const struct level in = {doc, &leaf->map, l->depth + 1};
    struct place free_place = *p;
    free_place.is_free = true;
    free_place.is_quoted = p->is_quoted || !is_json_key(p->key);
    return walk_value(w, &in, 0, &free_place);
}

static gw_result walk_string(struct walk *w, const struct level *l, uint32_t value,
                             const struct place *p)
{
    struct walk_leaf leaf = {
        .doc = l->doc, .value = value, .key = p->key, .role = p->role, .depth = l->depth};
    bool inside = false;
    TRY(decode(w, l, &leaf));
    classify(w, l, p, &leaf);
    if (leaf.use == LEAF_REWRITE)
        TRY(walk_inside(w, l, &leaf, p, &inside));
    if (inside)
        return gw_is(GW_OK);
    leaf.is_json = !w->rules->nest && is_json_key(p->key);
    return hand_out(w, &leaf);
}

static size_t digits_of(struct slice number)
{
    size_t from = number.len > 0 && number.at[0] == '-', n = from;
    while (n < number.len && number.at[n] >= '0' && number.at[n] <= '9')
        n++;
    return n - from;
}

/* Is a number outside of free JSON one that the API knows? Of those that it does not know fractions
 * and short ones are nobody's. */
static bool is_known_number(const struct walk *w, struct slice number, const struct place *p)
{
    if (!w->rules->nest || digits_of(number) < NUMBER_LEAST)
        return true;
    for (const struct walk_rule *r = w->rules->rules; r->key != NULL; r++)
        if (r->shape == SHAPE_NUMBER && r->code == p->code && is_key(p->key, r->key))
            return true;
    return false;
}

/* Another number may take the place of one, but where a schema compares with it. */
static enum leaf_use use_of_number(const struct walk *w, const struct place *p)
{
    bool is_anybodys = p->is_quoted || p->role != LEAF_SCHEMA;
    return w->rules->nest && is_anybodys ? LEAF_NUMBER : LEAF_INSPECT;
}

/* Tables write whole numbers with a fraction of nothing. */
static size_t end_of_whole(struct slice number)
{
    size_t whole = digits_of(number) + (number.at[0] == '-'), end = number.len;
    while (end > whole + 1 && number.at[end - 1] == '0')
        end--;
    return end == whole + 1 && number.at[whole] == '.' ? whole : number.len;
}

/* A long number may be a card or an account. */
static gw_result walk_number(struct walk *w, const struct level *l, uint32_t value,
                             const struct place *p)
{
    size_t from = l->doc->values[value].at, to = l->doc->values[value].end;
    if (to - from < NUMBER_LEAST || (!p->is_free && is_known_number(w, json_raw(l->doc, value), p)))
        return gw_is(GW_OK);
    struct walk_leaf leaf = {.doc = l->doc,
                             .value = value,
                             .key = p->key,
                             .role = p->role,
                             .depth = l->depth,
                             .use = use_of_number(w, p),
                             .text = json_raw(l->doc, value)};
    leaf.text = slice_cut(leaf.text, 0, end_of_whole(leaf.text));
    if (l->outer != NULL)
        offmap_range(l->outer, from, to, &from, &to);
    offmap_init(&leaf.map, w->arena);
    TRY(offmap_add(&leaf.map, (uint32_t)leaf.text.len, (uint32_t)from, (uint32_t)(to - from)));
    return hand_out(w, &leaf);
}

static gw_result walk_key(struct walk *w, const struct level *l, uint32_t key,
                          const struct place *p, struct place *in)
{
    struct walk_leaf leaf = {.doc = l->doc,
                             .value = key,
                             .role = p->role,
                             .depth = l->depth,
                             .use = p->is_quoted ? LEAF_REWRITE : LEAF_INSPECT,
                             .is_key = true};
    TRY(decode(w, l, &leaf));
    leaf.key = in->key = leaf.text;
    in->code = code_of(in->key);
    if (members_have(in->key)) {
        leaf.use = LEAF_EXEMPT;
        leaf.reason = "a name of the API's own";
    }
    return hand_out(w, &leaf);
}

/* Who speaks in an object: its own role word, or the kind of block that it is. */
static enum leaf_role role_of(const struct json_doc *doc, uint32_t object, enum leaf_role around)
{
    uint32_t role = json_member(doc, object, "role"), type = json_member(doc, object, "type");
    bool is_plain = doc->values[role].kind == JSON_STRING && !doc->values[role].has_escape;
    uint32_t code = is_plain ? code_of(json_inner(doc, role)) : 0;
    for (size_t i = 0; role != 0 && i < GW_COUNT(roles_by_word); i++)
        if ((!is_plain || roles_by_word[i].code == code) &&
            json_is_text(doc, role, roles_by_word[i].key))
            return roles_by_word[i].role;
    if (type != 0 && doc->values[type].kind == JSON_STRING &&
        slice_has_suffix(json_inner(doc, type), SLICE_LIT("tool_result")))
        return LEAF_TOOL;
    return around;
}

static enum leaf_role role_under(struct slice key, uint32_t code, enum leaf_role around)
{
    for (size_t i = 0; i < GW_COUNT(roles_by_key); i++)
        if (roles_by_key[i].code == code && is_key(key, roles_by_key[i].key))
            return roles_by_key[i].role;
    return around;
}

static gw_result walk_object(struct walk *w, const struct level *l, uint32_t object,
                             const struct place *around)
{
    struct place p = *around;
    if (!p.is_free) {
        p.role = role_of(l->doc, object, p.role);
        if (w->rules->is_sealed != NULL && w->rules->is_sealed(l->doc, object))
            p.is_sealed = true;
    }
    for (uint32_t v = json_child(l->doc, object); v != 0; v = json_sibling(l->doc, v)) {
        struct place in = p;
        TRY(walk_key(w, l, l->doc->values[v].key, &p, &in));
        if (!p.is_free) {
            in.role = role_under(in.key, in.code, p.role);
            bool may_free = (w->freeing & mark_of(in.key.at, in.key.len)) != 0;
            in.is_free = may_free && is_free_key(w, in.key);
        }
        TRY(walk_value(w, l, v, &in));
    }
    return gw_is(GW_OK);
}

static gw_result walk_value(struct walk *w, const struct level *l, uint32_t value,
                            const struct place *p)
{
    gw_result r = gw_is(GW_OK);
    switch (l->doc->values[value].kind) {
    case JSON_STRING:
        return walk_string(w, l, value, p);
    case JSON_NUMBER:
        return walk_number(w, l, value, p);
    case JSON_OBJECT:
        return walk_object(w, l, value, p);
    case JSON_ARRAY:
        for (uint32_t v = json_child(l->doc, value); v != 0 && gw_ok(r);
             v = json_sibling(l->doc, v))
            r = walk_value(w, l, v, p);
        return r;
    default:
        return r;
    }
}

gw_result walk_body(const struct json_doc *doc, const struct walk_rules *rules, struct arena *arena,
                    walk_sink sink, void *sink_of, struct walk_count *count)
{
    struct walk w = {
        .rules = rules, .arena = arena, .sink = sink, .sink_of = sink_of, .count = count};
    const struct level body = {doc, NULL, 1};
    *count = (struct walk_count){0};
    mark_names(&w);
    return walk_value(&w, &body, 0, &(struct place){.role = LEAF_NOBODY});
}
