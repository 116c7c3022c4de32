/* audit/index.h - finds records by what stands in them: SQLite beside the log, never authoritative.
 *
 * `index.db` in the log's directory says where a frame lies; what is shown is read from the segment
 * and checked there. Opening brings it up to date; one that is damaged, of another log or of an
 * older form is made anew; where the directory may not be written it lives in memory. Belongs to
 * the process that asks: never to a worker, never to the auditor. */
#ifndef AUDIT_INDEX_H
#define AUDIT_INDEX_H

#include "audit/facet.h"
#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct index;

struct index_query {
    struct slice facets[FACET_COUNT]; /* at NULL: any */
    struct slice xid;                 /* at NULL: any */
    int64_t since_us, until_us;       /* from, and before; 0: without bound */
    uint64_t after, before;           /* seqs between these two */
    bool has_after, has_before;
    bool newest_first;
    bool only_last; /* one record an exchange: its end, or its refusal */
    uint64_t limit; /* 0: all */
};

/* The one row of that seq: in place of other bounds, filters stay. */
static inline void index_only(struct index_query *q, uint64_t seq)
{
    q->has_after = seq > 0;
    q->after = seq - (seq > 0);
    q->has_before = true;
    q->before = seq + 1;
}

struct index_row {
    uint64_t seq, segment; /* of the frame, and of its segment */
    size_t at;
    int64_t wall_us;
    struct facet_sums sums;
    bool is_exchange;
    const uint32_t *words; /* an end's are also those of its begin */
    size_t word_count;
};

/* GW_NOT_FOUND: no log there; GW_IO, GW_NO_MEMORY; GW_UNAVAILABLE: another process builds it. */
GW_MUST gw_result index_open(const char *dir, struct index **out);
/* What was written since: also GW_CORRUPT, when the log is no longer the one that was opened. */
GW_MUST gw_result index_refresh(struct index *ix);
void index_close(struct index *ix); /* NULL is fine */
/* A frame in the middle of the log is bad: what lies behind it was not indexed. */
bool index_is_cut(const struct index *ix);
/* Calls each() for every row that answers, by seq. What each() said when that was not GW_OK. */
GW_MUST gw_result index_find(struct index *ix, const struct index_query *query,
                             gw_result (*each)(void *owner, const struct index_row *row),
                             void *owner);
/* Reads the record again and forgets what it no longer says; with `last` also the words that no
 * record has any more, down to the bytes in the file. Begins before their ends. */
GW_MUST gw_result index_forget(struct index *ix, const struct index_row *row, bool last);
enum facet_id index_word_facet(uint32_t word);
/* The value behind a word, into room for FACET_VALUE bytes; empty when there is none. */
struct slice index_word(struct index *ix, uint32_t word, char *room);
/* The frame of a row, checked; borrowed from bytes. */
GW_MUST gw_result index_frame(const struct index *ix, const struct index_row *row,
                              struct buf *bytes, struct segment_frame *out);

#endif
