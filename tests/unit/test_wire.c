/* tests/unit/test_wire.c - audit/wire.h writes what audit/jcs.h reads. */
#include "proxy/base/base.h"
#include "audit/wire.h"
#include "audit/jcs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void other_json_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "1",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"b\":1,\"a\":2}",
                                      "[1,]",
                                      "[01]",
                                      "[-1]",
                                      "[1.0]",
                                      "[00]",
                                      "[9007199254740992]",
                                      "[10000000000000000]",
                                      "[18446744073709551617]",
                                      "[]]",
                                      "[1",
                                      "{\"ab\":1,\"a\":2}",
                                      "{\"\\n\":1}",
                                      "{\"\":1,\"\":2}",
                                      "[\"\\/\"]",
                                      "[\"\\u000a\"]",
                                      "[\"\\u0041\"]",
                                      "[\"\xff\"]",
                                      "[\"\xed\xa0\x80\"]",
                                      "[ 1]",
                                      "[1] ",
                                      "[\"\n\"]",
                                      "[[[[[[[[[1]]]]]]]]]"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (gw_ok(jcs_check(slice_str(bad[i]))))
            fail_msg("accepted: %s", bad[i]);
}

/* An odd byte is seen wherever it stands: in front, and where many are looked at together. */
static void an_odd_byte_is_refused_at_every_place(void **state)
{
    static const char odd[] = "\x01\x1f\xff\x80\"";
    char text[100];
    (void)state;
    for (size_t len = 1; len < 80; len++) {
        memset(text, 'a', sizeof text);
        memcpy(text, "[\"", 2);
        memcpy(text + 2 + len, "\"]", 2);
        assert_true(gw_ok(jcs_check(slice_of(text, len + 4))));
        for (size_t at = 0; at < len; at++)
            for (size_t k = 0; k < sizeof odd - 1; k++) {
                text[2 + at] = odd[k];
                assert_false(gw_ok(jcs_check(slice_of(text, len + 4))));
                text[2 + at] = 'a';
            }
    }
}

static void what_a_writer_writes_is_taken(void **state)
{
    static const char *const good[] = {"{}", "[]", "[0,9007199254740991,1000000000000000]",
                                       "{\"\":1,\"a\":2,\"ab\":3,\"b\":[true,false,null]}",
                                       "[\"\\u001f\\n\xc3\xa9\"]"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(good); i++)
        if (!gw_ok(jcs_check(slice_str(good[i]))))
            fail_msg("refused: %s", good[i]);
}

static void a_number_too_large_fails_at_the_end(void **state)
{
    struct buf out;
    struct wire w;
    (void)state;
    buf_init(&out, 1000);
    wire_init(&w, &out);
    wire_u64(&w, "n", UINT64_C(1) << 53);
    assert_false(gw_ok(wire_end(&w)));
    buf_free(&out);
}

static void text_is_escaped_the_shortest_way(void **state)
{
    struct buf out;
    struct wire w;
    struct slice text;
    uint64_t n;
    (void)state;
    buf_init(&out, 1000);
    wire_init(&w, &out);
    wire_text(&w, "a", CLEAR_LIT("\"\\\n\x01\x1f\xc3\xa9\xff/"));
    wire_open(&w, "b", '[');
    wire_bool(&w, NULL, true);
    wire_u64(&w, NULL, 7);
    wire_open(&w, NULL, '{');
    wire_close(&w);
    wire_close(&w);
    wire_base64(&w, "c", "abcd", 4);
    wire_u64(&w, "d", 12);
    assert_true(gw_ok(wire_end(&w)));
    assert_true(
        slice_is(buf_slice(&out),
                 SLICE_LIT("{\"a\":\"\\\"\\\\\\n\\u0001\\u001f\xc3\xa9?/\",\"b\":[true,7,{}],"
                           "\"c\":\"YWJjZA==\",\"d\":12}")));
    assert_true(gw_ok(jcs_check(buf_slice(&out))));
    assert_true(gw_ok(jcs_u64(buf_slice(&out), "d", &n)) && n == 12);
    assert_true(gw_ok(jcs_text(buf_slice(&out), "c", &text)));
    assert_int_equal(jcs_text(buf_slice(&out), "a", &text).code, GW_BAD);
    buf_free(&out);
}

/* Words and names of every length, plain or with one byte that must be escaped, anywhere. */
static void every_length_and_place(void **state)
{
    char text[48], key[48], want[128];
    (void)state;
    for (size_t len = 0; len < 40; len++)
        for (size_t odd = 0; odd <= len; odd++) { /* odd == len: none is */
            struct buf out;
            struct wire w;
            for (size_t i = 0; i < len; i++)
                text[i] = key[i] = (char)('a' + i % 26);
            if (odd < len)
                text[odd] = odd % 2 == 0 ? '"' : '\\';
            key[len] = '\0';
            snprintf(want, sizeof want, "{\"%s\":\"%.*s%s%.*s\"}", key, (int)odd, text,
                     odd < len ? "\\" : "", (int)(len - odd), text + odd);
            buf_init(&out, 1000);
            wire_init(&w, &out);
            wire_put_text(&w, slice_of(key, len), (struct clear){slice_of(text, len)});
            assert_true(gw_ok(wire_end(&w)));
            if (!slice_is(buf_slice(&out), slice_str(want)))
                fail_msg("%s", want);
            buf_free(&out);
        }
}

/* Whatever the room: all of it, or GW_TOO_BIG at the end. */
static void little_room_is_told_at_the_end(void **state)
{
    static const char whole[] = "{\"a\":\"\\nx\",\"b\":[true,\"YWJj\",{\"n\":18}]}";
    bool fits = false;
    (void)state;
    for (size_t room = 1; room < 100; room++) {
        struct buf out;
        struct wire w;
        buf_init(&out, room);
        wire_init(&w, &out);
        wire_text(&w, "a", CLEAR_LIT("\nx"));
        wire_open(&w, "b", '[');
        wire_bool(&w, NULL, true);
        wire_base64(&w, NULL, "abc", 3);
        wire_open(&w, NULL, '{');
        wire_u64(&w, "n", 18);
        wire_close(&w);
        wire_close(&w);
        gw_result r = wire_end(&w);
        assert_true(gw_ok(r) || !fits);
        fits = gw_ok(r);
        if (fits)
            assert_true(slice_is(buf_slice(&out), slice_str(whole)));
        assert_true(!fits || room >= sizeof whole - 1);
        buf_free(&out);
    }
    assert_true(fits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_json_is_refused),
        cmocka_unit_test(an_odd_byte_is_refused_at_every_place),
        cmocka_unit_test(what_a_writer_writes_is_taken),
        cmocka_unit_test(a_number_too_large_fails_at_the_end),
        cmocka_unit_test(text_is_escaped_the_shortest_way),
        cmocka_unit_test(every_length_and_place),
        cmocka_unit_test(little_room_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
