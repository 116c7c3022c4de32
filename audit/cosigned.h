/* audit/cosigned.h - what waits for witnesses: whether enough of them have cosigned a checkpoint
 * over a record.
 *
 * Which ones are asked for stands in the file `witnesses` of the log's directory, a C2SP
 * tlog-policy: who has put it there wants it for this log, and no verb can leave it out. What they
 * cosigned lies in `anchor/`, whoever asked them. Asks nobody itself; owns nothing. */
#ifndef AUDIT_COSIGNED_H
#define AUDIT_COSIGNED_H

#include "proxy/base/base.h"

#define COSIGNED_FILE "witnesses"

/* Is there such a file? One that cannot be looked at counts as there. */
bool cosigned_is_asked(int dir);
/* Whether a kept checkpoint of more than `seq` records meets the quorum. One that it cannot read,
 * no tlog-policy, somebody else's: false. */
bool cosigned_covers(int dir, uint64_t seq);

#endif
