/* proxy/http/body.c - see body.h. Knows no field and no limit; owns nothing. */
#include "proxy/base/base.h"
#include "proxy/http/body.h"

/* Where a chunked body stands. */
enum {
    CHUNK_SIZE = 0, /* in the hex digits */
    CHUNK_SIZE_LF,  /* CR seen after them */
    CHUNK_BYTES,
    CHUNK_BYTES_CR, /* after the last byte of a chunk */
    CHUNK_BYTES_LF,
    CHUNK_LAST_CR, /* after the line of the last chunk */
    CHUNK_LAST_LF,
    CHUNK_BROKEN /* said GW_BAD once: says so for ever */
};
enum { CHUNK_DIGITS_MAX = 15 };

void body_init(struct body *b, const struct head *head)
{
    *b = (struct body){.framing = head->framing};
    if (head->framing == FRAMING_LENGTH)
        b->left = head->body_len;
    b->done = head->framing == FRAMING_NONE || (head->framing == FRAMING_LENGTH && b->left == 0);
}

static struct slice take(struct slice *in, uint64_t at_most)
{
    size_t n = in->len < at_most ? in->len : (size_t)at_most;
    struct slice taken = slice_cut(*in, 0, n);
    *in = slice_from(*in, n);
    return taken;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A byte of the size line; NULL or what is wrong with it. */
static const char *step_size(struct body *b, char c)
{
    int digit = hex_value(c);
    if (digit >= 0) {
        if (b->digits == CHUNK_DIGITS_MAX)
            return "chunk size too long";
        b->digits++;
        b->left = b->left * 16 + (unsigned)digit;
        return NULL;
    }
    if (c != '\r' || b->digits == 0)
        return "chunk size is not hex digits and CRLF";
    b->state = CHUNK_SIZE_LF;
    return NULL;
}

/* Any byte of the framing; NULL or what is wrong with it. */
static const char *step_chunk(struct body *b, char c)
{
    switch (b->state) {
    case CHUNK_SIZE:
        return step_size(b, c);
    case CHUNK_SIZE_LF:
        b->digits = 0;
        b->state = b->left == 0 ? CHUNK_LAST_CR : CHUNK_BYTES;
        return c == '\n' ? NULL : "chunk size line not ended by CRLF";
    case CHUNK_BYTES_CR:
        b->state = CHUNK_BYTES_LF;
        return c == '\r' ? NULL : "chunk not ended by CRLF";
    case CHUNK_BYTES_LF:
        b->state = CHUNK_SIZE;
        return c == '\n' ? NULL : "chunk not ended by CRLF";
    case CHUNK_LAST_CR:
        b->state = CHUNK_LAST_LF;
        return c == '\r' ? NULL : "trailer fields are not accepted";
    case CHUNK_LAST_LF:
        b->done = c == '\n';
        return c == '\n' ? NULL : "last chunk not ended by CRLF";
    default:
        return "chunked body is broken";
    }
}

static gw_result feed_chunked(struct body *b, struct slice *in, struct slice *out,
                              const char **reason)
{
    while (in->len > 0 && !b->done && b->state != CHUNK_BYTES) {
        const char *problem = step_chunk(b, in->at[0]);
        if (problem != NULL) {
            b->state = CHUNK_BROKEN;
            b->done = false;
            *reason = problem;
            return gw_is(GW_BAD);
        }
        *in = slice_from(*in, 1);
    }
    if (b->state == CHUNK_BYTES && in->len > 0) {
        *out = take(in, b->left);
        b->left -= out->len;
        if (b->left == 0)
            b->state = CHUNK_BYTES_CR;
    }
    return gw_is(GW_OK);
}

gw_result body_feed(struct body *b, struct slice *in, struct slice *out, const char **reason)
{
    *out = slice_of(in->at, 0);
    if (b->done)
        return gw_is(GW_OK);
    if (in->len == 0)
        return gw_is(GW_AGAIN);
    if (b->framing == FRAMING_CHUNKED)
        return feed_chunked(b, in, out, reason);
    if (b->framing == FRAMING_CLOSE) {
        *out = take(in, UINT64_MAX);
        return gw_is(GW_OK);
    }
    *out = take(in, b->left);
    b->left -= out->len;
    b->done = b->left == 0;
    return gw_is(GW_OK);
}

gw_result body_end(struct body *b)
{
    if (b->framing == FRAMING_CLOSE)
        b->done = true;
    return gw_is(b->done ? GW_OK : GW_BAD);
}

gw_result body_put_chunk(struct buf *out, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char line[2 * sizeof bytes.len + 2];
    size_t at = sizeof line;
    if (bytes.len == 0)
        return gw_is(GW_OK);
    line[--at] = '\n';
    line[--at] = '\r';
    for (size_t left = bytes.len; left > 0; left >>= 4)
        line[--at] = digits[left & 0xf];
    TRY(buf_add(out, slice_of(line + at, sizeof line - at)));
    TRY(buf_add(out, bytes));
    return buf_add(out, SLICE_LIT("\r\n"));
}

gw_result body_put_last(struct buf *out)
{
    return buf_add(out, SLICE_LIT("0\r\n\r\n"));
}
