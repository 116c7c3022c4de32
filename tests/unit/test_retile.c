/* tests/unit/test_retile.c - audit/retile.h: what was lost of the tree comes back, and nothing is
 * written where records and signature differ. */
#include "proxy/base/base.h"
#include "audit/retile.h"
#include "audit/disk.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"

enum { RECORDS = 700 };

static const struct clock real;
static struct tree_head head;
static int at;

static void run(const char *command)
{
    char line[400];
    snprintf(line, sizeof line, "cd '%s' && %s", dir, command);
    assert_int_equal(system(line), 0);
}

static int fresh(void **state)
{
    struct prove p;
    uint64_t seq;
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    int failed = rig_memory(state);
    struct audit_log *log = rig_log(dir, &real, 64 * 1024);
    for (int i = 0; i < RECORDS; i++)
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    audit_log_close(log);
    at = open(dir, O_RDONLY | O_DIRECTORY);
    assert_true(gw_ok(prove_open(dir, &p)));
    head = (struct tree_head){p.head.size, p.head.root};
    prove_close(&p);
    return failed;
}

static int gone(void **state)
{
    close(at);
    return rig_gone(state);
}

static enum verify_code verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    verify_run(dir, &options, &report);
    return report.code;
}

static void mends(const char *damage, uint64_t files)
{
    uint64_t mended = 99;
    run(damage);
    assert_int_equal(verified(), VERIFY_TAMPERED);
    assert_int_equal(retile_run(at, &head, &mended).code, GW_OK);
    if (mended != files)
        fail_msg("%s: %llu files", damage, (unsigned long long)mended);
    assert_int_equal(verified(), VERIFY_INTACT);
    assert_true(gw_ok(retile_run(at, &head, &mended)) && mended == 0);
}

static void what_is_gone_or_damaged_is_made_again(void **state)
{
    (void)state;
    mends("rm tile/0/001", 1);
    mends("rm tile/entries/000", 1);
    mends("printf x | dd of=tile/0/000 bs=1 seek=99 conv=notrunc 2>/dev/null", 1);
    mends("printf x >> tile/entries/001", 1);
    mends("truncate -s 0 tile/1/000.p/2", 1);
    mends("rm -r tile/0/002.p tile/entries/002.p", 2);
    mends("rm -r tile", 7); /* three tiles of hashes, one above them, three bundles */
}

static void nothing_is_written_where_the_records_are_not_those_that_were_signed(void **state)
{
    uint64_t mended = 99;
    struct tree_head other = head;
    (void)state;
    other.root.at[5] ^= 1;
    run("rm tile/0/001");
    assert_int_equal(retile_run(at, &other, &mended).code, GW_CORRUPT);
    assert_int_equal(mended, 0);
    other = head;
    other.size++; /* records are missing */
    assert_int_equal(retile_run(at, &other, &mended).code, GW_CORRUPT);
    assert_int_equal(faccessat(at, "tile/0/001", F_OK, 0), -1);
}

/* The tiles are all that is left of records that have ended. */
static void a_log_without_its_first_records_is_left_alone(void **state)
{
    uint64_t mended = 99;
    (void)state;
    run("rm seg/00000000000000000000.seg tile/0/001");
    assert_int_equal(retile_run(at, &head, &mended).code, GW_OK);
    assert_int_equal(mended, 0);
    assert_int_equal(faccessat(at, "tile/0/001", F_OK, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_gone_or_damaged_is_made_again, fresh, gone),
        cmocka_unit_test_setup_teardown(
            nothing_is_written_where_the_records_are_not_those_that_were_signed, fresh, gone),
        cmocka_unit_test_setup_teardown(a_log_without_its_first_records_is_left_alone, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
