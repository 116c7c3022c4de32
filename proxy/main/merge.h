/* proxy/main/merge.h - the rows of several indexes as those of one: by time, then by log.
 *
 * Within a log the order is that of its seqs; a clock that was set back changes nothing in it.
 * Holds a page of each log in memory and no more. */
#ifndef PROXY_MAIN_MERGE_H
#define PROXY_MAIN_MERGE_H

#include "audit/index.h"
#include "proxy/base/base.h"

enum { MERGE_PAGE = 512 };

struct merge_log {
    struct index *index;
    struct index_query query; /* its limit is not looked at; newest_first is the same for all */
    uint64_t seqs[MERGE_PAGE];
    int64_t us[MERGE_PAGE];
    size_t at, count;
    bool is_over;
};

/* Calls each() with a row and the place of its log, for at most `limit` rows (0: all). What each()
 * said when that was not GW_OK. */
GW_MUST gw_result merge_each(struct merge_log *logs, size_t n, uint64_t limit,
                             gw_result (*each)(void *owner, size_t log,
                                               const struct index_row *row),
                             void *owner);

#endif
