/* tests/unit/trigger_rig.h - where rows of a test's own are tried in a text: what trigger.c and
 * digits.c tell judge.c. The test is linked with --wrap for the three functions here, so that each
 * place is written down instead of judged. */
#ifndef TESTS_UNIT_TRIGGER_RIG_H
#define TESTS_UNIT_TRIGGER_RIG_H

#include "proxy/base/base.h"
#include "redact/judge.h"
#include "redact/trigger.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* "row:start-last;" of each place; near rows: "near/size:start-last;". */
struct told {
    char text[4000];
};
static struct told told;
static gw_result told_says; /* what a place is answered with */

static inline void tell(const char *what, size_t n, size_t start, size_t last)
{
    size_t used = strlen(told.text);
    snprintf(told.text + used, sizeof told.text - used, "%s%zu:%zu-%zu;", what, n, start, last);
}

gw_result __wrap_judge_trigger(struct pass *p, uint32_t id, size_t start, size_t last);
gw_result __wrap_judge_trigger(struct pass *p, uint32_t id, size_t start, size_t last)
{
    (void)p;
    tell("", id, start, last);
    return told_says;
}

gw_result __wrap_judge_near(struct pass *p, const struct trigger_near *near, size_t size,
                            size_t start, size_t last);
gw_result __wrap_judge_near(struct pass *p, const struct trigger_near *near, size_t size,
                            size_t start, size_t last)
{
    (void)p;
    if (size >= near->least)
        tell("near/", size, start, last);
    return told_says;
}

struct trigger_rig {
    struct arena *arena;
    struct triggers *triggers;
    struct scanner *scanner;
    struct scan_scratch *scratch;
    struct pass pass;
};

/* Rows of the test's own in place of the catalogue; their lists of words are 1, 2, ... */
static inline struct trigger_rig trigger_rig_new(const struct detector *rows, size_t n)
{
    struct trigger_rig r = {.arena = arena_new(64 << 20)};
    const struct detector *all[32];
    unsigned list_of[32];
    size_t bad = 0;
    assert_true(n <= GW_COUNT(all));
    for (size_t i = 0; i < n; i++) {
        all[i] = &rows[i];
        list_of[i] = (unsigned)i + 1;
    }
    r.triggers = arena_zalloc(r.arena, sizeof *r.triggers);
    r.scanner = arena_zalloc(r.arena, sizeof *r.scanner);
    r.scratch = arena_zalloc(r.arena, sizeof *r.scratch);
    if (!gw_ok(triggers_build(r.triggers, all, n, r.arena, &bad)))
        fail_msg("row %zu", bad);
    assert_true(gw_ok(triggers_sort_near(r.triggers, list_of, r.arena)));
    return r;
}

/* All places of text[from, to), in a copy that ends where the text does. */
static inline const char *places_in(struct trigger_rig *r, const char *text, size_t from, size_t to)
{
    size_t len = strlen(text);
    char *exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, text, len);
    told.text[0] = '\0';
    told_says = gw_is(GW_OK);
    r->pass = (struct pass){
        .scanner = r->scanner, .scratch = r->scratch, .subject = slice_of(exact, len)};
    assert_true(gw_ok(triggers_try(r->triggers, &r->pass, from, to)));
    free(exact);
    return told.text;
}

static inline const char *places_of_text(struct trigger_rig *r, const char *text)
{
    return places_in(r, text, 0, strlen(text));
}

static inline void trigger_rig_free(struct trigger_rig *r)
{
    arena_free(r->arena);
}

#endif
