/* proxy/main/verb_unseal.c - `bulla audit unseal | diff SEQ`: what was captured of an exchange, for
 * a reviewer with an identity. That it is opened is a record before it is.
 *
 * Works on the log's own machine and on a copy of its directory; a copy records nothing, and it is
 * said so. Without an identity `diff` shows places and sorts, which are no content. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/changes.h"
#include "audit/jcs.h"
#include "audit/show.h"
#include "audit/unseal.h"
#include "audit/verify.h"
#include "proxy/base/secret.h"
#include "proxy/base/utf8.h"
#include "proxy/json/string.h"
#include "proxy/main/identity.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

#include <unistd.h>

enum { TEXT_MAX = 1 << 20, SHOWN_CONTEXT = 24 };

struct unsealing {
    const struct asked *asked;
    struct age_identities ids;
    uint64_t seq;
    struct buf text, other, line;
    size_t opened, gone, keyless;
};

static void print_bytes(struct slice s)
{
    (void)!fwrite(s.at == NULL ? "" : s.at, 1, s.len, stdout);
}

/* As JSON text: what is no UTF-8, where a long text was cut, becomes '?'. */
static gw_result put_text(struct buf *line, struct slice text)
{
    size_t from = 0, i = 0;
    while (i < text.len) {
        unsigned char c = (unsigned char)text.at[i];
        size_t wide = c < 0x80 ? 1 : utf8_len(slice_from(text, i));
        if (wide == 0) {
            TRY(string_escape(line, slice_cut(text, from, i), 1));
            TRY(buf_add_byte(line, '?'));
            from = i + 1;
        }
        i += wide == 0 ? 1 : wide;
    }
    return string_escape(line, slice_from(text, from), 1);
}

static gw_result print_payload(struct unsealing *u, const struct segment_blob *blob)
{
    struct slice text = buf_slice(&u->text);
    if (!u->asked->json) {
        printf("--- %.*s, %llu bytes\n", (int)blob->kind.len, blob->kind.at,
               (unsigned long long)blob->all);
        print_bytes(text);
        putchar('\n');
        return gw_is(GW_OK);
    }
    buf_clear(&u->line);
    TRY(buf_add_format(&u->line, "{\"seq\":%llu,\"kind\":\"%.*s\",\"all\":%llu,\"text\":\"",
                       (unsigned long long)u->seq, (int)blob->kind.len, blob->kind.at,
                       (unsigned long long)blob->all));
    TRY(put_text(&u->line, text));
    TRY(buf_add(&u->line, SLICE_LIT("\"}\n")));
    print_bytes(buf_slice(&u->line));
    return gw_is(GW_OK);
}

static gw_result open_all(void *owner, int dir, const struct segment_frame *frame)
{
    struct unsealing *u = owner;
    struct segment_blob blob;
    struct slice xid = {NULL, 0};
    gw_result r;
    (void)!gw_ok(jcs_text(frame->leaf, "xid", &xid));
    for (size_t i = 0; gw_ok(r = segment_blob(frame, i, &blob)); i++) {
        if (u->asked->kind != NULL && !slice_is(blob.kind, slice_str(u->asked->kind)))
            continue;
        buf_clear(&u->text);
        r = unseal_blob(dir, &u->ids, &blob, xid, &u->text);
        u->gone += r.code == GW_NOT_FOUND;
        u->keyless += r.code == GW_UNAVAILABLE;
        if (r.code == GW_NOT_FOUND || r.code == GW_UNAVAILABLE)
            continue;
        TRY(r);
        u->opened++;
        TRY(print_payload(u, &blob));
    }
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

/* --- diff ------------------------------------------------------------------------------------- */

static struct slice around(struct slice text, size_t from, size_t to)
{
    return slice_cut(text, from, to < text.len ? to : text.len);
}

static void print_side(const char *mark, struct slice before, struct slice is, struct slice after)
{
    printf("%s ", mark);
    print_bytes(before);
    printf("[");
    print_bytes(is);
    printf("]");
    print_bytes(after);
    putchar('\n');
}

static void print_change(void *owner, const struct change *c)
{
    struct unsealing *u = owner;
    struct slice first = buf_slice(&u->text);
    size_t end = c->at + c->old.len;
    struct slice before = around(first, c->at < SHOWN_CONTEXT ? 0 : c->at - SHOWN_CONTEXT, c->at);
    struct slice after = around(first, end, end + SHOWN_CONTEXT);
    u->opened++;
    if (!u->asked->json) {
        printf("@ %llu\n", (unsigned long long)c->at);
        print_side("-", before, c->old, after);
        print_side("+", before, c->now, after);
        return;
    }
    buf_clear(&u->line);
    bool is_fine =
        gw_ok(buf_add_format(&u->line, "{\"at\":%llu,\"old\":\"", (unsigned long long)c->at)) &&
        gw_ok(put_text(&u->line, c->old)) && gw_ok(buf_add(&u->line, SLICE_LIT("\",\"now\":\""))) &&
        gw_ok(put_text(&u->line, c->now)) && gw_ok(buf_add(&u->line, SLICE_LIT("\"}\n")));
    if (is_fine)
        print_bytes(buf_slice(&u->line));
}

/* The payload of that kind, opened into out. */
static gw_result open_kind(struct unsealing *u, int dir, const struct segment_frame *frame,
                           const char *kind, struct buf *out)
{
    struct segment_blob blob;
    struct slice xid = {NULL, 0};
    gw_result r;
    (void)!gw_ok(jcs_text(frame->leaf, "xid", &xid));
    for (size_t i = 0; gw_ok(r = segment_blob(frame, i, &blob)); i++)
        if (slice_is(blob.kind, slice_str(kind)))
            return unseal_blob(dir, &u->ids, &blob, xid, out);
    return r;
}

static gw_result compare(void *owner, int dir, const struct segment_frame *frame)
{
    static const char *const pairs[][2] = {{"req.orig", "req.sent"}, {"resp.orig", "resp.sent"}};
    struct unsealing *u = owner;
    for (size_t i = 0; i < GW_COUNT(pairs); i++) {
        buf_clear(&u->text);
        buf_clear(&u->other);
        gw_result first = open_kind(u, dir, frame, pairs[i][0], &u->text);
        gw_result second = open_kind(u, dir, frame, pairs[i][1], &u->other);
        if (first.code == GW_NOT_FOUND || second.code == GW_NOT_FOUND)
            continue;
        TRY(first);
        TRY(second);
        u->gone++; /* of pairs: one was there */
        if (!u->asked->json)
            printf("--- %s\n+++ %s\n", pairs[i][0], pairs[i][1]);
        changes_each(buf_slice(&u->text), buf_slice(&u->other), print_change, u);
    }
    return gw_is(u->gone > 0 ? GW_OK : GW_NOT_FOUND);
}

/* Places, sorts and rules: what the groups say anyway. */
static gw_result print_findings(void *owner, int dir, const struct segment_frame *frame)
{
    struct slice rest = frame->groups, items, item;
    struct segment_group g;
    (void)owner;
    (void)dir;
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!slice_is(g.name, SLICE_LIT("find")) || segment_group_is_gone(&g) ||
            !gw_ok(jcs_find(g.text, "items", &items)))
            continue;
        while (gw_ok(jcs_item(&items, &item))) {
            print_bytes(item);
            putchar('\n');
        }
    }
    return gw_is(GW_OK);
}

/* --- verbs ------------------------------------------------------------------------------------ */

static gw_result nothing(void *owner, int dir, const struct segment_frame *frame)
{
    (void)owner;
    (void)dir;
    (void)frame;
    return gw_is(GW_OK);
}

/* Of a log with witnesses the record is signed and cosigned before anything is opened. */
static int cosign_first(const struct asked *a, uint64_t seq)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/witnesses", a->dir);
    if (access(path, F_OK) == 0 && !gw_ok(visit_signed(a->dir, seq)))
        return verb_failed("audit", "%s: nothing was opened: its record is not signed yet",
                           a->word);
    return verb_cosign_wait(a, seq);
}

int verb_opening(const struct asked *a, enum record_type type, const struct visit *v)
{
    char reason[VISIT_REASON] = "";
    uint64_t seq;
    gw_result r = visit_record(a->dir, type, v, &seq, reason);
    if (gw_ok(r))
        return cosign_first(a, seq);
    if (r.code != GW_UNAVAILABLE)
        return verb_failed("audit", "%s: nothing was opened: %s", a->word, reason);
    fputs("bulla audit: this is a copy of a log: that it was opened is not recorded\n", stderr);
    return VERIFY_INTACT;
}

static int record_first(const struct unsealing *u)
{
    const struct visit v = {.op = u->asked->word,
                            .query = u->asked->kind,
                            .case_name = u->asked->facets[FACET_CASE],
                            .reason = u->asked->reason,
                            .count = 1,
                            .refs = &u->seq,
                            .ref_count = 1};
    return verb_opening(u->asked, RECORD_REVIEW_UNSEAL, &v);
}

/* Nothing went wrong, or keys are gone. */
static const char *lacks(const struct unsealing *u, gw_result r)
{
    bool is_diff = strcmp(u->asked->word, "diff") == 0;
    if (r.code == GW_UNAVAILABLE || (gw_ok(r) && u->keyless > 0))
        return "texts are there as they were sealed and their keys are gone: `verify --payloads` "
               "says whether a record says why";
    if (is_diff)
        return r.code == GW_NOT_FOUND ? "both texts were not captured, or are gone: see `capture`"
                                      : NULL;
    if (!gw_ok(r) || u->opened > 0)
        return NULL;
    return u->gone > 0 ? "its payloads are gone: erased or pruned"
                       : "nothing of the kind was captured";
}

static int explain(const struct unsealing *u, gw_result r)
{
    const char *word = u->asked->word, *what = lacks(u, r);
    if (r.code == GW_REFUSED)
        return verb_failed("audit", "%s: sealed for other reviewers than this one", word);
    if (r.code == GW_BAD)
        return verb_failed("audit",
                           "%s: its keys under keys/ are not those that were wrapped; the texts "
                           "are as they were sealed",
                           word);
    if (what == NULL)
        return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, word);
    (void)verb_failed("audit", "%s: %s", word, what);
    return VERIFY_INCOMPLETE;
}

static int run(struct unsealing *u)
{
    bool is_diff = strcmp(u->asked->word, "diff") == 0;
    gw_result r = show_one(u->asked->dir, u->seq, nothing, NULL);
    if (!gw_ok(r))
        return outcome_explain(r, u->asked->word);
    if (u->asked->identity == NULL) {
        if (!visit_before_reading(u->asked, RECORD_REVIEW_READ, 1))
            return VERIFY_ERROR;
        r = show_one(u->asked->dir, u->seq, print_findings, u);
        return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "diff");
    }
    if (!identity_read(u->asked->word, u->asked->identity, &u->ids))
        return VERIFY_ERROR;
    int code = record_first(u);
    if (code != VERIFY_INTACT)
        return code;
    return explain(u, show_one(u->asked->dir, u->seq, is_diff ? compare : open_all, u));
}

int verb_unseal(const struct asked *a)
{
    struct unsealing *u = calloc(1, sizeof *u);
    bool is_diff = strcmp(a->word, "diff") == 0;
    int code;
    if (u == NULL)
        return verb_failed("audit", "out of memory");
    u->asked = a;
    buf_init(&u->text, TEXT_MAX);
    buf_init(&u->other, TEXT_MAX);
    buf_init(&u->line, 8 * TEXT_MAX);
    if (!gw_ok(slice_u64(slice_str(a->item), &u->seq)))
        code = outcome_misused("SEQ is a number");
    else if (a->identity == NULL && !is_diff)
        code = outcome_misused("whose? --identity FILE");
    else if (a->identity != NULL && a->reason == NULL)
        code = outcome_misused("why? --reason TEXT");
    else
        code = run(u);
    secret_wipe(&u->ids, sizeof u->ids);
    buf_free(&u->text);
    buf_free(&u->other);
    buf_free(&u->line);
    free(u);
    return code;
}
