/* audit/index.c - see index.h. Each value of a facet is a word with a number; `tag` says in which
 * records a word stands, so any facet is asked for in the same way: from the rarest word on. The
 * lowest bits of a word's number are its facet. */
#include "proxy/base/base.h"
#include "audit/index.h"
#include "audit/jcs.h"
#include "audit/scan.h"
#include "proxy/base/secret.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

enum {
    FORM = 3, /* of the tables: another one is made anew */
    FACET_BITS = 5,
    WORDS = 1024,     /* most words of a record */
    RARE = 4096,      /* how far words are counted to find the rarest */
    BATCH = 20000,    /* records a transaction */
    CACHED = 1024,    /* words at hand */
    CACHED_TEXT = 60, /* longer ones are looked up each time */
    SQL = 2048,
    WAIT_MS = 20000
};

static const char schema[] =
    "CREATE TABLE meta(one INTEGER PRIMARY KEY CHECK(one=1), next INTEGER, leaf BLOB);"
    "INSERT INTO meta VALUES(1,0,NULL);"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL, facet INTEGER NOT NULL,"
    " UNIQUE(facet,text));"
    "CREATE TABLE tag(word INTEGER, seq INTEGER, PRIMARY KEY(word,seq)) WITHOUT ROWID;"
    "CREATE TABLE record(seq INTEGER PRIMARY KEY, t INTEGER, segment INTEGER, at INTEGER,"
    " last INTEGER, tin INTEGER, tout INTEGER, bin INTEGER, bout INTEGER, ms INTEGER, xid TEXT,"
    " words BLOB);"
    "CREATE INDEX record_xid ON record(xid) WHERE xid IS NOT NULL;"
    "CREATE TABLE hour(h INTEGER PRIMARY KEY, lo INTEGER, hi INTEGER);"
    "PRAGMA user_version=3;";

#define DROP_WORDS "DELETE FROM word WHERE NOT EXISTS(SELECT 1 FROM tag WHERE tag.word=word.id);"

enum statement {
    WORD_FIND,
    WORD_ADD,
    WORD_TEXT,
    TAG_ADD,
    RECORD_ADD,
    RECORD_WORDS,
    TAG_DROP,
    WORDS_SET,
    HOUR_ADD,
    META,
    STATEMENTS
};

static const char *const statements[STATEMENTS] = {
    [WORD_FIND] = "SELECT id FROM word WHERE facet=?1 AND text=?2",
    [WORD_ADD] =
        "INSERT INTO word SELECT (COALESCE(MAX(id),0)/32+1)*32+?1,?2,?1 FROM word RETURNING id",
    [WORD_TEXT] = "SELECT text FROM word WHERE id=?1",
    [TAG_ADD] = "INSERT OR IGNORE INTO tag VALUES(?1,?2)",
    [RECORD_ADD] = "INSERT INTO record VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
    [RECORD_WORDS] = "SELECT words FROM record WHERE seq=?1",
    [TAG_DROP] = "DELETE FROM tag WHERE word=?1 AND seq=?2",
    [WORDS_SET] = "UPDATE record SET words=?2 WHERE seq=?1",
    [HOUR_ADD] = "INSERT INTO hour VALUES(?1,?2,?2) ON CONFLICT(h) DO UPDATE SET hi=?2",
    [META] = "UPDATE meta SET next=?1, leaf=?2",
};

struct cached {
    uint32_t id;
    uint8_t len;
    char text[CACHED_TEXT];
};

_Static_assert(FACET_COUNT <= 1 << FACET_BITS, "a facet's number has so many bits");

struct index {
    sqlite3 *db;
    sqlite3_stmt *statement[STATEMENTS];
    int dir;
    char path[512];
    bool is_bad; /* the tables contradict themselves or the log: make them anew */
    bool is_cut;
    uint64_t next;      /* seq of the first record that is not in it */
    struct digest leaf; /* of the last that is */
    uint64_t pending;   /* records of the open transaction */
    struct scan_end end;
    struct cached *cache; /* CACHED of them */
};

/* The words of one record on its way in. */
struct words {
    struct index *ix;
    uint32_t at[WORDS];
    size_t count;
    bool has[FACET_COUNT];
};

static gw_result told(struct index *ix, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return gw_is(GW_OK);
    case SQLITE_BUSY:
        return gw_is(GW_UNAVAILABLE);
    case SQLITE_NOMEM:
        return gw_is(GW_NO_MEMORY);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our own words, so: tables that are not ours */
    case SQLITE_CONSTRAINT:
        ix->is_bad = true;
        return gw_is(GW_CORRUPT);
    default:
        return gw_is(GW_IO);
    }
}

static gw_result run(struct index *ix, const char *sql)
{
    return told(ix, sqlite3_exec(ix->db, sql, NULL, NULL, NULL));
}

/* One number from a statement that is written once; `other` when there is no row. */
static gw_result ask(struct index *ix, const char *sql, int64_t other, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    *out = other;
    gw_result r = told(ix, sqlite3_prepare_v2(ix->db, sql, -1, &s, NULL));
    if (gw_ok(r)) {
        int rc = sqlite3_step(s);
        if (rc == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
            *out = sqlite3_column_int64(s, 0);
        r = told(ix, rc);
    }
    sqlite3_finalize(s);
    return r;
}

/* Runs a statement that gives at most one row; *row: it did, and stands there until the reset. */
static gw_result step(struct index *ix, enum statement which, bool *row)
{
    int rc = sqlite3_step(ix->statement[which]);
    *row = rc == SQLITE_ROW;
    return told(ix, rc);
}

static sqlite3_stmt *fresh(struct index *ix, enum statement which)
{
    sqlite3_reset(ix->statement[which]);
    return ix->statement[which];
}

static void bind_text(sqlite3_stmt *s, int n, struct slice text)
{
    sqlite3_bind_text(s, n, text.at, (int)text.len, SQLITE_STATIC);
}

static struct cached *cached_at(struct index *ix, enum facet_id facet, struct slice text)
{
    uint32_t h = 2166136261u ^ (uint32_t)facet;
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.at[i]) * 16777619u;
    return &ix->cache[(h ^ h >> 15) % CACHED];
}

/* The number of a word; with add it gets one. 0: it has none. */
static gw_result word_number(struct index *ix, enum facet_id facet, struct slice text, bool add,
                             uint32_t *id)
{
    struct cached *c = cached_at(ix, facet, text);
    bool row = false;
    *id = c->id;
    if (c->id != 0 && index_word_facet(c->id) == facet && slice_is(slice_of(c->text, c->len), text))
        return gw_is(GW_OK);
    enum statement which = WORD_FIND;
    for (;;) {
        sqlite3_stmt *s = fresh(ix, which);
        sqlite3_bind_int(s, 1, (int)facet);
        bind_text(s, 2, text);
        gw_result r = step(ix, which, &row);
        *id = row ? (uint32_t)sqlite3_column_int64(s, 0) : 0;
        sqlite3_reset(s);
        TRY(r);
        if (row || !add || which == WORD_ADD)
            break;
        which = WORD_ADD;
    }
    if (*id != 0 && text.len <= CACHED_TEXT) {
        c->id = *id;
        c->len = (uint8_t)text.len;
        memcpy(c->text, text.at, text.len);
    }
    return gw_is(GW_OK);
}

static void add_word(struct words *w, uint32_t id)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->at[i] == id)
            return;
    if (w->count < WORDS)
        w->at[w->count++] = id;
    w->has[index_word_facet(id)] = true;
}

static gw_result see_value(void *owner, enum facet_id facet, struct slice value)
{
    struct words *w = owner;
    uint32_t id;
    TRY(word_number(w->ix, facet, value, true, &id));
    add_word(w, id);
    return gw_is(GW_OK);
}

/* The words that a record stands under now; none when it is not there. */
static gw_result words_of(struct index *ix, uint64_t seq, struct words *out)
{
    bool row;
    sqlite3_stmt *s = fresh(ix, RECORD_WORDS);
    sqlite3_bind_int64(s, 1, (int64_t)seq);
    gw_result r = step(ix, RECORD_WORDS, &row);
    size_t n = row ? (size_t)sqlite3_column_bytes(s, 0) / sizeof(uint32_t) : 0;
    const char *at = row ? sqlite3_column_blob(s, 0) : NULL;
    for (size_t i = 0; i < n; i++) {
        uint32_t id;
        memcpy(&id, at + i * sizeof id, sizeof id);
        add_word(out, id);
    }
    sqlite3_reset(s);
    return r;
}

/* An end is also found by what its begin says; where both say something, the end is right. Rules,
 * entities and values of both count. */
static gw_result inherit(struct words *w, uint64_t begin)
{
    struct words theirs = {.ix = w->ix};
    bool own[FACET_COUNT];
    memcpy(own, w->has, sizeof own);
    own[FACET_RULE] = own[FACET_ENTITY] = own[FACET_FOUND] = false;
    TRY(words_of(w->ix, begin, &theirs));
    for (size_t i = 0; i < theirs.count; i++) {
        enum facet_id facet = index_word_facet(theirs.at[i]);
        if (facet_is_inherited(facet) && !own[facet])
            add_word(w, theirs.at[i]);
    }
    return gw_is(GW_OK);
}

static gw_result add_tags(struct words *w, uint64_t seq)
{
    bool row;
    for (size_t i = 0; i < w->count; i++) {
        sqlite3_stmt *s = fresh(w->ix, TAG_ADD);
        sqlite3_bind_int64(s, 1, w->at[i]);
        sqlite3_bind_int64(s, 2, (int64_t)seq);
        TRY(step(w->ix, TAG_ADD, &row));
    }
    return gw_is(GW_OK);
}

static gw_result add_record(struct words *w, const struct segment_frame *frame, bool is_last)
{
    struct index *ix = w->ix;
    struct slice xid = {0}, t = {0};
    bool row;
    struct facet_sums sums = facet_sums(frame);
    (void)!gw_ok(jcs_text(frame->leaf, "t", &t));
    int64_t wall_us = facet_time_us(t);
    const uint64_t numbers[] = {
        frame->seq,     (uint64_t)wall_us, ix->end.segment, ix->end.at,     is_last ? 1 : 0,
        sums.tokens_in, sums.tokens_out,   sums.bytes_in,   sums.bytes_out, sums.ms};
    sqlite3_stmt *s = fresh(ix, RECORD_ADD);
    for (size_t i = 0; i < GW_COUNT(numbers); i++)
        sqlite3_bind_int64(s, (int)i + 1, (int64_t)numbers[i]);
    if (gw_ok(jcs_text(frame->leaf, "xid", &xid)) && xid.len > 0)
        bind_text(s, 11, xid);
    else
        sqlite3_bind_null(s, 11);
    sqlite3_bind_blob(s, 12, w->at, (int)(w->count * sizeof w->at[0]), SQLITE_STATIC);
    TRY(step(ix, RECORD_ADD, &row));
    s = fresh(ix, HOUR_ADD);
    sqlite3_bind_int64(s, 1, wall_us / INT64_C(3600000000));
    sqlite3_bind_int64(s, 2, (int64_t)frame->seq);
    return step(ix, HOUR_ADD, &row);
}

static gw_result commit(struct index *ix)
{
    bool row;
    sqlite3_stmt *s = fresh(ix, META);
    sqlite3_bind_int64(s, 1, (int64_t)ix->next);
    sqlite3_bind_blob(s, 2, ix->leaf.at, sizeof ix->leaf.at, SQLITE_STATIC);
    TRY(step(ix, META, &row));
    sqlite3_reset(s);
    ix->pending = 0;
    return run(ix, "COMMIT");
}

/* The words of a frame, and of an end those of its begin. */
static gw_result read_words(struct words *w, const struct segment_frame *frame, bool *is_end)
{
    struct slice type = {0}, ref, first;
    uint64_t begin;
    (void)!gw_ok(jcs_text(frame->leaf, "type", &type));
    *is_end = slice_is(type, SLICE_LIT("exchange.end"));
    TRY(facet_each(frame, see_value, w));
    if (!*is_end || !gw_ok(jcs_find(frame->leaf, "ref", &ref)) || !gw_ok(jcs_item(&ref, &first)) ||
        !gw_ok(slice_u64(first, &begin)))
        return gw_is(GW_OK);
    return inherit(w, begin);
}

static gw_result see_frame(void *owner, const struct segment_frame *frame)
{
    struct index *ix = owner;
    struct words w = {.ix = ix};
    struct slice type = {0};
    bool is_end;
    if (frame->seq + 1 < ix->next)
        return gw_is(GW_OK);
    struct digest leaf = secret_sha256(frame->leaf);
    if (frame->seq + 1 == ix->next) {
        ix->is_bad = memcmp(leaf.at, ix->leaf.at, sizeof leaf.at) != 0; /* of another log */
        return gw_is(ix->is_bad ? GW_CORRUPT : GW_OK);
    }
    (void)!gw_ok(jcs_text(frame->leaf, "type", &type));
    TRY(read_words(&w, frame, &is_end));
    TRY(add_record(&w, frame, is_end || slice_is(type, SLICE_LIT("exchange.block"))));
    TRY(add_tags(&w, frame->seq));
    ix->leaf = leaf;
    ix->next = frame->seq + 1;
    if (++ix->pending < BATCH)
        return gw_is(GW_OK);
    TRY(commit(ix));
    return run(ix, "BEGIN IMMEDIATE");
}

static gw_result read_meta(struct index *ix)
{
    int64_t next;
    sqlite3_stmt *s = NULL;
    TRY(ask(ix, "SELECT next FROM meta", 0, &next));
    ix->next = (uint64_t)next;
    gw_result r = told(ix, sqlite3_prepare_v2(ix->db, "SELECT leaf FROM meta", -1, &s, NULL));
    if (gw_ok(r) && sqlite3_step(s) == SQLITE_ROW &&
        sqlite3_column_bytes(s, 0) == sizeof ix->leaf.at)
        memcpy(ix->leaf.at, sqlite3_column_blob(s, 0), sizeof ix->leaf.at);
    sqlite3_finalize(s);
    return r;
}

/* Rows of records whose segments are gone, and words that no other one has. */
static gw_result drop_expired(struct index *ix)
{
    char sql[400];
    int64_t first;
    uint64_t begin;
    TRY(segment_first(ix->dir, &begin));
    TRY(ask(ix, "SELECT min(seq) FROM record", INT64_MAX, &first));
    if (first >= (int64_t)begin)
        return gw_is(GW_OK);
    unsigned long long n = begin;
    snprintf(sql, sizeof sql,
             "DELETE FROM record WHERE seq<%llu; DELETE FROM tag WHERE seq<%llu;"
             "DELETE FROM hour WHERE hi<%llu; UPDATE hour SET lo=%llu WHERE lo<%llu;" DROP_WORDS,
             n, n, n, n, n);
    TRY(run(ix, sql));
    memset(ix->cache, 0, CACHED * sizeof *ix->cache);
    return gw_is(GW_OK);
}

gw_result index_refresh(struct index *ix)
{
    TRY(run(ix, "BEGIN IMMEDIATE"));
    TRY(read_meta(ix));
    TRY(scan_walk(ix->dir, ix->next == 0 ? 0 : ix->next - 1, see_frame, ix, &ix->end));
    ix->is_cut = ix->end.state == SCAN_HOLE;
    if (ix->end.next < ix->next) { /* the log is shorter than it was */
        ix->is_bad = true;
        return gw_is(GW_CORRUPT);
    }
    TRY(drop_expired(ix));
    return commit(ix);
}

static gw_result make_tables(struct index *ix)
{
    int64_t form;
    TRY(run(ix, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
                "PRAGMA cache_size=-32768;"));
    TRY(ask(ix, "PRAGMA user_version", 0, &form));
    if (form == 0) {
        TRY(run(ix, "BEGIN IMMEDIATE"));
        TRY(ask(ix, "PRAGMA user_version", 0, &form)); /* another process may have been first */
        if (form == 0)
            TRY(run(ix, schema));
        TRY(run(ix, "COMMIT"));
    } else if (form != FORM) {
        ix->is_bad = true;
        return gw_is(GW_CORRUPT);
    }
    for (size_t i = 0; i < STATEMENTS; i++)
        TRY(told(ix, sqlite3_prepare_v2(ix->db, statements[i], -1, &ix->statement[i], NULL)));
    return gw_is(GW_OK);
}

static void close_db(struct index *ix)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ix->statement[i]);
    memset(ix->statement, 0, sizeof ix->statement);
    sqlite3_close(ix->db);
    ix->db = NULL;
}

static gw_result open_db(struct index *ix, const char *path)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW;
    memset(ix->cache, 0, CACHED * sizeof *ix->cache);
    ix->is_bad = false;
    gw_result r = told(ix, sqlite3_open_v2(path, &ix->db, flags, NULL));
    if (gw_ok(r))
        r = told(ix, sqlite3_busy_timeout(ix->db, WAIT_MS));
    if (gw_ok(r))
        r = make_tables(ix);
    return gw_ok(r) ? index_refresh(ix) : r;
}

static void remove_db(const struct index *ix)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[sizeof ix->path + 8];
    for (size_t i = 0; i < GW_COUNT(ends); i++) {
        snprintf(path, sizeof path, "%s%s", ix->path, ends[i]);
        unlink(path);
    }
}

/* As it is, made anew, or in memory: the first that works. */
static gw_result open_somehow(struct index *ix)
{
    gw_result r = open_db(ix, ix->path);
    if (ix->is_bad) {
        close_db(ix);
        remove_db(ix);
        r = open_db(ix, ix->path);
    }
    if (r.code == GW_IO || ix->is_bad) { /* not ours to write, or a full disk */
        close_db(ix);
        r = open_db(ix, ":memory:");
    }
    return r;
}

gw_result index_open(const char *dir, struct index **out)
{
    struct index *ix = calloc(1, sizeof *ix);
    if (ix == NULL)
        return gw_is(GW_NO_MEMORY);
    ix->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ix->cache = calloc(CACHED, sizeof *ix->cache);
    int len = snprintf(ix->path, sizeof ix->path, "%s/index.db", dir);
    gw_result r = gw_is(GW_OK);
    if (ix->dir < 0 || len < 0 || (size_t)len >= sizeof ix->path ||
        faccessat(ix->dir, "LOG", R_OK, 0) != 0)
        r = gw_is(GW_NOT_FOUND);
    else if (ix->cache == NULL)
        r = gw_is(GW_NO_MEMORY);
    if (gw_ok(r))
        r = open_somehow(ix);
    if (!gw_ok(r)) {
        index_close(ix);
        return r;
    }
    *out = ix;
    return r;
}

void index_close(struct index *ix)
{
    if (ix == NULL)
        return;
    close_db(ix);
    if (ix->dir >= 0)
        close(ix->dir);
    free(ix->cache);
    free(ix);
}

bool index_is_cut(const struct index *ix)
{
    return ix->is_cut;
}

enum facet_id index_word_facet(uint32_t word)
{
    uint32_t facet = word & ((1u << FACET_BITS) - 1);
    return facet < FACET_COUNT ? (enum facet_id)facet : FACET_TYPE;
}

struct slice index_word(struct index *ix, uint32_t word, char *room)
{
    bool row;
    struct slice text = slice_of(room, 0);
    sqlite3_stmt *s = fresh(ix, WORD_TEXT);
    sqlite3_bind_int64(s, 1, word);
    if (gw_ok(step(ix, WORD_TEXT, &row)) && row) {
        size_t len = (size_t)sqlite3_column_bytes(s, 0);
        text.len = len > FACET_VALUE ? 0 : len;
        if (text.len > 0)
            memcpy(room, sqlite3_column_text(s, 0), text.len);
    }
    sqlite3_reset(s);
    return text;
}

gw_result index_frame(const struct index *ix, const struct index_row *row, struct buf *bytes,
                      struct segment_frame *out)
{
    return scan_frame(ix->dir, row->segment, row->at, row->seq, bytes, out);
}

/* The words asked for, the rarest in front. *none: one that no record has. */
static gw_result find_words(struct index *ix, const struct index_query *q, uint32_t *words,
                            size_t *count, bool *none)
{
    int64_t fewest = INT64_MAX, n;
    char sql[160];
    *count = 0;
    *none = false;
    for (enum facet_id i = FACET_TYPE; i < FACET_COUNT; i++) {
        uint32_t id;
        if (q->facets[i].at == NULL)
            continue;
        TRY(word_number(ix, i, q->facets[i], false, &id));
        *none = *none || id == 0;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT 1 FROM tag WHERE word=%u LIMIT %d)",
                 id, RARE);
        TRY(ask(ix, sql, 0, &n));
        words[(*count)++] = id;
        if (n < fewest) {
            fewest = n;
            words[*count - 1] = words[0];
            words[0] = id;
        }
    }
    return gw_is(GW_OK);
}

/* The seqs between which all records of the times asked for lie: clocks may have stepped. */
static gw_result seq_range(struct index *ix, const struct index_query *q, int64_t *lo, int64_t *hi)
{
    char sql[200];
    const int64_t hour_us = INT64_C(3600000000);
    int64_t from = q->since_us / hour_us;
    int64_t to = q->until_us == 0 ? INT64_MAX : q->until_us / hour_us;
    *lo = 0;
    *hi = INT64_MAX;
    if (q->since_us != 0 || q->until_us != 0) {
        const char *const form = "SELECT %s FROM hour WHERE h BETWEEN %lld AND %lld";
        snprintf(sql, sizeof sql, form, "min(lo)", (long long)from, (long long)to);
        TRY(ask(ix, sql, INT64_MAX, lo));
        snprintf(sql, sizeof sql, form, "max(hi)", (long long)from, (long long)to);
        TRY(ask(ix, sql, -1, hi));
    }
    if (q->has_after && (int64_t)q->after >= *lo)
        *lo = (int64_t)q->after + 1;
    if (q->has_before && (int64_t)q->before <= *hi)
        *hi = (int64_t)q->before - 1;
    return gw_is(GW_OK);
}

/* The question as SQL: numbers only, the exchange's id is bound. */
static gw_result write_sql(const struct index_query *q, const uint32_t *words, size_t count,
                           const int64_t range[2], char sql[SQL])
{
    char *at = sql, *const end = sql + SQL;
    bool by_word = count > 0 && q->xid.at == NULL;
    const char *seq = by_word ? "a.seq" : "r.seq";
    at += snprintf(at, (size_t)(end - at),
                   "SELECT r.seq,r.segment,r.at,r.t,r.tin,r.tout,r.bin,r.bout,r.ms,r.words,r.xid "
                   "IS NOT NULL FROM %s "
                   "WHERE %s BETWEEN %lld AND %lld",
                   by_word ? "tag a CROSS JOIN record r ON r.seq=a.seq" : "record r", seq,
                   (long long)range[0], (long long)range[1]);
    for (size_t i = 0; i < count; i++)
        at += i == 0 && by_word
                  ? snprintf(at, (size_t)(end - at), " AND a.word=%u", words[0])
                  : snprintf(at, (size_t)(end - at),
                             " AND EXISTS(SELECT 1 FROM tag b WHERE b.word=%u AND b.seq=%s)",
                             words[i], seq);
    if (q->xid.at != NULL)
        at += snprintf(at, (size_t)(end - at), " AND r.xid=?1");
    if (q->since_us != 0)
        at += snprintf(at, (size_t)(end - at), " AND r.t>=%lld", (long long)q->since_us);
    if (q->until_us != 0)
        at += snprintf(at, (size_t)(end - at), " AND r.t<%lld", (long long)q->until_us);
    at += snprintf(at, (size_t)(end - at), "%s ORDER BY %s%s", q->only_last ? " AND r.last=1" : "",
                   seq, q->newest_first ? " DESC" : "");
    if (q->limit > 0)
        at += snprintf(at, (size_t)(end - at), " LIMIT %llu", (unsigned long long)q->limit);
    return gw_is(at < end ? GW_OK : GW_TOO_BIG);
}

static gw_result tell_rows(struct index *ix, sqlite3_stmt *s,
                           gw_result (*each)(void *owner, const struct index_row *row), void *owner)
{
    uint32_t words[WORDS];
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct index_row row = {.seq = (uint64_t)sqlite3_column_int64(s, 0),
                                .segment = (uint64_t)sqlite3_column_int64(s, 1),
                                .at = (size_t)sqlite3_column_int64(s, 2),
                                .wall_us = sqlite3_column_int64(s, 3),
                                .words = words};
        uint64_t *const sums[] = {&row.sums.tokens_in, &row.sums.tokens_out, &row.sums.bytes_in,
                                  &row.sums.bytes_out, &row.sums.ms};
        for (size_t i = 0; i < GW_COUNT(sums); i++)
            *sums[i] = (uint64_t)sqlite3_column_int64(s, 4 + (int)i);
        row.is_exchange = sqlite3_column_int(s, 10) != 0;
        size_t bytes = (size_t)sqlite3_column_bytes(s, 9);
        row.word_count = bytes > sizeof words ? 0 : bytes / sizeof words[0];
        if (row.word_count > 0)
            memcpy(words, sqlite3_column_blob(s, 9), row.word_count * sizeof words[0]);
        TRY(each(owner, &row));
    }
    return told(ix, rc);
}

gw_result index_find(struct index *ix, const struct index_query *query,
                     gw_result (*each)(void *owner, const struct index_row *row), void *owner)
{
    char sql[SQL];
    uint32_t words[FACET_COUNT];
    size_t count;
    bool none;
    int64_t range[2];
    sqlite3_stmt *s = NULL;
    TRY(find_words(ix, query, words, &count, &none));
    TRY(seq_range(ix, query, &range[0], &range[1]));
    if (none || range[0] > range[1])
        return gw_is(GW_OK);
    TRY(write_sql(query, words, count, range, sql));
    gw_result r = told(ix, sqlite3_prepare_v2(ix->db, sql, -1, &s, NULL));
    if (gw_ok(r) && query->xid.at != NULL)
        bind_text(s, 1, query->xid);
    if (gw_ok(r))
        r = tell_rows(ix, s, each, owner);
    sqlite3_finalize(s);
    return r;
}

static gw_result replace_words(struct index *ix, struct words *w, uint64_t seq)
{
    bool row;
    struct words old = {.ix = ix};
    TRY(words_of(ix, seq, &old));
    for (size_t i = 0; i < old.count; i++) {
        sqlite3_stmt *drop = fresh(ix, TAG_DROP);
        sqlite3_bind_int64(drop, 1, old.at[i]);
        sqlite3_bind_int64(drop, 2, (int64_t)seq);
        TRY(step(ix, TAG_DROP, &row));
    }
    sqlite3_stmt *s = fresh(ix, WORDS_SET);
    sqlite3_bind_int64(s, 1, (int64_t)seq);
    sqlite3_bind_blob(s, 2, w->at, (int)(w->count * sizeof w->at[0]), SQLITE_STATIC);
    TRY(step(ix, WORDS_SET, &row));
    return add_tags(w, seq);
}

gw_result index_forget(struct index *ix, const struct index_row *row, bool last)
{
    struct words w = {.ix = ix};
    struct segment_frame frame;
    struct buf bytes;
    bool is_end;
    buf_init(&bytes, SEGMENT_FRAME_MAX);
    gw_result r = index_frame(ix, row, &bytes, &frame);
    if (gw_ok(r))
        r = read_words(&w, &frame, &is_end);
    if (gw_ok(r))
        r = replace_words(ix, &w, row->seq);
    buf_free(&bytes);
    if (!gw_ok(r) || !last)
        return r;
    memset(ix->cache, 0, CACHED * sizeof *ix->cache);
    return run(ix, DROP_WORDS "PRAGMA wal_checkpoint(TRUNCATE)");
}
