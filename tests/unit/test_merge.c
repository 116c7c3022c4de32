/* tests/unit/test_merge.c - proxy/main/merge.h: several logs asked as one. */
#include "proxy/base/base.h"
#include "proxy/main/merge.h"
#include "audit/log.h"
#include "tests/unit/log_rig.h"
#include <unistd.h>

enum { LOGS = 3 };

static struct index *indexes[LOGS];

/* Log i writes a record each (i + 1) * 10 ms, so many that a page does not hold them. */
static int fresh(void **state)
{
    static const unsigned records[LOGS] = {1300, 400, 0};
    assert_int_equal(rig_folder(state), 0);
    for (size_t i = 0; i < LOGS; i++) {
        char at[96];
        uint64_t seq;
        struct clock hands = {.fake = true, .mono_ns = 1, .wall_us = 1700000000000000};
        snprintf(at, sizeof at, "%s/%zu", base, i);
        struct audit_log *log = rig_log(at, &hands, 0);
        for (unsigned k = 0; k < records[i]; k++) {
            struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
            hands.wall_us += (int64_t)(i + 1) * 10000;
            record_xid(k, &(struct secret_pool){.left = 0}, rec.xid);
            assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
        }
        audit_log_close(log);
        assert_true(gw_ok(index_open(at, &indexes[i])));
    }
    return 0;
}

static int gone(void **state)
{
    for (size_t i = 0; i < LOGS; i++)
        index_close(indexes[i]);
    return rig_gone(state);
}

struct seen {
    uint64_t next[LOGS], count;
    int64_t us;
    size_t log;
    bool newest;
};

static gw_result see(void *owner, size_t log, const struct index_row *row)
{
    struct seen *s = owner;
    assert_int_equal(row->seq, s->next[log]);
    s->next[log] += s->newest ? (uint64_t)-1 : 1;
    bool is_in_order = s->newest ? row->wall_us < s->us : row->wall_us > s->us;
    assert_true(s->count == 0 || is_in_order || (row->wall_us == s->us && log >= s->log));
    s->us = row->wall_us;
    s->log = log;
    s->count++;
    return gw_is(GW_OK);
}

static gw_result refuse(void *owner, size_t log, const struct index_row *row)
{
    (void)log, (void)row;
    ++*(unsigned *)owner;
    return gw_is(GW_REFUSED);
}

static struct merge_log *asked(bool newest)
{
    static struct merge_log logs[LOGS];
    for (size_t i = 0; i < LOGS; i++)
        logs[i] = (struct merge_log){.index = indexes[i], .query = {.newest_first = newest}};
    return logs;
}

static void who_has_seen_enough_is_asked_no_more(void **state)
{
    unsigned calls = 0;
    (void)state;
    assert_int_equal(merge_each(asked(false), LOGS, 0, refuse, &calls).code, GW_REFUSED);
    assert_int_equal(calls, 1);
    assert_true(gw_ok(merge_each(asked(false), 0, 0, refuse, &calls)));
    assert_int_equal(calls, 1);
}

static void rows_come_by_time_each_once(void **state)
{
    (void)state;
    struct seen s = {.count = 0};
    assert_true(gw_ok(merge_each(asked(false), LOGS, 0, see, &s)));
    assert_int_equal(s.count, 1302 + 402 + 2);
    s = (struct seen){.next = {1301, 401, 1}, .newest = true};
    assert_true(gw_ok(merge_each(asked(true), LOGS, 0, see, &s)));
    assert_int_equal(s.count, 1302 + 402 + 2);
    s = (struct seen){.count = 0};
    assert_true(gw_ok(merge_each(asked(false), LOGS, 700, see, &s)));
    assert_int_equal(s.count, 700);
}

static void every_log_has_its_own_question(void **state)
{
    (void)state;
    struct merge_log *logs = asked(false);
    logs[0].query.facets[FACET_TYPE] = SLICE_LIT("log.start");
    logs[1].query.facets[FACET_TYPE] = SLICE_LIT("nothing");
    logs[2].query.facets[FACET_TYPE] = SLICE_LIT("log.start");
    struct seen s = {.count = 0};
    assert_true(gw_ok(merge_each(logs, LOGS, 0, see, &s)));
    assert_true(s.count == 2 && s.next[0] == 1 && s.next[1] == 0 && s.next[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_seen_enough_is_asked_no_more),
        cmocka_unit_test(rows_come_by_time_each_once),
        cmocka_unit_test(every_log_has_its_own_question),
    };
    return cmocka_run_group_tests(tests, fresh, gone);
}
