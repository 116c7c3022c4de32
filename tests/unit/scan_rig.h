/* tests/unit/scan_rig.h - a scanner with the built-in rows and a text to fill, for tests of what a
 * whole text says. rig_free() frees all of it. */
#ifndef TESTS_UNIT_SCAN_RIG_H
#define TESTS_UNIT_SCAN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"
#include "redact/scan.h"

struct rig {
    struct scanner *scanner;
    struct scan_scratch *scratch;
    struct arena *arena;
    struct text text;
};

/* With what a policy adds. */
static inline struct rig rig_new_for(const struct custom_set *set)
{
    char reason[200];
    struct rig r = {.arena = arena_new(64 << 20)};
    if (!gw_ok(scanner_new_for(set, NULL, reason, sizeof reason, &r.scanner)))
        fail_msg("%s", reason);
    r.scratch = scan_scratch_new(r.scanner);
    assert_non_null(r.scratch);
    text_init(&r.text, r.arena, 1 << 20);
    return r;
}

static inline struct rig rig_new(void)
{
    const struct custom_set none = {0};
    return rig_new_for(&none);
}

static inline void rig_free(struct rig *r)
{
    text_free(&r->text);
    scan_scratch_free(r->scratch);
    scanner_free(r->scanner);
    arena_free(r->arena);
}

#endif
