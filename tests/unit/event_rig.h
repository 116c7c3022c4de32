/* tests/unit/event_rig.h - a record as a frame, for what is told of it: event_make(), and
 * event_drop() frees it. */
#ifndef TESTS_UNIT_EVENT_RIG_H
#define TESTS_UNIT_EVENT_RIG_H

#include "audit/leaf.h"
#include "audit/segment.h"
#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct secret_pool salts;

struct made {
    struct buf leaf, groups;
    struct segment_frame frame;
};

static inline void event_make(struct made *m, struct audit_record *rec, uint64_t seq)
{
    const struct leaf_stamp stamp = {.seq = seq,
                                     .mono_us = 1,
                                     .wall_us = INT64_C(1700000000123456),
                                     .salts = &salts,
                                     .boot = "00112233",
                                     .node = "node1",
                                     .build = "b|1"};
    buf_init(&m->leaf, 1 << 16);
    buf_init(&m->groups, 1 << 16);
    snprintf(rec->xid, sizeof rec->xid, "018f0000-0000-7000-8000-000000000001");
    assert_true(gw_ok(leaf_write(rec, &stamp, NULL, &m->leaf, &m->groups)));
    m->frame = (struct segment_frame){
        .seq = seq, .leaf = buf_slice(&m->leaf), .groups = buf_slice(&m->groups)};
}

static inline void event_drop(struct made *m)
{
    buf_free(&m->leaf);
    buf_free(&m->groups);
}

#endif
