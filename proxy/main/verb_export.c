/* proxy/main/verb_export.c - `bulla audit export`: records out to a sink, each at least once.
 *
 * A process of its own: a sink that hangs or is away holds up nobody else. It reads what is signed,
 * so that no sink knows of a record that a crash could take back, sends a batch, and moves its
 * cursor (`sink/NAME.pos` in the log) when the batch was taken. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/base/clock.h"
#include "proxy/main/outcome.h"
#include "proxy/main/ship.h"
#include "proxy/main/verb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MAX = 4096, REST_MS = 500, PATIENCE_S = 30 };

struct export
{
    const struct asked *asked;
    struct index *index;
    struct index_query query;
    struct ship ship;
    struct buf frame, begin, token;
};

static gw_result take_first(void *owner, const struct index_row *row)
{
    *(struct index_row *)owner = *row;
    return gw_is(GW_OK);
}

/* The begin that an end names, when it is there. */
static bool find_begin(struct export *x, struct slice leaf, struct segment_frame *begin)
{
    struct slice ref, first;
    uint64_t seq;
    struct index_row row = {.seq = UINT64_MAX};
    if (!gw_ok(jcs_find(leaf, "ref", &ref)) || !gw_ok(jcs_item(&ref, &first)) ||
        !gw_ok(slice_u64(first, &seq)))
        return false;
    struct index_query q = {0};
    index_only(&q, seq);
    return gw_ok(index_find(x->index, &q, take_first, &row)) && row.seq == seq &&
           gw_ok(index_frame(x->index, &row, &x->begin, begin));
}

static gw_result take_row(void *owner, const struct index_row *row)
{
    struct export *x = owner;
    struct segment_frame frame, begin;
    struct slice type = {0};
    TRY(index_frame(x->index, row, &x->frame, &frame));
    (void)!gw_ok(jcs_text(frame.leaf, "type", &type));
    bool is_end = slice_is(type, SLICE_LIT("exchange.end"));
    return ship_record(&x->ship, &frame,
                       is_end && find_begin(x, frame.leaf, &begin) ? &begin : NULL);
}

static gw_result find_batch(struct export *x, const struct prove *log)
{
    struct index_query q = x->query;
    snprintf(x->ship.origin, sizeof x->ship.origin, "%s", log->key.name);
    if (!q.has_before || q.before > log->head.size) {
        q.has_before = true;
        q.before = log->head.size;
    }
    q.limit = SHIP_BATCH;
    gw_result r = index_find(x->index, &q, take_row, x);
    if (!gw_ok(r) && !x->ship.is_full)
        return r;
    return ship_head(&x->ship, log->head.size, buf_slice(&log->note));
}

/* One batch. *any: there was something. */
static gw_result send_batch(struct export *x, bool *any)
{
    struct prove log;
    ship_clear(&x->ship);
    TRY(index_refresh(x->index));
    TRY(prove_open(x->asked->dir, &log));
    gw_result r = find_batch(x, &log);
    prove_close(&log);
    TRY(r);
    *any = x->ship.sent > 0;
    TRY(ship_send(&x->ship));
    x->query.has_after = x->query.has_after || *any;
    x->query.after = *any ? x->ship.last : x->query.after;
    return gw_is(GW_OK);
}

static bool goes_out(const struct asked *a)
{
    return a->to != NULL && strcmp(a->to, "-") != 0;
}

/* For programs too, where standard output is not the records'. */
static void tell_end(const struct export *x, unsigned long long total)
{
    bool is_sure = sink_confirms(x->ship.sink);
    if (x->asked->json && goes_out(x->asked))
        printf("{\"confirmed\":%s,\"records\":%llu}\n", is_sure ? "true" : "false", total);
    else
        fprintf(stderr, "bulla audit: export: %llu records%s\n", total,
                is_sure ? "" : ", unconfirmed: the receiver cannot say that it keeps them");
}

static int run_batches(struct export *x)
{
    unsigned rest_ms = REST_MS;
    unsigned long long total = 0;
    for (;;) {
        bool any = false;
        gw_result r = send_batch(x, &any);
        bool is_away = r.code == GW_UNAVAILABLE;
        if (!gw_ok(r) && !(is_away && x->asked->follow))
            return is_away ? verb_failed("audit", "export: %s", sink_reason(x->ship.sink))
                           : outcome_explain(r, "export");
        if (is_away) {
            fprintf(stderr, "bulla audit: export: %s; again in %u s\n", sink_reason(x->ship.sink),
                    rest_ms / 1000 + 1);
            usleep(1000 * (rest_ms += REST_MS));
            rest_ms = rest_ms > 1000 * PATIENCE_S ? 1000 * PATIENCE_S : rest_ms * 2;
            continue;
        }
        rest_ms = REST_MS;
        total += x->ship.sent;
        if (!any && !x->asked->follow)
            break;
        if (!any)
            usleep(1000 * REST_MS);
    }
    tell_end(x, total);
    return VERIFY_INTACT;
}

/* env:NAME or file:PATH, never the secret itself. */
static const char *read_token(struct export *x, struct slice *token)
{
    const char *from = x->asked->token;
    *token = (struct slice){0};
    if (from == NULL)
        return NULL;
    if (strncmp(from, "env:", 4) == 0) {
        *token = slice_str(getenv(from + 4));
    } else if (strncmp(from, "file:", 5) == 0) {
        if (!gw_ok(disk_read(AT_FDCWD, from + 5, &x->token)))
            return "the token's file cannot be read";
        *token = slice_trim(buf_slice(&x->token));
    }
    for (size_t i = 0; i < token->len; i++)
        if (token->at[i] <= ' ' || token->at[i] > '~')
            return "a token is one word";
    return token->len == 0 ? "--token takes env:NAME or file:PATH" : NULL;
}

/* A cursor is kept for what has a name, or goes anywhere but to standard output. */
static const char *name_cursor(struct export *x)
{
    const struct asked *a = x->asked;
    const char *name = a->name != NULL ? a->name : goes_out(a) ? a->sink : NULL;
    if (name == NULL)
        return NULL;
    return ship_name(&x->ship, name) == NULL ? NULL
                                             : "--name takes letters, digits, '-', '_' and '.'";
}

static const char *prepare(struct export *x, char *reason)
{
    static const struct clock real;
    struct slice token;
    if (x->asked->sink == NULL)
        return "which sink? --sink jsonl, syslog, otlp, spans, splunk, elastic or kafka";
    const char *wrong = asked_query(x->asked, clock_wall_us(&real), &x->query);
    if (wrong == NULL && (x->asked->count != NULL || x->asked->newest))
        wrong = "export sends all that match, oldest first";
    uint64_t wait_s = PATIENCE_S;
    if (wrong == NULL && x->asked->patience != NULL &&
        (!asked_age(x->asked->patience, &wait_s) || wait_s > 3600))
        wrong = "--patience takes a time up to an hour: 10s";
    if (wrong == NULL)
        wrong = name_cursor(x);
    if (wrong == NULL)
        wrong = read_token(x, &token);
    if (wrong != NULL)
        return wrong;
    const struct sink_settings settings = {.kind = x->asked->sink,
                                           .to = x->asked->to,
                                           .form = x->asked->form,
                                           .ca_file = x->asked->ca,
                                           .index_name = x->asked->index_name,
                                           .token = token,
                                           .with_findings = x->asked->with_findings,
                                           .wait_s = (unsigned)wait_s};
    return gw_ok(sink_open(&settings, reason, &x->ship.sink)) ? NULL : reason;
}

int verb_export(const struct asked *a)
{
    char reason[SINK_REASON] = "";
    struct export x = {
        .asked = a,
        .ship = {.dir = -1, .with_heads = a->with_heads, .with_findings = a->with_findings}};
    int code = VERIFY_ERROR;
    (void)umask(0077);
    buf_init(&x.frame, SEGMENT_FRAME_MAX);
    buf_init(&x.begin, SEGMENT_FRAME_MAX);
    buf_init(&x.token, TOKEN_MAX);
    const char *wrong = prepare(&x, reason);
    if (wrong != NULL) {
        code = outcome_misused(wrong);
    } else {
        gw_result r = index_open(a->dir, &x.index);
        x.ship.dir = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (gw_ok(r) && !x.query.has_after)
            r = ship_begin(&x.ship, &x.query.has_after, &x.query.after);
        code = gw_ok(r) ? run_batches(&x) : outcome_explain(r, "export");
    }
    sink_close(x.ship.sink);
    index_close(x.index);
    if (x.ship.dir >= 0)
        close(x.ship.dir);
    buf_free(&x.frame);
    buf_free(&x.begin);
    buf_free(&x.token);
    return code;
}
