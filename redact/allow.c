/* redact/allow.c - see allow.h. */
#include "proxy/base/base.h"
#include "redact/allow.h"
#include "proxy/base/buf.h"
#include <ctype.h>

enum { VALUE_MAX = 512, PATTERN_MAX = 8192 };

/* As it is compared. Empty: too long, or nothing of it is left. */
static struct slice plain_of(struct slice value, char plain[VALUE_MAX])
{
    bool has_letter = false;
    size_t n = 0;
    if (value.len > VALUE_MAX)
        return slice_of(NULL, 0);
    for (size_t i = 0; i < value.len; i++)
        has_letter |= isalpha((unsigned char)value.at[i]) != 0 || (value.at[i] & 0x80) != 0;
    for (size_t i = 0; i < value.len; i++)
        if (has_letter || isdigit((unsigned char)value.at[i]))
            plain[n++] = (char)tolower((unsigned char)value.at[i]);
    return slice_of(plain, n);
}

static size_t hash_of(struct slice s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.at[i]) * 16777619u;
    return h ^ h >> 15;
}

static gw_result add_value(struct allow *a, struct slice value, uint32_t list, struct arena *arena)
{
    char plain[VALUE_MAX];
    struct slice text = plain_of(value, plain);
    if (text.len == 0)
        return gw_is(GW_OK); /* no finding is so long, or without a letter and a digit */
    text = arena_copy(arena, text);
    if (text.at == NULL)
        return gw_is(GW_NO_MEMORY);
    uint32_t *chain = &a->by_hash[hash_of(text) & a->mask];
    a->values[a->value_count] = (struct allow_value){text, list, *chain};
    *chain = (uint32_t)++a->value_count;
    return gw_is(GW_OK);
}

static gw_result add_pattern(struct allow *a, const struct custom_allow *from, size_t k,
                             uint32_t list, char *reason, size_t size)
{
    char why[200] = "it is too long";
    struct buf b;
    buf_init(&b, PATTERN_MAX);
    buf_put_str(&b, "\\A(?:");
    buf_put(&b, from->patterns[k]);
    buf_put_str(&b, ")\\z");
    struct confirmer *c =
        gw_ok(buf_result(&b)) ? confirmer_new(buf_slice(&b), false, why, sizeof why) : NULL;
    buf_free(&b);
    if (c == NULL) {
        snprintf(reason, size, "%.*s: allow: a pattern: %s", (int)from->where.len,
                 from->where.len == 0 ? "" : from->where.at, why);
        return gw_is(GW_BAD);
    }
    a->patterns[a->pattern_count++] = (struct allow_pattern){c, list};
    return gw_is(GW_OK);
}

static gw_result add_entities(struct allow *a, const struct custom_allow *from, size_t list,
                              struct arena *arena)
{
    a->entity_counts[list] = from->entity_count;
    if (from->entity_count == 0)
        return gw_is(GW_OK);
    struct slice *names = arena_array(arena, from->entity_count, sizeof *names);
    for (size_t i = 0; names != NULL && i < from->entity_count; i++) {
        names[i] = arena_copy(arena, from->entities[i]);
        if (names[i].at == NULL)
            return gw_is(GW_NO_MEMORY);
    }
    a->entities[list] = names;
    return gw_is(names == NULL ? GW_NO_MEMORY : GW_OK);
}

static gw_result make_room(struct allow *a, const struct custom_allow *lists, size_t n,
                           struct arena *arena)
{
    size_t values = 1, patterns = 1, slots = 64;
    for (size_t i = 0; i < n; i++) {
        values += lists[i].value_count;
        patterns += lists[i].pattern_count;
    }
    while (slots < values)
        slots *= 2;
    *a = (struct allow){.mask = slots - 1};
    a->values = arena_array(arena, values, sizeof *a->values);
    a->by_hash = arena_array(arena, slots, sizeof *a->by_hash);
    a->patterns = arena_array(arena, patterns, sizeof *a->patterns);
    a->entities = arena_array(arena, n + 1, sizeof *a->entities);
    a->entity_counts = arena_array(arena, n + 1, sizeof *a->entity_counts);
    bool is_fine = a->values != NULL && a->by_hash != NULL && a->patterns != NULL &&
                   a->entities != NULL && a->entity_counts != NULL;
    return gw_is(is_fine ? GW_OK : GW_NO_MEMORY);
}

gw_result allow_init(struct allow *a, const struct custom_allow *lists, size_t n,
                     struct arena *arena, char *reason, size_t size)
{
    TRY(make_room(a, lists, n, arena));
    for (size_t i = 0; i < n; i++) {
        TRY(add_entities(a, &lists[i], i, arena));
        for (size_t k = 0; k < lists[i].value_count; k++)
            TRY(add_value(a, lists[i].values[k], (uint32_t)i, arena));
        for (size_t k = 0; k < lists[i].pattern_count; k++)
            TRY(add_pattern(a, &lists[i], k, (uint32_t)i, reason, size));
    }
    return gw_is(GW_OK);
}

void allow_free(struct allow *a)
{
    for (size_t i = 0; i < a->pattern_count; i++)
        confirmer_free(a->patterns[i].confirmer);
    a->pattern_count = 0;
}

/* Is this list about such findings? */
static bool is_about(const struct allow *a, size_t list, struct slice entity, enum family family)
{
    for (size_t i = 0; i < a->entity_counts[list]; i++)
        if (finding_has_name(entity, family, a->entities[list][i]))
            return true;
    return a->entity_counts[list] == 0;
}

gw_result allow_has(const struct allow *a, struct confirm_scratch *scratch, struct slice value,
                    struct slice entity, enum family family, bool *yes)
{
    char plain[VALUE_MAX];
    struct slice text = a->value_count > 0 ? plain_of(value, plain) : slice_of(NULL, 0);
    *yes = false;
    if (text.len > 0)
        for (uint32_t k = a->by_hash[hash_of(text) & a->mask]; k != 0; k = a->values[k - 1].next) {
            const struct allow_value *v = &a->values[k - 1];
            *yes |= slice_is(v->text, text) && is_about(a, v->list, entity, family);
        }
    for (size_t i = 0; i < a->pattern_count && !*yes; i++) {
        size_t range[3];
        if (!is_about(a, a->patterns[i].list, entity, family))
            continue;
        gw_result r = confirm_next(a->patterns[i].confirmer, scratch, value, 0, 0, range);
        if (r.code != GW_NOT_FOUND)
            TRY(r);
        *yes = gw_ok(r);
    }
    return gw_is(GW_OK);
}
