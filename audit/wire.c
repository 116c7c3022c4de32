/* audit/wire.c - see wire.h. Cleared text that is not UTF-8 is written with '?' in place of the
 * bytes that break it: a record is worth more than a letter. Owns nothing. */
#include "proxy/base/base.h"
#include "audit/wire.h"
#include "audit/base64.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"

void wire_init(struct wire *w, struct buf *out)
{
    *w = (struct wire){.out = out, .depth = 1};
    w->first[0] = true;
    buf_put_str(out, "{");
}

static void put_control(struct wire *w, char c)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    char text[8] = {'\\', 0};
    for (size_t i = 0; i + 1 < sizeof short_forms - 1; i += 2)
        if (short_forms[i] == c)
            text[1] = short_forms[i + 1];
    if (text[1] == 0)
        snprintf(text, sizeof text, "\\u%04x", (unsigned)c);
    buf_put_str(w->out, text);
}

/* Anything between quotes, escaped where it must be. */
static void put_escaped(struct wire *w, struct slice s)
{
    size_t from = 0, i = 0;
    while (i < s.len) {
        unsigned char c = (unsigned char)s.at[i];
        size_t wide = c >= 0x80 ? utf8_len(slice_from(s, i)) : 1;
        if (wide > 0 && c >= 0x20 && c != '"' && c != '\\') {
            i += wide;
            continue;
        }
        buf_put(w->out, slice_cut(s, from, i));
        if (wide == 0)
            buf_put_str(w->out, "?");
        else
            put_control(w, (char)c);
        from = ++i;
    }
    buf_put(w->out, slice_from(s, from));
}

/* Most words are short: fewer instructions than a call takes. */
static inline char *put_short(char *at, struct slice s)
{
    if (s.len > 16) {
        memcpy(at, s.at, s.len);
    } else if (s.len >= 8) {
        memcpy(at, s.at, 8);
        memcpy(at + s.len - 8, s.at + s.len - 8, 8);
    } else if (s.len >= 4) {
        memcpy(at, s.at, 4);
        memcpy(at + s.len - 4, s.at + s.len - 4, 4);
    } else if (s.len > 0) {
        at[0] = s.at[0];
        at[s.len / 2] = s.at[s.len / 2];
        at[s.len - 1] = s.at[s.len - 1];
    }
    return at + s.len;
}

/* Each byte stands for itself in a JSON string. */
static inline bool is_plain(struct slice s)
{
    uint64_t a, b;
    uint32_t low, high;
    if (s.len > 16)
        return bytes_find_special_near(s) == s.len;
    if (s.len >= 8) {
        memcpy(&a, s.at, 8);
        memcpy(&b, s.at + s.len - 8, 8);
        return (bytes_special(a) | bytes_special(b)) == 0;
    }
    if (s.len < 4)
        return bytes_find_special(s, true) == s.len;
    memcpy(&low, s.at, 4);
    memcpy(&high, s.at + s.len - 4, 4);
    return bytes_special((uint64_t)high << 32 | low) == 0;
}

/* Keys in order differ most often in their first letter. */
static inline bool is_before(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len, i = 0;
    while (i < len && a.at[i] == b.at[i])
        i++;
    return i < len ? (unsigned char)a.at[i] < (unsigned char)b.at[i] : a.len < b.len;
}

/* Behind the key, with what goes in front of it, and with room for that many bytes of its value; a
 * list's item has no key. NULL: the writer has failed. Keys are words of ours: plain. */
static char *begin_value(struct wire *w, struct slice key, size_t room)
{
    struct buf *out = w->out;
    unsigned top = w->depth - 1;
    size_t need = room + key.len + 4;
    char *at;
    if (w->depth == 0 || w->depth > WIRE_DEPTH || out->failed) {
        w->failed = w->failed || !out->failed;
        return NULL;
    }
    if (need <= out->cap - out->start - out->len) {
        at = out->at + out->start + out->len;
    } else if (!gw_ok(buf_room(out, need, &at))) {
        out->failed = true;
        return NULL;
    }
    *at = ',';
    at += !w->first[top];
    w->first[top] = false;
    if (key.at == NULL)
        return at;
    assert(w->last_key[top].at == NULL || w->last_key[top].at[0] < key.at[0] ||
           is_before(w->last_key[top], key));
    w->last_key[top] = key;
    *at++ = '"';
    at = put_short(at, key);
    *at++ = '"';
    *at++ = ':';
    return at;
}

/* The value ends there. */
static void end_value(struct wire *w, const char *at)
{
    buf_wrote(w->out, (size_t)(at - (w->out->at + w->out->start + w->out->len)));
}

void wire_put_text(struct wire *w, struct slice key, struct clear text)
{
    bool is_as_it_is = is_plain(text.s); /* nearly always */
    char *at = begin_value(w, key, is_as_it_is ? text.s.len + 2 : 1);
    if (at == NULL)
        return;
    *at++ = '"';
    if (!is_as_it_is) {
        end_value(w, at);
        put_escaped(w, text.s);
        buf_put_str(w->out, "\"");
        return;
    }
    at = put_short(at, text.s);
    *at++ = '"';
    end_value(w, at);
}

void wire_put_u64(struct wire *w, struct slice key, uint64_t n)
{
    char digits[20], *at = begin_value(w, key, sizeof digits);
    size_t i = sizeof digits;
    if (n >= UINT64_C(1) << 53)
        w->failed = true;
    if (at == NULL)
        return;
    if (n < 10) { /* most often */
        *at = (char)('0' + n);
        end_value(w, at + 1);
        return;
    }
    do {
        digits[--i] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    memcpy(at, digits + i, sizeof digits - i);
    end_value(w, at + sizeof digits - i);
}

void wire_put_bool(struct wire *w, struct slice key, bool yes)
{
    struct slice word = yes ? SLICE_LIT("true") : SLICE_LIT("false");
    char *at = begin_value(w, key, word.len);
    if (at == NULL)
        return;
    memcpy(at, word.at, word.len);
    end_value(w, at + word.len);
}

void wire_put_base64(struct wire *w, struct slice key, const void *from, size_t len)
{
    char *at = begin_value(w, key, BASE64_LEN(len) + 2);
    if (at == NULL)
        return;
    *at++ = '"';
    base64_write(from, len, at);
    at += BASE64_LEN(len);
    *at++ = '"'; /* where base64_write() has put its NUL */
    end_value(w, at);
}

void wire_begin(struct wire *w, struct slice key, char bracket)
{
    char *at = begin_value(w, key, 1);
    if (at == NULL || w->depth >= WIRE_DEPTH || w->failed) {
        w->failed = true;
        return;
    }
    *at++ = bracket;
    end_value(w, at);
    w->first[w->depth] = true;
    w->last_key[w->depth] = bracket == '[' ? SLICE_LIT("[") : (struct slice){NULL, 0};
    w->depth++;
}

void wire_close(struct wire *w)
{
    if (w->depth == 0 || w->failed) {
        w->failed = true;
        return;
    }
    struct slice opened = w->last_key[--w->depth];
    buf_put(w->out, opened.len > 0 && opened.at[0] == '[' ? SLICE_LIT("]") : SLICE_LIT("}"));
}

gw_result wire_end(struct wire *w)
{
    if (w->depth != 1 || w->failed)
        return gw_is(GW_BAD);
    wire_close(w);
    return buf_result(w->out);
}
