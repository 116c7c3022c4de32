/* redact/watch.c - see watch.h. Refuses to know rules, APIs and what is done with findings. */
#include "proxy/base/base.h"
#include "redact/watch.h"
#include "proxy/base/secret.h"
#include "redact/canary.h"
#include "redact/links.h"
#include "redact/normal.h"
#include <ctype.h>

enum { SQUEEZED_MOST = 4096 };

/* One text that is looked at: as it is, or its normal form with the way back. */
struct look {
    const struct watch *w;
    struct slice text;
    size_t from;
    const struct offmap *map; /* NULL: as it is */
    size_t base;              /* where the map's source begins in the whole text */
    struct arena *arena;
    struct watch_found *out;
    size_t room;
};

static bool wants(const struct look *l, enum watch_kind kind)
{
    return (l->w->rules->kinds >> kind & 1) != 0;
}

/* Offsets of the look become those of the whole text. */
static void place(const struct look *l, size_t *from, size_t *to)
{
    if (l->map == NULL)
        return;
    size_t a = *from, b = *to;
    offmap_range(l->map, a, b, from, to);
    *from += l->base;
    *to += l->base;
}

static void opens(struct look *l, size_t at)
{
    size_t end = at + 1;
    if (at >= l->text.len)
        return;
    place(l, &at, &end);
    l->out->open = at < l->out->open ? at : l->out->open;
}

static gw_result add(struct look *l, enum watch_kind kind, size_t from, size_t to)
{
    struct watch_found *out = l->out;
    if (!wants(l, kind) || to <= l->from)
        return gw_is(GW_OK);
    place(l, &from, &to);
    if (out->count == l->room) {
        size_t room = l->room == 0 ? 8 : l->room * 2;
        struct finding *grown =
            arena_grow(l->arena, out->findings, out->count * sizeof *grown, room * sizeof *grown);
        if (grown == NULL)
            return gw_is(GW_NO_MEMORY);
        out->findings = grown;
        l->room = room;
    }
    out->findings[out->count++] = (struct finding){.start = (uint32_t)from,
                                                   .end = (uint32_t)to,
                                                   .score = 1000,
                                                   .entity = slice_str(watch_word(kind)),
                                                   .name = slice_str(watch_word(kind))};
    return gw_is(GW_OK);
}

size_t watch_squeeze(struct slice value, char *out, size_t out_size)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len && n < out_size; i++) {
        unsigned char c = (unsigned char)value.at[i];
        bool is_escape = c == '%' && i + 2 < value.len &&
                         isxdigit((unsigned char)value.at[i + 1]) != 0 &&
                         isxdigit((unsigned char)value.at[i + 2]) != 0;
        if (is_escape) { /* of a mark, mostly: it would be left out anyway */
            const char hex[3] = {value.at[i + 1], value.at[i + 2], '\0'};
            c = (unsigned char)strtoul(hex, NULL, 16);
            i += 2;
        }
        if (isalnum(c) != 0 || c >= 0x80)
            out[n++] = (char)tolower(c);
    }
    return n;
}

/* Does the URL name something that the exchange took out, or found? */
static bool carries_value(const struct look *l, struct slice url)
{
    const struct watch *w = l->w;
    char squeezed[SQUEEZED_MOST];
    struct slice value;
    size_t len;
    for (size_t at = 0; w->vault != NULL && at < url.len; at++)
        if (gw_ok(vault_match(w->vault, slice_from(url, at), &len, &value)) || len > 0)
            return true;
    if (w->value_count == 0)
        return false;
    struct slice all = slice_of(squeezed, watch_squeeze(url, squeezed, sizeof squeezed));
    bool found = false;
    for (size_t i = 0; i < w->value_count && !found; i++)
        found = slice_find(all, w->values[i]) != SIZE_MAX;
    secret_wipe(squeezed, all.len);
    return found;
}

static gw_result find_links(struct look *l)
{
    const struct watch_rules *rules = l->w->rules;
    struct found_link link;
    size_t at = 0;
    while (links_next(l->text, &at, &link)) {
        if (link.end <= l->from)
            continue;
        if (link.is_open)
            opens(l, link.start);
        if (links_is_listed(link.host, rules->hosts, rules->host_count))
            continue;
        struct slice url = slice_cut(l->text, link.start, link.end);
        size_t most = link.is_image ? rules->image : rules->link;
        if (link.bytes > most || carries_value(l, url))
            TRY(add(l, link.is_image ? WATCH_IMAGE : WATCH_LINK, link.start, link.end));
    }
    return gw_is(GW_OK);
}

static gw_result find_canary(struct look *l)
{
    size_t at = 0, start, end;
    while (canary_find(l->w->canary, l->text, at, &start, &end)) {
        TRY(add(l, WATCH_CANARY, start, end));
        at = end;
    }
    opens(l, start);
    return gw_is(GW_OK);
}

static gw_result find_prompt(struct look *l)
{
    struct prints_walk walk;
    struct prints_stretch found;
    prints_start(&walk, l->w->prints, l->text, 0);
    while (prints_next(&walk, &found)) {
        if (found.is_open)
            opens(l, found.start);
        if (found.words >= l->w->prints->least)
            TRY(add(l, WATCH_PROMPT, found.start, found.end));
    }
    opens(l, prints_tail(&walk));
    return gw_is(GW_OK);
}

static gw_result look_at(struct look *l)
{
    if (wants(l, WATCH_IMAGE) || wants(l, WATCH_LINK))
        TRY(find_links(l));
    if (wants(l, WATCH_CANARY) && l->w->canary.len > 0)
        TRY(find_canary(l));
    if (wants(l, WATCH_PROMPT) && l->w->prints != NULL)
        TRY(find_prompt(l));
    return gw_is(GW_OK);
}

static void sort(struct finding *f, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct finding one = f[i];
        size_t k = i;
        for (; k > 0 && f[k - 1].start > one.start; k--)
            f[k] = f[k - 1];
        f[k] = one;
    }
}

gw_result watch_find(const struct watch *w, struct slice text, size_t from, bool last,
                     struct arena *arena, struct watch_found *out)
{
    struct normal normal;
    struct look l = {.w = w, .text = text, .from = from, .arena = arena, .out = out};
    *out = (struct watch_found){.open = text.len};
    TRY(look_at(&l));
    TRY(normal_make(text, arena, &normal));
    if (normal.changed) {
        l.text = normal.text;
        l.map = &normal.map;
        l.from = 0;
        TRY(look_at(&l));
    }
    sort(out->findings, out->count);
    if (last)
        out->open = text.len;
    return gw_is(GW_OK);
}
