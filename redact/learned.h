/* redact/learned.h - persons that a text has named beyond doubt are found wherever else it names
 * them: a surname without the given name, a signature's name in a table.
 *
 * The second step of a scan with names, over the whole flat text, behind all leaves: what a leaf
 * alone gives stays what may be remembered of it. Bounded: LEARNED_MOST words. Lives in the job's
 * arena. Knows findings and words, no weights. */
#ifndef REDACT_LEARNED_H
#define REDACT_LEARNED_H

#include "proxy/base/base.h"
#include "redact/scan.h"

enum { LEARNED_MOST = 256 };

struct learned {
    uint32_t low[4 * LEARNED_MOST]; /* a table of hashes; 0: empty */
    size_t count;                   /* words in it */
    uint32_t wide;                  /* bit n: names of n Chinese, Japanese or Korean characters */
    size_t at;                      /* of the flat text: so far it has been looked through */
    size_t known, next;             /* findings that were there before; the first behind `at` */
};

/* Some `budget` bytes more of the job's text, all of whose leaves have been scanned. The findings
 * that it adds stand behind the others, in their order. */
GW_MUST gw_result learned_step(struct scan_job *job, size_t budget, bool *done);

#endif
