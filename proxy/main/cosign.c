/* proxy/main/cosign.c - see cosign.h. */
#include "proxy/base/base.h"
#include "proxy/main/cosign.h"
#include "audit/disk.h"
#include "proxy/main/sink.h"
#include "proxy/main/sink_http.h"

enum { WAIT_S = 30, REPLY_MAX = 65536 };

struct round {
    const struct cosign *how;
    const struct prove *log;
    struct slice text; /* of the checkpoint */
    struct buf note;   /* with the cosignatures so far */
    bool is_contradicted;
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
                                .ca_file = r->how->ca_file,
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
    r->how->complain(w, status == 200 ? "its answer is no cosignature of this checkpoint"
                        : status == 409
                            ? "has cosigned another head of this log: it was rolled back, or "
                              "written anew, or there are two of it"
                        : status == 422 ? "does not find its last head of this log in what we have"
                        : status == 403 ? "does not know this log's key"
                        : status == 404 ? "does not know this log"
                                        : "did not take the checkpoint");
}

static bool read_url(const struct quorum_node *w, struct sink_address *to)
{
    char url[600];
    snprintf(url, sizeof url, "%.*s", (int)w->url.len, w->url.at);
    return sink_address_read(url, to) && to->is_http;
}

static void ask(struct round *r, const struct quorum_node *w)
{
    char reason[SINK_REASON] = "";
    struct sink_address to;
    struct buf reply;
    uint64_t old = 0;
    if (w->url.len == 0)
        return;
    if (!read_url(w, &to)) {
        r->how->complain(w, "its URL is not http:// or https://");
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
        r->how->complain(w, reason);
    else
        judge(r, w, status, buf_slice(&reply));
    buf_free(&reply);
}

static gw_result keep(const struct round *r)
{
    char path[64];
    snprintf(path, sizeof path, "anchor/%llu.witnessed.checkpoint",
             (unsigned long long)r->log->head.size);
    return disk_write(r->log->dir, path, buf_slice(&r->note));
}

gw_result cosign_ask(const struct cosign *c, const struct quorum *q, struct cosign_found *out)
{
    struct slice note = buf_slice(&c->log->note);
    struct round r = {.how = c, .log = c->log};
    r.text = slice_cut(note, 0, slice_find(note, SLICE_LIT("\n\n")) + 1);
    buf_init(&r.note, NOTE_MAX);
    gw_result done = buf_add(&r.note, note);
    for (size_t i = 0; gw_ok(done) && i < q->count; i++)
        if (q->nodes[i].is_witness)
            ask(&r, &q->nodes[i]);
    *out = (struct cosign_found){.is_contradicted = r.is_contradicted};
    out->is_met = gw_ok(done) && quorum_is_met(q, buf_slice(&r.note), &out->signers);
    if (gw_ok(done) && out->signers > 0)
        done = keep(&r);
    buf_free(&r.note);
    return done;
}

size_t cosign_ports(const struct quorum *q, unsigned *ports, size_t room)
{
    size_t n = 0;
    struct sink_address to;
    for (size_t i = 0; i < q->count && n < room; i++)
        if (q->nodes[i].is_witness && q->nodes[i].url.len > 0 && read_url(&q->nodes[i], &to))
            ports[n++] = (unsigned)strtoul(to.port, NULL, 10);
    return n;
}
