/* proxy/main/verb_anchor.c - `bulla audit anchor --tsa URL`: the newest checkpoint gets a time
 * stamp.
 *
 * Keeps `anchor/SIZE.checkpoint` and `anchor/SIZE.tsr` in the log; openssl ts checks them without
 * us. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/anchor.h"
#include "audit/disk.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/main/outcome.h"
#include "proxy/main/sink.h"
#include "proxy/main/sink_http.h"
#include "proxy/main/verb.h"

#include <sys/stat.h>

enum { WAIT_S = 30 };

static gw_result ask(const struct asked *a, const struct sink_address *to,
                     const struct anchor *stamp, struct buf *reply, char *reason)
{
    struct buf query;
    unsigned status = 0;
    buf_init(&query, ANCHOR_MAX);
    gw_result r = anchor_query(stamp, &query);
    const struct sink_post p = {.to = to,
                                .ca_file = a->ca,
                                .wait_s = WAIT_S,
                                .path = "",
                                .kind = "application/timestamp-query",
                                .body = buf_slice(&query)};
    if (gw_ok(r))
        r = sink_post(&p, &status, reply, reason, SINK_REASON);
    if (gw_ok(r) && status != 200) {
        snprintf(reason, SINK_REASON, "the authority answered %u", status);
        r = gw_is(GW_UNAVAILABLE);
    }
    buf_free(&query);
    return r;
}

static gw_result keep(const struct prove *log, struct slice reply)
{
    char path[64];
    snprintf(path, sizeof path, "anchor/%llu.checkpoint", (unsigned long long)log->head.size);
    TRY(disk_write(log->dir, path, buf_slice(&log->note)));
    snprintf(path, sizeof path, "anchor/%llu.tsr", (unsigned long long)log->head.size);
    return disk_write(log->dir, path, reply);
}

static gw_result stamp_head(const struct asked *a, const struct sink_address *to,
                            const struct prove *log, char *reason)
{
    struct anchor *stamp = NULL;
    struct buf reply;
    buf_init(&reply, ANCHOR_MAX);
    gw_result r = anchor_new(buf_slice(&log->note), &stamp);
    if (gw_ok(r))
        r = ask(a, to, stamp, &reply, reason);
    if (gw_ok(r)) {
        snprintf(reason, SINK_REASON,
                 "the answer is no time stamp of this checkpoint by one who is "
                 "vouched for");
        r = anchor_judge(stamp, buf_slice(&reply), a->tsa_ca);
    }
    if (gw_ok(r)) {
        snprintf(reason, SINK_REASON, "the stamp cannot be kept in the log's directory");
        r = keep(log, buf_slice(&reply));
    }
    anchor_free(stamp);
    buf_free(&reply);
    return r;
}

int verb_anchor(const struct asked *a)
{
    char reason[SINK_REASON] = "";
    struct sink_address to;
    struct prove log;
    if (a->tsa == NULL && a->policy != NULL)
        return verb_cosign(a);
    if (a->tsa == NULL || !sink_address_read(a->tsa, &to) || !to.is_http)
        return outcome_misused("which authority? --tsa http://HOST:PORT/PATH or https://; or "
                               "which witnesses? --policy FILE");
    gw_result r = prove_open(a->dir, &log);
    if (!gw_ok(r))
        return outcome_explain(r, "anchor");
    (void)umask(0077);
    r = stamp_head(a, &to, &log, reason);
    int code = VERIFY_INTACT;
    if (!gw_ok(r))
        code = verb_failed("audit", "anchor: %s", reason);
    else
        printf(a->json ? "{\"size\":%llu}\n" : "audit anchor: %llu records are stamped\n",
               (unsigned long long)log.head.size);
    prove_close(&log);
    return code;
}
