/* audit/scan.h - walks all frames of a log in order, and says how the walk ended.
 *
 * Knows nothing of trees or signatures. Reads a segment at a time into memory of its own; a frame
 * is borrowed for the length of one call. Writes nothing. */
#ifndef AUDIT_SCAN_H
#define AUDIT_SCAN_H

#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum scan_state {
    SCAN_HOLE = 0, /* a bad frame, and valid ones of a later batch behind it: never a power cut */
    SCAN_TORN,     /* a bad frame and nothing acknowledged behind it: the end of a crash */
    SCAN_CLEAN     /* zeros up to the end */
};

struct scan_end {
    enum scan_state state;
    uint64_t begin;    /* seq of the first frame of the walk; 0 when there is none */
    uint64_t next;     /* seq that comes next */
    uint64_t segment;  /* first seq of the segment in which the walk ended */
    size_t at;         /* offset there */
    size_t tail_bytes; /* of that segment behind `at`, when not clean */
    bool empty;        /* there is no segment at all */
};

/* Calls see() for each valid frame, in order, from seq `from`'s segment on, or from the first one
 * that is there (audit/expire.h: whether the others may be gone is for who asks); end->segment and
 * end->at say meanwhile where it lies. GW_OK however the walk ended; what see() said when that was
 * not GW_OK; GW_IO, GW_NO_MEMORY. */
GW_MUST gw_result scan_walk(int dir, uint64_t from,
                            gw_result (*see)(void *owner, const struct segment_frame *frame),
                            void *owner, struct scan_end *end);

/* Calls see() for the frame of that seq alone, and says what it said. GW_NOT_FOUND: the walk came
 * to none. */
GW_MUST gw_result scan_find(int dir, uint64_t seq,
                            gw_result (*see)(void *owner, const struct segment_frame *frame),
                            void *owner);

/* The one frame there, into bytes that the caller frees; checked as a walk checks it. GW_CORRUPT:
 * no frame with that seq. */
GW_MUST gw_result scan_frame(int dir, uint64_t segment, size_t at, uint64_t seq, struct buf *bytes,
                             struct segment_frame *out);

#endif
