/* tests/unit/test_keyring.c - the wrapped keys on disk, and their end: audit/keyring.h. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/keyring.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

#define EPOCH "2026112820-0123456789abcdef"
#define LATER "2026112821-0123456789abcdef"
#define ENVELOPE "age-encryption.org/v1\nand so on"

static int dir_fd;
static const unsigned char units[3][RECORD_UNIT] = {{1}, {2}, {3}};
static char keys[3][CIPHER_WRAPPED];

static int fresh(void **state)
{
    int failed = rig_memory(state);
    assert_true(mkdir(dir, 0700) == 0);
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < GW_COUNT(keys); i++)
        memset(keys[i], 'a' + (int)i, sizeof keys[i]);
    return failed;
}

static int done(void **state)
{
    close(dir_fd);
    return rig_gone(state);
}

static struct keyring_item item_of(const char *epoch, const char *envelope, size_t unit)
{
    return (struct keyring_item){slice_str(epoch), slice_str(envelope),
                                 slice_of((const char *)units[unit], RECORD_UNIT),
                                 slice_of(keys[unit], CIPHER_WRAPPED)};
}

static enum gw_code store(const char *epoch, const char *envelope, size_t unit)
{
    const struct keyring_item item = item_of(epoch, envelope, unit);
    return keyring_store(dir_fd, &item).code;
}

static enum gw_code unit_of(const char *epoch, size_t unit)
{
    unsigned char wrapped[CIPHER_WRAPPED];
    gw_result r = keyring_unit(dir_fd, slice_str(epoch), units[unit], wrapped);
    if (gw_ok(r))
        assert_memory_equal(wrapped, keys[unit], CIPHER_WRAPPED);
    return r.code;
}

static void a_message_that_is_none_is_refused(void **state)
{
    const struct keyring_item item = item_of(EPOCH, ENVELOPE, 0);
    struct keyring_item got;
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 16);
    assert_true(gw_ok(keyring_put(&out, &item)));
    struct slice all = buf_slice(&out), rest;
    for (size_t n = 1; n < all.len; n++) {
        rest = slice_cut(all, 0, n);
        assert_int_equal(keyring_take(&rest, &got).code, GW_BAD);
    }
    char other[200];
    assert_true(all.len <= sizeof other);
    static const size_t places[] = {0, 10, RECORD_EPOCH - 1, RECORD_EPOCH + 2};
    for (size_t i = 0; i < GW_COUNT(places); i++) { /* no epoch; no envelope */
        memcpy(other, all.at, all.len);
        other[places[i]] = '/';
        rest = slice_of(other, all.len);
        assert_int_equal(keyring_take(&rest, &got).code, GW_BAD);
    }
    rest = all;
    assert_true(gw_ok(keyring_take(&rest, &got)));
    assert_true(slice_is(got.epoch, item.epoch) && slice_is(got.envelope, item.envelope));
    assert_true(slice_is(got.unit, item.unit) && slice_is(got.wrapped, item.wrapped));
    assert_int_equal(keyring_take(&rest, &got).code, GW_NOT_FOUND);
    buf_free(&out);
}

static void an_envelope_has_a_most(void **state)
{
    static char long_one[KEYRING_ENVELOPE + 1] = "age-encryption.org/";
    struct keyring_item item = item_of(EPOCH, "", 0), got;
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 16);
    item.envelope = slice_of(long_one, KEYRING_ENVELOPE + 1);
    assert_int_equal(keyring_put(&out, &item).code, GW_TOO_BIG);
    item.envelope.len--;
    assert_true(gw_ok(keyring_put(&out, &item)));
    struct slice rest = buf_slice(&out);
    assert_true(gw_ok(keyring_take(&rest, &got)) && got.envelope.len == KEYRING_ENVELOPE);
    buf_free(&out);
}

/* An epoch's envelope is written once; its units come behind it. */
static void an_epoch_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(store(EPOCH, "", 0), GW_REFUSED); /* not told yet */
    assert_int_equal(store(EPOCH, ENVELOPE, 0), GW_OK);
    assert_int_equal(store(EPOCH, ENVELOPE, 1), GW_REFUSED);
    assert_int_equal(store(EPOCH, "", 1), GW_OK);
    assert_int_equal(store(LATER, ENVELOPE, 2), GW_OK);
    assert_int_equal(unit_of(EPOCH, 0), GW_OK);
    assert_int_equal(unit_of(EPOCH, 1), GW_OK);
    assert_int_equal(unit_of(EPOCH, 2), GW_NOT_FOUND); /* it is the other epoch's */
    assert_int_equal(unit_of(LATER, 2), GW_OK);
}

static void an_erased_key_is_gone_for_good_and_the_others_stay(void **state)
{
    struct buf rows;
    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store(EPOCH, i == 0 ? ENVELOPE : "", i), GW_OK);
    for (int times = 0; times < 2; times++) {
        assert_true(gw_ok(keyring_erase(dir_fd, SLICE_LIT(EPOCH), units[1])));
        assert_int_equal(unit_of(EPOCH, 0), GW_OK);
        assert_int_equal(unit_of(EPOCH, 1), GW_NOT_FOUND);
        assert_int_equal(unit_of(EPOCH, 2), GW_OK);
    }
    buf_init(&rows, KEYRING_UNITS);
    assert_true(gw_ok(disk_read(dir_fd, "keys/" EPOCH ".units", &rows)));
    assert_int_equal(rows.len, 3 * KEYRING_ROW);
    assert_int_equal(slice_find(buf_slice(&rows), SLICE_LIT("bbbb")), SIZE_MAX);
    buf_free(&rows);
    assert_true(gw_ok(keyring_erase(dir_fd, SLICE_LIT(LATER), units[1]))); /* never was */
    assert_false(gw_ok(keyring_erase(dir_fd, SLICE_LIT("../x"), units[1])));
    assert_int_equal(unit_of("../../etc/passwd", 0), GW_BAD);
}

/* A row that a full disk cut short hides none that follow: those could not be erased either. */
static void a_torn_row_hides_no_other(void **state)
{
    (void)state;
    assert_int_equal(store(EPOCH, ENVELOPE, 0), GW_OK);
    int fd = openat(dir_fd, "keys/" EPOCH ".units", O_WRONLY | O_APPEND);
    assert_true(write(fd, "torn", 4) == 4);
    close(fd);
    assert_int_equal(store(EPOCH, "", 1), GW_OK);
    assert_int_equal(unit_of(EPOCH, 0), GW_OK);
    assert_int_equal(unit_of(EPOCH, 1), GW_OK);
    assert_true(gw_ok(keyring_erase(dir_fd, SLICE_LIT(EPOCH), units[1])));
    assert_int_equal(unit_of(EPOCH, 1), GW_NOT_FOUND);
}

static void a_units_name_is_sixteen_digits(void **state)
{
    unsigned char unit[RECORD_UNIT];
    static const char *const bad[] = {"",
                                      "0123456789abcde",
                                      "0123456789abcdef0",
                                      "0123456789ABCDEF",
                                      "0123456789abcdeg",
                                      "0123456789abcde "};
    static const unsigned char want[RECORD_UNIT] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(keyring_unit_read(slice_str(bad[i]), unit).code, GW_BAD);
    assert_int_equal(keyring_unit_read(SLICE_LIT("0123456789abcde\0"), unit).code, GW_BAD);
    assert_true(gw_ok(keyring_unit_read(SLICE_LIT("0123456789abcdef"), unit)));
    assert_memory_equal(unit, want, sizeof want);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_units_name_is_sixteen_digits),
        TEST(a_message_that_is_none_is_refused),
        TEST(an_envelope_has_a_most),
        TEST(an_epoch_is_told_once),
        TEST(an_erased_key_is_gone_for_good_and_the_others_stay),
        TEST(a_torn_row_hides_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
