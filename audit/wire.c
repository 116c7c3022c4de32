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

/* Head, text and tail in one step when the text is plain, which nearly all of it is. */
static void put_quoted(struct wire *w, const char *head, struct slice s, const char *tail)
{
    size_t head_len = strlen(head), tail_len = strlen(tail);
    char *at;
    if (bytes_find_special(s, true) < s.len) {
        buf_put_str(w->out, head);
        put_escaped(w, s);
        buf_put_str(w->out, tail);
    } else if (w->out->failed || !gw_ok(buf_room(w->out, head_len + s.len + tail_len, &at))) {
        w->out->failed = true;
    } else {
        memcpy(at, head, head_len);
        if (s.len > 0)
            memcpy(at + head_len, s.at, s.len);
        memcpy(at + head_len + s.len, tail, tail_len);
        buf_wrote(w->out, head_len + s.len + tail_len);
    }
}

static void put_key(struct wire *w, const char *key)
{
    unsigned top = w->depth - 1;
    if (w->depth == 0 || w->depth > WIRE_DEPTH) {
        w->failed = true;
        return;
    }
    bool is_first = w->first[top];
    w->first[top] = false;
    if (key == NULL) {
        if (!is_first)
            buf_put_str(w->out, ",");
        return;
    }
    assert(w->last_key[top] == NULL || strcmp(w->last_key[top], key) < 0);
    w->last_key[top] = key;
    put_quoted(w, is_first ? "\"" : ",\"", slice_str(key), "\":");
}

void wire_text(struct wire *w, const char *key, struct clear text)
{
    put_key(w, key);
    put_quoted(w, "\"", text.s, "\"");
}

void wire_u64(struct wire *w, const char *key, uint64_t n)
{
    if (n >= UINT64_C(1) << 53)
        w->failed = true;
    put_key(w, key);
    buf_put_u64(w->out, n);
}

void wire_bool(struct wire *w, const char *key, bool yes)
{
    put_key(w, key);
    buf_put_str(w->out, yes ? "true" : "false");
}

void wire_base64(struct wire *w, const char *key, const void *at, size_t len)
{
    const unsigned char *p = at;
    char text[BASE64_LEN(48) + 1];
    put_key(w, key);
    for (size_t i = 0; i < len; i += 48) {
        size_t n = len - i < 48 ? len - i : 48;
        base64_write(p + i, n, text);
        put_quoted(w, i == 0 ? "\"" : "", slice_of(text, BASE64_LEN(n)), i + n == len ? "\"" : "");
    }
    if (len == 0)
        buf_put_str(w->out, "\"\"");
}

void wire_open(struct wire *w, const char *key, char bracket)
{
    put_key(w, key);
    if (w->depth == 0 || w->depth >= WIRE_DEPTH || w->failed) {
        w->failed = true;
        return;
    }
    w->first[w->depth] = true;
    w->last_key[w->depth] = bracket == '[' ? "[" : NULL;
    w->depth++;
    buf_put(w->out, slice_of(&bracket, 1));
}

void wire_close(struct wire *w)
{
    if (w->depth == 0 || w->failed) {
        w->failed = true;
        return;
    }
    const char *opened = w->last_key[--w->depth];
    buf_put_str(w->out, opened != NULL && strcmp(opened, "[") == 0 ? "]" : "}");
}

gw_result wire_end(struct wire *w)
{
    if (w->depth != 1 || w->failed)
        return gw_is(GW_BAD);
    wire_close(w);
    return buf_result(w->out);
}
