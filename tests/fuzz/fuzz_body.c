/* tests/fuzz/fuzz_body.c - proxy/http/body.h: any bytes in any framing, whole and in pieces, give
 * the same bytes and the same end. */
#include "proxy/base/base.h"
#include "proxy/http/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct ending {
    enum gw_code code;
    size_t used;
};

static void require(bool truth)
{
    if (!truth)
        abort();
}

static struct ending read_body(const struct head *head, struct slice in, size_t step,
                               struct buf *out)
{
    struct body b;
    struct ending end = {GW_AGAIN, 0};
    body_init(&b, head);
    while (end.used < in.len && !b.done) {
        struct slice piece = slice_cut(in, end.used, end.used + step), run;
        size_t before = piece.len;
        const char *reason = NULL;
        gw_result r = body_feed(&b, &piece, &run, &reason);
        if (r.code == GW_BAD) {
            require(reason != NULL && run.len == 0 && !b.done);
            return (struct ending){GW_BAD, 0};
        }
        require(gw_ok(r) && (piece.len < before || b.done));
        require(run.len == 0 || (run.at >= in.at && run.at + run.len <= in.at + in.len));
        require(gw_ok(buf_add(out, run)));
        end.used += before - piece.len;
    }
    end.code = b.done ? GW_OK : GW_AGAIN;
    return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    if (len < 2)
        return 0;
    struct head head = {.framing = (enum head_framing)(at[0] % 4), .body_len = at[1]};
    struct slice in = slice_of(at + 2, len - 2);
    struct buf whole, cut;
    buf_init(&whole, len + 1);
    struct ending first = read_body(&head, in, in.len + 1, &whole);
    for (size_t step = 1; step < 20; step += 6) {
        buf_init(&cut, len + 1);
        struct ending again = read_body(&head, in, step, &cut);
        require(again.code == first.code && again.used == first.used);
        require(slice_is(buf_slice(&whole), buf_slice(&cut)));
        buf_free(&cut);
    }
    buf_free(&whole);
    return 0;
}
