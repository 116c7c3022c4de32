/* tests/unit/test_sse.c - proxy/http/sse.h. Every stream is fed in pieces of every size: the events
 * that come out, written down as "[name|payload|raw]", must be the same. */
#include "proxy/base/base.h"
#include "proxy/http/sse.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void note(struct buf *log, const struct sse_event *e)
{
    buf_put_str(log, "[");
    buf_put(log, e->name);
    buf_put_str(log, e->has_payload ? "|" : "-");
    buf_put(log, e->payload);
    buf_put_str(log, "|");
    buf_put(log, e->raw);
    buf_put_str(log, "]");
}

static bool lies_in(struct slice input, const struct sse_event *e)
{
    const struct slice parts[] = {e->raw, e->payload, e->name};
    bool does = true;
    for (size_t i = 0; i < GW_COUNT(parts); i++)
        does = does && (parts[i].len == 0 || (parts[i].at >= input.at &&
                                              parts[i].at + parts[i].len <= input.at + input.len));
    return does;
}

/* Writes what was read, then how the stream ended; the pieces are copies of their very length. */
static gw_result read_stream(struct slice in, size_t step, size_t ceiling, struct buf *log)
{
    struct sse s;
    struct sse_event e;
    gw_result r = gw_is(GW_AGAIN);
    sse_init(&s, ceiling);
    for (size_t at = 0; at < in.len && r.code == GW_AGAIN; at += step) {
        struct slice part = slice_cut(in, at, at + step);
        char *copy = malloc(part.len);
        assert_non_null(copy);
        memcpy(copy, part.at, part.len);
        struct slice piece = slice_of(copy, part.len);
        while (gw_ok(r = sse_feed(&s, &piece, &e))) {
            note(log, &e);
            assert_true(!e.lies_in_input || lies_in(slice_of(copy, part.len), &e));
        }
        assert_true(r.code == GW_TOO_BIG || piece.len == 0);
        free(copy);
    }
    if (r.code == GW_TOO_BIG) {
        struct slice more = SLICE_LIT("data: x\n\n");
        assert_int_equal(sse_feed(&s, &more, &e).code, GW_TOO_BIG);
        buf_put_str(log, "!");
    } else if (gw_ok(sse_end(&s, &e))) {
        buf_put_str(log, "$");
        note(log, &e);
        assert_int_equal(sse_end(&s, &e).code, GW_NOT_FOUND);
    }
    sse_free(&s);
    return r;
}

static void check(struct slice in, size_t ceiling, const char *expected)
{
    for (size_t step = 1; step <= in.len; step++) {
        struct buf log;
        buf_init(&log, 1 << 20);
        read_stream(in, step, ceiling, &log);
        if (!slice_is(buf_slice(&log), slice_str(expected)))
            fail_msg("step %zu: %.*s", step, (int)log.len, buf_slice(&log).at);
        buf_free(&log);
    }
}

static void an_event_above_the_ceiling_ends_it(void **state)
{
    (void)state;
    check(SLICE_LIT("data: 345\n\n"), 11, "[|345|data: 345\n\n]");
    check(SLICE_LIT("data: 345\n\n"), 10, "!");
    check(SLICE_LIT("data: 1\n\ndata: 345\n\n"), 10, "[|1|data: 1\n\n]!");
    check(SLICE_LIT("::::::::::::::::"), 10, "!");
    check(SLICE_LIT("data: 1\ndata: 2\ndata: 3\n\n"), 20, "!");
}

static void nothing_is_made_up(void **state)
{
    (void)state;
    check(SLICE_LIT("\n"), 99, "[-|\n]");
    check(SLICE_LIT(": ping\n\n"), 99, "[-|: ping\n\n]");
    check(SLICE_LIT("event: a\n\n"), 99, "[a-|event: a\n\n]");
    check(SLICE_LIT("event: a\n"), 99, "");
    check(SLICE_LIT(": ping\n"), 99, "");
    check(SLICE_LIT("Data: x\n\n"), 99, "[-|Data: x\n\n]");
    check(SLICE_LIT(" data: x\n\n"), 99, "[-| data: x\n\n]");
    check(SLICE_LIT("data : x\n\n"), 99, "[-|data : x\n\n]");
    check(SLICE_LIT("datax\n\n"), 99, "[-|datax\n\n]");
    check(SLICE_LIT("\xEF\xBB\xBF\xEF\xBB\xBF"
                    "data: x\n\n"),
          99,
          "[-|\xEF\xBB\xBF"
          "data: x\n\n]");
    check(SLICE_LIT("data: x\n\n\xEF\xBB\xBF"
                    "data: y\n\n"),
          99,
          "[|x|data: x\n\n][-|\xEF\xBB\xBF"
          "data: y\n\n]");
}

static void all_three_line_ends_end_lines(void **state)
{
    (void)state;
    check(SLICE_LIT("data: x\n\ndata: y\n\n"), 99, "[|x|data: x\n\n][|y|data: y\n\n]");
    check(SLICE_LIT("data: x\r\n\r\ndata: y\r\n\r\n"), 99,
          "[|x|data: x\r\n\r\n][|y|data: y\r\n\r\n]");
    check(SLICE_LIT("data: x\r\rdata: y\r\r"), 99, "[|x|data: x\r\r]$[|y|data: y\r\r]");
    check(SLICE_LIT("data: x\n\r\ndata: y\r\n\ndata: z\r\n\r"), 99,
          "[|x|data: x\n\r\n][|y|data: y\r\n\n]$[|z|data: z\r\n\r]");
    check(SLICE_LIT("data: a\rdata: b\n\n"), 99, "[|a\nb|data: a\rdata: b\n\n]");
}

/* Longer than what is looked through at a time, and ending right in front of, at and behind it. */
/* Behind the first event, one that has come whole is read where it lies. */
static void a_whole_event_is_read_as_one_in_pieces(void **state)
{
#define FIRST "data: p\n\n"
#define FIRST_READ "[|p|" FIRST "]"
    (void)state;
    check(SLICE_LIT(FIRST "data: a\ndata: b\n\n"), 99, FIRST_READ "[|a\nb|data: a\ndata: b\n\n]");
    check(SLICE_LIT(FIRST "event: e\n: c\nid: 7\ndata: a\n\n"), 99,
          FIRST_READ "[e|a|event: e\n: c\nid: 7\ndata: a\n\n]");
    check(SLICE_LIT(FIRST "data: a\nevent: e\nevent: f\n\n"), 99,
          FIRST_READ "[f|a|data: a\nevent: e\nevent: f\n\n]");
    check(SLICE_LIT(FIRST "data\n\n"), 99, FIRST_READ "[||data\n\n]");
    check(SLICE_LIT(FIRST "event: a\n\n"), 99, FIRST_READ "[a-|event: a\n\n]");
    check(SLICE_LIT(FIRST "\n\ndata: a\n\n"), 99, FIRST_READ "[-|\n][-|\n][|a|data: a\n\n]");
    check(SLICE_LIT(FIRST "data: a\rdata: b\n\n"), 99, FIRST_READ "[|a\nb|data: a\rdata: b\n\n]");
    check(SLICE_LIT(FIRST "data: a\n\r\ndata: b\n\n"), 99,
          FIRST_READ "[|a|data: a\n\r\n][|b|data: b\n\n]");
}

static void long_lines_end_where_they_end(void **state)
{
    static const char *const ends[] = {"\n\n", "\r\r", "\r\n\r\n"};
    (void)state;
    for (size_t len = 240; len < 530; len++) {
        if (len == 264)
            len = 500;
        for (size_t k = 0; k < GW_COUNT(ends); k++) {
            char text[600], expected[1300];
            int n = snprintf(text, sizeof text, "data: %0*d%s", (int)len, 7, ends[k]);
            snprintf(expected, sizeof expected, "%s[|%0*d|%s]", k == 1 ? "$" : "", (int)len, 7,
                     text);
            struct buf log;
            buf_init(&log, 1 << 20);
            read_stream(slice_of(text, (size_t)n), (size_t)n, 2000, &log);
            assert_true(slice_is(buf_slice(&log), slice_str(expected)));
            buf_free(&log);
        }
    }
}

static void fields_are_read_as_the_standard_says(void **state)
{
    (void)state;
    check(SLICE_LIT("data:x\n\n"), 99, "[|x|data:x\n\n]");
    check(SLICE_LIT("data:  x \n\n"), 99, "[| x |data:  x \n\n]");
    check(SLICE_LIT("data\n\n"), 99, "[||data\n\n]");
    check(SLICE_LIT("data:\ndata:\n\n"), 99, "[|\n|data:\ndata:\n\n]");
    check(SLICE_LIT("event: a\nid: 1\nevent:b\nretry: 5\ndata: {\"a\":1}\n\n"), 99,
          "[b|{\"a\":1}|event: a\nid: 1\nevent:b\nretry: 5\ndata: {\"a\":1}\n\n]");
    check(SLICE_LIT("data: 1\n: c\ndata: 2\ndata: 3\n\n"), 99,
          "[|1\n2\n3|data: 1\n: c\ndata: 2\ndata: 3\n\n]");
    check(SLICE_LIT("\xEF\xBB\xBF"
                    "data: x\n\n"),
          99, "[|x|data: x\n\n]");
    check(SLICE_LIT("\xEF\xBB\xBF\r\ndata: x\r\n\r\n"), 99, "[-|\r\n][|x|data: x\r\n\r\n]");
    check(SLICE_LIT("data: x\xE2\x80\xA8y\n\n"), 99, "[|x\xE2\x80\xA8y|data: x\xE2\x80\xA8y\n\n]");
}

static void an_unfinished_event_is_given_at_the_end(void **state)
{
    (void)state;
    check(SLICE_LIT("data: [DONE]"), 99, "$[|[DONE]|data: [DONE]]");
    check(SLICE_LIT("data: [DONE]\n"), 99, "$[|[DONE]|data: [DONE]\n]");
    check(SLICE_LIT("data: [DONE]\r"), 99, "$[|[DONE]|data: [DONE]\r]");
    check(SLICE_LIT("\xEF\xBB\xBF"
                    "data: x"),
          99, "$[|x|data: x]");
    check(SLICE_LIT("data: x\n\ndat"), 99, "[|x|data: x\n\n]");
}

static void an_event_is_written_in_one_piece(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 100);
    assert_int_equal(sse_put_open(&out, SLICE_LIT("a\rb")).code, GW_BAD);
    assert_int_equal(sse_put(&out, SLICE_LIT("a\nb"), SLICE_LIT("x")).code, GW_BAD);
    assert_int_equal(sse_put(&out, SLICE_LIT("a"), SLICE_LIT("x\r")).code, GW_BAD);
    assert_int_equal(sse_put(&out, SLICE_LIT(""), SLICE_LIT("x\n\ndata: y")).code, GW_BAD);
    assert_int_equal(out.len, 0);
    assert_true(gw_ok(sse_put(&out, SLICE_LIT("ping"), SLICE_LIT("{}"))));
    assert_true(gw_ok(sse_put(&out, SLICE_LIT(""), SLICE_LIT(" x"))));
    check(buf_slice(&out), 99, "[ping|{}|event: ping\ndata: {}\n\n][| x|data:  x\n\n]");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_above_the_ceiling_ends_it),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(all_three_line_ends_end_lines),
        cmocka_unit_test(a_whole_event_is_read_as_one_in_pieces),
        cmocka_unit_test(long_lines_end_where_they_end),
        cmocka_unit_test(fields_are_read_as_the_standard_says),
        cmocka_unit_test(an_unfinished_event_is_given_at_the_end),
        cmocka_unit_test(an_event_is_written_in_one_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
