/* audit/rotate.h - the log gets another signing key: a `key.rotate` record under a checkpoint that
 * both keys sign, kept as a proof in rotate/ (audit/chain.h).
 *
 * The new key is made here and waits as <key file>.next until all of that is durable; then it takes
 * the place of the old one, which is gone. A crash in between leaves the old key in force, or is
 * finished at the next start. */
#ifndef AUDIT_ROTATE_H
#define AUDIT_ROTATE_H

#include "audit/chain.h"
#include "audit/record.h"
#include "audit/state.h"
#include "proxy/base/base.h"

/* Writes the record and changes the key; *seq is the record's. GW_REFUSED: there have been
 * CHAIN_KEYS; GW_UNAVAILABLE, the log poisoned: see its reason. */
GW_MUST gw_result rotate_key(struct audit_log *log, const struct audit_record *rec, uint64_t *seq);
/* At the start: log->signer is the newest key of the chain, or the one that waits is and takes its
 * place. GW_REFUSED: neither. */
GW_MUST gw_result rotate_settle(struct audit_log *log, const struct chain *keys);

#endif
