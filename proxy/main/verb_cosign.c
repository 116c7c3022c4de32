/* proxy/main/verb_cosign.c - `bulla audit anchor --policy FILE`: the newest checkpoint goes to each
 * witness of a C2SP tlog-policy, with the proof that the log only grew since that one saw it last.
 *
 * What they cosigned is kept as anchor/SIZE.witnessed.checkpoint. A witness that has seen another
 * log is the alarm: exit code 2. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/cosigned.h"
#include "audit/verify.h"
#include "proxy/main/cosign.h"
#include "proxy/main/outcome.h"
#include "proxy/main/tlog_policy.h"
#include "proxy/main/verb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 3 };

static void complain(const struct quorum_node *w, const char *reason)
{
    (void)verb_failed("audit", "anchor: witness %.*s: %s", (int)w->name.len, w->name.at, reason);
}

static void tell_found(const struct asked *a, const struct cosign_found *f, uint64_t size)
{
    printf(a->json ? "{\"met\":%s,\"signers\":%zu,\"size\":%llu}\n"
                   : "audit anchor: quorum met: %s, %zu witnesses cosigned %llu records\n",
           f->is_met ? a->json ? "true" : "yes"
           : a->json ? "false"
                     : "no",
           f->signers, (unsigned long long)size);
}

/* Each witness of the policy once. */
static int ask_all(const struct asked *a, const struct quorum *q, bool is_quiet)
{
    struct prove log;
    struct cosign_found found = {.signers = 0};
    gw_result opened = prove_open(a->dir, &log);
    if (!gw_ok(opened))
        return outcome_explain(opened, "anchor");
    (void)umask(0077);
    const struct cosign how = {&log, a->ca, complain};
    gw_result r = cosign_ask(&how, q, &found);
    uint64_t size = log.head.size;
    prove_close(&log);
    if (!gw_ok(r))
        return verb_failed("audit", "anchor: it cannot be kept in the log's directory");
    if (!is_quiet)
        tell_found(a, &found, size);
    return found.is_contradicted ? VERIFY_TAMPERED
           : found.is_met        ? VERIFY_INTACT
                                 : VERIFY_UNWITNESSED;
}

int verb_cosign(const struct asked *a)
{
    struct tlog_policy policy;
    if (!tlog_policy_load(a->policy, &policy))
        return VERIFY_ERROR;
    int code = ask_all(a, &policy.quorum, false);
    buf_free(&policy.text);
    return code;
}

int verb_cosign_wait(const struct asked *a, uint64_t seq)
{
    char path[4200];
    struct tlog_policy policy;
    int dir = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return outcome_explain(gw_is(GW_NOT_FOUND), a->word);
    bool is_asked = cosigned_is_asked(dir);
    snprintf(path, sizeof path, "%s/" COSIGNED_FILE, a->dir);
    if (!is_asked || !tlog_policy_load(path, &policy)) {
        close(dir);
        return is_asked ? VERIFY_ERROR : VERIFY_INTACT;
    }
    int code = VERIFY_UNWITNESSED;
    for (int i = 0; i < ROUNDS && code == VERIFY_UNWITNESSED; i++) {
        if (i > 0)
            sleep(1);
        code = cosigned_covers(dir, seq) ? VERIFY_INTACT : ask_all(a, &policy.quorum, true);
    }
    close(dir);
    buf_free(&policy.text);
    if (code == VERIFY_UNWITNESSED)
        (void)verb_failed("audit",
                          "%s: no quorum of witnesses has cosigned its record, so nothing "
                          "was done: do it again",
                          a->word);
    return code;
}
