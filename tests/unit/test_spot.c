/* tests/unit/test_spot.c - what the vector instructions say is what plain C says; no word is
 * overlooked and nothing behind the end is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "proxy/base/spot.h"

enum { MOST = 8 };

static uint32_t next(uint32_t *seed)
{
    return *seed = *seed * 1664525u + 1013904223u;
}

static struct spot_table table(void)
{
    struct spot_table t = {.wanted = {1, 2, 3, 4, 0, 0xFF}};
    spot_add_range(&t, 1, '0', '9');
    spot_add_range(&t, 2, 'a', 'o');
    spot_add_range(&t, 4, '@', '@');
    spot_add_word(&t, 0, SLICE_LIT("key"));
    spot_add_word(&t, 7, SLICE_LIT("://"));
    spot_add_word(&t, 15, SLICE_LIT("kyeyless"));
    return t;
}

/* As the header words it. */
static bool is_marked(const struct spot_table *t, unsigned char b, uint8_t wanted)
{
    return (t->low[b % 16] & t->high[b / 16] & wanted) != 0;
}

/* A word of some group may begin with these four bytes: each place shows one of the group's
 * letters, by the five low bits. */
static bool is_spotted(const unsigned char *at)
{
    static const struct {
        const char *letters;
        size_t len;
    } words[] = {{"key", 3}, {"://", 3}, {"kyey", 4}}; /* each is a group of its own */
    for (size_t w = 0; w < GW_COUNT(words); w++) {
        size_t i = 0;
        while (i < words[w].len && at[i] % 32 == (unsigned char)words[w].letters[i] % 32)
            i++;
        if (i == words[w].len)
            return true;
    }
    return false;
}

static void both_ways_agree_on_any_bytes(void **state)
{
    const struct spot_table t = table();
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        unsigned char bytes[400];
        struct spot_block fast[MOST], plain[MOST];
        size_t len = next(&seed) % sizeof bytes, from = next(&seed) % 40;
        size_t most = 1 + (next(&seed) >> 8) % MOST;
        for (size_t i = 0; i < len; i++) /* few letters, so that words come about; or any byte */
            bytes[i] = (round & 1) != 0 ? (unsigned char)"keyK:/@9 "[(next(&seed) >> 16) % 9]
                                        : (unsigned char)(next(&seed) >> 16);
        struct slice s = slice_of(bytes, len);
        size_t n = spot_blocks(&t, s, from, fast, most);
        assert_int_equal(n, spot_blocks_plainly(&t, s, from, plain, most));
        size_t blocks = from < len ? (len - from + SPOT_BLOCK - 1) / SPOT_BLOCK : 0;
        assert_int_equal(n, blocks < most ? blocks : most);
        assert_memory_equal(fast, plain, n * sizeof fast[0]);
        for (size_t i = 0; i < n * SPOT_BLOCK; i++) {
            const struct spot_block *b = &plain[i / SPOT_BLOCK];
            for (size_t k = 0; k < SPOT_SETS; k++) {
                bool in = from + i < len && is_marked(&t, bytes[from + i], t.wanted[k]);
                assert_int_equal(b->in[k] >> (i % SPOT_BLOCK) & 1, in);
            }
            unsigned char ahead[SPOT_WORD] = {0};
            for (size_t k = 0; k < sizeof ahead && from + i + k < len; k++)
                ahead[k] = bytes[from + i + k];
            bool spotted = from + i < len && is_spotted(ahead);
            assert_int_equal(b->words >> (i % SPOT_BLOCK) & 1, spotted);
        }
    }
}

static void no_word_is_overlooked_wherever_it_stands(void **state)
{
    static const char *const words[] = {"key", "KEY", "kEy", "://", "kyey"};
    const struct spot_table t = table();
    (void)state;
    for (size_t w = 0; w < GW_COUNT(words); w++)
        for (size_t at = 0; at < 200; at++) {
            char bytes[204];
            size_t len = strlen(words[w]);
            struct spot_block out[MOST];
            memset(bytes, ' ', sizeof bytes);
            memcpy(bytes + at, words[w], len);
            size_t n = spot_blocks(&t, slice_of(bytes, at + len), 0, out, MOST);
            assert_int_equal(n, (at + len + 63) / 64);
            for (size_t i = 0; i < n * SPOT_BLOCK; i++)
                assert_int_equal(out[i / 64].words >> (i % 64) & 1, i == at);
            /* cut off, it is no word */
            n = spot_blocks(&t, slice_of(bytes, at + len - 1), 0, out, MOST);
            assert_int_equal(out[at / 64].words, 0);
        }
}

/* More blocks than are looked at together. */
static void both_ways_agree_on_long_texts(void **state)
{
    enum { BLOCKS = 100 };
    static unsigned char bytes[BLOCKS * SPOT_BLOCK + 3];
    static struct spot_block fast[BLOCKS + 1], plain[BLOCKS + 1];
    const struct spot_table t = table();
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) /* a word goes over each edge */
        bytes[i] = (unsigned char)"kyey @key"[i % 9];
    for (size_t len = sizeof bytes - 70; len <= sizeof bytes; len++) {
        struct slice s = slice_of(bytes, len);
        size_t n = spot_blocks(&t, s, 0, fast, GW_COUNT(fast));
        assert_int_equal(n, spot_blocks_plainly(&t, s, 0, plain, GW_COUNT(plain)));
        assert_int_equal(n, (len + SPOT_BLOCK - 1) / SPOT_BLOCK);
        assert_memory_equal(fast, plain, n * sizeof fast[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_agree_on_any_bytes),
        cmocka_unit_test(no_word_is_overlooked_wherever_it_stands),
        cmocka_unit_test(both_ways_agree_on_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
