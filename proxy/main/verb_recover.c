/* proxy/main/verb_recover.c - `bulla audit recover`: mends a log by hand, where no auditor runs.
 *
 * What an opening does: a torn tail is cut, begins get their end, what lies in the spare directory
 * comes home. And what is lost or damaged of the tree's files is made again. A damaged record with
 * whole ones behind it is refused; with
 * --accept-loss the log goes on in front of it, and a record says so. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/main/verb.h"
#include "proxy/main/verb_audit.h"
#include "proxy/main/visit.h"

#include <sys/stat.h>

int verb_recover(const struct asked *a)
{
    char reason[VISIT_REASON] = "";
    struct audit_log *log = NULL;
    struct note_key key;
    uint64_t before = 0, after = 0;
    (void)umask(0077);
    (void)!gw_ok(prove_head(a->dir, &key, &before));
    gw_result r = visit_open(a, a->dir, reason, &log);
    if (!gw_ok(r)) {
        (void)verb_failed("audit", "recover: %s", reason);
        bool is_damaged = r.code == GW_CORRUPT || strstr(reason, "damaged") == reason;
        return is_damaged ? VERIFY_TAMPERED : VERIFY_ERROR;
    }
    audit_log_close(log);
    if (!gw_ok(prove_head(a->dir, &key, &after)))
        return verb_failed("audit", "recover: the log cannot be signed");
    printf(a->json ? "{\"before\":%llu,\"signed\":%llu}\n"
                   : "audit recover: %llu records were signed, %llu are\n",
           (unsigned long long)before, (unsigned long long)after);
    return VERIFY_INTACT;
}
