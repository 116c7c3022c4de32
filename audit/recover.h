/* audit/recover.h - what opening a log finds on disk, and how it is made whole again.
 *
 * Takes the signed tree off its tiles, reads the records from where something may be open or
 * unsigned (resume.h), refuses what contradicts a signature. A second run finds nothing to mend. */
#ifndef AUDIT_RECOVER_H
#define AUDIT_RECOVER_H

#include "audit/state.h"
#include "proxy/base/base.h"

struct recover_found { /* and log->open: the begins without an end */
    struct scan_end end;
    bool mended;    /* a torn tail was cut off, or a loss accepted */
    uint64_t tiles; /* files of the tree that were made again */
};

/* Leaves log->fd on the segment to go on with, log->at and log->next set. GW_CORRUPT or GW_REFUSED
 * with log->reason; GW_IO. */
GW_MUST gw_result recover_run(struct audit_log *log, const struct audit_settings *settings,
                              struct recover_found *found);
/* log.recover, and an end for each open begin; nothing when there is nothing to say. */
GW_MUST gw_result recover_tell(struct audit_log *log, const struct recover_found *found);

#endif
