/* proxy/main/verb_review.c - `bulla audit query | timeline | stats`: what a reviewer asks the log.
 *
 * Finds by audit/index.h, shows what the segments hold. Exit codes as in verb_audit.c. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/label.h"
#include "audit/show.h"
#include "audit/tally.h"
#include "audit/verify.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include "proxy/main/merge.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUPS_MAX = 8, OUT_MAX = 1 << 20 };

/* A log that is asked. */
struct source {
    const struct asked *asked;
    struct asked own;     /* of all but the first */
    char name[NOTE_NAME]; /* its origin; only when there are several */
};

struct review {
    const struct asked *asked;
    struct index *index; /* of the log whose row is at hand, as `source` */
    const struct source *source;
    struct source *sources; /* as many as logs */
    struct merge_log *logs;
    size_t count;
    struct buf frame, out;
    uint64_t shown, last_seq, limit;
    int64_t first_us, last_us; /* of a timeline; of what was shown */
    struct tally tally;
    const char *by[GROUPS_MAX]; /* stats: facets, "hour", "day" */
    size_t by_count;
    bool is_first;
};

/* A record as the log holds it: its leaf, or with --groups that and what the leaf only has the
 * digests of. */
static gw_result show_row(void *owner, const struct index_row *row)
{
    struct review *v = owner;
    struct segment_frame frame;
    if (v->limit > 0 && v->shown == v->limit) { /* one was asked for beyond the page */
        v->shown++;
        return gw_is(GW_OK);
    }
    TRY(index_frame(v->index, row, &v->frame, &frame));
    v->shown++;
    v->last_seq = row->seq;
    if (v->asked->groups) {
        buf_clear(&v->out);
        TRY(show_frame(&frame, &v->out));
        printf("%.*s\n", (int)buf_slice(&v->out).len, buf_slice(&v->out).at);
    } else {
        if (v->count > 1 && !v->asked->json)
            printf("%-20s ", v->source->name);
        outcome_leaf(frame.leaf, v->asked->json);
    }
    v->last_us = row->wall_us;
    return gw_is(GW_OK);
}

/* What is called with the rows of all logs, in order of time. */
struct merged {
    struct review *v;
    gw_result (*each)(void *owner, const struct index_row *row);
};

static gw_result take_merged(void *owner, size_t log, const struct index_row *row)
{
    const struct merged *m = owner;
    m->v->source = &m->v->sources[log];
    m->v->index = m->v->logs[log].index;
    return m->each(m->v, row);
}

static gw_result find_all(struct review *v,
                          gw_result (*each)(void *owner, const struct index_row *row))
{
    struct merged m = {v, each};
    const struct index_query *query = &v->logs[0].query;
    if (v->count == 1)
        return index_find(v->index, query, each, v);
    return merge_each(v->logs, v->count, query->limit, take_merged, &m);
}

/* Where several logs went on, by the clock: what is of that very moment comes again. */
static void print_moment(const struct review *v)
{
    char t[28];
    const char *way = v->asked->newest ? "until" : "since";
    clock_rfc3339(v->last_us + (v->asked->newest ? 1 : 0), t);
    printf(v->asked->json ? "{\"next\":{\"%s\":\"%s\"}}\n" : "more: --%s %s\n", way, t);
}

static gw_result run_query(struct review *v)
{
    struct index_query *query = &v->logs[0].query; /* the page is that of all of them */
    v->limit = query->limit;
    query->limit += v->limit > 0;
    TRY(find_all(v, show_row));
    if (v->limit == 0 || v->shown <= v->limit)
        return gw_is(GW_OK);
    if (v->count > 1) {
        print_moment(v);
        return gw_is(GW_OK);
    }
    const char *way = v->asked->newest ? "before" : "after";
    if (v->asked->json)
        printf("{\"next\":{\"%s\":%llu}}\n", way, (unsigned long long)v->last_seq);
    else
        printf("more: --%s %llu\n", way, (unsigned long long)v->last_seq);
    return gw_is(GW_OK);
}

/* All values of a facet that a row has, with commas, or as a JSON list. */
static void put_values(struct review *v, const struct index_row *row, enum facet_id facet,
                       const char *around)
{
    char room[FACET_VALUE];
    bool any = false;
    for (size_t i = 0; i < row->word_count; i++) {
        if (index_word_facet(row->words[i]) != facet)
            continue;
        buf_put_str(&v->out, any ? "," : "");
        buf_put_str(&v->out, around);
        buf_put(&v->out, index_word(v->index, row->words[i], room));
        buf_put_str(&v->out, around);
        any = true;
    }
    if (!any && around[0] == '\0')
        buf_put_str(&v->out, "-");
}

static bool has_facet(const struct index_row *row, enum facet_id facet)
{
    for (size_t i = 0; i < row->word_count; i++)
        if (index_word_facet(row->words[i]) == facet)
            return true;
    return false;
}

static bool is_list(enum facet_id facet)
{
    return facet == FACET_RULE || facet == FACET_ENTITY || facet == FACET_TAG ||
           facet == FACET_FOUND;
}

static void put_json_row(struct review *v, const struct index_row *row, int64_t offset_us)
{
    char t[28];
    clock_rfc3339(row->wall_us, t);
    buf_put_str(&v->out, "{\"t\":\"");
    buf_put_str(&v->out, t);
    buf_put_str(&v->out, "\",\"seq\":");
    buf_put_u64(&v->out, row->seq);
    if (v->count > 1) {
        buf_put_str(&v->out, ",\"log\":\"");
        buf_put_str(&v->out, v->source->name);
        buf_put_str(&v->out, "\"");
    }
    buf_put_str(&v->out, ",\"offset_ms\":");
    if (offset_us < 0)
        buf_put_str(&v->out, "-");
    buf_put_u64(&v->out, (uint64_t)(offset_us < 0 ? -offset_us : offset_us) / 1000);
    for (enum facet_id f = FACET_TYPE; f < FACET_COUNT; f++) {
        if (!has_facet(row, f))
            continue;
        buf_put_str(&v->out, ",\"");
        buf_put_str(&v->out, facet_name(f));
        buf_put_str(&v->out, is_list(f) ? "\":[" : "\":");
        put_values(v, row, f, "\"");
        buf_put_str(&v->out, is_list(f) ? "]" : "");
    }
    buf_put_str(&v->out, "}");
}

static void put_text_row(struct review *v, const struct index_row *row, int64_t offset_us)
{
    static const enum facet_id columns[] = {FACET_TYPE,     FACET_DECISION, FACET_OUTCOME,
                                            FACET_CLASS,    FACET_APP,      FACET_MODEL,
                                            FACET_UPSTREAM, FACET_RULE,     FACET_ENTITY};
    char t[28], head[80];
    clock_rfc3339(row->wall_us, t);
    snprintf(head, sizeof head, "%s %+9.3f s  %llu", t, (double)offset_us / 1e6,
             (unsigned long long)row->seq);
    buf_put_str(&v->out, head);
    if (v->count > 1) {
        buf_put_str(&v->out, "  ");
        buf_put_str(&v->out, v->source->name);
    }
    for (size_t i = 0; i < GW_COUNT(columns); i++) {
        buf_put_str(&v->out, "  ");
        put_values(v, row, columns[i], "");
    }
}

static gw_result show_moment(void *owner, const struct index_row *row)
{
    struct review *v = owner;
    if (v->is_first)
        v->first_us = row->wall_us;
    v->is_first = false;
    buf_clear(&v->out);
    if (v->asked->json)
        put_json_row(v, row, row->wall_us - v->first_us);
    else
        put_text_row(v, row, row->wall_us - v->first_us);
    TRY(buf_result(&v->out));
    printf("%.*s\n", (int)buf_slice(&v->out).len, buf_slice(&v->out).at);
    return gw_is(GW_OK);
}

static gw_result count_under(struct review *v, const struct index_row *row, struct slice name)
{
    struct tally_row *to;
    char room[FACET_VALUE];
    TRY(tally_row(&v->tally, name, &to));
    to->exchanges++;
    for (size_t i = 0; i < row->word_count; i++) {
        if (index_word_facet(row->words[i]) != FACET_DECISION)
            continue;
        struct slice dec = index_word(v->index, row->words[i], room);
        to->blocked += slice_is(dec, SLICE_LIT("block"));
        to->redacted += slice_is(dec, SLICE_LIT("redact"));
        to->errors += slice_is(dec, SLICE_LIT("error"));
    }
    to->sums.tokens_in += row->sums.tokens_in;
    to->sums.tokens_out += row->sums.tokens_out;
    to->sums.bytes_in += row->sums.bytes_in;
    to->sums.bytes_out += row->sums.bytes_out;
    to->sums.ms += row->sums.ms;
    return gw_is(GW_OK);
}

/* One row of a table for each combination of values: an exchange with two entities counts in two.
 */
static gw_result count_combinations(struct review *v, const struct index_row *row, size_t by,
                                    char *name, size_t len)
{
    char room[FACET_VALUE], t[28];
    if (by == v->by_count)
        return count_under(v, row, slice_of(name, len));
    char *at = name + len;
    if (by > 0)
        *at++ = '\t';
    size_t head = (size_t)(at - name);
    bool is_hour = strcmp(v->by[by], "hour") == 0, is_day = strcmp(v->by[by], "day") == 0;
    if (is_hour || is_day) {
        clock_rfc3339(row->wall_us, t);
        memcpy(at, t, is_hour ? 13 : 10);
        return count_combinations(v, row, by + 1, name, head + (is_hour ? 13 : 10));
    }
    enum facet_id facet = facet_named(v->by[by]);
    if (!has_facet(row, facet)) {
        *at = '-';
        return count_combinations(v, row, by + 1, name, head + 1);
    }
    for (size_t i = 0; i < row->word_count; i++) {
        if (index_word_facet(row->words[i]) != facet)
            continue;
        struct slice value = index_word(v->index, row->words[i], room);
        memcpy(at, room, value.len);
        TRY(count_combinations(v, row, by + 1, name, head + value.len));
    }
    return gw_is(GW_OK);
}

static gw_result count_row(void *owner, const struct index_row *row)
{
    char name[GROUPS_MAX * (FACET_VALUE + 1)];
    return count_combinations(owner, row, 0, name, 0);
}

static void print_names(const struct review *v, const char *name, bool json)
{
    for (size_t i = 0; i < v->by_count; i++) {
        size_t len = strcspn(name, "\t");
        if (json)
            printf("\"%s\":\"%.*s\",", v->by[i], (int)len, name);
        else
            printf("%-20.*s ", (int)len, name);
        name += len + (name[len] == '\t');
    }
}

static void print_tally(struct review *v)
{
    tally_sort(&v->tally);
    bool json = v->asked->json;
    for (size_t i = 0; !json && i < v->by_count; i++)
        printf("%-20s ", v->by[i]);
    if (!json)
        printf("%10s %8s %8s %8s %12s %12s %8s\n", "exchanges", "blocked", "redacted", "errors",
               "tokens_in", "tokens_out", "mean_ms");
    for (size_t i = 0; i < v->tally.count; i++) {
        const struct tally_row *r = &v->tally.rows[i];
        const unsigned long long n[] = {r->exchanges,
                                        r->blocked,
                                        r->redacted,
                                        r->errors,
                                        r->sums.tokens_in,
                                        r->sums.tokens_out,
                                        r->exchanges == 0 ? 0 : r->sums.ms / r->exchanges};
        if (json)
            putchar('{');
        print_names(v, r->name, json);
        printf(json ? "\"exchanges\":%llu,\"blocked\":%llu,\"redacted\":%llu,\"errors\":%llu,"
                      "\"tokens_in\":%llu,\"tokens_out\":%llu,\"mean_ms\":%llu"
                    : "%10llu %8llu %8llu %8llu %12llu %12llu %8llu\n",
               n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
        if (json)
            printf(",\"bytes_in\":%llu,\"bytes_out\":%llu}\n", (unsigned long long)r->sums.bytes_in,
                   (unsigned long long)r->sums.bytes_out);
    }
}

/* "app,entity": names of facets; `recipient` is what AUDIT calls the upstream. */
static const char *read_by(struct review *v, char *words)
{
    char *rest = words, *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        const char *name = strcmp(word, "recipient") == 0 ? facet_name(FACET_UPSTREAM) : word;
        if (v->by_count == GROUPS_MAX)
            return "--by takes at most eight names";
        bool is_time = strcmp(name, "hour") == 0 || strcmp(name, "day") == 0;
        if (!is_time && facet_named(name) == FACET_COUNT)
            return "--by takes hour, day and the names of filters, with commas between";
        v->by[v->by_count++] = name;
    }
    return NULL;
}

static gw_result run_stats(struct review *v)
{
    for (size_t i = 0; i < v->count; i++) {
        v->index = v->logs[i].index;
        v->logs[i].query.only_last = true;
        TRY(index_find(v->index, &v->logs[i].query, count_row, v));
    }
    print_tally(v);
    return gw_is(GW_OK);
}

static gw_result count_shown(void *owner, const struct index_row *row)
{
    (void)row;
    (*(uint64_t *)owner)++;
    return gw_is(GW_OK);
}

/* What opens groups is recorded first, in each log; so is who looked for a value. */
static gw_result record_reading(struct review *v)
{
    if (!v->asked->groups && !v->asked->value && strcmp(v->asked->word, "timeline") != 0)
        return gw_is(GW_OK);
    for (size_t i = 0; i < v->count; i++) {
        uint64_t count = 0;
        TRY(index_find(v->logs[i].index, &v->logs[i].query, count_shown, &count));
        if (!visit_before_reading(v->sources[i].asked, RECORD_REVIEW_READ, count))
            return gw_is(GW_REFUSED);
    }
    return gw_is(GW_OK);
}

static gw_result run_word(struct review *v)
{
    TRY(record_reading(v));
    if (strcmp(v->asked->word, "query") == 0)
        return run_query(v);
    if (strcmp(v->asked->word, "stats") == 0)
        return run_stats(v);
    return find_all(v, show_moment);
}

static gw_result read_name(const char *dir, char name[NOTE_NAME])
{
    struct note_key key;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gw_result r = fd < 0 ? gw_is(GW_NOT_FOUND) : label_read(fd, &key);
    if (fd >= 0)
        close(fd);
    if (gw_ok(r))
        snprintf(name, NOTE_NAME, "%s", key.name);
    return r;
}

/* The i-th log: the one that was named first, or one of the others. */
static gw_result open_source(struct review *v, size_t i, int64_t now_us)
{
    struct source *s = &v->sources[i];
    s->asked = i == 0 ? v->asked : &s->own;
    if (i > 0 && !asked_other(v->asked, i - 1, &s->own))
        return gw_is(GW_REFUSED);
    if (asked_query(s->asked, now_us, &v->logs[i].query) != NULL)
        return gw_is(GW_BAD);
    TRY(index_open(s->asked->dir, &v->logs[i].index));
    return v->count == 1 ? gw_is(GW_OK) : read_name(s->asked->dir, s->name);
}

static gw_result run_all(struct review *v, int64_t now_us)
{
    v->count = 1 + v->asked->also_count;
    v->sources = calloc(v->count, sizeof *v->sources);
    v->logs = calloc(v->count, sizeof *v->logs);
    if (v->sources == NULL || v->logs == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < v->count; i++)
        TRY(open_source(v, i, now_us));
    v->source = v->sources;
    v->index = v->logs[0].index;
    return run_word(v);
}

/* True: a damaged record in one of them. */
static bool close_all(struct review *v)
{
    bool is_cut = false;
    for (size_t i = 0; v->logs != NULL && i < v->count; i++) {
        is_cut |= v->logs[i].index != NULL && index_is_cut(v->logs[i].index);
        index_close(v->logs[i].index);
    }
    free(v->sources);
    free(v->logs);
    return is_cut;
}

int verb_review(const struct asked *a)
{
    static const struct clock real;
    char by[256];
    struct review v = {.asked = a, .is_first = true};
    const int64_t now_us = clock_wall_us(&real);
    struct index_query query;
    const char *wrong = asked_query(a, now_us, &query);
    int len = snprintf(by, sizeof by, "%s", a->by == NULL ? "decision" : a->by);
    if (wrong == NULL && (size_t)len >= sizeof by)
        wrong = "--by is too long";
    if (wrong == NULL)
        wrong = read_by(&v, by);
    if (wrong != NULL)
        return outcome_misused(wrong);
    (void)umask(0077); /* the index is for whoever may read the log */
    buf_init(&v.frame, SEGMENT_FRAME_MAX);
    buf_init(&v.out, OUT_MAX);
    gw_result r = run_all(&v, now_us);
    bool is_cut = close_all(&v) && gw_ok(r);
    buf_free(&v.frame);
    buf_free(&v.out);
    tally_free(&v.tally);
    if (is_cut)
        fprintf(stderr, "bulla audit: a record is damaged; those behind it are not shown: run "
                        "`bulla audit verify`\n");
    return gw_ok(r) ? (is_cut ? VERIFY_TAMPERED : VERIFY_INTACT) : outcome_explain(r, a->word);
}
