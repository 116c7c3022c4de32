/* proxy/main/verb_audit.c - `bulla audit verify | tail | query | show | prove | receipt | ...`:
 * reads a log.
 *
 * Writes nothing to it and takes no lock. Exit codes are those of audit/verify.h for all of them: 0
 * done, 1 usage or error, 2 tampered, 3 something is missing, 4 too old. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/compliance.h"
#include "audit/jcs.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

static void print_leaf(void *owner, struct slice leaf)
{
    const struct asked *a = owner;
    outcome_leaf(leaf, a->json);
}

static int run_tail(const struct asked *a)
{
    uint64_t count = 10;
    struct asked shown = *a;
    if (a->count != NULL && (!gw_ok(slice_u64(slice_str(a->count), &count)) || count > SHOW_TAIL))
        return outcome_misused("-n takes a number up to 1000");
    gw_result r = show_tail(a->dir, (size_t)count, print_leaf, &shown);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "tail");
}

static gw_result take_row(void *owner, const struct index_row *row)
{
    *(struct index_row *)owner = *row;
    return gw_is(GW_OK);
}

/* The last record of an exchange, by the index; the segment says whether that is true. */
static gw_result last_of(const struct asked *a, uint64_t *seq)
{
    struct index_query q = {.xid = slice_str(a->item)};
    struct index_row row = {.seq = UINT64_MAX};
    struct index *ix = NULL;
    struct segment_frame frame;
    struct slice xid;
    struct buf bytes;
    buf_init(&bytes, SHOW_MAX);
    gw_result r = index_open(a->dir, &ix);
    if (gw_ok(r))
        r = index_find(ix, &q, take_row, &row);
    if (gw_ok(r) && row.seq == UINT64_MAX)
        r = gw_is(GW_NOT_FOUND);
    if (gw_ok(r))
        r = index_frame(ix, &row, &bytes, &frame);
    if (gw_ok(r) &&
        (!gw_ok(jcs_text(frame.leaf, "xid", &xid)) || !slice_is(xid, slice_str(a->item))))
        r = gw_is(GW_CORRUPT);
    index_close(ix);
    buf_free(&bytes);
    *seq = row.seq;
    return r;
}

/* The proof of the last record of an exchange: what `x-bulla-exchange` told the caller. */
static int run_receipt(const struct asked *a)
{
    struct buf out;
    uint64_t seq;
    buf_init(&out, SHOW_MAX);
    gw_result r = last_of(a, &seq);
    if (gw_ok(r))
        r = prove_record(a->dir, seq, &out);
    if (gw_ok(r))
        printf("%.*s", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "receipt");
}

/* show, prove, checkpoint: text to standard output. */
static int run_text(const struct asked *a)
{
    if (a->from != NULL)
        return verb_growth(a);
    struct buf out;
    uint64_t seq = 0;
    bool is_show = strcmp(a->word, "show") == 0;
    if (a->item != NULL && !gw_ok(slice_u64(slice_str(a->item), &seq)))
        return outcome_misused("SEQ is a number");
    if (is_show && !visit_before_reading(a, RECORD_REVIEW_READ, 1))
        return VERIFY_ERROR;
    buf_init(&out, SHOW_MAX);
    gw_result r = is_show                         ? show_record(a->dir, seq, &out)
                  : strcmp(a->word, "prove") == 0 ? prove_record(a->dir, seq, &out)
                                                  : prove_checkpoint(a->dir, &out);
    if (gw_ok(r))
        printf("%.*s%s", (int)buf_slice(&out).len, buf_slice(&out).at, is_show ? "\n" : "");
    buf_free(&out);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, a->word);
}

/* clang-format off */
/* Which control is answered by what: of no log. */
static int run_compliance(const struct asked *a)
{
    struct buf out;
    buf_init(&out, COMPLIANCE_MAX);
    gw_result r = a->json ? compliance_json(&out) : compliance_page(&out);
    if (gw_ok(r))
        printf("%.*s", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "compliance");
}

static const struct {
    const char *word;
    bool wants_item; /* a SEQ or an XID */
    int (*run)(const struct asked *a);
} words[] = {
    {"verify",     false, verb_verify},
    {"tail",       false, run_tail},
    {"query",      false, verb_review},
    {"timeline",   false, verb_review},
    {"stats",      false, verb_review},
    {"show",       true,  run_text},
    {"prove",      true,  run_text},
    {"receipt",    true,  run_receipt},
    {"checkpoint", false, run_text},
    {"export",     false, verb_export},
    {"anchor",     false, verb_anchor},
    {"bundle",     false, verb_bundle},
    {"case",       true,  verb_case},
    {"hold",       true,  verb_case},
    {"erase",      false, verb_case},
    {"prune",      false, verb_case},
    {"unseal",     true,  verb_unseal},
    {"diff",       true,  verb_unseal},
    {"rekey",      false, verb_rekey},
    {"compliance", false, run_compliance},
    {"reconcile",  false, verb_reconcile},
    {"recover",    false, verb_recover},
    {"key",        true,  verb_signing_key},
    {"witness",    false, verb_witness},
};
/* clang-format on */

int verb_audit(int argc, char **argv)
{
    struct asked a = {.word = argc < 2 ? "" : argv[1]};
    size_t i = 0;
    while (i < GW_COUNT(words) && strcmp(words[i].word, a.word) != 0)
        i++;
    if (i == GW_COUNT(words))
        return outcome_misused("which word? `bulla audit --help` lists them");
    const char *wrong = asked_read(argc, argv, words[i].wants_item, &a);
    if (wrong != NULL)
        return outcome_misused(wrong);
    int code = VERIFY_ERROR;
    if (!asked_find_log(&a))
        (void)verb_failed("audit", "no configuration that names audit.dir");
    else if (asked_name(&a))
        code = words[i].run(&a);
    asked_free(&a);
    return code;
}
