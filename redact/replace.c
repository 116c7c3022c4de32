/* redact/replace.c - see replace.h.
 *
 * Refuses to know why a style was chosen and how edits are spliced. All it makes lies in the arena.
 */
#include "proxy/base/base.h"
#include "redact/replace.h"
#include "proxy/base/utf8.h"
#include "redact/fake.h"

enum { MASK_KEEPS = 4, HASH_BYTES = 6, FAKE_TRIES = 64 };

static gw_result copied(struct arena *arena, struct slice text, struct slice *out)
{
    *out = arena_copy(arena, text);
    return gw_is(out->at == NULL ? GW_NO_MEMORY : GW_OK);
}

static gw_result make_label(struct arena *arena, const struct finding *f, struct slice *out)
{
    struct slice word =
        f->entity.len > 0 ? f->entity : slice_str(family_name((enum family)f->family));
    char *to = arena_alloc(arena, word.len + 2);
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    to[0] = '[';
    memcpy(to + 1, word.at, word.len);
    to[word.len + 1] = ']';
    *out = slice_of(to, word.len + 2);
    return gw_is(GW_OK);
}

/* A letter, a digit, or the first byte of any character beyond ASCII. */
static bool is_masked(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || u >= 0xC0;
}

/* One '*' a character; a value of MASK_KEEPS characters or fewer keeps none. */
static gw_result make_mask(struct arena *arena, struct slice value, struct slice *out)
{
    size_t total = 0, seen = 0, n = 0;
    char *to = arena_alloc(arena, value.len + 1);
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < value.len; i++)
        total += is_masked(value.at[i]);
    size_t stars = total > MASK_KEEPS ? total - MASK_KEEPS : total;
    for (size_t i = 0; i < value.len; i++) {
        bool counts = is_masked(value.at[i]), hides = seen < stars;
        if (counts && hides)
            to[n++] = '*';
        else if (!utf8_is_tail(value.at[i]) || seen > stars)
            to[n++] = value.at[i];
        seen += counts;
    }
    *out = slice_of(to, n);
    return gw_is(GW_OK);
}

static gw_result make_hash(const struct vault *v, struct arena *arena, const struct finding *f,
                           struct slice value, struct slice *out)
{
    char hex[2 * HASH_BYTES + 1], text[64];
    struct digest d = vault_digest(v, (enum family)f->family, value);
    secret_hex(d.at, HASH_BYTES, hex);
    int n = snprintf(text, sizeof text, "%s_%s", family_word((enum family)f->family), hex);
    return copied(arena, slice_of(text, (size_t)n), out);
}

/* A stand-in for a value of the family, or for digits of a number. */
static bool write_stand_in(enum family family, bool is_number, struct slice value,
                           const struct digest *seed, char *to)
{
    return is_number ? fake_digits(value, seed, to) : fake_write(family, value, seed, to);
}

/* The first stand-in of the value's own sequence that is neither another value's nor in the input.
 * GW_NOT_FOUND: the family has none, or ran out of them. */
static gw_result find_stand_in(struct vault *v, struct arena *arena, const struct finding *f,
                               bool is_number, struct slice value, struct slice *out)
{
    enum family family = (enum family)f->family;
    struct digest own = vault_digest(v, family, value), seed = own;
    char text[FAKE_MAX];
    for (int i = 0; i < FAKE_TRIES; i++) {
        if (!write_stand_in(family, is_number, value, &seed, text))
            break;
        struct slice taken, made = slice_str(text);
        seed = secret_sha256(slice_of(seed.at, sizeof seed.at));
        if (vault_find(v, made, &taken)) {
            struct digest other = vault_digest(v, family, taken);
            if (memcmp(other.at, own.at, sizeof own.at) == 0)
                return copied(arena, made, out);
            continue;
        }
        if (vault_is_in_input(v, made))
            continue;
        TRY(vault_put(v, made, value));
        return copied(arena, made, out);
    }
    return gw_is(GW_NOT_FOUND);
}

static gw_result make_fake(struct vault *v, struct arena *arena, const struct finding *f,
                           struct slice value, struct slice *out)
{
    gw_result r = find_stand_in(v, arena, f, false, value, out);
    return r.code == GW_NOT_FOUND ? vault_token(v, (enum family)f->family, value, out) : r;
}

/* Digits for digits of a number; those of a hash are never put back. GW_NOT_FOUND as above. */
static gw_result make_digits(struct vault *v, struct arena *arena, enum style style,
                             const struct finding *f, struct slice value, struct slice *out)
{
    char text[FAKE_MAX];
    if (style != STYLE_HASH)
        return find_stand_in(v, arena, f, true, value, out);
    struct digest own = vault_digest(v, (enum family)f->family, value);
    return fake_digits(value, &own, text) ? copied(arena, slice_str(text), out)
                                          : gw_is(GW_NOT_FOUND);
}

gw_result replace_value(struct vault *v, struct arena *arena, enum style style,
                        const struct finding *f, struct slice value, struct slice *out)
{
    bool needs_vault = style == STYLE_TOKEN || style == STYLE_HASH || style == STYLE_FAKE;
    *out = (struct slice){NULL, 0};
    if (needs_vault && v == NULL)
        return gw_is(GW_BAD);
    switch (style) {
    case STYLE_TOKEN:
        return vault_token(v, (enum family)f->family, value, out);
    case STYLE_LABEL:
        return make_label(arena, f, out);
    case STYLE_MASK:
        return make_mask(arena, value, out);
    case STYLE_HASH:
        return make_hash(v, arena, f, value, out);
    case STYLE_FAKE:
        return make_fake(v, arena, f, value, out);
    case STYLE_DROP:
        return gw_is(GW_OK);
    case STYLE_NONE:
        break;
    }
    return gw_is(GW_BAD);
}

/* The finding's text without separators: borrowed when it lies in one leaf. */
static gw_result value_of(const struct text *t, const struct finding *f, struct arena *arena,
                          struct slice *out)
{
    *out = slice_cut(buf_slice(&t->flat), f->start, f->end);
    if (slice_find_byte(*out, TEXT_SEPARATOR) == SIZE_MAX)
        return gw_is(GW_OK);
    char *to = arena_alloc(arena, out->len);
    size_t n = 0;
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < out->len; i++)
        if (out->at[i] != TEXT_SEPARATOR)
            to[n++] = out->at[i];
    *out = slice_of(to, n);
    return gw_is(GW_OK);
}

static bool is_touched(const struct text *t, size_t leaf, const struct finding *f)
{
    return leaf < t->count && t->leaves[leaf].start < f->end;
}

/* The leaf that is a number of JSON and holds all of the finding; NULL: it lies elsewhere. */
static const struct text_leaf *number_of(const struct text *t, const struct finding *f)
{
    size_t i = text_leaf_from(t, f->start);
    bool is_in = i < t->count && t->leaves[i].start <= f->start && f->end <= t->leaves[i].end;
    return is_in && t->leaves[i].use == TEXT_NUMBER ? &t->leaves[i] : NULL;
}

/* How many edits the finding takes; SIZE_MAX when one of its leaves may not be rewritten. */
static size_t edits_of(const struct text *t, const struct finding *f)
{
    size_t n = 0;
    if (number_of(t, f) != NULL)
        return 1;
    for (size_t i = text_leaf_from(t, f->start); is_touched(t, i, f); i++) {
        if (t->leaves[i].use != TEXT_REWRITE)
            return SIZE_MAX;
        n += t->leaves[i].end > t->leaves[i].start;
    }
    return n;
}

/* The first leaf gets the replacement, the parts in further leaves go. */
static size_t write_edits(const struct text *t, const struct finding *f, struct slice with,
                          struct edit *to)
{
    size_t n = 0;
    for (size_t i = text_leaf_from(t, f->start); is_touched(t, i, f); i++) {
        const struct text_leaf *l = &t->leaves[i];
        size_t from = f->start > l->start ? f->start : l->start;
        size_t end = f->end < l->end ? f->end : l->end;
        if (from >= end)
            continue;
        assert(!l->is_unmapped);
        struct edit e = {.depth = l->depth, .with = n == 0 ? with : slice_of(NULL, 0)};
        offmap_range(&l->map, from - l->start, end - l->start, &e.at, &e.end);
        to[n++] = e;
    }
    return n;
}

/* One finding that is replaced. */
struct wanted {
    const struct text *t;
    struct vault *v;
    const struct finding *f;
    enum style style;
    struct slice value;
};

/* What goes in the place of the number, or of the digits of it that were found: digits, where the
 * style has something of its own for each value, so that whoever reads a number there still does;
 * else a string. */
static gw_result write_number(const struct wanted *w, const struct text_leaf *l, struct edit *to)
{
    bool is_digits = w->style == STYLE_TOKEN || w->style == STYLE_FAKE || w->style == STYLE_HASH;
    size_t from = is_digits ? w->f->start - l->start : 0;
    size_t end = is_digits ? w->f->end - l->start : l->end - l->start;
    struct arena *arena = w->t->arena;
    struct slice with;
    *to = (struct edit){.depth = l->depth - 1u}; /* no string is around it but those of the JSON */
    offmap_range(&l->map, from, end, &to->at, &to->end);
    if (is_digits)
        return w->v == NULL ? gw_is(GW_BAD)
                            : make_digits(w->v, arena, w->style, w->f, w->value, &to->with);
    TRY(replace_value(w->v, arena, w->style, w->f, w->value, &with));
    char *quoted = arena_alloc(arena, with.len + 2);
    if (quoted == NULL)
        return gw_is(GW_NO_MEMORY);
    quoted[0] = quoted[with.len + 1] = '"';
    if (with.len > 0)
        memcpy(quoted + 1, with.at, with.len); /* labels and masks of digits: nothing to escape */
    to->with = slice_of(quoted, with.len + 2);
    return gw_is(GW_OK);
}

static int edit_order(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Two findings may touch the same escape: the first takes it whole. */
static void settle_edits(struct edit *edits, size_t n)
{
    qsort(edits, n, sizeof *edits, edit_order);
    for (size_t i = 1; i < n; i++) {
        size_t end = edits[i - 1].end;
        edits[i].at = edits[i].at < end ? end : edits[i].at;
        edits[i].end = edits[i].end < end ? end : edits[i].end;
    }
}

/* Adds the edits of one finding to the `made` ones of the list; *stand is what it becomes. */
static gw_result edit_finding(const struct wanted *w, struct edit *list, size_t *made,
                              struct slice *stand)
{
    const struct text_leaf *number = number_of(w->t, w->f);
    struct edit *to = list + *made;
    if (number == NULL) {
        TRY(replace_value(w->v, w->t->arena, w->style, w->f, w->value, stand));
        *made += write_edits(w->t, w->f, *stand, to);
        return gw_is(GW_OK);
    }
    gw_result r = write_number(w, number, to);
    if (r.code == GW_NOT_FOUND) /* no digits can stand for these */
        return gw_is(GW_REFUSED);
    TRY(r);
    *stand = to->with;
    if (*made == 0 || to[-1].at != to->at) /* two of one number: a string is in its place already */
        *made += 1;
    return gw_is(GW_OK);
}

gw_result replace_edits(const struct text *t, const struct finding *findings,
                        const enum style *styles, size_t n, struct vault *v,
                        struct replace_list *out)
{
    struct arena *arena = t->arena;
    size_t need = 0, made = 0;
    *out = (struct replace_list){.edits = NULL};
    for (size_t i = 0; i < n; i++) {
        if (styles[i] == STYLE_NONE)
            continue;
        size_t more = edits_of(t, &findings[i]);
        if (more == SIZE_MAX) {
            out->refused = i;
            return gw_is(GW_REFUSED);
        }
        need += more;
    }
    if (need == 0)
        return gw_is(GW_OK);
    struct edit *list = arena_array(arena, need, sizeof *list);
    struct slice *stands = arena_array(arena, n, sizeof *stands);
    if (list == NULL || stands == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < n; i++) {
        struct wanted w = {.t = t, .v = v, .f = &findings[i], .style = styles[i]};
        stands[i] = (struct slice){NULL, 0};
        if (styles[i] == STYLE_NONE)
            continue;
        TRY(value_of(t, w.f, arena, &w.value));
        if (w.value.len == 0)
            continue;
        out->refused = i;
        TRY(edit_finding(&w, list, &made, &stands[i]));
    }
    settle_edits(list, made);
    out->edits = list;
    out->stands = stands;
    out->count = made;
    return gw_is(GW_OK);
}
