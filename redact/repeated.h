/* redact/repeated.h - a secret that a text has given away once is found wherever else the text has
 * it: a log's second line, a diff's other side, a tool's echo.
 *
 * The step of a scan behind all leaves, over the whole flat text, before that of names: what a leaf
 * alone gives stays what may be remembered of it. Exact bytes only, of values that no word is.
 * Bounded: REPEATED_MOST values; a text without a secret costs nothing. Lives in the job's arena.
 */
#ifndef REDACT_REPEATED_H
#define REDACT_REPEATED_H

#include "proxy/base/base.h"
#include "redact/scan.h"

enum { REPEATED_MOST = 32, REPEATED_SHORTEST = 10 };

struct repeated {
    struct finding values[REPEATED_MOST]; /* whose bytes are looked for */
    size_t count, next;                   /* next: of values, the one that is looked for now */
    size_t at;                            /* of the flat text: so far */
    size_t known; /* findings that were there before that value: sorted, the others behind them */
};

/* Some `budget` bytes more. The findings of the job's result are sorted by start; when *done, they
 * are so again. */
GW_MUST gw_result repeated_step(struct scan_job *job, size_t budget, bool *done);

#endif
