/* proxy/main/verb_audit.h - what the words of `bulla audit` share; each lives in a file by theme.
 *
 * Each takes the arguments as read and returns the exit code: those of audit/verify.h. */
#ifndef PROXY_MAIN_VERB_AUDIT_H
#define PROXY_MAIN_VERB_AUDIT_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/main/asked.h"

int verb_verify(const struct asked *a);
int verb_growth(const struct asked *a); /* prove --from N */
int verb_review(const struct asked *a); /* query, timeline, stats */
int verb_export(const struct asked *a);
int verb_anchor(const struct asked *a);
int verb_cosign(const struct asked *a); /* anchor --policy */
/* Where the log has `witnesses`: until a quorum of them has cosigned that record, which is signed;
 * asks them. VERIFY_UNWITNESSED, and a complaint: nothing may be done. */
int verb_cosign_wait(const struct asked *a, uint64_t seq);
int verb_witness(const struct asked *a);
int verb_bundle(const struct asked *a);
int verb_case(const struct asked *a);   /* case, hold, erase */
int verb_unseal(const struct asked *a); /* unseal, diff */
/* Before payloads are opened: the record that says so, with a quorum over it where the log has
 * witnesses. Of a copy it is only said on stderr that nothing records it. VERIFY_INTACT: go on. */
struct visit;
int verb_opening(const struct asked *a, enum record_type type, const struct visit *v);
int verb_rekey(const struct asked *a);
int verb_recover(const struct asked *a);
int verb_reconcile(const struct asked *a);
int verb_signing_key(const struct asked *a); /* key rotate, key list */

#endif
