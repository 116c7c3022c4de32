/* audit/jcs.c - see jcs.h. Recursive, as deep as JCS_DEPTH. */
#include "proxy/base/base.h"
#include "audit/jcs.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"

struct reader {
    const char *at, *end;
};

static bool skip_value(struct reader *r, unsigned depth);

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* What follows a backslash: only what has no shorter form. */
static bool skip_escape(struct reader *r)
{
    if (r->at == r->end)
        return false;
    char c = *r->at++;
    if (c != 'u')
        return c != '\0' && strchr("\"\\bfnrt", c) != NULL;
    if (r->end - r->at < 4 || r->at[0] != '0' || r->at[1] != '0')
        return false;
    char high = r->at[2], low = r->at[3];
    r->at += 4;
    bool hex = (low >= '0' && low <= '9') || (low >= 'a' && low <= 'f');
    bool shorter = high == '0' && low != '\0' && strchr("89acd", low) != NULL;
    return hex && (high == '0' || high == '1') && !shorter;
}

/* *is_plain: no escape stands in it. */
static bool skip_text(struct reader *r, struct slice *content, bool *is_plain)
{
    *is_plain = true;
    if (!take(r, '"'))
        return false;
    const char *from = r->at;
    for (;;) {
        r->at += bytes_find_special_near(slice_of(r->at, (size_t)(r->end - r->at)));
        if (r->at == r->end || *r->at == '"')
            break;
        unsigned char c = (unsigned char)*r->at;
        if (c < 0x20)
            return false;
        if (c >= 0x80) {
            size_t n = utf8_len(slice_of(r->at, (size_t)(r->end - r->at)));
            if (n == 0)
                return false;
            r->at += n;
            continue;
        }
        r->at++;
        *is_plain = false;
        if (!skip_escape(r))
            return false;
    }
    *content = slice_of(from, (size_t)(r->at - from));
    return take(r, '"');
}

/* Below 2^53: at most 16 digits, so the sum does not overflow. */
static bool skip_number(struct reader *r)
{
    const char *from = r->at;
    uint64_t n = 0;
    for (; r->at < r->end && (unsigned)(*r->at - '0') < 10; r->at++) {
        if (r->at - from == 16)
            return false;
        n = n * 10 + (uint64_t)(*r->at - '0');
    }
    bool is_one = r->at - from == 1;
    return r->at > from && (is_one || *from != '0') && n < (UINT64_C(1) << 53);
}

/* In the order of their bytes; most differ in the first. */
static bool is_before(struct slice a, struct slice b)
{
    if (a.len > 0 && b.len > 0 && a.at[0] != b.at[0])
        return (unsigned char)a.at[0] < (unsigned char)b.at[0];
    return slice_order(a, b) < 0;
}

static bool skip_object(struct reader *r, unsigned depth)
{
    struct slice before = {0}, key;
    bool is_plain;
    if (!take(r, '{') || depth == 0)
        return false;
    if (take(r, '}'))
        return true;
    do {
        if (!skip_text(r, &key, &is_plain) || !is_plain)
            return false;
        if (before.at != NULL && !is_before(before, key))
            return false;
        before = key;
        if (!take(r, ':') || !skip_value(r, depth - 1))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

static bool skip_list(struct reader *r, unsigned depth)
{
    if (!take(r, '[') || depth == 0)
        return false;
    if (take(r, ']'))
        return true;
    do {
        if (!skip_value(r, depth - 1))
            return false;
    } while (take(r, ','));
    return take(r, ']');
}

static bool skip_value(struct reader *r, unsigned depth)
{
    struct slice content;
    bool is_plain;
    if (r->at == r->end)
        return false;
    switch (*r->at) {
    case '{':
        return skip_object(r, depth);
    case '[':
        return skip_list(r, depth);
    case '"':
        return skip_text(r, &content, &is_plain);
    case 't':
        return take_word(r, "true");
    case 'f':
        return take_word(r, "false");
    case 'n':
        return take_word(r, "null");
    default:
        return skip_number(r);
    }
}

gw_result jcs_check(struct slice text)
{
    struct reader r = {text.at, text.at + text.len};
    if (text.len == 0 || (*r.at != '{' && *r.at != '['))
        return gw_is(GW_BAD);
    return gw_is(skip_value(&r, JCS_DEPTH) && r.at == r.end ? GW_OK : GW_BAD);
}

/* The n-th member, or the one of that name: in one pass. */
static gw_result find_member(struct slice object, const char *name, size_t n, struct slice *key,
                             struct slice *value)
{
    struct reader r = {object.at, object.at + object.len};
    const struct slice want = slice_str(name);
    bool is_plain;
    if (object.len < 2 || !take(&r, '{'))
        return gw_is(GW_BAD);
    for (size_t i = 0; skip_text(&r, key, &is_plain) && take(&r, ':'); i++) {
        const char *from = r.at;
        if (!skip_value(&r, JCS_DEPTH))
            return gw_is(GW_BAD);
        *value = slice_of(from, (size_t)(r.at - from));
        if (name == NULL ? i == n : slice_is(*key, want))
            return gw_is(GW_OK);
        if (!take(&r, ','))
            break;
    }
    return gw_is(GW_NOT_FOUND);
}

gw_result jcs_member(struct slice object, size_t n, struct slice *key, struct slice *value)
{
    return find_member(object, NULL, n, key, value);
}

gw_result jcs_find(struct slice object, const char *key, struct slice *value)
{
    struct slice name;
    return find_member(object, key, 0, &name, value);
}

gw_result jcs_item(struct slice *rest, struct slice *value)
{
    struct reader r = {rest->at, rest->at + rest->len};
    if (!take(&r, '[') && !take(&r, ','))
        return gw_is(GW_NOT_FOUND);
    const char *from = r.at;
    if (!skip_value(&r, JCS_DEPTH))
        return gw_is(GW_NOT_FOUND);
    *value = slice_of(from, (size_t)(r.at - from));
    *rest = slice_of(r.at, (size_t)(r.end - r.at));
    return gw_is(GW_OK);
}

gw_result jcs_text(struct slice object, const char *key, struct slice *text)
{
    struct slice value;
    TRY(jcs_find(object, key, &value));
    if (value.len < 2 || value.at[0] != '"' || slice_find_byte(value, '\\') != SIZE_MAX)
        return gw_is(GW_BAD);
    *text = slice_cut(value, 1, value.len - 1);
    return gw_is(GW_OK);
}

gw_result jcs_u64(struct slice object, const char *key, uint64_t *n)
{
    struct slice value;
    TRY(jcs_find(object, key, &value));
    return slice_u64(value, n);
}
