/* proxy/gate/seams.h - what a caller cuts over several texts that a model reads as one.
 *
 * A leaf is scanned by itself. Models read the parts of a message, and messages of one speaker
 * behind each other, without what stands between them in JSON: a card number in two parts is no
 * finding of either. So, when all leaves are scanned, texts that follow each other are joined where
 * they meet (all of a short one, SEAMS_REACH bytes of each end of a long one) and scanned too. What
 * is found across a seam becomes one finding in each text that it touches; the attack score of a
 * window across one counts for each of them: of words that a seam parts once more with a blank
 * between them. Most requests have no seam and pay nothing. */
#ifndef PROXY_GATE_SEAMS_H
#define PROXY_GATE_SEAMS_H

#include "proxy/gate/state.h"

enum { SEAMS_REACH = 512 };

/* x->job is done: adds to x->job->result and x->leaf_scores. Scans some `budget` bytes more each
 * time; false in *done: call again. After an error nothing of x->job may be used. */
GW_MUST gw_result seams_step(struct exchange *x, size_t budget, bool *done);
/* NULL is fine. */
void seams_free(struct seams *s);

#endif
