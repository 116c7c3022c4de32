/* tests/unit/claim_rig.h - what a text itself points at, without what the model reads:
 * claims_find() over one stretch. claim_set_up() and claim_tear_down() are the group's setup and
 * teardown. Names in the tests are made up. */
#ifndef TESTS_UNIT_CLAIM_RIG_H
#define TESTS_UNIT_CLAIM_RIG_H

#include "proxy/base/base.h"
#include "redact/claim.h"
#include "redact/cues.h"
#include "redact/who.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *claim_arena;
static struct model claim_model;
static struct claims claims;

static inline int claim_set_up(void **state)
{
    struct cues *cues;
    (void)state;
    claim_arena = arena_new(1 << 20);
    if (claim_arena == NULL || !gw_ok(model_open(model_built_in(), &claim_model)) ||
        !gw_ok(cues_new(claim_arena, &cues)))
        return -1;
    claim_model.cues = cues;
    return 0;
}

static inline int claim_tear_down(void **state)
{
    (void)state;
    arena_free(claim_arena);
    return 0;
}

/* "P:Jane Doe;" for each claim: person, place, organisation, address. */
static inline const char *claimed_in(const char *text, uint16_t key)
{
    static const char kinds[] = "PLOANZ";
    static struct word words[WHO_WORDS];
    static uint8_t tags[WHO_WORDS];
    static char got[4000];
    struct table table = {0};
    size_t len = strlen(text), end;
    char *exact = malloc(len == 0 ? 1 : len); /* so that a byte too many is seen */
    assert_non_null(exact);
    memcpy(exact, text, len);
    memset(tags, 0, sizeof tags);
    claims.model = &claim_model;
    claims.tags = tags;
    claims.cues_table = claim_model.cues;
    claims.text = slice_of(exact, len);
    claims.words = words;
    claims.count = who_stretch(claims.text, 0, words, &end);
    claims.key = key;
    claims.table = &table;
    model_look(&claim_model, words, claims.count);
    claims_find(&claims);
    got[0] = '\0';
    for (size_t i = 0; i < claims.n; i++) {
        const struct claim *c = &claims.at[i];
        size_t n = strlen(got);
        assert_true(c->start < c->end && c->end <= len && c->kind < NAME_KINDS);
        snprintf(got + n, sizeof got - n, "%c:%.*s;", kinds[c->kind], (int)(c->end - c->start),
                 exact + c->start);
    }
    claims.text = slice_of(NULL, 0);
    free(exact);
    return got;
}

struct claimed {
    const char *text, *claims;
};

static inline void all_are_claimed(const struct claimed *all, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const char *got = claimed_in(all[i].text, 0);
        if (strcmp(got, all[i].claims) == 0)
            continue;
        print_error("%s: %s\n", all[i].text, got);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

#endif
