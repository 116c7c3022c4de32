/* tests/unit/test_visit.c - a verb's own record, where no auditor runs: proxy/main/visit.h. */
#include "proxy/base/base.h"
#include "proxy/main/visit.h"
#include "audit/show.h"
#include "tests/unit/log_rig.h"
#include "tests/unit/stdio_rig.h"

static const struct clock real;
static char reason[VISIT_REASON];

/* A log at `dir` that nobody writes, its key in it. */
static int fresh(void **state)
{
    static char key[160];
    int failed = rig_memory(state);
    snprintf(key, sizeof key, "%s/log.key", dir);
    audit_log_close(rig_opened((struct audit_settings){.key_file = key, .clock = &real}));
    unsetenv("SUDO_USER");
    return failed;
}

static enum gw_code record(const char *at, enum record_type type, const struct visit *v,
                           uint64_t *seq)
{
    reason[0] = '\0';
    return visit_record(at, type, v, seq, reason).code;
}

static bool shows(uint64_t seq, const char *part)
{
    struct buf out;
    buf_init(&out, SHOW_MAX);
    bool has = gw_ok(show_record(dir, seq, &out)) &&
               slice_find(buf_slice(&out), slice_str(part)) != SIZE_MAX;
    if (!has)
        print_message("%.*s\n", (int)out.len, out.len > 0 ? buf_slice(&out).at : "");
    buf_free(&out);
    return has;
}

static void where_there_is_no_log_nothing_is_recorded(void **state)
{
    const struct visit v = {.op = "hold"};
    uint64_t seq = 0;
    (void)state;
    assert_int_not_equal(record("/nowhere", RECORD_HOLD_SET, &v, &seq), GW_OK);
    assert_int_equal(record(base, RECORD_HOLD_SET, &v, &seq), GW_NOT_FOUND);
    assert_string_equal(reason, "there is no log with a checkpoint");
}

/* A reading where no gateway runs is no reason to open the log; from a copy nothing can be. */
static void a_reading_is_recorded_by_an_auditor_alone(void **state)
{
    static const struct visit v = {.op = "query", .query = "all", .count = 3};
    uint64_t seq = 0;
    char line[200];
    (void)state;
    assert_int_equal(record(dir, RECORD_REVIEW_READ, &v, &seq), GW_UNAVAILABLE);
    assert_int_equal(record(dir, RECORD_REVIEW_EXPORT, &v, &seq), GW_UNAVAILABLE);
    assert_int_equal(record(dir, RECORD_REVIEW_UNSEAL, &v, &seq), GW_OK); /* but this is not */
    snprintf(line, sizeof line, "rm %s/log.key", dir);
    assert_int_equal(system(line), 0);
    assert_int_equal(record(dir, RECORD_REVIEW_UNSEAL, &v, &seq), GW_UNAVAILABLE);
    assert_int_equal(record(dir, RECORD_REVIEW_REPLAY, &v, &seq), GW_UNAVAILABLE);
    assert_int_not_equal(record(dir, RECORD_ERASE, &v, &seq), GW_OK); /* nor is that done */
}

static void what_was_typed_stands_in_it_without_its_marks(void **state)
{
    static const uint64_t refs[] = {0, 1};
    const struct visit v = {.op = "erase",
                            .query = "--person \"x\"\n\x1b[2J\xc3\xa9",
                            .case_name = "C-1",
                            .reason = "asked by letter",
                            .count = 2,
                            .refs = refs,
                            .ref_count = 2};
    uint64_t seq = 0;
    (void)state;
    setenv("SUDO_USER", "ann\n", 1);
    assert_int_equal(record(dir, RECORD_ERASE, &v, &seq), GW_OK);
    unsetenv("SUDO_USER");
    assert_true(shows(seq, "\"query\":\"--person \\\"x\\\"??[2J??\""));
    assert_true(shows(seq, "\"case\":\"C-1\"") && shows(seq, "\"reason\":\"asked by letter\""));
    assert_true(shows(seq, "\"op\":\"erase\"") && shows(seq, "\"count\":2"));
    assert_true(shows(seq, "\"ref\":[0,1]") && shows(seq, "\"sudo\":\"ann?\""));
    assert_true(shows(seq, "\"uid\":"));
    assert_true(gw_ok(visit_signed(dir, seq)));
}

/* What is longer than there is room for is cut; references have a most. */
static void a_record_has_its_bounds(void **state)
{
    static char name[300], query[2000], why[9000];
    static uint64_t refs[RECORD_REFS + 1];
    struct visit v = {.op = "hold", .query = query, .case_name = name, .reason = why};
    uint64_t seq = 0;
    (void)state;
    memset(name, 'c', sizeof name - 1);
    memset(query, 'q', sizeof query - 1);
    memset(why, 'w', sizeof why - 1);
    assert_int_equal(record(dir, RECORD_HOLD_SET, &v, &seq), GW_OK);
    static const struct {
        char letter;
        size_t most;
    } cut[] = {{'c', 127}, {'q', 1023}, {'w', 4095}};
    for (size_t i = 0; i < GW_COUNT(cut); i++) {
        char want[4200];
        want[0] = '"';
        memset(want + 1, cut[i].letter, cut[i].most);
        snprintf(want + 1 + cut[i].most, 3, "\"");
        assert_true(shows(seq, want));
    }
    for (size_t i = 0; i <= RECORD_REFS; i++)
        refs[i] = i;
    v = (struct visit){.op = "hold", .refs = refs, .ref_count = RECORD_REFS + 1};
    assert_int_not_equal(record(dir, RECORD_HOLD_SET, &v, &seq), GW_OK);
    assert_string_equal(reason, "the record cannot be made");
}

static void before_a_reading_it_is_said_that_there_is_no_record(void **state)
{
    struct asked a = {.word = "query", .dir = dir};
    struct stdio_rig said;
    (void)state;
    stdio_begin(&said, 2);
    bool may = visit_before_reading(&a, RECORD_REVIEW_READ, 5);
    const char *text = stdio_end(&said);
    assert_true(may);
    assert_non_null(strstr(text, "no gateway writes this log: that it was read is not recorded"));
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(where_there_is_no_log_nothing_is_recorded),
        TEST(a_reading_is_recorded_by_an_auditor_alone),
        TEST(what_was_typed_stands_in_it_without_its_marks),
        TEST(a_record_has_its_bounds),
        TEST(before_a_reading_it_is_said_that_there_is_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
