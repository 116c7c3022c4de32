/* proxy/main/verb_case.c - `bulla audit case | hold | erase | prune`: people's work on the log. The
 * record comes first, then the act.
 *
 * What is held is not erased: a hold names the records, an erasure that meets one is refused, and
 * that is recorded too. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/erase.h"
#include "audit/expire.h"
#include "audit/holds.h"
#include "audit/prove.h"
#include "audit/prune.h"
#include "audit/tally.h"
#include "audit/unfinished.h"
#include "audit/unpruned.h"
#include "audit/verify.h"
#include "proxy/base/clock.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TARGETS = 1 << 24 };

#define NOT_SIGNED "its record is not signed yet, so nothing was done: do it again"

struct work {
    const struct asked *asked;
    struct index *index;
    struct buf frame;
    struct index_row *rows; /* what the filters chose, by seq */
    size_t count, room;
    struct holds holds;
    char filters[OUTCOME_FILTERS];
};

static int say(const char *word, gw_result r, const char *reason)
{
    (void)verb_failed("audit", "%s: %s", word, reason);
    return r.code == GW_CORRUPT ? VERIFY_TAMPERED : VERIFY_ERROR;
}

static gw_result keep_row(void *owner, const struct index_row *row)
{
    struct work *w = owner;
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 256 : 2 * w->room;
        struct index_row *more = room > TARGETS ? NULL : realloc(w->rows, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        w->rows = more;
        w->room = room;
    }
    w->rows[w->count] = *row;
    w->rows[w->count++].words = NULL; /* of the callback only */
    return gw_is(GW_OK);
}

/* A hold, or the end of one: in the order in which they were said. */
static gw_result see_hold(struct work *w, const struct index_row *row)
{
    struct segment_frame frame;
    TRY(index_frame(w->index, row, &w->frame, &frame));
    return holds_see(&w->holds, &frame);
}

/* All records with a case, for holds: few, beside the exchanges. */
static gw_result find_holds(struct work *w)
{
    static const char *const types[] = {"hold.set", "hold.clear"};
    struct work both = {.index = w->index};
    gw_result r = gw_is(GW_OK);
    for (size_t i = 0; i < GW_COUNT(types) && gw_ok(r); i++) {
        struct index_query q = {0};
        q.facets[FACET_TYPE] = slice_str(types[i]);
        r = index_find(w->index, &q, keep_row, &both);
    }
    for (size_t i = 1; i < both.count; i++) /* two sorted runs; few */
        for (size_t k = i; k > 0 && both.rows[k].seq < both.rows[k - 1].seq; k--) {
            struct index_row swap = both.rows[k];
            both.rows[k] = both.rows[k - 1];
            both.rows[k - 1] = swap;
        }
    for (size_t i = 0; i < both.count && gw_ok(r); i++)
        r = see_hold(w, &both.rows[i]);
    free(both.rows);
    holds_sort(&w->holds);
    return r;
}

/* What the filters choose; the case is not one of them. NULL, or what is wrong. */
static const char *choose(struct work *w, gw_result *r)
{
    static const struct clock real;
    struct index_query q;
    const char *wrong = asked_query(w->asked, clock_wall_us(&real), &q);
    q.facets[FACET_CASE] = (struct slice){0};
    if (wrong != NULL)
        return wrong;
    if (!outcome_filters(w->asked, w->filters))
        return "which records? give a filter";
    *r = index_find(w->index, &q, keep_row, w);
    return NULL;
}

/* The record, in as many pieces as its references need. */
static int record_all(struct work *w, enum record_type type, const char *op, uint64_t *last)
{
    char reason[VISIT_REASON] = "";
    uint64_t refs[RECORD_REFS];
    for (size_t i = 0; i < w->count || i == 0;) {
        size_t n = 0;
        for (; n < RECORD_REFS && i + n < w->count; n++)
            refs[n] = w->rows[i + n].seq;
        const struct visit v = {.op = op,
                                .query = type == RECORD_ERASE ? NULL : w->filters,
                                .case_name = w->asked->facets[FACET_CASE],
                                .reason = w->asked->reason,
                                .count = w->count,
                                .refs = refs,
                                .ref_count = n};
        gw_result r = visit_record(w->asked->dir, type, &v, last, reason);
        if (!gw_ok(r))
            return say(op, r, reason);
        if (n == 0)
            break;
        i += n;
    }
    return VERIFY_INTACT;
}

static int tell_count(const struct work *w, const char *done, uint64_t seq)
{
    if (w->asked->json)
        printf("{\"records\":%llu,\"seq\":%llu}\n", (unsigned long long)w->count,
               (unsigned long long)seq);
    else
        printf("audit: %llu records %s by record %llu\n", (unsigned long long)w->count, done,
               (unsigned long long)seq);
    return VERIFY_INTACT;
}

static int list_holds(struct work *w)
{
    gw_result r = find_holds(w);
    for (size_t i = 0; gw_ok(r) && i < w->holds.count; i++)
        printf(w->asked->json ? "{\"seq\":%llu,\"case\":\"%s\"}\n" : "%llu  %s\n",
               (unsigned long long)w->holds.at[i].seq, w->holds.at[i].name);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "hold");
}

static int set_hold(struct work *w)
{
    gw_result r = gw_is(GW_OK);
    uint64_t seq;
    const char *wrong = choose(w, &r);
    if (wrong != NULL)
        return outcome_misused(wrong);
    if (gw_ok(r) && w->count == 0)
        r = gw_is(GW_NOT_FOUND);
    if (!gw_ok(r))
        return outcome_explain(r, "hold");
    int code = record_all(w, RECORD_HOLD_SET, "hold set", &seq);
    return code == VERIFY_INTACT ? tell_count(w, "held", seq) : code;
}

static int run_hold(struct work *w)
{
    uint64_t seq;
    const char *item = w->asked->item;
    bool is_set = strcmp(item, "set") == 0;
    if (strcmp(item, "list") == 0)
        return list_holds(w);
    if (!is_set && strcmp(item, "clear") != 0)
        return outcome_misused("hold set, clear or list");
    if (w->asked->facets[FACET_CASE] == NULL)
        return outcome_misused("for which case? --case NAME");
    if (is_set)
        return set_hold(w);
    int code = record_all(w, RECORD_HOLD_CLEAR, "hold clear", &seq);
    if (code == VERIFY_INTACT)
        printf(w->asked->json ? "{\"seq\":%llu}\n" : "audit: let go by record %llu\n",
               (unsigned long long)seq);
    return code;
}

static gw_result erase_rows(struct work *w)
{
    struct erase_units units = {0};
    int dir = open(w->asked->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gw_result r = gw_is(dir < 0 ? GW_IO : GW_OK);
    for (size_t i = 0; i < w->count && gw_ok(r); i++) {
        r = erase_frame(dir, &w->rows[i], &units);
        bool last = i + 1 == w->count || w->rows[i + 1].segment != w->rows[i].segment;
        if (gw_ok(r) && last)
            r = erase_sync(dir, w->rows[i].segment);
    }
    if (gw_ok(r))
        r = erase_keys(dir, &units);
    erase_units_free(&units);
    if (dir >= 0)
        close(dir);
    for (size_t i = 0; i < w->count && gw_ok(r); i++)
        r = index_forget(w->index, &w->rows[i], i + 1 == w->count);
    return r;
}

/* Only by what the erased groups say, or by the exchange: then a request and its answer are both
 * chosen. */
static bool asks_for_somebody(const struct asked *a)
{
    static const enum facet_id by[] = {FACET_PERSON,       FACET_APP,   FACET_TENANT, FACET_SESSION,
                                       FACET_CONVERSATION, FACET_AGENT, FACET_SOURCE};
    bool any = a->xid != NULL;
    for (enum facet_id f = FACET_TYPE; f < FACET_COUNT; f++) {
        size_t i = 0;
        while (i < GW_COUNT(by) && by[i] != f)
            i++;
        if (a->facets[f] != NULL && i == GW_COUNT(by) && f != FACET_CASE)
            return false;
        any = any || (a->facets[f] != NULL && i < GW_COUNT(by));
    }
    return any;
}

/* Records of exchanges only: what people did on the log is not erased with them. */
static void drop_others(struct work *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->rows[i].is_exchange)
            w->rows[kept++] = w->rows[i];
    w->count = kept;
}

static int erase_recorded(struct work *w)
{
    uint64_t seq;
    int code = record_all(w, RECORD_ERASE, "erase", &seq);
    if (code != VERIFY_INTACT)
        return code;
    gw_result r = visit_signed(w->asked->dir, seq);
    if (!gw_ok(r))
        return say("erase", r, NOT_SIGNED);
    code = verb_cosign_wait(w->asked, seq);
    if (code != VERIFY_INTACT)
        return code;
    r = erase_rows(w);
    return gw_ok(r) ? tell_count(w, "erased", seq) : outcome_explain(r, "erase");
}

/* Cut short, it is done again by who opens the log next; what was cut short before is done first.
 */
static int erase_chosen(struct work *w)
{
    struct note_key key;
    uint64_t size;
    int mark = -1, dir = open(w->asked->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gw_result r = dir < 0 ? gw_is(GW_IO) : prove_head(w->asked->dir, &key, &size);
    if (gw_ok(r))
        r = unfinished_begin(dir, size, &mark);
    int code = gw_ok(r) ? erase_recorded(w) : outcome_explain(r, "erase");
    if (gw_ok(r) && code == VERIFY_INTACT)
        r = unfinished_end(dir, mark);
    else if (mark >= 0)
        close(mark);
    if (dir >= 0)
        close(dir);
    return gw_ok(r) || code != VERIFY_INTACT ? code : outcome_explain(r, "erase");
}

static int run_erase(struct work *w)
{
    gw_result r = gw_is(GW_OK);
    uint64_t seq;
    if (w->asked->reason == NULL)
        return outcome_misused("why? --reason TEXT");
    if (!asks_for_somebody(w->asked))
        return outcome_misused(
            "whose? --person, --app, --tenant, --session, --conversation, --agent, "
            "--source or --xid, and times");
    const char *wrong = choose(w, &r);
    if (wrong != NULL)
        return outcome_misused(wrong);
    drop_others(w);
    if (gw_ok(r))
        r = w->count == 0 ? gw_is(GW_NOT_FOUND) : find_holds(w);
    if (!gw_ok(r))
        return outcome_explain(r, "erase");
    for (size_t i = 0; i < w->count; i++) {
        const struct hold *h = holds_find(&w->holds, w->rows[i].seq);
        if (h == NULL)
            continue;
        w->count = 0; /* the refusal names no record */
        if (record_all(w, RECORD_ERASE, "erase refused: held", &seq) == VERIFY_INTACT)
            (void)verb_failed("audit", "erase: refused: a record is held for case %s", h->name);
        return VERIFY_TAMPERED;
    }
    return erase_chosen(w);
}

static bool is_held(void *work, uint64_t seq)
{
    return holds_find(&((const struct work *)work)->holds, seq) != NULL;
}

static void note_stay(void *work, uint64_t seq)
{
    holds_stay(&((struct work *)work)->holds, seq);
}

/* What the clocks would have ended and a hold did not let go, a record for each case. */
static gw_result say_refused(struct work *w, char *reason)
{
    uint64_t seq;
    for (size_t i = 0; i < w->holds.count; i++) {
        if (w->holds.at[i].stays == 0)
            continue;
        const struct visit v = {.op = "prune refused: held",
                                .case_name = w->holds.at[i].name,
                                .reason = w->asked->reason,
                                .count = w->holds.at[i].stays};
        TRY(visit_record(w->asked->dir, RECORD_PRUNE, &v, &seq, reason));
        reason[0] = '\0';
    }
    return gw_is(GW_OK);
}

/* The hour before which something ends: as it was asked for, as the configuration says, or so long
 * ago. Only hours that are over. */
static const char *prune_until(const char *asked, uint64_t retention_ms, const char *standard,
                               char hour[PRUNE_HOUR + 1])
{
    static const struct clock real;
    struct index_query q;
    struct asked by_time = {.until = asked != NULL ? asked : standard};
    char now[PRUNE_HOUR + 1];
    const char *wrong = asked_query(&by_time, clock_wall_us(&real), &q);
    if (wrong != NULL)
        return wrong;
    if (asked == NULL && retention_ms > 0)
        q.until_us = clock_wall_us(&real) - (int64_t)retention_ms * 1000;
    prune_hour(q.until_us, hour);
    prune_hour(clock_wall_us(&real), now);
    return strcmp(hour, now) <= 0 ? NULL : "what is of this hour is still written";
}

/* Disclosures and leaves end where it is asked for, or where a configuration speaks; whole segments
 * when all that is in them has ended. */
static const char *prune_times(const struct work *w, struct prune *p, struct expire *e)
{
    const struct asked *a = w->asked;
    const struct config_retention none = {.payloads = 0},
                                  *kept = a->config == NULL ? &none : &a->config->audit.retention;
    const char *wrong = prune_until(a->until, kept->payloads, "30d", p->before);
    if (wrong == NULL && (a->disclosures != NULL || kept->disclosures > 0)) {
        wrong = prune_until(a->disclosures, kept->disclosures, "400d", p->groups_before);
        memcpy(e->segments_before,
               strcmp(p->before, p->groups_before) < 0 ? p->before : p->groups_before,
               sizeof e->segments_before);
    }
    if (wrong == NULL && (a->leaves != NULL || kept->leaves > 0))
        wrong = prune_until(a->leaves, kept->leaves, "400d", e->leaves_before);
    return wrong;
}

/* Its words go out of the index too. */
static gw_result forget_seq(void *work, uint64_t seq)
{
    struct work *w = work;
    struct index_query q = {0};
    index_only(&q, seq);
    return index_find(w->index, &q, keep_row, w);
}

static gw_result forget_rows(struct work *w)
{
    gw_result r = gw_is(GW_OK);
    for (size_t i = 0; i < w->count && gw_ok(r); i++)
        r = index_forget(w->index, &w->rows[i], i + 1 == w->count);
    return r;
}

/* One at a time; cut short from here on, it is done again by who opens the log next. */
static gw_result take_prune(const char *path, int *lock, bool *is_marked)
{
    struct note_key key;
    uint64_t size = 0;
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *lock = -1;
    gw_result r = dir < 0 ? gw_is(GW_IO) : unpruned_take(dir, lock);
    if (gw_ok(r))
        r = prove_head(path, &key, &size);
    if (dir >= 0)
        close(dir);
    if (gw_ok(r))
        r = unpruned_mark(*lock, size);
    *is_marked = gw_ok(r); /* else what another one has left is still for who opens the log */
    if (gw_ok(r) || (r.code == GW_AGAIN && *lock >= 0))
        return gw_is(GW_OK);
    if (*lock >= 0)
        close(*lock);
    return r;
}

/* The records, each of what ends. */
static gw_result say_prune(struct work *w, const struct prune *p, const struct expire *e,
                           uint64_t *seq, char *reason)
{
    enum { NUMBER = 24 };
    char says[sizeof PRUNE_SAYS_GROUPS + NUMBER], segments[NUMBER] = "", leaves[NUMBER] = "";
    if (e->segments > 0)
        snprintf(segments, sizeof segments, "%llu", (unsigned long long)e->segments);
    if (e->leaves > 0)
        snprintf(leaves, sizeof leaves, "%llu", (unsigned long long)e->leaves);
    const char *const words[] = {PRUNE_SAYS, PRUNE_SAYS_GROUPS, EXPIRE_SAYS_SEGMENTS,
                                 EXPIRE_SAYS_LEAVES};
    const char *const ends[] = {p->before, p->groups_before, segments, leaves};
    for (size_t i = 0; i < GW_COUNT(words); i++) {
        if (ends[i][0] == '\0')
            continue;
        snprintf(says, sizeof says, "%s%s", words[i], ends[i]);
        const struct visit v = {.op = "prune", .query = says, .reason = w->asked->reason};
        TRY(visit_record(w->asked->dir, RECORD_PRUNE, &v, seq, reason));
        reason[0] = '\0';
    }
    return gw_is(GW_OK);
}

static int tell_prune(const struct work *w, const struct prune *p, const struct expire *e,
                      uint64_t seq)
{
    const unsigned long long n[] = {p->payloads,      p->epochs,       p->groups, p->held,
                                    e->segments_gone, e->bundles_gone, seq};
    printf(w->asked->json ? "{\"payloads\":%llu,\"epochs\":%llu,\"disclosures\":%llu,\"held\":%llu,"
                            "\"segments\":%llu,\"bundles\":%llu,\"seq\":%llu}\n"
                          : "audit: %llu payloads and %llu epochs ended, disclosures of %llu "
                            "records, %llu records held, %llu segments and %llu entry bundles "
                            "removed, by record %llu\n",
           n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
    return VERIFY_INTACT;
}

/* The act, when its records are signed. */
static gw_result do_prune(struct work *w, struct prune *p, struct expire *e)
{
    int dir = open(w->asked->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gw_result r = dir < 0 ? gw_is(GW_IO) : prune_run(dir, p);
    if (gw_ok(r))
        r = forget_rows(w);
    if (gw_ok(r))
        r = expire_do(dir, e);
    if (gw_ok(r) && e->segments_gone > 0)
        r = index_refresh(w->index);
    if (dir >= 0)
        close(dir);
    return r;
}

static int run_prune(struct work *w)
{
    char reason[VISIT_REASON] = "";
    struct prune p = {.is_held = is_held, .owner = w, .each = forget_seq, .stays = note_stay};
    struct expire e = {.is_held = is_held, .owner = w};
    uint64_t seq = 0;
    const char *wrong = prune_times(w, &p, &e);
    if (wrong != NULL)
        return outcome_misused(wrong);
    int lock;
    bool is_marked = false;
    gw_result r = take_prune(w->asked->dir, &lock, &is_marked);
    if (!gw_ok(r))
        return say("prune", r, "another one runs, or the log cannot be written");
    r = find_holds(w);
    if (gw_ok(r))
        r = expire_find(w->asked->dir, &e);
    if (gw_ok(r))
        r = say_prune(w, &p, &e, &seq, reason);
    if (gw_ok(r) && !gw_ok(r = visit_signed(w->asked->dir, seq)))
        snprintf(reason, sizeof reason, "%s", NOT_SIGNED);
    if (gw_ok(r))
        r = do_prune(w, &p, &e);
    if (gw_ok(r))
        r = say_refused(w, reason);
    if (gw_ok(r) && is_marked)
        r = unpruned_clear(lock);
    close(lock);
    if (gw_ok(r))
        return tell_prune(w, &p, &e, seq);
    return reason[0] != '\0' ? say("prune", r, reason) : outcome_explain(r, "prune");
}

struct cases {
    struct index *index;
    struct tally tally;
    size_t act; /* 0 opened, 1 noted, 2 closed */
};

/* A tally counts what it is told: here opens, notes and closes. */
static gw_result count_case(void *owner, const struct index_row *row)
{
    struct cases *c = owner;
    struct tally_row *to;
    char room[FACET_VALUE];
    for (size_t i = 0; i < row->word_count; i++) {
        if (index_word_facet(row->words[i]) != FACET_CASE)
            continue;
        TRY(tally_row(&c->tally, index_word(c->index, row->words[i], room), &to));
        to->exchanges += c->act == 0;
        to->redacted += c->act == 1;
        to->blocked += c->act == 2;
    }
    return gw_is(GW_OK);
}

static int list_cases(struct work *w)
{
    static const char *const types[] = {"case.open", "case.note", "case.close"};
    struct cases c = {.index = w->index};
    gw_result r = gw_is(GW_OK);
    for (c.act = 0; c.act < GW_COUNT(types) && gw_ok(r); c.act++) {
        struct index_query q = {0};
        q.facets[FACET_TYPE] = slice_str(types[c.act]);
        r = index_find(w->index, &q, count_case, &c);
    }
    tally_sort(&c.tally);
    for (size_t i = 0; i < c.tally.count && gw_ok(r); i++) {
        const struct tally_row *row = &c.tally.rows[i];
        const char *is = row->exchanges > row->blocked ? "open" : "closed";
        printf(w->asked->json ? "{\"case\":\"%s\",\"is\":\"%s\",\"notes\":%llu}\n"
                              : "%-20s %-6s %llu notes\n",
               row->name, is, (unsigned long long)row->redacted);
    }
    tally_free(&c.tally);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "case");
}

static int run_case(struct work *w)
{
    static const struct {
        const char *word, *op;
        enum record_type type;
        bool wants_text;
    } acts[] = {{"open", "case open", RECORD_CASE_OPEN, false},
                {"note", "case note", RECORD_CASE_NOTE, true},
                {"close", "case close", RECORD_CASE_CLOSE, false}};
    uint64_t seq;
    size_t i = 0;
    if (strcmp(w->asked->item, "list") == 0)
        return list_cases(w);
    while (i < GW_COUNT(acts) && strcmp(acts[i].word, w->asked->item) != 0)
        i++;
    if (i == GW_COUNT(acts))
        return outcome_misused("case open, note, close or list");
    if (w->asked->facets[FACET_CASE] == NULL)
        return outcome_misused("which case? --case NAME");
    if (acts[i].wants_text && w->asked->reason == NULL)
        return outcome_misused("what is to be noted? --reason TEXT");
    int code = record_all(w, acts[i].type, acts[i].op, &seq);
    if (code == VERIFY_INTACT)
        printf(w->asked->json ? "{\"seq\":%llu}\n" : "audit: record %llu\n",
               (unsigned long long)seq);
    return code;
}

int verb_case(const struct asked *a)
{
    struct work w = {.asked = a};
    (void)umask(0077);
    buf_init(&w.frame, SEGMENT_FRAME_MAX);
    gw_result r = index_open(a->dir, &w.index);
    int code = !gw_ok(r)                       ? outcome_explain(r, a->word)
               : strcmp(a->word, "erase") == 0 ? run_erase(&w)
               : strcmp(a->word, "hold") == 0  ? run_hold(&w)
               : strcmp(a->word, "prune") == 0 ? run_prune(&w)
                                               : run_case(&w);
    index_close(w.index);
    buf_free(&w.frame);
    free(w.rows);
    holds_free(&w.holds);
    return code;
}
