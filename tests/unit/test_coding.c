/* tests/unit/test_coding.c - proxy/http/coding.h: torn, doubled, mislabelled and exploding bodies
 * first, then that each coding gives back what went in. */
#include "proxy/base/base.h"
#include "proxy/http/coding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

enum { ROOM = 1 << 20, BOMB = 1 << 20 };
static const char hello_br[] = "\x0b\x02\x80hello\x03";
static const char bomb_br[] =
    "\x5b\xff\xff\x0f\x40\x02\x20\x1e\x0b\x24\xf7\xfe\x01"; /* 1 MiB of NUL */

static struct slice pack_zlib(struct slice in, int bits, char *room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (z_const Bytef *)(uintptr_t)in.at;
    z.avail_in = (uInt)in.len;
    z.next_out = (Bytef *)room;
    z.avail_out = ROOM;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = z.total_out;
    deflateEnd(&z);
    return slice_of(room, n);
}

static struct slice pack(const char *name, struct slice in, char *room)
{
    if (strcmp(name, "gzip") == 0)
        return pack_zlib(in, 31, room);
    if (strcmp(name, "deflate") == 0)
        return pack_zlib(in, 15, room);
    if (strcmp(name, "zstd") == 0)
        return slice_of(room, ZSTD_compress(room, ROOM, in.at, in.len, 3));
    struct slice br = in.len == 5 ? SLICE_LIT(hello_br) : SLICE_LIT(bomb_br);
    memcpy(room, br.at, br.len);
    return slice_of(room, br.len);
}

/* Decodes a copy of the very length; what came out is compared, failures must leave nothing. */
static enum gw_code decode(const char *name, struct slice in, size_t ceiling, struct slice expected)
{
    struct buf out;
    char *copy = malloc(in.len + 1);
    assert_non_null(copy);
    if (in.len > 0)
        memcpy(copy, in.at, in.len);
    buf_init(&out, ceiling);
    gw_result r = coding_decode(slice_str(name), slice_of(copy, in.len), &out);
    if (gw_ok(r))
        assert_true(slice_is(buf_slice(&out), expected));
    else
        assert_int_equal(out.len, 0);
    buf_free(&out);
    free(copy);
    return r.code;
}

static const char *const codings[] = {"gzip", "deflate", "br", "zstd"};

static void unknown_names_and_lists_are_refused(void **state)
{
    static const char *const bad[] = {"gzip, gzip", "gzip,br", "compress", "x-compress", "*",
                                      "gzip;q=1",   "gzipp",   "gz",       ",",          "gzip,"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_int_equal(decode(bad[i], SLICE_LIT("x"), 100, SLICE_LIT("")), GW_REFUSED);
        assert_false(coding_is_known(slice_str(bad[i])));
    }
    assert_false(coding_is_known(slice_of("gzip\0", 5)));
    assert_true(coding_is_known(SLICE_LIT("GZip")) && coding_is_known(SLICE_LIT("x-gzip")));
    assert_true(coding_is_known(SLICE_LIT("")) && coding_is_known(SLICE_LIT("identity")));
}

static void torn_and_trailing_bytes_are_bad(void **state)
{
    char *room = malloc(ROOM);
    (void)state;
    assert_non_null(room);
    for (size_t i = 0; i < GW_COUNT(codings); i++) {
        struct slice packed = pack(codings[i], SLICE_LIT("hello"), room);
        for (size_t n = 0; n < packed.len; n++)
            assert_int_equal(decode(codings[i], slice_cut(packed, 0, n), 100, SLICE_LIT("")),
                             GW_BAD);
        room[packed.len] = 'x';
        packed.len++;
        assert_int_equal(decode(codings[i], packed, 100, SLICE_LIT("")), GW_BAD);
        packed.len--;
        memcpy(room + packed.len, room, packed.len); /* a second member */
        packed.len *= 2;
        assert_int_equal(decode(codings[i], packed, 100, SLICE_LIT("")), GW_BAD);
    }
    free(room);
}

static void a_coding_must_match_its_bytes(void **state)
{
    char *room = malloc(ROOM);
    (void)state;
    assert_non_null(room);
    for (size_t i = 0; i < GW_COUNT(codings); i++) {
        struct slice packed = pack(codings[i], SLICE_LIT("hello"), room);
        for (size_t k = 0; k < GW_COUNT(codings); k++)
            if (k != i)
                assert_int_equal(decode(codings[k], packed, 100, SLICE_LIT("")), GW_BAD);
        assert_int_equal(decode(codings[i], SLICE_LIT("{\"a\":1}"), 100, SLICE_LIT("")), GW_BAD);
    }
    /* raw deflate, a wrong checksum, a skippable zstd frame, a zstd window of 1 GiB */
    assert_int_equal(
        decode("deflate", pack_zlib(SLICE_LIT("hello"), -15, room), 100, SLICE_LIT("")), GW_BAD);
    struct slice packed = pack("gzip", SLICE_LIT("hello"), room);
    room[packed.len - 8] ^= 1;
    assert_int_equal(decode("gzip", packed, 100, SLICE_LIT("")), GW_BAD);
    assert_int_equal(decode("zstd", SLICE_LIT("\x50\x2A\x4D\x18\x01\0\0\0x"), 100, SLICE_LIT("")),
                     GW_BAD);
    assert_int_equal(
        decode("zstd", SLICE_LIT("\x28\xB5\x2F\xFD\x00\xA0\x01\0\0"), 100, SLICE_LIT("")), GW_BAD);
    free(room);
}

static void a_bomb_stops_at_the_ceiling(void **state)
{
    char *room = malloc(ROOM), *zeros = calloc(1, BOMB);
    (void)state;
    assert_true(room != NULL && zeros != NULL);
    for (size_t i = 0; i < GW_COUNT(codings); i++) {
        struct slice all = slice_of(zeros, BOMB);
        struct slice packed = pack(codings[i], all, room);
        assert_true(packed.len < 2000);
        assert_int_equal(decode(codings[i], packed, 1000, all), GW_TOO_BIG);
        assert_int_equal(decode(codings[i], packed, BOMB - 1, all), GW_TOO_BIG);
        assert_int_equal(decode(codings[i], packed, BOMB, all), GW_OK);
    }
    assert_int_equal(decode("identity", SLICE_LIT("hello"), 4, SLICE_LIT("")), GW_TOO_BIG);
    free(room);
    free(zeros);
}

static void what_went_in_comes_out(void **state)
{
    char *room = malloc(ROOM);
    (void)state;
    assert_non_null(room);
    for (size_t i = 0; i < GW_COUNT(codings); i++) {
        struct slice packed = pack(codings[i], SLICE_LIT("hello"), room);
        assert_int_equal(decode(codings[i], packed, 5, SLICE_LIT("hello")), GW_OK);
    }
    struct slice packed = pack("gzip", SLICE_LIT(""), room);
    assert_int_equal(decode("X-GZIP", packed, 5, SLICE_LIT("")), GW_OK);
    assert_int_equal(decode("", SLICE_LIT("hello"), 5, SLICE_LIT("hello")), GW_OK);
    assert_int_equal(decode("Identity", SLICE_LIT(""), 5, SLICE_LIT("")), GW_OK);
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_and_lists_are_refused),
        cmocka_unit_test(torn_and_trailing_bytes_are_bad),
        cmocka_unit_test(a_coding_must_match_its_bytes),
        cmocka_unit_test(a_bomb_stops_at_the_ceiling),
        cmocka_unit_test(what_went_in_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
