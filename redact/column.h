/* redact/column.h - values that only the head of their column tells: passwords, PINs, plates and
 * files' numbers in the cells of a written table, and beside the member key of a leaf.
 *
 * For judge.c, scan.c and scanner.c only. Looks TABLE_BACK bytes behind the head at most, in its
 * leaf. Owns nothing; what column_build() makes lives in the scanner's arena. */
#ifndef REDACT_COLUMN_H
#define REDACT_COLUMN_H

#include "proxy/base/base.h"
#include "redact/judge.h"

/* Which of the rows (DET_COLUMN) there are, and what their words end with. */
GW_MUST gw_result column_build(struct columns *c, const struct row *rows, size_t count,
                               struct arena *arena);
/* One of the words that row `id` waits for stands at `start` of the subject. When it ends the head
 * of a column ("Wi-Fi password", "passport no."), the row's pattern is asked of each cell below,
 * which must be one value in whole. */
GW_MUST gw_result column_try(struct pass *p, uint32_t id, size_t start);
/* The same of leaf `leaf` of the flat text, which the subject is, as a cell below its key. */
GW_MUST gw_result column_try_leaf(struct pass *p, size_t leaf);
/* May a word end a head in front of this? A mark or the end of the line comes soon, with no more
 * before it than a head has. Of words in prose that is known by a glance. */
bool column_may_end(struct slice behind);

#endif
