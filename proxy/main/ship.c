/* proxy/main/ship.c - see ship.h. */
#include "proxy/base/base.h"
#include "proxy/main/ship.h"
#include "audit/disk.h"
#include "proxy/base/clock.h"

enum { CURSOR_MAX = 128, HEAD_MAX = 4096 };

const char *ship_name(struct ship *s, const char *name)
{
    if (!sink_is_name(name))
        return "a sink's name is letters, digits, '-', '_' and '.'";
    snprintf(s->cursor, sizeof s->cursor, "sink/%s.pos", name);
    return NULL;
}

gw_result ship_begin(struct ship *s, bool *has, uint64_t *after)
{
    struct buf text;
    *has = false;
    if (s->cursor[0] == '\0')
        return gw_is(GW_OK);
    buf_init(&text, CURSOR_MAX);
    gw_result r = disk_read(s->dir, s->cursor, &text);
    if (gw_ok(r)) {
        struct slice all = buf_slice(&text);
        r = slice_u64(slice_cut(all, 0, slice_find_byte(all, '\n')), after);
        *has = gw_ok(r);
        size_t at = slice_find(all, SLICE_LIT("\nhead "));
        struct slice head = slice_from(all, at == SIZE_MAX ? all.len : at + 6);
        if (!gw_ok(slice_u64(slice_cut(head, 0, slice_find_byte(head, '\n')), &s->taken)))
            s->taken = 0;
    }
    buf_free(&text);
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

void ship_clear(struct ship *s)
{
    s->sent = s->head = 0;
    s->is_full = false;
}

gw_result ship_record(struct ship *s, const struct segment_frame *frame,
                      const struct segment_frame *begin)
{
    struct event e = {.origin = s->origin, .frame = frame, .begin = begin};
    gw_result r = sink_add(s->sink, &e);
    s->is_full = r.code == GW_TOO_BIG && s->sent > 0; /* else it fits into none */
    TRY(r);
    if (s->with_findings && event_has_finding(&e)) {
        e.is_finding = true;
        TRY(sink_add(s->sink, &e));
    }
    s->sent++;
    s->last = frame->seq;
    return gw_is(GW_OK);
}

gw_result ship_head(struct ship *s, uint64_t size, struct slice note)
{
    static const struct clock real;
    struct segment_frame frame = {.seq = size};
    struct buf leaf;
    if (!s->with_heads || s->is_full || s->sent == 0 || s->sent == SHIP_BATCH)
        return gw_is(GW_OK);
    buf_init(&leaf, HEAD_MAX);
    gw_result r = event_head(size, clock_wall_us(&real), &leaf);
    frame.leaf = buf_slice(&leaf);
    const struct event e = {.origin = s->origin, .frame = &frame, .head = note};
    if (gw_ok(r))
        r = sink_add(s->sink, &e);
    if (gw_ok(r))
        s->head = size;
    buf_free(&leaf);
    return r.code == GW_TOO_BIG ? gw_is(GW_OK) : r; /* the next one goes */
}

gw_result ship_send(struct ship *s)
{
    char text[CURSOR_MAX];
    if (s->sent == 0)
        return gw_is(GW_OK);
    TRY(sink_flush(s->sink));
    if (s->cursor[0] == '\0')
        return gw_is(GW_OK);
    s->taken = s->head > 0 ? s->head : s->taken;
    int len = snprintf(text, sizeof text, "%llu\n%s\n", (unsigned long long)s->last,
                       sink_confirms(s->sink) ? "confirmed" : "unconfirmed");
    if (s->taken > 0)
        len += snprintf(text + len, sizeof text - (size_t)len, "head %llu\n",
                        (unsigned long long)s->taken);
    return disk_write(s->dir, s->cursor, slice_of(text, (size_t)len));
}
