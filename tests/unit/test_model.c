/* tests/unit/test_model.c - a model is refused or read as written; the best reading against a
 * search through all readings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/model.h"

enum {
    BITS = 8,
    LIST_BITS = 4,
    HEAD = 16 + TAGS * TAGS,
    LISTS = 4 << LIST_BITS,
    ROWS = TAGS << BITS
};

struct small {
    uint64_t align;
    uint8_t at[HEAD + LISTS + ROWS];
};

static void write_head(struct small *s, uint32_t magic, uint32_t bits, uint32_t list_bits)
{
    const uint32_t head[4] = {magic, bits, list_bits, 0};
    memset(s->at, 0, sizeof s->at);
    memcpy(s->at, head, sizeof head);
    memset(s->at + HEAD + LISTS, 128, ROWS);
}

static void what_is_no_model_is_refused(void **state)
{
    struct small s;
    struct model m;
    (void)state;
    assert_int_equal(model_open(slice_of(NULL, 0), &m).code, GW_CORRUPT);
    write_head(&s, MODEL_MAGIC + 1, BITS, LIST_BITS);
    assert_int_equal(model_open(slice_of(s.at, sizeof s.at), &m).code, GW_CORRUPT);
    write_head(&s, MODEL_MAGIC, 40, LIST_BITS);
    assert_int_equal(model_open(slice_of(s.at, sizeof s.at), &m).code, GW_CORRUPT);
    write_head(&s, MODEL_MAGIC, BITS, 0);
    assert_int_equal(model_open(slice_of(s.at, sizeof s.at), &m).code, GW_CORRUPT);
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    assert_int_equal(model_open(slice_of(s.at, sizeof s.at - 1), &m).code, GW_CORRUPT);
    assert_int_equal(model_open(slice_of(s.at + 1, sizeof s.at - 1), &m).code, GW_CORRUPT);
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
}

static void the_built_in_model_is_one(void **state)
{
    struct model m;
    struct word w;
    (void)state;
    assert_true(gw_ok(model_open(model_built_in(), &m)));
    assert_true(model_built_in().len < 8 << 20);
    assert_true(word_next(SLICE_LIT("Anna"), 0, &w));
    assert_true(model_lists(&m, w.low) & LIST_GIVEN);
    assert_true(word_next(SLICE_LIT("qqzzxxy"), 0, &w));
    assert_int_equal(model_lists(&m, w.low), 0);
}

static void a_full_table_of_lists_ends(void **state)
{
    struct small s;
    struct model m;
    (void)state;
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    for (uint32_t i = 0; i < 1 << LIST_BITS; i++) {
        uint32_t slot = (i + 1) << 16 | 1;
        memcpy(s.at + HEAD + 4 * i, &slot, sizeof slot);
    }
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
    assert_int_equal(model_lists(&m, 0xFFFF0000u), 0);
    assert_int_equal(model_lists(&m, 5u << 16), 1);
}

static void sums_are_those_of_the_weights(void **state)
{
    struct small s;
    struct model m;
    uint32_t traits[40];
    int16_t sums[TAGS];
    int wanted[TAGS] = {0};
    uint64_t random = 1;
    (void)state;
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    for (size_t i = 0; i < ROWS; i++, random = random * 6364136223846793005u + 1)
        s.at[HEAD + LISTS + i] = (uint8_t)(random >> 40);
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
    for (size_t i = 0; i < GW_COUNT(traits); i++, random = random * 6364136223846793005u + 1) {
        traits[i] = (uint32_t)(random >> 32);
        for (size_t k = 0; k < TAGS; k++)
            wanted[k] += s.at[HEAD + LISTS + (traits[i] >> (32 - BITS)) * TAGS + k] - 128;
    }
    model_sum(&m, traits, GW_COUNT(traits), sums);
    for (size_t k = 0; k < TAGS; k++)
        assert_int_equal(sums[k], wanted[k]);
    model_sum(&m, traits, 0, sums);
    assert_int_equal(sums[0], 0);
}

/* The sum of one reading. */
static int worth(const struct model *m, int16_t (*sums)[TAGS], size_t n, const uint8_t *tags)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sums[i][tags[i]] + MODEL_STEP * m->steps[(i > 0 ? tags[i - 1] : 0) * TAGS + tags[i]];
    return sum;
}

static void the_best_reading_is_found(void **state)
{
    struct small s;
    struct model m;
    uint64_t random = 3;
    (void)state;
    for (int round = 0; round < 200; round++) {
        int16_t sums[5][TAGS];
        uint8_t tags[5], best[5] = {0};
        write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
        for (size_t i = 0; i < TAGS * TAGS; i++, random = random * 6364136223846793005u + 1)
            s.at[16 + i] = (uint8_t)(random >> 40);
        for (size_t i = 0; i < 5 * TAGS; i++, random = random * 6364136223846793005u + 1)
            sums[i / TAGS][i % TAGS] = (int16_t)((random >> 40) % MODEL_WALL);
        assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
        for (uint32_t all = 0; all < 1u << 15; all++) {
            for (size_t i = 0; i < 5; i++)
                tags[i] = all >> (3 * i) & 7;
            if (worth(&m, sums, 5, tags) > worth(&m, sums, 5, best))
                memcpy(best, tags, sizeof best);
        }
        model_read(&m, sums, 5, tags);
        assert_int_equal(worth(&m, sums, 5, tags), worth(&m, sums, 5, best));
    }
}

static void at_a_wall_there_is_no_name(void **state)
{
    struct small s;
    struct model m;
    int16_t sums[5][TAGS] = {{0}};
    uint8_t tags[5];
    (void)state;
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    for (size_t i = 0; i < TAGS * TAGS; i++) /* a name once begun would like to go on */
        s.at[16 + i] = i % TAGS == TAG_ADDRESS ? 100 : 0;
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
    sums[2][TAG_NONE] = MODEL_WALL - 1;
    model_read(&m, sums, 5, tags);
    assert_int_equal(tags[2], TAG_ADDRESS);
    sums[2][TAG_NONE] = MODEL_WALL;
    model_read(&m, sums, 5, tags);
    assert_int_equal(tags[2], TAG_NONE);
    assert_int_equal(tags[1], TAG_ADDRESS);
    assert_int_equal(tags[3], TAG_ADDRESS);
}

/* Names in front of words that nobody asks about end there, and others begin behind them. */
static void words_that_are_passed_are_no_name(void **state)
{
    enum { N = 40 };
    struct small s;
    struct model m;
    int16_t sums[N][TAGS] = {{0}};
    uint8_t tags[N], walled[N];
    (void)state;
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    for (size_t i = 0; i < TAGS * TAGS; i++)
        s.at[16 + i] = (uint8_t)(i * 37 % 100);
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
    for (size_t i = 0; i < N; i++) { /* runs of one, two and three */
        bool passed = i % 9 == 0 || i % 9 == 3 || i % 9 == 4 || i % 9 > 5;
        for (unsigned k = 0; k < TAGS; k++)
            sums[i][k] = (int16_t)(passed ? 0 : i * (k + 3) * 29 % 400);
        sums[i][TAG_NONE] = passed ? MODEL_WALL : 0;
    }
    model_read(&m, sums, N, walled);
    for (size_t i = 0; i < N; i++)
        if (sums[i][TAG_NONE] == MODEL_WALL) {
            memset(sums[i], 0x7F, sizeof sums[i]); /* what the others are says nothing */
            sums[i][TAG_NONE] = MODEL_PASSED;
        }
    model_read(&m, sums, N, tags);
    assert_memory_equal(tags, walled, N);
    assert_int_equal(tags[0], TAG_NONE);
    assert_int_not_equal(tags[1], TAG_NONE);
}

static void words_far_behind_change_nothing(void **state)
{
    struct small s;
    struct model m;
    enum { N = 60 };
    int16_t sums[N][TAGS];
    uint8_t whole[N], part[N];
    uint64_t random = 9;
    (void)state;
    write_head(&s, MODEL_MAGIC, BITS, LIST_BITS);
    for (size_t i = 0; i < TAGS * TAGS; i++, random = random * 6364136223846793005u + 1)
        s.at[16 + i] = (uint8_t)(random >> 40);
    for (size_t i = 0; i < N * TAGS; i++, random = random * 6364136223846793005u + 1)
        sums[i / TAGS][i % TAGS] = (int16_t)((random >> 40) % 100);
    assert_true(gw_ok(model_open(slice_of(s.at, sizeof s.at), &m)));
    model_read(&m, sums, N, whole);
    for (size_t n = MODEL_LAG + 1; n <= N; n++) {
        model_read(&m, sums, n, part);
        assert_memory_equal(part, whole, n - MODEL_LAG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(the_built_in_model_is_one),
        cmocka_unit_test(a_full_table_of_lists_ends),
        cmocka_unit_test(sums_are_those_of_the_weights),
        cmocka_unit_test(the_best_reading_is_found),
        cmocka_unit_test(at_a_wall_there_is_no_name),
        cmocka_unit_test(words_that_are_passed_are_no_name),
        cmocka_unit_test(words_far_behind_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
