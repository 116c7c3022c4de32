/* proxy/main/verb_cosign.c - `bulla audit anchor --policy FILE`: the newest checkpoint goes to each
 * witness of a C2SP tlog-policy, with the proof that the log only grew since that one saw it last.
 *
 * What they cosigned is kept as anchor/SIZE.witnessed.checkpoint. A witness that has seen another
 * log is the alarm: exit code 2. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/kept.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/main/outcome.h"
#include "proxy/main/sink.h"
#include "proxy/main/sink_http.h"
#include "proxy/main/tlog_policy.h"
#include "proxy/main/verb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_S = 30, REPLY_MAX = 65536, ROUNDS = 3 };

struct round {
    const struct asked *asked;
    const struct prove *log;
    struct slice text; /* of the checkpoint */
    struct buf note;   /* with the cosignatures so far */
    bool is_contradicted, is_quiet;
};

/* One add-checkpoint: the status, 0 when there was no answer. */
static unsigned tell(const struct round *r, const struct sink_address *to, uint64_t old,
                     struct buf *reply, char *reason)
{
    struct buf body;
    unsigned status = 0;
    buf_init(&body, PROVE_MAX);
    gw_result made = prove_consistency(r->log, old, r->log->head.size, &body);
    const struct sink_post p = {.to = to,
                                .ca_file = r->asked->ca,
                                .wait_s = WAIT_S,
                                .path = "/add-checkpoint",
                                .kind = "text/plain",
                                .body = buf_slice(&body)};
    snprintf(reason, SINK_REASON, "the proof cannot be made: run `bulla audit verify`");
    if (gw_ok(made) && !gw_ok(sink_post(&p, &status, reply, reason, SINK_REASON)))
        status = 0;
    buf_free(&body);
    return status;
}

static void complain(const struct quorum_node *w, const char *reason)
{
    (void)verb_failed("audit", "anchor: witness %.*s: %s", (int)w->name.len, w->name.at, reason);
}

/* What it says it has, when that leads on. */
static bool read_known(struct slice reply, uint64_t size, uint64_t *old)
{
    return reply.len > 1 && reply.at[reply.len - 1] == '\n' &&
           gw_ok(slice_u64(slice_cut(reply, 0, reply.len - 1), old)) && *old <= size;
}

static void judge(struct round *r, const struct quorum_node *w, unsigned status, struct slice reply)
{
    if (status == 200 && gw_ok(quorum_take(w, r->text, reply, &r->note)))
        return;
    r->is_contradicted = r->is_contradicted || status == 409 || status == 422;
    complain(w, status == 200   ? "its answer is no cosignature of this checkpoint"
                : status == 409 ? "has cosigned another head of this log: it was rolled back, or "
                                  "written anew, or there are two of it"
                : status == 422 ? "does not find its last head of this log in what we have"
                : status == 403 ? "does not know this log's key"
                : status == 404 ? "does not know this log"
                                : "did not take the checkpoint");
}

static void ask(struct round *r, const struct quorum_node *w)
{
    char url[600], reason[SINK_REASON] = "";
    struct sink_address to;
    struct buf reply;
    uint64_t old = 0;
    if (w->url.len == 0)
        return;
    snprintf(url, sizeof url, "%.*s", (int)w->url.len, w->url.at);
    if (!sink_address_read(url, &to) || !to.is_http) {
        complain(w, "its URL is not http:// or https://");
        return;
    }
    buf_init(&reply, REPLY_MAX);
    unsigned status = tell(r, &to, old, &reply, reason);
    /* it has seen the log: from there on; twice, for it may be told by somebody else meanwhile */
    for (int i = 0; i < 2 && status == 409; i++) {
        uint64_t before = old;
        if (!read_known(buf_slice(&reply), r->log->head.size, &old) || old == before)
            break;
        buf_clear(&reply);
        status = tell(r, &to, old, &reply, reason);
    }
    if (status == 0)
        complain(w, reason);
    else
        judge(r, w, status, buf_slice(&reply));
    buf_free(&reply);
}

static void tell_round(const struct round *r, bool is_met, size_t signers)
{
    printf(r->asked->json ? "{\"met\":%s,\"signers\":%zu,\"size\":%llu}\n"
                          : "audit anchor: quorum met: %s, %zu witnesses cosigned %llu records\n",
           is_met           ? r->asked->json ? "true" : "yes"
           : r->asked->json ? "false"
                            : "no",
           signers, (unsigned long long)r->log->head.size);
}

static int keep(struct round *r, const struct quorum *q)
{
    char path[64];
    size_t signers = 0;
    bool is_met = quorum_is_met(q, buf_slice(&r->note), &signers);
    snprintf(path, sizeof path, "anchor/%llu.witnessed.checkpoint",
             (unsigned long long)r->log->head.size);
    if (signers > 0 && !gw_ok(disk_write(r->log->dir, path, buf_slice(&r->note))))
        return verb_failed("audit", "anchor: it cannot be kept in the log's directory");
    if (!r->is_quiet)
        tell_round(r, is_met, signers);
    return r->is_contradicted ? VERIFY_TAMPERED : is_met ? VERIFY_INTACT : VERIFY_UNWITNESSED;
}

/* Each witness of the policy once. */
static int ask_all(const struct asked *a, const struct quorum *q, bool is_quiet)
{
    struct prove log;
    gw_result opened = prove_open(a->dir, &log);
    if (!gw_ok(opened))
        return outcome_explain(opened, "anchor");
    (void)umask(0077);
    struct slice note = buf_slice(&log.note);
    struct round r = {.asked = a, .log = &log, .is_quiet = is_quiet};
    r.text = slice_cut(note, 0, slice_find(note, SLICE_LIT("\n\n")) + 1);
    buf_init(&r.note, NOTE_MAX);
    int code = VERIFY_ERROR;
    if (gw_ok(buf_add(&r.note, note))) {
        for (size_t i = 0; i < q->count; i++)
            if (q->nodes[i].is_witness)
                ask(&r, &q->nodes[i]);
        code = keep(&r, q);
    }
    buf_free(&r.note);
    prove_close(&log);
    return code;
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

/* Whether what is kept in anchor/ already covers the record: somebody else asked. */
static bool is_witnessed(const char *dir, const struct quorum *q, uint64_t seq)
{
    struct kept kept = {.quorum = q};
    struct chain *keys = calloc(1, sizeof *keys);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is = fd >= 0 && keys != NULL && gw_ok(chain_read(fd, keys)) &&
              gw_ok(kept_add_dir(&kept, fd, "anchor", keys)) && kept.witnessed > seq;
    kept_free(&kept);
    free(keys);
    if (fd >= 0)
        close(fd);
    return is;
}

int verb_cosign_wait(const struct asked *a, uint64_t seq)
{
    char path[4200];
    struct tlog_policy policy;
    snprintf(path, sizeof path, "%s/witnesses", a->dir);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return VERIFY_INTACT;
    if (!tlog_policy_load(path, &policy))
        return VERIFY_ERROR;
    int code = VERIFY_UNWITNESSED;
    for (int i = 0; i < ROUNDS && code == VERIFY_UNWITNESSED; i++) {
        if (i > 0)
            sleep(1);
        code = is_witnessed(a->dir, &policy.quorum, seq) ? VERIFY_INTACT
                                                         : ask_all(a, &policy.quorum, true);
    }
    buf_free(&policy.text);
    if (code == VERIFY_UNWITNESSED)
        (void)verb_failed("audit",
                          "%s: no quorum of witnesses has cosigned its record, so nothing "
                          "was done: do it again",
                          a->word);
    return code;
}
