/* proxy/http/sse.c - see sse.h. Knows no JSON and no dialect. Its holder frees it; wiped then.
 *
 * After a CR it waits for the next byte before it gives an event out, so that CRLF is never torn
 * apart and the events do not depend on how the bytes were cut. */
#include "proxy/base/base.h"
#include "proxy/http/sse.h"

/* In `scanned`: the event in raw was given out and goes at the next call. */
#define SSE_GIVEN SIZE_MAX

enum { LINE_STEP = 256 };

void sse_init(struct sse *s, size_t ceiling)
{
    *s = (struct sse){0};
    buf_init(&s->raw, ceiling);
    buf_init(&s->payload, ceiling);
}

void sse_free(struct sse *s)
{
    buf_free(&s->raw);
    buf_free(&s->payload);
}

static void forget_given(struct sse *s)
{
    if (s->scanned != SSE_GIVEN)
        return;
    buf_clear(&s->raw);
    buf_clear(&s->payload);
    s->scanned = s->line_at = 0;
}

/* Bytes in front of the first CR or LF, or all. Step by step, so that a text of short lines that
 * end in one of them is not searched to its end for the other again and again. */
static size_t line_len(struct slice s)
{
    for (size_t at = 0; at < s.len; at += LINE_STEP) {
        struct slice step = slice_cut(s, at, at + LINE_STEP);
        size_t lf = slice_find_byte(step, '\n');
        size_t cr = slice_find_byte(slice_cut(step, 0, lf), '\r');
        if (cr != SIZE_MAX || lf != SIZE_MAX)
            return at + (cr != SIZE_MAX ? cr : lf);
    }
    return s.len;
}

/* Takes one line off the front of *rest, without its end. */
static struct slice next_line(struct slice *rest)
{
    size_t n = line_len(*rest);
    struct slice line = slice_cut(*rest, 0, n);
    if (n + 1 < rest->len && rest->at[n] == '\r' && rest->at[n + 1] == '\n')
        n++;
    *rest = slice_from(*rest, n + 1);
    return line;
}

/* The value of a field line when its name is `name`. */
static bool is_field(struct slice line, struct slice name, struct slice *value)
{
    bool has_colon = line.len > name.len;
    if (!slice_has_prefix(line, name) || (has_colon && line.at[name.len] != ':'))
        return false;
    *value = slice_from(line, has_colon ? name.len + 1 : name.len);
    if (value->len > 0 && value->at[0] == ' ')
        *value = slice_from(*value, 1);
    return true;
}

/* One more data line: the first is borrowed, from the second on they are joined in s->payload. */
static gw_result add_payload(struct sse *s, struct slice value, size_t lines, struct sse_event *out)
{
    if (lines == 0) {
        out->payload = value;
        return gw_is(GW_OK);
    }
    if (lines == 1)
        TRY(buf_add(&s->payload, out->payload));
    TRY(buf_add_byte(&s->payload, '\n'));
    TRY(buf_add(&s->payload, value));
    out->payload = buf_slice(&s->payload);
    return gw_is(GW_OK);
}

/* The lines of `raw` become *out. */
static gw_result give(struct sse *s, struct slice raw, struct sse_event *out)
{
    size_t lines = 0;
    struct slice value;
    *out = (struct sse_event){.raw = raw};
    for (struct slice rest = raw; rest.len > 0;) {
        struct slice line = next_line(&rest);
        if (is_field(line, SLICE_LIT("data"), &value))
            TRY(add_payload(s, value, lines++, out));
        else if (is_field(line, SLICE_LIT("event"), &value))
            out->name = value;
    }
    out->has_payload = lines > 0;
    s->scanned = SSE_GIVEN;
    s->after_cr = false;
    return gw_is(GW_OK);
}

/* The event that `in` begins with, when all of it is there and its lines end in LF alone, as nearly
 * all do: read where it lies. False: it is read line by line. */
static bool give_whole(struct sse *s, struct slice *in, struct sse_event *out)
{
    size_t at = 0, lines = 0;
    struct slice value;
    *out = (struct sse_event){.lies_in_input = true};
    if (s->raw.len > 0 || s->after_cr || !s->bom_checked || in->len == 0 || in->at[0] == '\n')
        return false;
    do {
        size_t n = slice_find_byte(slice_from(*in, at), '\n');
        if (n == SIZE_MAX || at + n + 1 >= in->len)
            return false;
        struct slice line = slice_cut(*in, at, at + n);
        if (is_field(line, SLICE_LIT("data"), &value)) {
            out->payload = value;
            lines++;
        } else if (is_field(line, SLICE_LIT("event"), &value)) {
            out->name = value;
        }
        at += n + 1;
    } while (in->at[at] != '\n');
    out->raw = slice_cut(*in, 0, at + 1);
    out->has_payload = lines > 0;
    if (lines > 1 || out->raw.len > s->raw.ceiling || slice_find_byte(out->raw, '\r') != SIZE_MAX)
        return false;
    *in = slice_from(*in, at + 1);
    return true;
}

static void strip_bom(struct sse *s)
{
    if (!s->bom_checked && slice_has_prefix(buf_slice(&s->raw), SLICE_LIT("\xEF\xBB\xBF")))
        buf_consume(&s->raw, 3);
    s->bom_checked = true;
}

/* The line that raw ends with is whole: true when it is the blank one. */
static bool end_line(struct sse *s)
{
    s->after_cr = false;
    strip_bom(s);
    struct slice line = slice_from(buf_slice(&s->raw), s->line_at);
    s->line_at += line.len;
    return line.at[0] == '\n' || line.at[0] == '\r';
}

/* Up to and with the next CR or LF, or all of it. */
static struct slice take_run(struct slice *in)
{
    size_t n = line_len(*in);
    struct slice run = slice_cut(*in, 0, n + 1);
    *in = slice_from(*in, n + 1);
    return run;
}

gw_result sse_feed(struct sse *s, struct slice *in, struct sse_event *out)
{
    if (s->raw.failed || s->payload.failed)
        return gw_is(GW_TOO_BIG);
    forget_given(s);
    if (give_whole(s, in, out))
        return gw_is(GW_OK);
    while (in->len > 0) {
        if (s->after_cr && in->at[0] != '\n') {
            if (end_line(s))
                return give(s, buf_slice(&s->raw), out);
            continue;
        }
        struct slice run = take_run(in);
        TRY(buf_add(&s->raw, run));
        if (run.at[run.len - 1] == '\r')
            s->after_cr = true;
        else if (run.at[run.len - 1] == '\n' && end_line(s))
            return give(s, buf_slice(&s->raw), out);
    }
    return gw_is(GW_AGAIN);
}

gw_result sse_end(struct sse *s, struct sse_event *out)
{
    if (s->raw.failed || s->payload.failed)
        return gw_is(GW_TOO_BIG);
    forget_given(s);
    strip_bom(s);
    TRY(give(s, buf_slice(&s->raw), out));
    return gw_is(out->has_payload ? GW_OK : GW_NOT_FOUND);
}

static bool is_one_line(struct slice s)
{
    return slice_find_byte(s, '\n') == SIZE_MAX && slice_find_byte(s, '\r') == SIZE_MAX;
}

gw_result sse_put_open(struct buf *out, struct slice name)
{
    if (!is_one_line(name))
        return gw_is(GW_BAD);
    if (name.len > 0) {
        TRY(buf_add(out, SLICE_LIT("event: ")));
        TRY(buf_add(out, name));
        TRY(buf_add(out, SLICE_LIT("\n")));
    }
    return buf_add(out, SLICE_LIT("data: "));
}

gw_result sse_put_close(struct buf *out)
{
    return buf_add(out, SLICE_LIT("\n\n"));
}

gw_result sse_put(struct buf *out, struct slice name, struct slice payload)
{
    if (!is_one_line(payload))
        return gw_is(GW_BAD);
    TRY(sse_put_open(out, name));
    TRY(buf_add(out, payload));
    return sse_put_close(out);
}
