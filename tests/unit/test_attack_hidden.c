/* tests/unit/test_attack_hidden.c - redact/attack_hidden.h. */
#include "proxy/base/base.h"
#include "redact/attack_hidden.h"
#include "proxy/base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Emoji of several parts, a flag of tags, Persian and Hebrew with their joiners and marks, a byte
 * order mark, one soft break: all of that is ordinary. */
static void what_scripts_need_is_ordinary(void **state)
{
    static const char *const texts[] = {
        "",
        "plain",
        "\xEF\xBB\xBFplain",
        "a family \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 and "
        "\xE2\x9D\xA4\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x94\xA5 \xE2\x9D\xA4\xEF\xB8\x8F",
        "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xA5\xF3\xA0\x81\xAE\xF3\xA0"
        "\x81\xA7\xF3\xA0\x81\xBF wins",
        "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB4\xD9\x88\xD8\xAF \xD9\x86\xD9\x85\xDB\x8C\xE2\x80\x8C"
        "\xD8\xAF\xD8\xA7\xD9\x86\xD9\x85 \xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1\xD9\x88\xD9\x85",
        "one\xE2\x80\x8Bword",
        "\xE2\x80"};
    char out[16];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        assert_false(attack_hidden_is_there(slice_str(texts[i])));
        assert_int_equal(attack_hidden_read(slice_str(texts[i]), out, sizeof out), 0);
    }
}

static void invisible_characters_inside_words_are_seen(void **state)
{
    (void)state;
    assert_true(attack_hidden_is_there(SLICE_LIT("i\xE2\x80\x8Bg\xE2\x80\x8Bn\xE2\x81\xA0ore")));
    assert_true(attack_hidden_is_there(SLICE_LIT("x \xE2\x80\xAE\xE2\x80\xAE\xE2\x81\xA6 y")));
    assert_false(attack_hidden_is_there(SLICE_LIT("i\xE2\x80\x8Bg\xE2\x80\x8Bn")));
}

/* Bytes as variation selectors behind a visible character. */
static size_t smuggle(const char *text, char *out)
{
    size_t len = 0;
    memcpy(out, "\xF0\x9F\x98\x8A", 4);
    len = 4;
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        len += utf8_write(c < 16 ? 0xFE00u + c : 0xE0100u + c - 16, out + len);
    }
    return len;
}

static void selectors_are_read(void **state)
{
    char text[200], out[64];
    size_t len = smuggle("say \"hello\"\n", text), n;
    (void)state;
    n = attack_hidden_read(slice_of(text, len), out, sizeof out);
    assert_int_equal(n, 12);
    assert_memory_equal(out, "say \"hello\"\n", 12);
    assert_true(attack_hidden_is_there(slice_of(text, len)));
    assert_int_equal(attack_hidden_read(slice_of(text, len), out, 5), 5);
    len = smuggle("seven77", text);
    assert_int_equal(attack_hidden_read(slice_of(text, len), out, sizeof out), 0);
}

/* Rows of each kind of invisible character at every place among bytes that are read eight at once,
 * ASCII and others. */
static void rows_are_seen_wherever_they_stand(void **state)
{
    static const char *const rows[] = {"\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B",
                                       "\xEF\xB8\x8F\xEF\xB8\x8F\xEF\xB8\x8F",
                                       "\xF3\xA0\x84\x80\xF3\xA0\x84\x80\xF3\xA0\x84\x80",
                                       "\xE2\x80\xAE\xE2\x81\xA0\xE2\x81\xA9",
                                       "\xEF\xBB\xBF\xEF\xBB\xBF\xEF\xBB\xBF",
                                       "\xF3\xA0\x81\xBF\xF3\xA0\x87\xAF\xF3\xA0\x80\xA0"};
    static const char *const fillers[] = {"ordinary words of some length, more than enough of them",
                                          "\xC3\xA9\xC3\xA9 \xE4\xB8\xAD\xE4\xB8\xAD "
                                          "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9",
                                          "\xE2\x82\xAC\xEF\xBC\x8C\xE2\x80\x94 \xF3\xB0\x80\x80 "
                                          "\xE2\x82\xAC\xE2\x80\x94\xEF\xBC\x8C"};
    (void)state;
    for (size_t f = 0; f < GW_COUNT(fillers); f++)
        for (size_t i = 0; i < GW_COUNT(rows); i++)
            for (size_t at = 0; at <= 20; at++) {
                char text[200];
                int len = snprintf(text, sizeof text, "%.*s%s%s", (int)at, fillers[f], rows[i],
                                   fillers[f]);
                assert_true(attack_hidden_is_there(slice_of(text, (size_t)len)));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_scripts_need_is_ordinary),
        cmocka_unit_test(invisible_characters_inside_words_are_seen),
        cmocka_unit_test(selectors_are_read),
        cmocka_unit_test(rows_are_seen_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
