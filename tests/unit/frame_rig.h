/* tests/unit/frame_rig.h - one frame of a log in memory, made of a record as the auditor makes it.
 *
 * frame_of() writes and reads it back; frame_drop() frees it. */
#ifndef TESTS_UNIT_FRAME_RIG_H
#define TESTS_UNIT_FRAME_RIG_H

#include "audit/leaf.h"
#include "audit/segment.h"
#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct made_frame {
    struct buf leaf, groups;
    struct slice blobs;
    char *bytes;
    size_t len;
    struct segment_frame frame; /* as it is read back */
};

static inline gw_result frame_leaf(const struct audit_record *rec, struct leaf_stamp stamp,
                                   const struct leaf_counters *counters, struct made_frame *m)
{
    static struct secret_pool salts;
    stamp.salts = &salts;
    stamp.boot = stamp.boot != NULL ? stamp.boot : "0123456789abcdef";
    stamp.node = stamp.node != NULL ? stamp.node : "n";
    stamp.build = stamp.build != NULL ? stamp.build : "b";
    buf_init(&m->leaf, 1 << 20);
    buf_init(&m->groups, 1 << 20);
    return leaf_write(rec, &stamp, counters, &m->leaf, &m->groups);
}

/* Puts the parts, which may have been changed, into a frame and reads it. */
static inline gw_result frame_pack(struct made_frame *m, uint64_t seq, uint16_t flags)
{
    const struct segment_frame f = {.seq = seq,
                                    .flags = flags,
                                    .leaf = buf_slice(&m->leaf),
                                    .groups = buf_slice(&m->groups),
                                    .blobs = m->blobs};
    free(m->bytes);
    m->len = segment_frame_bytes(f.leaf.len, f.groups.len, f.blobs.len);
    m->bytes = malloc(m->len);
    assert_non_null(m->bytes);
    char *to = segment_write(m->bytes, &f);
    if (f.blobs.len > 0)
        memcpy(to, f.blobs.at, f.blobs.len);
    return segment_read(slice_of(m->bytes, m->len), &m->frame);
}

static inline struct made_frame frame_of(const struct audit_record *rec, uint64_t seq)
{
    struct made_frame m = {.bytes = NULL};
    assert_true(gw_ok(frame_leaf(rec, (struct leaf_stamp){.seq = seq}, NULL, &m)));
    char all[4096];
    size_t n = 0;
    for (size_t i = 0; i < rec->payload_count; i++) {
        const struct slice s = rec->payloads[i].sealed.s;
        assert_true(n + s.len <= sizeof all);
        memcpy(all + n, s.at, s.len);
        n += s.len;
    }
    m.blobs = slice_of(all, n);
    assert_true(gw_ok(frame_pack(&m, seq, 0)));
    m.blobs = m.frame.blobs;
    return m;
}

static inline void frame_drop(struct made_frame *m)
{
    buf_free(&m->leaf);
    buf_free(&m->groups);
    free(m->bytes);
}

#endif
