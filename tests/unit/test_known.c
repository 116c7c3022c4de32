/* tests/unit/test_known.c - values known by their hashes: files that are refused, values that are
 * not in them, and those that are, however they are written. */
#include "proxy/base/base.h"
#include "redact/known.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct slice salt = {"a salt of the tests", 19};
static struct arena *arena;
static struct buf file;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    buf_init(&file, 1 << 20);
    return arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    arena_free(arena);
    buf_free(&file);
    return 0;
}

static size_t write_list(const char *list)
{
    size_t count = 0, line = 0;
    const char *why = NULL;
    buf_clear(&file);
    gw_result r = known_write(slice_str(list), salt, &file, &count, &line, &why);
    if (!gw_ok(r))
        print_message("line %zu: %s\n", line, why);
    return gw_ok(r) ? count : 0;
}

static gw_result read_text(struct known *k, struct slice text, struct slice with)
{
    const char *why = NULL;
    gw_result r = known_read(k, text, with, arena, &why);
    assert_true(gw_ok(r) || why != NULL);
    return r;
}

static void lists_that_say_nothing_are_refused(void **state)
{
    (void)state;
    assert_int_equal(write_list(""), 0);
    assert_int_equal(write_list("# a remark\n\n"), 0);
    assert_int_equal(write_list("1234\n12-3\n"), 0); /* three digits: everybody has such a number */
}

static void files_that_are_damaged_are_refused(void **state)
{
    struct known k;
    char copy[400];
    (void)state;
    assert_int_equal(write_list("10203040\nAB-99-17\n"), 2);
    size_t len = buf_slice(&file).len;
    assert_true(len < sizeof copy);
    assert_int_equal(read_text(&k, SLICE_LIT(""), salt).code, GW_BAD);
    known_free(&k);
    for (size_t cut = 0; cut < len; cut += 3) { /* cut off: refused, or without its last values */
        memcpy(copy, buf_slice(&file).at, len);
        gw_result r = read_text(&k, slice_of(copy, cut), salt);
        assert_true(r.code == GW_BAD || k.count < 2 || cut >= len - 2);
        known_free(&k);
    }
    memcpy(copy, buf_slice(&file).at, len);
    copy[len - 3] = 'x';
    assert_int_equal(read_text(&k, slice_of(copy, len), salt).code, GW_BAD);
    known_free(&k);
}

static void another_salt_is_said_and_not_silence(void **state)
{
    struct known k;
    const char *why = NULL;
    (void)state;
    assert_int_equal(write_list("10203040\n"), 1);
    gw_result r = known_read(&k, buf_slice(&file), SLICE_LIT("another salt"), arena, &why);
    assert_int_equal(r.code, GW_BAD);
    assert_string_equal(why, "the file was made with another salt");
    known_free(&k);
}

static void values_are_known_however_they_are_written(void **state)
{
    struct known k;
    (void)state;
    assert_int_equal(write_list("1020 3040\n10203040\nab-9917x\n# 55555555\n"), 2);
    assert_true(gw_ok(read_text(&k, buf_slice(&file), salt)));
    assert_false(known_has(&k, SLICE_LIT("")) || known_has(&k, SLICE_LIT("10203041")) ||
                 known_has(&k, SLICE_LIT("1020304")) || known_has(&k, SLICE_LIT("102030400")) ||
                 known_has(&k, SLICE_LIT("55555555")));
    assert_true(known_has(&k, SLICE_LIT("10203040")) && known_has(&k, SLICE_LIT("10.20-30 40")) &&
                known_has(&k, SLICE_LIT("AB 9917 X")));
    known_free(&k);
}

static void a_file_tells_no_value(void **state)
{
    (void)state;
    assert_int_equal(write_list("10203040\nsecretname\n"), 2);
    assert_true(slice_find(buf_slice(&file), SLICE_LIT("10203040")) == SIZE_MAX &&
                slice_find(buf_slice(&file), SLICE_LIT("secret")) == SIZE_MAX);
}

static void of_thousands_each_is_known_and_no_other(void **state)
{
    struct known k;
    struct buf list;
    size_t met = 0;
    (void)state;
    buf_init(&list, 1 << 20);
    for (unsigned i = 0; i < 20000; i += 2) {
        buf_put_u64(&list, 30000000 + i);
        buf_put_str(&list, "\n");
    }
    buf_put_str(&list, "0000");
    assert_int_equal(write_list(buf_slice(&list).at), 10001);
    assert_true(gw_ok(read_text(&k, buf_slice(&file), salt)));
    for (unsigned i = 0; i < 20000; i++) {
        char value[16];
        snprintf(value, sizeof value, "%u", 30000000 + i);
        bool has = known_has(&k, slice_str(value));
        assert_true(has == (i % 2 == 0));
        met += has;
    }
    assert_int_equal(met, 10000);
    known_free(&k);
    buf_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_that_say_nothing_are_refused),
        cmocka_unit_test(files_that_are_damaged_are_refused),
        cmocka_unit_test(another_salt_is_said_and_not_silence),
        cmocka_unit_test(values_are_known_however_they_are_written),
        cmocka_unit_test(a_file_tells_no_value),
        cmocka_unit_test(of_thousands_each_is_known_and_no_other),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
