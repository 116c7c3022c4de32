/* tests/unit/test_recover.c - what opening finds on disk, mends, or refuses: audit/recover.h. */
#include "proxy/base/base.h"
#include "audit/scan.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

static const struct clock real;
static char reason[300];

static void run(const char *command)
{
    char line[600];
    snprintf(line, sizeof line, "cd '%s' && %s", base, command);
    assert_int_equal(system(line), 0);
}

static gw_result try_open(struct audit_log **log, bool accept_loss)
{
    return rig_try((struct audit_settings){.segment_bytes = 64 * 1024,
                                           .clock = &real,
                                           .accept_loss = accept_loss},
                   reason, sizeof reason, log);
}

static uint64_t append(struct audit_log *log, unsigned n)
{
    uint64_t seq = 0;
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    for (unsigned i = 0; i < n; i++) {
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
        assert_true(gw_ok(audit_log_sync(log)));
    }
    return seq;
}

/* A log of n synced records that was killed; of those at most `is_signed` are signed. */
static void make_killed(unsigned n, bool is_signed)
{
    struct audit_log *log = NULL;
    assert_true(gw_ok(try_open(&log, false)));
    append(log, n);
    if (is_signed)
        assert_true(gw_ok(audit_log_tick(log, true)));
    run("cp -r audit killed && cp audit.pem.signed kept 2>/dev/null || true");
    audit_log_close(log);
    run("rm -r audit && mv killed audit && { test ! -e kept || mv kept audit.pem.signed; }");
}

static gw_result pass_over(void *owner, const struct segment_frame *frame)
{
    (void)owner;
    (void)frame;
    return gw_is(GW_OK);
}

static struct scan_end walked(void)
{
    struct scan_end end;
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_true(gw_ok(scan_walk(fd, 0, pass_over, NULL, &end)));
    close(fd);
    return end;
}

/* Bytes over a segment's. */
static void spoil(uint64_t segment, off_t at, const char *bytes, size_t n)
{
    char name[SEGMENT_NAME], path[200];
    segment_name(segment, name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
    close(fd);
}

/* It opens with log.recover as its first new record, or without one; and then it is whole. */
static void opens_and_tells_as(bool accept_loss, const char *counters, enum verify_code code)
{
    struct audit_log *log = NULL;
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    struct buf out;
    uint64_t next = walked().next;
    gw_result r = try_open(&log, accept_loss);
    if (!gw_ok(r))
        fail_msg("%s", reason);
    audit_log_close(log);
    buf_init(&out, SHOW_MAX);
    bool told = false;
    for (uint64_t seq = next; seq < next + 3 && !told; seq++) {
        buf_clear(&out);
        told = gw_ok(show_record(dir, seq, &out)) &&
               slice_find(buf_slice(&out), SLICE_LIT("log.recover")) != SIZE_MAX;
    }
    assert_int_equal(told, counters != NULL);
    if (told && slice_find(buf_slice(&out), slice_str(counters)) == SIZE_MAX)
        fail_msg("%.*s", (int)out.len, buf_slice(&out).at);
    buf_free(&out);
    verify_run(dir, &options, &report);
    if (report.code != code)
        fail_msg("%d: %s", report.code, report.reason);
}

static void opens_and_tells(bool accept_loss, const char *counters)
{
    opens_and_tells_as(accept_loss, counters, VERIFY_INTACT);
}

static void refuses(bool accept_loss, enum gw_code code, const char *why)
{
    struct audit_log *log = NULL;
    assert_int_equal(try_open(&log, accept_loss).code, code);
    if (strstr(reason, why) == NULL)
        fail_msg("%s", reason);
}

static void what_contradicts_a_signature_is_refused(void **state)
{
    (void)state;
    make_killed(20, true);
    run("cp -r audit good");
    spoil(0, SEGMENT_HEAD + 40, "XXXX", 4); /* in a record that was signed */
    refuses(false, GW_CORRUPT, "damaged inside what was signed (record 0)");
    refuses(true, GW_CORRUPT, "damaged inside what was signed (record 0)");
    run("rm -r audit && cp -r good audit && rm -r audit/seg && mkdir audit/seg");
    refuses(true, GW_CORRUPT, "rolled back behind what was signed (record 0)");
    run("rm -r audit && cp -r good audit && sed -i '2s/.*/9999/' audit/checkpoint");
    refuses(true, GW_CORRUPT, "the checkpoint is not one that we signed");
    run("rm -r audit && cp -r good audit && rm audit.pem.signed");
    opens_and_tells(false, NULL); /* the checkpoint itself says what was signed */
}

/* Records after the last checkpoint may be torn: nobody was told that they are there. */
static void a_torn_tail_is_cut_off_and_told(void **state)
{
    (void)state;
    make_killed(20, true);
    struct scan_end end = walked();
    spoil(end.segment, (off_t)end.at, "BLOGtorn and so on", 18);
    assert_int_equal(walked().state, SCAN_TORN);
    char counters[200];
    snprintf(counters, sizeof counters,
             "\"ctr\":{\"last_seq\":%llu,\"lost\":0,\"orphan_begins\":0,",
             (unsigned long long)end.next - 1);
    opens_and_tells(false, counters);
    opens_and_tells(false, NULL); /* a second run finds nothing to mend */
}

static void a_hole_is_refused_until_the_loss_is_accepted(void **state)
{
    (void)state;
    make_killed(1, true);
    struct scan_end end = walked();
    run("cp audit/checkpoint cp1 && cp audit.pem.signed signed1 && cp -r audit/tile tile1");
    struct audit_log *log = NULL;
    assert_true(gw_ok(try_open(&log, false)));
    append(log, 30);
    audit_log_close(log);
    /* as if nothing behind the first checkpoint had been signed */
    run("cp cp1 audit/checkpoint && cp signed1 audit.pem.signed && rm -r audit/tile && mv tile1 "
        "audit/tile");
    spoil(end.segment, (off_t)end.at + SEGMENT_HEAD + 8, "XXXX", 4);
    assert_int_equal(walked().state, SCAN_HOLE);
    refuses(false, GW_REFUSED, "damaged, with whole records behind it: see --accept-loss");
    opens_and_tells(true, "\"lost\":1,");
    opens_and_tells(false, NULL);
}

static void segments_behind_a_cut_are_gone(void **state)
{
    (void)state;
    make_killed(1, true);
    run("cp audit/checkpoint cp1 && cp audit.pem.signed signed1 && cp -r audit/tile tile1");
    struct audit_log *log = NULL;
    assert_true(gw_ok(try_open(&log, false)));
    append(log, 900);
    audit_log_close(log);
    assert_true(rig_segment_count(dir) >= 3);
    run("cp cp1 audit/checkpoint && cp signed1 audit.pem.signed && rm -r audit/tile && mv tile1 "
        "audit/tile");
    struct segment_list list = rig_segments(dir);
    spoil(list.first[1], SEGMENT_HEAD + 8, "XXXX", 4);
    segment_list_free(&list);
    refuses(false, GW_REFUSED, "--accept-loss");
    opens_and_tells(true, "\"lost\":1,");
    assert_in_range(rig_segment_count(dir), 1, 2);
}

static void a_beginning_that_is_missing_is_refused(void **state)
{
    (void)state;
    make_killed(400, false);
    assert_true(rig_segment_count(dir) >= 2);
    run("rm audit/seg/00000000000000000000.seg");
    refuses(true, GW_CORRUPT, "records are missing at the beginning");
}

/* A tree whose tiles are gone is made from the records, which must then be those that were signed.
 */
static void the_records_stand_for_lost_tiles(void **state)
{
    (void)state;
    make_killed(20, true);
    run("cp -r audit good && cp audit.pem.signed good.signed && rm -r audit/tile");
    opens_and_tells(false, NULL); /* and the partial ones are written anew */
    run("rm -r audit audit.pem.signed");
    make_killed(25, false); /* other records, under the same key */
    run("mv audit/seg others && rm -r audit && cp -r good audit && rm -r audit/seg && mv others "
        "audit/seg && cp good.signed audit.pem.signed");
    refuses(true, GW_CORRUPT, "the records are not those that were signed");
    run("rm -r audit/tile");
    refuses(true, GW_CORRUPT, "the records are not those that were signed");
    run("sed -i '2s/.*/9999/' audit.pem.signed"); /* more was signed than the checkpoint says */
    refuses(true, GW_CORRUPT, "the records contradict the checkpoint");
}

static void an_open_begin_gets_its_end(void **state)
{
    struct audit_log *log = NULL;
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN};
    uint64_t seq;
    (void)state;
    assert_true(gw_ok(try_open(&log, false)));
    record_xid(5, &(struct secret_pool){.left = 0}, rec.xid);
    assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)) && gw_ok(audit_log_sync(log)));
    run("cp -r audit killed");
    audit_log_close(log);
    run("rm -r audit audit.pem.signed && mv killed audit");
    opens_and_tells_as(false, "\"orphan_begins\":1,\"tail_bytes\":0}", VERIFY_INCOMPLETE);
    opens_and_tells_as(false, NULL, VERIFY_INCOMPLETE);
}

/* clang-format off */
/* By hand; a start leaves that to who looks for it. */
static void tiles_are_made_again_by_hand(void **state)
{
    struct audit_log *log = NULL;
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    struct audit_settings settings = {.segment_bytes = 64 * 1024, .clock = &real};
    struct buf out;
    (void)state;
    make_killed(300, true);
    run("rm audit/tile/0/000 && echo >> audit/tile/entries/000");
    refuses(false, GW_REFUSED, "a tile is missing: see `bulla audit recover`");
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_TAMPERED);
    uint64_t next = walked().next;
    settings.mends_tiles = true;
    assert_true(gw_ok(rig_try(settings, reason, sizeof reason, &log)));
    audit_log_close(log);
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_record(dir, next + 1, &out)));
    assert_true(slice_find(buf_slice(&out), SLICE_LIT("\"tail_bytes\":0,\"tiles\":2")) !=
                SIZE_MAX);
    buf_free(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_memory, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_contradicts_a_signature_is_refused),
        TEST(a_torn_tail_is_cut_off_and_told),
        TEST(a_hole_is_refused_until_the_loss_is_accepted),
        TEST(segments_behind_a_cut_are_gone),
        TEST(a_beginning_that_is_missing_is_refused),
        TEST(the_records_stand_for_lost_tiles),
        TEST(tiles_are_made_again_by_hand),
        TEST(an_open_begin_gets_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
