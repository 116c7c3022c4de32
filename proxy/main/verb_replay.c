/* proxy/main/verb_replay.c - `bulla policy replay`: what another policy would have done with
 * requests that were recorded; differences only.
 *
 * Requests are opened with a reviewer's identity, and that they are is a record before they are, as
 * for `audit unseal`. Says decisions, classes, rules and sorts of findings, never their text. What
 * the answer or a guard decided is not played again: its text is not the request's to tell. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/base64.h"
#include "audit/jcs.h"
#include "audit/segment.h"
#include "audit/show.h"
#include "audit/unseal.h"
#include "audit/verify.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include "proxy/gate/explain.h"
#include "proxy/main/identity.h"
#include "proxy/main/outcome.h"
#include "proxy/main/policy_bench.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

enum { TEXT_MOST = 64 << 20, LINE_MOST = 1 << 20, WAYS = 32 };

/* How many exchanges went from one decision to another. */
struct way {
    char from[16], to[16];
    uint64_t n;
};

struct replaying {
    const struct asked *asked;
    struct index *index;
    struct policy_bench *bench;
    struct age_identities ids;
    uint64_t seqs[RECORD_REFS];
    size_t count;
    uint64_t beyond; /* more than can be recorded at once */
    uint64_t played, changed, lacking, cut;
    uint64_t seq;
    struct buf text, line, frame;
    struct way ways[WAYS];
    size_t way_count;
    gw_result failed; /* the first one of a kind that is not `lacking` */
};

/* What the record says was decided of the request. */
struct was {
    struct slice decision, class_name, upstream, rules, path, app, tenant, xid, t;
    uint64_t findings;
};

static struct slice group_of(const struct segment_frame *frame, const char *name)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(name)) && !segment_group_is_gone(&g))
            return g.text;
    return (struct slice){NULL, 0};
}

static struct slice text_of(struct slice object, const char *key)
{
    struct slice text;
    return object.len > 0 && gw_ok(jcs_text(object, key, &text)) ? text : (struct slice){NULL, 0};
}

static struct was read_was(const struct segment_frame *frame)
{
    struct slice who = group_of(frame, "who"), what = group_of(frame, "what"),
                 find = group_of(frame, "find");
    struct was was = {.decision = text_of(frame->leaf, "dec"),
                      .class_name = text_of(frame->leaf, "cls"),
                      .xid = text_of(frame->leaf, "xid"),
                      .t = text_of(frame->leaf, "t"),
                      .upstream = text_of(what, "upstream"),
                      .path = text_of(group_of(frame, "net"), "path"),
                      .app = text_of(who, "app"),
                      .tenant = text_of(who, "tenant")};
    struct slice guards;
    if (what.len > 0 && gw_ok(jcs_find(what, "guards", &guards)))
        was.decision = SLICE_LIT("ask"); /* the end says what came of that */
    if (!gw_ok(jcs_find(frame->leaf, "rules", &was.rules)))
        was.rules = (struct slice){NULL, 0};
    if (find.len == 0 || !gw_ok(jcs_u64(find, "count", &was.findings)))
        was.findings = 0;
    if (slice_is(was.app, SLICE_LIT("?")) || was.app.len == 0) /* as callers without a key are */
        was.app = was.tenant = (struct slice){NULL, 0};
    return was;
}

/* --- one exchange ----------------------------------------------------------------------------- */

/* Its request as it came; where that was not kept, as it left: what had been taken out is then out
 * already. GW_TOO_BIG: only two ends of it were kept. */
static gw_result open_request(struct replaying *r, int dir, const struct segment_frame *frame,
                              struct slice xid, bool *is_sent)
{
    static const char *const kinds[] = {"req.orig", "req.sent"};
    gw_result found = gw_is(GW_NOT_FOUND);
    for (size_t k = 0; k < GW_COUNT(kinds); k++) {
        struct segment_blob blob;
        for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++) {
            if (!slice_is(blob.kind, slice_str(kinds[k])))
                continue;
            buf_clear(&r->text);
            found = unseal_blob(dir, &r->ids, &blob, xid, &r->text);
            *is_sent = k == 1;
            if (gw_ok(found) && blob.all != r->text.len)
                found = gw_is(GW_TOO_BIG);
            if (gw_ok(found))
                return found;
        }
    }
    return found;
}

/* The same ids, in whatever order. */
static bool are_rules_same(const struct explain *e, struct slice rules)
{
    struct slice item;
    size_t n = 0;
    while (gw_ok(jcs_item(&rules, &item)) && item.len > 2) {
        n++;
        if (!explain_is_enforced(e, slice_cut(item, 1, item.len - 1)))
            return false;
    }
    return n == explain_rule_count(e);
}

static void put_now(struct wire *w, const struct explain *e)
{
    wire_open(w, "now", '{');
    wire_text(w, "class", clear_name(explain_class(e)));
    wire_text(w, "decision", clear_name(explain_decision(e)));
    wire_u64(w, "findings", explain_finding_count(e));
    wire_open(w, "rules", '[');
    for (size_t i = 0; i < explain_rule_count(e); i++)
        wire_text(w, NULL, clear_name(explain_rule(e, i)));
    wire_close(w);
    if (explain_upstream(e).len > 0)
        wire_text(w, "upstream", clear_name(explain_upstream(e)));
    wire_close(w);
}

static void put_was(struct wire *w, const struct was *was)
{
    struct slice rules = was->rules, item;
    wire_open(w, "was", '{');
    wire_text(w, "class", clear_name(was->class_name));
    wire_text(w, "decision", clear_name(was->decision));
    wire_u64(w, "findings", was->findings);
    wire_open(w, "rules", '[');
    while (gw_ok(jcs_item(&rules, &item)) && item.len > 2)
        wire_text(w, NULL, clear_name(slice_cut(item, 1, item.len - 1)));
    wire_close(w);
    if (was->upstream.len > 0)
        wire_text(w, "upstream", clear_name(was->upstream));
    wire_close(w);
}

struct differences {
    bool decision, class_name, upstream, rules, findings;
};

static bool any(const struct differences *d)
{
    return d->decision || d->class_name || d->upstream || d->rules || d->findings;
}

/* Of what was kept as it left, less is found: that is no difference of policies. A request that is
 * refused has no upstream, whatever the policy. */
static struct differences compare(const struct explain *e, const struct was *was, bool is_sent)
{
    struct slice upstream = explain_upstream(e);
    return (struct differences){
        .decision = !slice_is(explain_decision(e), was->decision) &&
                    !(is_sent && slice_is(was->decision, SLICE_LIT("redact")) &&
                      slice_is(explain_decision(e), SLICE_LIT("allow"))),
        .class_name = !is_sent && !slice_is(explain_class(e), was->class_name),
        .upstream = upstream.len > 0 && was->upstream.len > 0 && !slice_is(upstream, was->upstream),
        .rules = !is_sent && !are_rules_same(e, was->rules),
        .findings = !is_sent && explain_finding_count(e) != was->findings};
}

static gw_result print_line(struct replaying *r, const struct explain *e, const struct was *was,
                            const struct differences *d, bool is_sent)
{
    struct wire w;
    const struct {
        const char *word;
        bool differs;
    } words[] = {{"class", d->class_name},
                 {"decision", d->decision},
                 {"findings", d->findings},
                 {"rules", d->rules},
                 {"upstream", d->upstream}};
    buf_clear(&r->line);
    wire_init(&w, &r->line);
    wire_text(&w, "basis", is_sent ? CLEAR_LIT("req.sent") : CLEAR_LIT("req.orig"));
    wire_open(&w, "changed", '[');
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (words[i].differs)
            wire_text(&w, NULL, clear_word(words[i].word));
    wire_close(&w);
    put_now(&w, e);
    wire_u64(&w, "seq", r->seq);
    wire_text(&w, "t", clear_name(was->t));
    put_was(&w, was);
    wire_text(&w, "xid", clear_name(was->xid));
    TRY(wire_end(&w));
    if (r->asked->json) {
        printf("%.*s\n", (int)r->line.len, buf_slice(&r->line).at);
        return gw_is(GW_OK);
    }
    printf("%-8llu %.*s %.*s>%.*s %.*s>%.*s", (unsigned long long)r->seq, (int)was->xid.len,
           was->xid.at, (int)was->decision.len, was->decision.at, (int)explain_decision(e).len,
           explain_decision(e).at, (int)was->class_name.len, was->class_name.at,
           (int)explain_class(e).len, explain_class(e).at);
    for (size_t i = 0; i < explain_rule_count(e); i++)
        printf("%s%.*s", i == 0 ? " rules " : ",", (int)explain_rule(e, i).len,
               explain_rule(e, i).at);
    putchar('\n');
    return gw_is(GW_OK);
}

static void count_way(struct replaying *r, struct slice from, struct slice to)
{
    struct way w = {.n = 1};
    snprintf(w.from, sizeof w.from, "%.*s", (int)from.len, from.at);
    snprintf(w.to, sizeof w.to, "%.*s", (int)to.len, to.at);
    for (size_t i = 0; i < r->way_count; i++)
        if (strcmp(r->ways[i].from, w.from) == 0 && strcmp(r->ways[i].to, w.to) == 0) {
            r->ways[i].n++;
            return;
        }
    if (r->way_count < WAYS)
        r->ways[r->way_count++] = w;
}

static gw_result play(void *owner, int dir, const struct segment_frame *frame)
{
    struct replaying *r = owner;
    const struct was was = read_was(frame);
    struct explain *e = NULL;
    bool is_sent = false;
    const struct gate_known caller = {was.app, was.tenant, {NULL, 0}};
    gw_result got = open_request(r, dir, frame, was.xid, &is_sent);
    r->cut += got.code == GW_TOO_BIG;
    r->lacking += got.code == GW_NOT_FOUND || got.code == GW_UNAVAILABLE || was.path.len == 0;
    if (got.code == GW_TOO_BIG || got.code == GW_NOT_FOUND || got.code == GW_UNAVAILABLE ||
        was.path.len == 0)
        return gw_is(GW_OK);
    TRY(got);
    TRY(explain_new_of(&r->bench->gate, &caller, was.path, buf_slice(&r->text), &e));
    const struct differences d = compare(e, &was, is_sent);
    r->played++;
    r->changed += any(&d);
    count_way(r, was.decision, explain_decision(e));
    if (any(&d))
        got = print_line(r, e, &was, &d, is_sent);
    explain_free(e);
    secret_wipe(r->text.at, r->text.cap);
    return got;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Requests only: what an answer was decided for is not played again. */
static gw_result collect(void *owner, const struct index_row *row)
{
    struct replaying *r = owner;
    struct segment_frame frame;
    TRY(index_frame(r->index, row, &r->frame, &frame));
    struct slice type = text_of(frame.leaf, "type");
    if (!slice_is(type, SLICE_LIT("exchange.begin")) &&
        !slice_is(type, SLICE_LIT("exchange.block")))
        return gw_is(GW_OK);
    if (r->count == RECORD_REFS)
        r->beyond++;
    else
        r->seqs[r->count++] = row->seq;
    return gw_is(GW_OK);
}

static gw_result find(struct replaying *r)
{
    static const struct clock real;
    struct index_query query;
    const char *wrong = asked_query(r->asked, clock_wall_us(&real), &query);
    if (wrong != NULL) {
        (void)outcome_misused(wrong);
        return gw_is(GW_REFUSED);
    }
    gw_result got = index_open(r->asked->dir, &r->index);
    if (gw_ok(got))
        got = index_find(r->index, &query, collect, r);
    index_close(r->index);
    return got;
}

static void summary(struct replaying *r)
{
    char policy[BASE64_LEN(sizeof(struct digest)) + 1];
    struct digest d = policy_digest(r->bench->policy);
    base64_write(d.at, sizeof d.at, policy);
    const char *detectors = scanner_version(r->bench->scanner);
    if (!r->asked->json) {
        printf("%llu played, %llu would be different; %llu were not kept or are gone, of %llu only "
               "the ends were kept\n",
               (unsigned long long)r->played, (unsigned long long)r->changed,
               (unsigned long long)r->lacking, (unsigned long long)r->cut);
        for (size_t i = 0; i < r->way_count; i++)
            printf("  %s > %s: %llu\n", r->ways[i].from, r->ways[i].to,
                   (unsigned long long)r->ways[i].n);
        return;
    }
    printf("{\"changed\":%llu,\"cut\":%llu,\"decisions\":{", (unsigned long long)r->changed,
           (unsigned long long)r->cut);
    for (size_t i = 0; i < r->way_count; i++)
        printf("%s\"%s>%s\":%llu", i == 0 ? "" : ",", r->ways[i].from, r->ways[i].to,
               (unsigned long long)r->ways[i].n);
    printf("},\"detectors\":\"%s\",\"lacking\":%llu,\"policy\":\"%s\",\"replayed\":%llu}\n",
           detectors, (unsigned long long)r->lacking, policy, (unsigned long long)r->played);
}

static int run(struct replaying *r)
{
    char filters[OUTCOME_FILTERS];
    gw_result got = find(r);
    if (got.code == GW_REFUSED)
        return VERIFY_ERROR;
    if (!gw_ok(got))
        return outcome_explain(got, "replay");
    if (r->beyond > 0)
        return verb_failed("policy",
                           "replay: %llu exchanges are more than one record can name: "
                           "ask for fewer, with --since and --until",
                           (unsigned long long)(r->count + r->beyond));
    if (!identity_read("replay", r->asked->identity, &r->ids))
        return VERIFY_ERROR;
    (void)outcome_filters(r->asked, filters);
    const struct visit v = {.op = "replay",
                            .query = filters,
                            .case_name = r->asked->facets[FACET_CASE],
                            .reason = r->asked->reason,
                            .count = r->count,
                            .refs = r->seqs,
                            .ref_count = r->count};
    int code = r->count == 0 ? VERIFY_INTACT : verb_opening(r->asked, RECORD_REVIEW_REPLAY, &v);
    if (code != VERIFY_INTACT)
        return code;
    for (size_t i = 0; gw_ok(got) && i < r->count; i++) {
        r->seq = r->seqs[i];
        got = show_one(r->asked->dir, r->seq, play, r);
    }
    if (got.code == GW_REFUSED)
        return verb_failed("policy", "replay: sealed for other reviewers than this one");
    if (!gw_ok(got))
        return outcome_explain(got, "replay");
    summary(r);
    return r->lacking + r->cut > 0 ? VERIFY_INCOMPLETE : VERIFY_INTACT;
}

static const char *lacks(const struct asked *a)
{
    if (a->policy == NULL)
        return "which? --policy FILE";
    if (a->identity == NULL)
        return "whose? --identity FILE";
    return a->reason == NULL ? "why? --reason TEXT" : NULL;
}

static int replay(struct asked *a)
{
    struct replaying *r = calloc(1, sizeof *r);
    int code = VERIFY_ERROR;
    if (r == NULL)
        return verb_failed("policy", "out of memory");
    r->asked = a;
    buf_init(&r->text, TEXT_MOST);
    buf_init(&r->line, LINE_MOST);
    buf_init(&r->frame, LINE_MOST);
    r->bench = policy_bench_new(a->config_path, true, &a->policy, 1);
    if (r->bench != NULL)
        code = run(r);
    policy_bench_free(r->bench);
    secret_wipe(&r->ids, sizeof r->ids);
    buf_free(&r->text);
    buf_free(&r->line);
    buf_free(&r->frame);
    free(r);
    return code;
}

int verb_policy_replay(int argc, char **argv)
{
    struct asked a = {.word = "replay"};
    const char *wrong = asked_read(argc, argv, false, &a);
    int code = VERIFY_ERROR;
    if (wrong == NULL)
        wrong = lacks(&a);
    if (wrong != NULL)
        (void)verb_misused(argv[0], wrong); /* and 1, as for the words of `audit` */
    else if (asked_find_log(&a) && asked_name(&a))
        code = replay(&a);
    asked_free(&a);
    return code;
}
