/* tests/unit/test_body.c - proxy/http/body.h: broken chunking first; every cut gives the same. */
#include "proxy/base/base.h"
#include "proxy/http/body.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Feeds `in` in pieces of `step` bytes; the body's bytes go to out. GW_AGAIN: not done yet. */
static gw_result feed(struct body *b, struct slice in, size_t step, struct buf *out, size_t *used)
{
    *used = 0;
    while (*used < in.len && !b->done) {
        struct slice piece = slice_cut(in, *used, *used + step);
        while (!b->done) {
            struct slice run;
            const char *reason = NULL;
            size_t before = piece.len;
            gw_result r = body_feed(b, &piece, &run, &reason);
            if (r.code == GW_BAD) {
                assert_non_null(reason);
                return r;
            }
            *used += before - piece.len;
            assert_true(gw_ok(buf_add(out, run)));
            if (r.code == GW_AGAIN)
                break;
            assert_true(gw_ok(r));
            assert_true(b->done || piece.len < before);
        }
    }
    return gw_is(b->done ? GW_OK : GW_AGAIN);
}

static enum gw_code run(enum head_framing framing, struct slice in, struct slice expected,
                        size_t *used)
{
    enum gw_code first = GW_NONE;
    for (size_t step = 1; step <= in.len; step++) {
        struct head head = {.framing = framing, .body_len = 5};
        struct body body;
        struct buf out;
        buf_init(&out, 1 << 20);
        body_init(&body, &head);
        gw_result r = feed(&body, in, step, &out, used);
        if (first == GW_NONE)
            first = r.code;
        assert_int_equal(r.code, first);
        if (first != GW_BAD)
            assert_true(slice_is(buf_slice(&out), expected));
        if (first == GW_BAD)
            assert_false(gw_ok(body_end(&body)));
        buf_free(&out);
    }
    return first;
}

static void broken_chunking_is_refused(void **state)
{
    static const char *const bad[] = {
        "\r\n",
        "g\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5;\r\nhello\r\n0\r\n\r\n",
        "5;a=b\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "1_0\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\r\nhello",
        "5\rhello",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello!!\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello\r\n\r\n",
        "0\r\nX: a\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "0\r\n\n",
        "0\n\r\n",
        "0\r\n\r\r",
        "0\r\n0\r\n\r\n",
        "0000000000000005\r\nhello\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFF0\r\n",
        "ffffffffffffffff\r\n",
        "\t5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0 \r\n\r\n",
        "5\"\r\n",
        "\xef\xbc\x95\r\n",
    };
    size_t used;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (run(FRAMING_CHUNKED, slice_str(bad[i]), SLICE_LIT(""), &used) != GW_BAD)
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(run(FRAMING_CHUNKED, slice_of("5\0\r\n", 4), SLICE_LIT(""), &used), GW_BAD);
}

static void a_broken_body_stays_broken(void **state)
{
    struct head head = {.framing = FRAMING_CHUNKED};
    struct body body;
    struct slice in = SLICE_LIT("zz"), out;
    const char *reason = NULL;
    (void)state;
    body_init(&body, &head);
    assert_int_equal(body_feed(&body, &in, &out, &reason).code, GW_BAD);
    in = SLICE_LIT("0\r\n\r\n");
    assert_int_equal(body_feed(&body, &in, &out, &reason).code, GW_BAD);
    assert_int_equal(out.len, 0);
}

static void a_cut_body_is_no_body(void **state)
{
    static const char whole[] = "3\r\nabc\r\n0\r\n\r\n";
    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        struct head head = {.framing = FRAMING_CHUNKED};
        struct body body;
        struct buf out;
        size_t used;
        buf_init(&out, 100);
        body_init(&body, &head);
        assert_int_equal(feed(&body, slice_of(whole, n), 2, &out, &used).code, GW_AGAIN);
        assert_int_equal(body_end(&body).code, GW_BAD);
        buf_free(&out);
    }
    size_t used;
    assert_int_equal(run(FRAMING_LENGTH, SLICE_LIT("abc"), SLICE_LIT("abc"), &used), GW_AGAIN);
}

static void framings_end_where_they_say(void **state)
{
    size_t used;
    (void)state;
    assert_int_equal(run(FRAMING_CHUNKED,
                         SLICE_LIT("5\r\nhello\r\nA\r\n, world!!!\r\n000\r\n\r\nGET"),
                         SLICE_LIT("hello, world!!!"), &used),
                     GW_OK);
    assert_int_equal(used, 32);
    assert_int_equal(run(FRAMING_CHUNKED, SLICE_LIT("000000000000005\r\nhello\r\n0\r\n\r\n"),
                         SLICE_LIT("hello"), &used),
                     GW_OK);
    assert_int_equal(run(FRAMING_LENGTH, SLICE_LIT("helloGET"), SLICE_LIT("hello"), &used), GW_OK);
    assert_int_equal(used, 5);
    assert_int_equal(run(FRAMING_NONE, SLICE_LIT("GET"), SLICE_LIT(""), &used), GW_OK);
    assert_int_equal(used, 0);
    assert_int_equal(run(FRAMING_CLOSE, SLICE_LIT("all of it"), SLICE_LIT("all of it"), &used),
                     GW_AGAIN);
}

static void an_end_completes_only_what_lasts_until_it(void **state)
{
    struct head head = {.framing = FRAMING_CLOSE};
    struct body body;
    (void)state;
    body_init(&body, &head);
    assert_true(gw_ok(body_end(&body)) && body.done);
    head = (struct head){.framing = FRAMING_LENGTH, .body_len = 1};
    body_init(&body, &head);
    assert_false(gw_ok(body_end(&body)));
    head.body_len = 0;
    body_init(&body, &head);
    assert_true(body.done && gw_ok(body_end(&body)));
}

static void chunks_are_written_as_they_are_read(void **state)
{
    struct buf out;
    size_t used;
    (void)state;
    buf_init(&out, 1000);
    assert_true(gw_ok(body_put_chunk(&out, SLICE_LIT("hello, world!!!!"))));
    assert_true(gw_ok(body_put_chunk(&out, SLICE_LIT(""))));
    assert_true(gw_ok(body_put_chunk(&out, SLICE_LIT("x"))));
    assert_true(gw_ok(body_put_last(&out)));
    assert_true(
        slice_is(buf_slice(&out), SLICE_LIT("10\r\nhello, world!!!!\r\n1\r\nx\r\n0\r\n\r\n")));
    assert_int_equal(run(FRAMING_CHUNKED, buf_slice(&out), SLICE_LIT("hello, world!!!!x"), &used),
                     GW_OK);
    buf_free(&out);
    buf_init(&out, 4);
    assert_int_equal(body_put_chunk(&out, SLICE_LIT("hello")).code, GW_TOO_BIG);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_chunking_is_refused),
        cmocka_unit_test(a_broken_body_stays_broken),
        cmocka_unit_test(a_cut_body_is_no_body),
        cmocka_unit_test(framings_end_where_they_say),
        cmocka_unit_test(an_end_completes_only_what_lasts_until_it),
        cmocka_unit_test(chunks_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
