/* proxy/main/verb_reconcile.c - `bulla audit reconcile --sink-dump FILE`: what a sink holds against
 * the log, both ways.
 *
 * Reads any text in which our ids and leaf hashes stand, in that order or the other, a record a
 * line. Exit 0: the same; 2: the dump holds what the log does not; 3: the log holds what the dump
 * does not. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/event.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/base/clock.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"

enum { HASH = 16, LINE_MOST = 4 << 20 };

/* What the dump says of one record. */
struct said {
    unsigned char hash[HASH]; /* the first bytes of its leaf's */
    bool is_there;
};

struct reconcile {
    const struct asked *asked;
    struct index *index;
    struct index_query query;
    struct buf frame;
    char origin[NOTE_NAME];
    struct said *said; /* by seq, `size` of them */
    uint64_t size, lines, ids, twice, unknown, differing, missing, held;
    uint64_t first_bad, first_missing;
};

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The 64 hex digits behind the word leaf_hash, whatever stands between. */
static bool read_hash(struct slice line, unsigned char out[HASH])
{
    size_t at = slice_find(line, SLICE_LIT("leaf_hash"));
    if (at == SIZE_MAX)
        return false;
    struct slice rest = slice_from(line, at + 9);
    for (size_t i = 0, run = 0; i < rest.len && i < 160; i++) {
        run = nibble(rest.at[i]) >= 0 ? run + 1 : 0;
        if (run < 64)
            continue;
        for (size_t k = 0; k < HASH; k++)
            out[k] = (unsigned char)(nibble(rest.at[i - 63 + 2 * k]) << 4 |
                                     nibble(rest.at[i - 62 + 2 * k]));
        return true;
    }
    return false;
}

/* The seq behind "<origin>#". What was found in a record speaks of it, and is not it. */
static bool read_id(const struct reconcile *c, struct slice line, uint64_t *seq)
{
    if (slice_find(line, SLICE_LIT("#finding-")) != SIZE_MAX)
        return false;
    size_t at = slice_find(line, slice_str(c->origin));
    while (at != SIZE_MAX) {
        struct slice rest = slice_from(line, at + strlen(c->origin));
        size_t n = 1;
        while (n < rest.len && rest.at[n] >= '0' && rest.at[n] <= '9')
            n++;
        if (n > 1 && rest.at[0] == '#')
            return gw_ok(slice_u64(slice_cut(rest, 1, n), seq));
        size_t next = slice_find(rest, slice_str(c->origin));
        at = next == SIZE_MAX ? SIZE_MAX : line.len - rest.len + next;
    }
    return false;
}

static void take_line(struct reconcile *c, struct slice line)
{
    uint64_t seq;
    unsigned char hash[HASH];
    c->lines++;
    if (!read_id(c, line, &seq) || !read_hash(line, hash))
        return;
    c->ids++;
    if (seq >= c->size) {
        if (c->unknown++ == 0)
            c->first_bad = seq;
        return;
    }
    struct said *s = &c->said[seq];
    if (s->is_there && memcmp(s->hash, hash, HASH) != 0) {
        if (c->differing++ == 0)
            c->first_bad = seq;
    }
    c->twice += s->is_there;
    s->is_there = true;
    memcpy(s->hash, hash, HASH);
}

static gw_result read_dump(struct reconcile *c)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool is_in = strcmp(c->asked->sink_dump, "-") == 0;
    FILE *f = is_in ? stdin : fopen(c->asked->sink_dump, "re");
    if (f == NULL)
        return gw_is(GW_IO);
    while ((n = getline(&line, &room, f)) > 0 && n <= LINE_MOST)
        take_line(c, slice_of(line, (size_t)n));
    bool failed = ferror(f) != 0 || n > LINE_MOST;
    free(line);
    if (!is_in)
        fclose(f);
    return gw_is(failed ? GW_IO : GW_OK);
}

static gw_result compare_row(void *owner, const struct index_row *row)
{
    struct reconcile *c = owner;
    struct segment_frame frame;
    char hex[65];
    unsigned char hash[HASH];
    TRY(index_frame(c->index, row, &c->frame, &frame));
    const struct event e = {.origin = c->origin, .frame = &frame};
    event_leaf_hash(&e, hex);
    for (size_t k = 0; k < HASH; k++)
        hash[k] = (unsigned char)(nibble(hex[2 * k]) << 4 | nibble(hex[2 * k + 1]));
    c->held++;
    if (!c->said[row->seq].is_there) {
        if (c->missing++ == 0)
            c->first_missing = row->seq;
    } else if (memcmp(hash, c->said[row->seq].hash, HASH) != 0) {
        if (c->differing++ == 0)
            c->first_bad = row->seq;
    }
    return gw_is(GW_OK);
}

static int print(const struct reconcile *c)
{
    bool is_bad = c->differing + c->unknown > 0;
    const unsigned long long n[] = {c->held,    c->ids,       c->twice,
                                    c->missing, c->differing, c->unknown};
    printf(c->asked->json ? "{\"records\":%llu,\"received\":%llu,\"twice\":%llu,\"missing\":%llu,"
                            "\"differing\":%llu,\"unknown\":%llu}\n"
                          : "audit reconcile: %llu records; the dump has %llu, %llu of them more "
                            "than once; missing %llu, differing %llu, unknown to the log %llu\n",
           n[0], n[1], n[2], n[3], n[4], n[5]);
    if (is_bad && !c->asked->json)
        printf("  first contradiction: record %llu\n", (unsigned long long)c->first_bad);
    else if (c->missing > 0 && !c->asked->json)
        printf("  first missing: record %llu\n", (unsigned long long)c->first_missing);
    return is_bad ? VERIFY_TAMPERED : c->missing > 0 ? VERIFY_INCOMPLETE : VERIFY_INTACT;
}

static gw_result run(struct reconcile *c)
{
    struct note_key key;
    TRY(prove_head(c->asked->dir, &key, &c->size));
    snprintf(c->origin, sizeof c->origin, "%s", key.name);
    c->said = calloc(c->size + 1, sizeof *c->said);
    if (c->said == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(read_dump(c));
    if (!c->query.has_before || c->query.before > c->size) {
        c->query.has_before = true;
        c->query.before = c->size;
    }
    return index_find(c->index, &c->query, compare_row, c);
}

int verb_reconcile(const struct asked *a)
{
    static const struct clock real;
    struct reconcile c = {.asked = a};
    const char *wrong = asked_query(a, clock_wall_us(&real), &c.query);
    if (wrong == NULL && a->sink_dump == NULL)
        wrong = "which dump? --sink-dump FILE, or - for standard input";
    if (wrong != NULL)
        return outcome_misused(wrong);
    buf_init(&c.frame, SEGMENT_FRAME_MAX);
    gw_result r = index_open(a->dir, &c.index);
    if (gw_ok(r))
        r = run(&c);
    index_close(c.index);
    buf_free(&c.frame);
    free(c.said);
    return gw_ok(r) ? print(&c) : outcome_explain(r, "reconcile");
}
