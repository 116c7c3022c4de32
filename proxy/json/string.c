/* proxy/json/string.c - see string.h. Decoded text and maps are the arena's; output the caller's.
 */
#include "proxy/base/base.h"
#include "proxy/json/string.h"
#include "proxy/base/bytes.h"
#include "proxy/json/escape.h"

/* The longest escape has 6 bytes; every further level may double it. */
enum { MAX_DEPTH = 4, MAX_PIECE = 48 };

/* Decoded text is never longer than its source: to has room for inner.len bytes. */
static gw_result decode_into(struct slice inner, char *to, size_t *len)
{
    size_t from = 0, n = 0;
    while (from < inner.len) {
        struct escape e;
        size_t plain = bytes_copy_until(to + n, slice_of(inner.at + from, inner.len - from), '\\');
        n += plain;
        from += plain;
        if (from == inner.len)
            break;
        char c = escape_letter(inner, from);
        if (c != '\0') {
            to[n++] = c;
            from += 2;
            continue;
        }
        if (!escape_read(slice_from(inner, from), &e))
            return gw_is(GW_BAD);
        memcpy(to + n, e.out, e.out_len);
        n += e.out_len;
        from += e.src_len;
    }
    *len = n;
    return gw_is(GW_OK);
}

/* What is left of a string that is mapped. */
struct rest {
    struct slice inner;
    size_t at; /* of it in the document's text */
};

static void pass(struct rest *r, size_t n)
{
    r->inner = slice_of(r->inner.at + n, r->inner.len - n);
    r->at += n;
}

static size_t plain_ahead(const struct rest *r)
{
    const char *stop = memchr(r->inner.at, '\\', r->inner.len);
    return stop == NULL ? r->inner.len : (size_t)(stop - r->inner.at);
}

/* The escape that stands there. */
static gw_result escape_ahead(const struct rest *r, struct escape *e)
{
    e->out_len = 1;
    e->src_len = 2;
    return gw_is(escape_letter(r->inner, 0) != '\0' || escape_read(r->inner, e) ? GW_OK : GW_BAD);
}

/* Up to byte `from` of the decoded text, or the escape that it is part of. How many bytes of it
 * those were. */
static gw_result pass_to(struct rest *r, size_t from, size_t *passed)
{
    struct escape e = {.out_len = 0};
    for (*passed = 0; *passed + e.out_len <= from;) {
        *passed += e.out_len;
        pass(r, e.src_len);
        size_t plain = plain_ahead(r), most = from - *passed;
        *passed += plain < most ? plain : most;
        pass(r, plain < most ? plain : most);
        if (plain >= most || r->inner.len == 0)
            break;
        TRY(escape_ahead(r, &e));
    }
    return gw_is(GW_OK);
}

/* Run by run, until so many bytes of the decoded text are told. */
static gw_result map_to(struct rest *r, size_t to, struct offmap *map)
{
    while (r->inner.len > 0 && map->out_end < to) {
        struct escape e;
        size_t plain = plain_ahead(r);
        TRY(offmap_add(map, (uint32_t)plain, (uint32_t)r->at, (uint32_t)plain));
        pass(r, plain);
        if (r->inner.len == 0)
            break;
        TRY(escape_ahead(r, &e));
        TRY(offmap_add(map, (uint32_t)e.out_len, (uint32_t)r->at, (uint32_t)e.src_len));
        pass(r, e.src_len);
    }
    return gw_is(GW_OK);
}

gw_result string_map_part(const struct json_doc *doc, uint32_t value,
                          const struct string_part *part, struct arena *arena, struct offmap *map)
{
    struct rest r = {json_inner(doc, value), doc->values[value].at + (size_t)1};
    size_t begin = r.at, passed;
    offmap_init(map, arena);
    if (doc->values[value].kind != JSON_STRING)
        return gw_is(GW_BAD);
    if (r.inner.len == 0)
        offmap_nothing(map, (uint32_t)r.at);
    TRY(pass_to(&r, part->from, &passed));
    TRY(offmap_add(map, (uint32_t)passed, (uint32_t)begin, (uint32_t)(r.at - begin)));
    TRY(map_to(&r, part->to, map));
    size_t behind = part->len > map->out_end ? part->len - map->out_end : 0;
    return offmap_add(map, (uint32_t)behind, (uint32_t)r.at, (uint32_t)r.inner.len);
}

gw_result string_map(const struct json_doc *doc, uint32_t value, struct arena *arena,
                     struct offmap *map)
{
    return string_map_part(doc, value, &(struct string_part){0, SIZE_MAX, 0}, arena, map);
}

gw_result string_decode(const struct json_doc *doc, uint32_t value, struct arena *arena,
                        struct slice *out, struct offmap *map)
{
    struct slice inner = json_inner(doc, value);
    size_t len = 0;
    if (doc->values[value].kind != JSON_STRING)
        return gw_is(GW_BAD);
    *out = inner;
    if (map != NULL)
        TRY(string_map(doc, value, arena, map));
    if (!doc->values[value].has_escape)
        return gw_is(GW_OK);
    if (doc->known != NULL && doc->known->value == value && doc->known->text.len > 0) {
        *out = doc->known->text;
        return gw_is(GW_OK);
    }
    char *to = arena_alloc(arena, inner.len);
    if (to == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(decode_into(inner, to, &len));
    *out = slice_of(to, len);
    if (doc->known != NULL && len > doc->known->text.len)
        *doc->known = (struct json_known){value, *out};
    return gw_is(GW_OK);
}

/* True when s begins with half a surrogate pair in its three-byte form. */
static bool is_half(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    return s.len >= 3 && p[0] == 0xed && p[1] >= 0xa0 && p[1] <= 0xbf && (p[2] & 0xc0) == 0x80;
}

/* How many bytes from the beginning of s stand for themselves in a JSON string. */
static size_t plain_len(struct slice s)
{
    size_t i = 0;
    while (i < s.len) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c == '"' || c == '\\' || (c == 0xed && is_half(slice_from(s, i))))
            break;
        i++;
    }
    return i;
}

static size_t put_unit(char *to, unsigned unit)
{
    static const char digits[] = "0123456789abcdef";
    to[0] = '\\';
    to[1] = 'u';
    for (unsigned i = 0; i < 4; i++)
        to[2 + i] = digits[unit >> (12 - 4 * i) & 0xf];
    return 6;
}

/* The escape of what s begins with into to; *used bytes of s. Returns its length. */
static size_t escape_one(struct slice s, char *to, size_t *used)
{
    static const char bytes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const unsigned char *p = (const unsigned char *)s.at;
    const char *at = memchr(bytes, s.at[0], sizeof bytes - 1);
    *used = 1;
    if (at != NULL) {
        to[0] = '\\';
        to[1] = letters[at - bytes];
        return 2;
    }
    if (p[0] < 0x20)
        return put_unit(to, p[0]);
    *used = 3;
    return put_unit(to, 0xd000u | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu));
}

/* A piece of an escape once more: every backslash and quote gets a backslash. */
static size_t escape_piece(char *piece, size_t len)
{
    char old[MAX_PIECE];
    size_t n = 0;
    memcpy(old, piece, len);
    for (size_t i = 0; i < len; i++) {
        if (old[i] == '\\' || old[i] == '"')
            piece[n++] = '\\';
        piece[n++] = old[i];
    }
    return n;
}

gw_result string_escape(struct buf *out, struct slice text, unsigned depth)
{
    if (depth == 0)
        return buf_add(out, text);
    if (depth > MAX_DEPTH)
        return gw_is(GW_BAD);
    while (text.len > 0) {
        size_t plain = plain_len(text), used;
        TRY(buf_add(out, slice_cut(text, 0, plain)));
        text = slice_from(text, plain);
        if (text.len == 0)
            break;
        char piece[MAX_PIECE];
        size_t len = escape_one(text, piece, &used);
        for (unsigned i = 1; i < depth; i++)
            len = escape_piece(piece, len);
        TRY(buf_add(out, slice_of(piece, len)));
        text = slice_from(text, used);
    }
    return gw_is(GW_OK);
}

gw_result string_splice(struct slice body, const struct edit *edits, size_t n, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct edit *e = &edits[i];
        if (e->at < at || e->end < e->at || e->end > body.len)
            return gw_is(GW_BAD);
        at = e->end;
    }
    at = 0;
    for (size_t i = 0; i < n; i++) {
        TRY(buf_add(out, slice_cut(body, at, edits[i].at)));
        TRY(string_escape(out, edits[i].with, edits[i].depth));
        at = edits[i].end;
    }
    return buf_add(out, slice_from(body, at));
}
