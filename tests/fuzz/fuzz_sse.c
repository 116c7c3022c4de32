/* tests/fuzz/fuzz_sse.c - proxy/http/sse.h: any bytes, whole and in pieces, give the same events;
 * their raw bytes, put together, are the stream (but for a byte order mark and what no event took).
 */
#include "proxy/base/base.h"
#include "proxy/http/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void note(struct buf *log, struct buf *raw, const struct sse_event *e)
{
    require(e->has_payload || e->payload.len == 0);
    require(slice_find_byte(e->name, '\n') == SIZE_MAX);
    require(slice_find_byte(e->payload, '\r') == SIZE_MAX);
    buf_put_u64(log, e->name.len);
    buf_put_str(log, e->has_payload ? "|" : "-");
    buf_put(log, e->name);
    buf_put_u64(log, e->payload.len);
    buf_put(log, e->payload);
    buf_put_u64(log, e->raw.len);
    buf_put(raw, e->raw);
}

static enum gw_code read_stream(struct slice in, size_t step, struct buf *log, struct buf *raw)
{
    struct sse s;
    struct sse_event e;
    gw_result r = gw_is(GW_AGAIN);
    sse_init(&s, 200);
    for (size_t at = 0; at < in.len && r.code == GW_AGAIN; at += step) {
        struct slice piece = slice_cut(in, at, at + step);
        while (gw_ok(r = sse_feed(&s, &piece, &e)))
            note(log, raw, &e);
        require(r.code == GW_TOO_BIG || (r.code == GW_AGAIN && piece.len == 0));
    }
    if (gw_ok(sse_end(&s, &e)))
        note(log, raw, &e);
    sse_free(&s);
    return r.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice in = slice_of(at, len);
    size_t room = len * 64 + 100;
    struct buf log, raw, cut_log, cut_raw;
    buf_init(&log, room);
    buf_init(&raw, room);
    enum gw_code whole = read_stream(in, len + 1, &log, &raw);
    struct slice stream = slice_has_prefix(in, SLICE_LIT("\xEF\xBB\xBF")) ? slice_from(in, 3) : in;
    require(slice_has_prefix(stream, buf_slice(&raw)));
    for (size_t step = 1; step < 20; step += 6) {
        buf_init(&cut_log, room);
        buf_init(&cut_raw, room);
        require(read_stream(in, step, &cut_log, &cut_raw) == whole);
        require(slice_is(buf_slice(&log), buf_slice(&cut_log)));
        require(slice_is(buf_slice(&raw), buf_slice(&cut_raw)));
        buf_free(&cut_log);
        buf_free(&cut_raw);
    }
    buf_free(&log);
    buf_free(&raw);
    return 0;
}
