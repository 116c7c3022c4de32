/* audit/label.h - the file LOG: which log this is. Written once, at birth.
 *
 *   bulla-audit/v1
 *   origin bulla.example/node1
 *   vkey bulla.example/node1+0a1b2c3d+base64
 *   retention payloads 720h, disclosures 9600h, leaves 9600h
 *
 * The last line is what was in force at birth (`none`: nothing was said), and the first record says
 * it too; what changes later is a record (`config.change`, `prune`).
 *
 * Knows nothing of what the log holds. Any other bytes are refused. */
#ifndef AUDIT_LABEL_H
#define AUDIT_LABEL_H

#include "audit/note.h"
#include "proxy/base/base.h"

enum { LABEL_MAX = 1024 };

/* Hours; all 0: nothing is said. */
struct label_retention {
    uint64_t payloads, disclosures, leaves;
};

GW_MUST gw_result label_write(int dir, const struct note_key *key,
                              const struct label_retention *kept);
/* GW_NOT_FOUND; GW_CORRUPT: not what label_write() makes; GW_IO. */
GW_MUST gw_result label_read(int dir, struct note_key *key);
/* What its last line says. As label_read(). */
GW_MUST gw_result label_retention(int dir, struct label_retention *out);
/* The checkpoint in dir, its note opened with key: `note` owns the bytes. GW_NOT_FOUND; GW_CORRUPT.
 */
GW_MUST gw_result label_checkpoint(int dir, const struct note_key *key, struct buf *note,
                                   struct note_checkpoint *out);

#endif
