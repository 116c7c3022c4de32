/* redact/judge.h - from a trigger to findings: confirm, validate, weigh. For scan.c only.
 *
 * Knows one leaf at a time, as it is or in its normal form; nothing of other leaves, so that what
 * it says depends on the leaf alone. Findings live in the caller's arena. */
#ifndef REDACT_JUDGE_H
#define REDACT_JUDGE_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"
#include "redact/scanner.h"

/* One pass over one subject: a leaf, or the normal form of a piece of it. */
struct pass {
    const struct scanner *scanner;
    struct scan_scratch *scratch;
    const struct scan_options *options;
    struct arena *arena;
    struct slice leaf, key;
    struct slice subject;
    const struct offmap *map; /* NULL: the subject is the leaf */
    size_t map_base;          /* where the map's source begins in the leaf */
    struct finding *found;    /* offsets in the leaf */
    size_t count, room;
    /* what judge.c has looked up: lists of context words */
    size_t before_at; /* 1 + the place of the subject that `before` is about */
    uint64_t before, key_lists;
    bool has_key_lists;
};

/* What was confirmed before this is forgotten: a new subject. */
void judge_begin(struct pass *p);
/* All values of row `id` that begin from start (or the row's `back` bytes in front of it) to last,
 * both offsets of the subject. The places of one row come in the order of their starts. */
GW_MUST gw_result judge_trigger(struct pass *p, uint32_t id, size_t start, size_t last);
/* Sorted by start; without doubles, or (candidates not asked for) only the best of what overlaps.
 */
void judge_select(struct pass *p);

#endif
