/* proxy/main/verb_rekey.c - `bulla audit rekey --identity FILE --to age1...`: whoever can open the
 * log's epochs opens them for another reviewer too, or hands them over (--instead).
 *
 * Rewrites the heads of the epochs' envelopes and nothing else: what is sealed stays as it is.
 * Works on the log's machine and on a copy of keys/, to be copied back. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/keyring.h"
#include "audit/verify.h"
#include "proxy/base/secret.h"
#include "proxy/main/identity.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/verb_audit.h"
#include "proxy/main/visit.h"

#include <fcntl.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

struct rekeying {
    const struct asked *asked;
    struct age_identities ids;
    struct age_recipient to;
    int dir;
    uint64_t done, others;
};

static gw_result rekey_one(void *rekeying, int folder, const char *name)
{
    struct rekeying *k = rekeying;
    char path[KEYRING_PATH];
    struct buf file, out;
    size_t len = strlen(name);
    (void)folder;
    if (len != RECORD_EPOCH + 4 || strcmp(name + RECORD_EPOCH, ".age") != 0 ||
        !gw_ok(record_epoch_check(slice_of(name, RECORD_EPOCH))))
        return gw_is(GW_OK);
    keyring_path(slice_of(name, RECORD_EPOCH), "age", path);
    buf_init(&file, FILE_MAX);
    buf_init(&out, FILE_MAX);
    gw_result r = disk_read(k->dir, path, &file);
    if (gw_ok(r))
        r = age_add(&k->ids, buf_slice(&file), &k->to, 1, k->asked->instead, &out);
    if (gw_ok(r))
        r = disk_write(k->dir, path, buf_slice(&out));
    buf_free(&file);
    buf_free(&out);
    k->done += gw_ok(r);
    k->others += r.code == GW_REFUSED;
    if (!gw_ok(r) && r.code != GW_REFUSED)
        (void)verb_failed("audit", "rekey: %s: %s", name, gw_word(r));
    return r.code == GW_REFUSED ? gw_is(GW_OK) : r;
}

static gw_result rekey_all(struct rekeying *k)
{
    gw_result r = gw_is(GW_NOT_FOUND);
    k->dir = open(k->asked->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (k->dir >= 0 && faccessat(k->dir, "keys", R_OK, 0) == 0)
        r = disk_each(k->dir, "keys", rekey_one, k);
    if (k->dir >= 0)
        close(k->dir);
    return r;
}

/* It lets somebody in: told before it is done. */
static bool record_first(const struct asked *a)
{
    char reason[VISIT_REASON] = "";
    uint64_t seq;
    const struct visit v = {.op = "rekey",
                            .query = a->to,
                            .case_name = a->facets[FACET_CASE],
                            .reason = a->reason,
                            .count = 1};
    gw_result r = visit_record(a->dir, RECORD_REVIEW_EXPORT, &v, &seq, reason);
    if (r.code == GW_UNAVAILABLE)
        fputs("bulla audit: no gateway writes this log: the new reviewer is not recorded\n",
              stderr);
    else if (!gw_ok(r))
        (void)verb_failed("audit", "rekey: nothing was done: %s", reason);
    return gw_ok(r) || r.code == GW_UNAVAILABLE;
}

static int tell(const struct rekeying *k, gw_result r)
{
    if (!gw_ok(r))
        return outcome_explain(r, "rekey");
    printf(k->asked->json ? "{\"done\":%llu,\"others\":%llu}\n"
                          : "audit: %llu epochs, and %llu that are for others\n",
           (unsigned long long)k->done, (unsigned long long)k->others);
    return k->others > 0 ? VERIFY_INCOMPLETE : VERIFY_INTACT;
}

int verb_rekey(const struct asked *a)
{
    struct rekeying *k = calloc(1, sizeof *k);
    int code = VERIFY_ERROR;
    if (k == NULL)
        return verb_failed("audit", "out of memory");
    k->asked = a;
    if (a->identity == NULL || a->to == NULL)
        code = outcome_misused("by whom, and for whom? --identity FILE --to age1...");
    else if (!gw_ok(age_recipient_read(slice_str(a->to), &k->to)))
        code = outcome_misused("--to takes an age recipient, age1...");
    else if (identity_read("rekey", a->identity, &k->ids) && record_first(a))
        code = tell(k, rekey_all(k));
    secret_wipe(&k->ids, sizeof k->ids);
    free(k);
    return code;
}
