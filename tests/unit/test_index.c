/* tests/unit/test_index.c - audit/index.h and audit/facet.h: what is asked is what is found, and an
 * index that is wrong, gone or of another log is made anew. */
#include "proxy/base/base.h"
#include "audit/index.h"
#include "audit/log.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char xids[12][37];
static int payer; /* which of three exchanges is of `pay` */
/* Times pass as a test wants it: an hour and a minute an exchange. */
static struct clock turned = {.fake = true, .wall_us = INT64_C(1700000000000000)};

static struct audit_log *opened(const char *at)
{
    return rig_log(at, &turned, 16 * 1024);
}

/* Twelve exchanges: every third is of `pay`, every fourth has a card, every sixth was stopped. */
static void fill(struct audit_log *log)
{
    uint64_t begin, seq;
    for (int i = 0; i < 12; i++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED};
        rec.cls = CLEAR_LIT("internal");
        rec.groups[GROUP_WHO] = i % 3 == payer ? SLICE_LIT("{\"app\":\"pay\",\"tenant\":\"t1\"}")
                                               : SLICE_LIT("{\"app\":\"hr\",\"tenant\":\"t1\"}");
        rec.groups[GROUP_WHAT] = SLICE_LIT("{\"model_req\":\"gpt-4o\",\"upstream\":\"near\"}");
        if (i % 4 == 0) {
            rec.groups[GROUP_FIND] = SLICE_LIT(
                "{\"count\":2,\"items\":[{\"ent\":\"CREDIT_CARD\"},{\"ent\":\"PERSON\"}]}");
            rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
            rec.dec = RECORD_REDACTED;
        }
        record_xid(turned.wall_us, &(struct secret_pool){.left = 0}, xids[i]);
        memcpy(rec.xid, xids[i], sizeof rec.xid);
        turned.wall_us += INT64_C(3660000000);
        if (i % 6 == 0) {
            rec.type = RECORD_EXCHANGE_BLOCK;
            rec.dec = RECORD_BLOCKED;
            rec.out = "blocked";
            assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
            continue;
        }
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &begin)));
        struct audit_record end = {.type = RECORD_EXCHANGE_END, .dec = rec.dec, .has_ref = true};
        memcpy(end.xid, xids[i], sizeof end.xid);
        end.ref = begin;
        end.out = "ok";
        end.groups[GROUP_WHAT] = i == 1 ? SLICE_LIT("{\"upstream\":\"far\"}") : (struct slice){0};
        end.groups[GROUP_USE] = SLICE_LIT("{\"in\":100,\"out\":7,\"total_ms\":5}");
        assert_true(gw_ok(audit_log_append(log, &end, 1, &seq)));
    }
}

static int fresh(void **state)
{
    assert_int_equal(rig_folder(state), 0);
    struct audit_log *log = opened(dir);
    fill(log);
    audit_log_close(log);
    return 0;
}

struct seen {
    struct index *ix;
    uint64_t count, first, last, tokens;
    bool checks; /* each frame is read back */
};

static gw_result see(void *owner, const struct index_row *row)
{
    struct seen *s = owner;
    struct segment_frame frame;
    struct buf bytes;
    if (s->count++ == 0)
        s->first = row->seq;
    s->last = row->seq;
    s->tokens += row->sums.tokens_in;
    buf_init(&bytes, 1 << 20);
    assert_true(gw_ok(index_frame(s->ix, row, &bytes, &frame)));
    assert_int_equal(frame.seq, row->seq);
    buf_free(&bytes);
    return gw_is(GW_OK);
}

static struct seen asked(const struct index_query *q)
{
    struct seen s = {0};
    assert_true(gw_ok(index_open(dir, &s.ix)));
    assert_false(index_is_cut(s.ix));
    assert_true(gw_ok(index_find(s.ix, q, see, &s)));
    index_close(s.ix);
    return s;
}

static struct index_query of(enum facet_id facet, const char *value)
{
    struct index_query q = {0};
    q.facets[facet] = slice_str(value);
    return q;
}

static uint64_t count_of(enum facet_id facet, const char *value)
{
    struct index_query q = of(facet, value);
    q.only_last = true;
    return asked(&q).count;
}

static void no_log_is_not_made_one(void **state)
{
    struct index *ix = NULL;
    char path[96];
    struct stat st;
    (void)state;
    snprintf(path, sizeof path, "%s/nothing", base);
    assert_int_equal(index_open(path, &ix).code, GW_NOT_FOUND);
    assert_int_equal(index_open(base, &ix).code, GW_NOT_FOUND);
    snprintf(path, sizeof path, "%s/index.db", base);
    assert_int_equal(stat(path, &st), -1);
}

static void what_no_record_has_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(count_of(FACET_APP, "nobody"), 0);
    assert_int_equal(count_of(FACET_APP, ""), 0);
    assert_int_equal(count_of(FACET_TENANT, "pay"), 0); /* another facet's value */
    struct index_query q = of(FACET_APP, "pay");
    q.facets[FACET_UPSTREAM] = SLICE_LIT("far");
    assert_int_equal(asked(&q).count, 0);
    q = (struct index_query){.xid = SLICE_LIT("' OR 1=1 --")};
    assert_int_equal(asked(&q).count, 0);
}

static void each_facet_finds_its_exchanges_and_an_end_has_its_begins(void **state)
{
    (void)state;
    assert_int_equal(count_of(FACET_APP, "pay"), 4);
    assert_int_equal(count_of(FACET_APP, "hr"), 8);
    assert_int_equal(count_of(FACET_ENTITY, "PERSON"), 3);
    assert_int_equal(count_of(FACET_RULE, "pan"), 3);
    assert_int_equal(count_of(FACET_MODEL, "gpt-4o"), 12);
    assert_int_equal(count_of(FACET_DECISION, "block"), 2);
    assert_int_equal(count_of(FACET_OUTCOME, "ok"), 10);
    assert_int_equal(count_of(FACET_TYPE, "exchange.block"), 2);
    assert_int_equal(count_of(FACET_UPSTREAM, "far"), 1); /* an end's own word wins */
    assert_int_equal(count_of(FACET_UPSTREAM, "near"), 11);
    struct index_query q = {.xid = slice_str(xids[1])};
    struct seen s = asked(&q);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.tokens, 100);
}

static void filters_add_up(void **state)
{
    (void)state;
    struct index_query q = of(FACET_APP, "pay");
    q.facets[FACET_ENTITY] = SLICE_LIT("CREDIT_CARD");
    q.facets[FACET_TENANT] = SLICE_LIT("t1");
    assert_int_equal(asked(&q).count, 1); /* the first: 0 is of pay, has a card, was stopped */
    q.facets[FACET_DECISION] = SLICE_LIT("allow");
    assert_int_equal(asked(&q).count, 0);
}

static void pages_meet_without_gap_or_overlap(void **state)
{
    (void)state;
    for (int newest = 0; newest < 2; newest++) {
        uint64_t pages = 0, count = 0;
        struct index_query q = of(FACET_APP, "hr");
        q.limit = 3;
        q.newest_first = newest == 1;
        for (;;) {
            struct seen s = asked(&q);
            if (s.count == 0)
                break;
            assert_true(newest ? s.first >= s.last : s.first <= s.last);
            pages++;
            count += s.count;
            q.has_before = newest == 1;
            q.has_after = newest == 0;
            q.before = q.after = s.last;
        }
        assert_int_equal(count, 16);
        assert_int_equal(pages, 6);
    }
}

static void times_bound_a_question(void **state)
{
    (void)state;
    const int64_t start = INT64_C(1700000000000000), step = INT64_C(3660000000);
    struct index_query q = of(FACET_MODEL, "gpt-4o");
    q.only_last = true;
    q.since_us = start + 2 * step + 1; /* ends are a step behind their begins' beginning */
    q.until_us = start + 5 * step + 1;
    assert_int_equal(asked(&q).count, 3);
    q.until_us = q.since_us;
    assert_int_equal(asked(&q).count, 0);
}

/* Everything found, in a form to compare. */
static uint64_t summary(void)
{
    struct index_query all = {0};
    struct seen s = asked(&all);
    return s.count * 1000003 + s.first * 10007 + s.last * 101 + s.tokens;
}

static void spoil(const char *name, off_t at, const char *with)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, with, strlen(with), at), strlen(with));
    close(fd);
}

static void a_lost_or_spoilt_index_is_made_anew(void **state)
{
    char path[160];
    (void)state;
    uint64_t before = summary();
    snprintf(path, sizeof path, "%s/index.db", dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(summary(), before);
    spoil("index.db", 0, "this is no data base, and never was one");
    assert_int_equal(summary(), before);
    assert_int_equal(count_of(FACET_APP, "pay"), 4);
    int fd = open(path, O_RDONLY); /* on the disk, or each question would read the whole log */
    char head[16] = "";
    assert_true(read(fd, head, sizeof head) == (ssize_t)sizeof head);
    assert_memory_equal(head, "SQLite format 3", sizeof head);
    close(fd);
}

static void an_index_of_another_log_is_not_believed(void **state)
{
    char other[96], line[400];
    (void)state;
    uint64_t before = summary();
    struct index_query pays = of(FACET_APP, "pay");
    uint64_t first = asked(&pays).first;
    payer = 1;
    snprintf(other, sizeof other, "%s/other", base);
    struct audit_log *log = opened(other);
    fill(log);
    audit_log_close(log);
    payer = 0;
    struct index *ix = NULL;
    assert_true(gw_ok(index_open(other, &ix)));
    index_close(ix);
    snprintf(line, sizeof line, "rm -f %s/index.db* && cp %s/index.db %s/index.db", dir, other,
             dir);
    assert_int_equal(system(line), 0);
    assert_int_equal(asked(&pays).first, first);
    assert_int_equal(summary(), before);
}

static void it_catches_up_with_what_was_written_since(void **state)
{
    (void)state;
    assert_int_equal(count_of(FACET_APP, "pay"), 4);
    struct audit_log *log = opened(dir);
    fill(log);
    audit_log_close(log);
    assert_int_equal(count_of(FACET_APP, "pay"), 8);
    assert_int_equal(count_of(FACET_TYPE, "exchange.end"), 20);
}

static void a_value_is_kept_up_to_its_length(void **state)
{
    char name[FACET_VALUE + 2], what[FACET_VALUE + 40];
    uint64_t seq;
    (void)state;
    struct audit_log *log = opened(dir);
    for (unsigned len = FACET_VALUE - 1; len <= FACET_VALUE + 1; len++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
        snprintf(what, sizeof what, "{\"model_req\":\"%0*u\"}", (int)len, 7u);
        rec.groups[GROUP_WHAT] = slice_str(what);
        record_xid(turned.wall_us, &(struct secret_pool){.left = 0}, rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    audit_log_close(log);
    for (unsigned len = FACET_VALUE - 1; len <= FACET_VALUE + 1; len++) {
        snprintf(name, sizeof name, "%0*u", (int)len, 7u);
        assert_int_equal(count_of(FACET_MODEL, name), len <= FACET_VALUE);
    }
}

static void a_directory_that_is_not_ours_to_write_is_searched_all_the_same(void **state)
{
    char path[160], line[400];
    (void)state;
    uint64_t before = summary();
    snprintf(line, sizeof line, "rm -f %s/index.db*", dir);
    assert_int_equal(system(line), 0);
    snprintf(path, sizeof path, "%s/index.db", dir);
    assert_int_equal(mkdir(path, 0700), 0); /* root may write anywhere, but not into this */
    assert_int_equal(summary(), before);
    assert_int_equal(rmdir(path), 0);
}

static void facets_have_names(void **state)
{
    (void)state;
    for (enum facet_id i = FACET_TYPE; i < FACET_COUNT; i++)
        assert_int_equal(facet_named(facet_name(i)), i);
    assert_int_equal(facet_named("nobody"), FACET_COUNT);
    assert_int_equal(facet_time_us(SLICE_LIT("2023-11-14T22:13:20.000001Z")), 1700000000000001);
    assert_int_equal(facet_time_us(SLICE_LIT("2023-11-14T22:13:20Z")), 1700000000000000);
    assert_int_equal(facet_time_us(SLICE_LIT("2023-11-14")), 0);
    assert_int_equal(facet_time_us(SLICE_LIT("2023-11-14T22:13:20+01:00")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_log_is_not_made_one),
        cmocka_unit_test(what_no_record_has_is_not_found),
        cmocka_unit_test(each_facet_finds_its_exchanges_and_an_end_has_its_begins),
        cmocka_unit_test(filters_add_up),
        cmocka_unit_test(pages_meet_without_gap_or_overlap),
        cmocka_unit_test(times_bound_a_question),
        cmocka_unit_test(a_lost_or_spoilt_index_is_made_anew),
        cmocka_unit_test(an_index_of_another_log_is_not_believed),
        cmocka_unit_test(a_directory_that_is_not_ours_to_write_is_searched_all_the_same),
        cmocka_unit_test(it_catches_up_with_what_was_written_since),
        cmocka_unit_test(a_value_is_kept_up_to_its_length),
        cmocka_unit_test(facets_have_names),
    };
    return cmocka_run_group_tests(tests, fresh, rig_gone);
}
