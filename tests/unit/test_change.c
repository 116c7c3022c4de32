/* tests/unit/test_change.c - proxy/main/change.h: what is said of a policy and a configuration. */
#include "proxy/base/base.h"
#include "proxy/main/change.h"
#include "audit/channel.h"
#include "audit/jcs.h"
#include "audit/record.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-change-XXXXXX";

static int begin(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int finish(void **state)
{
    (void)state;
    (void)unlink("old.yaml");
    (void)unlink("new.yaml");
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static void make_file(const char *name, time_t when)
{
    const struct timespec times[] = {{when, 0}, {when, 0}};
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static struct audit_record next(struct slice *packet)
{
    struct audit_record rec = {.type = RECORD_NONE};
    struct slice message;
    enum channel_kind kind;
    uint64_t ticket = 9;
    assert_true(gw_ok(channel_next(packet, &ticket, &kind, &message)));
    assert_true(kind == CHANNEL_RECORD && gw_ok(record_decode(message, &rec)));
    /* the policy's answer is waited for, where the log has witnesses */
    assert_true(ticket == (rec.type == RECORD_POLICY_CHANGE ? CHANNEL_POLICY_SAID : 0));
    return rec;
}

static void assert_says(struct slice group, const char *key, const char *text)
{
    struct slice said;
    assert_true(gw_ok(jcs_text(group, key, &said)));
    if (!slice_is(said, slice_str(text)))
        fail_msg("%s is %.*s", key, (int)said.len, said.at);
}

static void builtin_rules_have_no_owner(void **state)
{
    const char *files[] = {"builtin:default"};
    const struct config c = {.policy_files = files, .policies = {.n = 1}, .file = {"gone.yaml", 9}};
    const struct digest d = {.at = {1}};
    struct slice text;
    struct buf packet;
    (void)state;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(change_pack(&c, &d, 3, &packet)));
    struct slice rest = buf_slice(&packet);
    for (int i = 0; i < 2; i++) {
        struct audit_record rec = next(&rest);
        assert_int_equal(rec.groups[GROUP_WHO].len, 0);
        assert_says(rec.groups[GROUP_WHAT], "file", "builtin");
        assert_int_equal(jcs_text(rec.groups[GROUP_WHAT], "file_time", &text).code, GW_NOT_FOUND);
    }
    buf_free(&packet);
}

static void both_are_said_with_the_file_that_changed_last(void **state)
{
    const char *files[] = {"new.yaml", "builtin:default", "old.yaml"};
    struct config c = {.policy_files = files, .policies = {.n = 3}, .file = {"old.yaml", 8}};
    const struct digest d = {.at = {1}};
    struct buf packet;
    uint64_t n;
    (void)state;
    make_file("old.yaml", 1700000000);
    make_file("new.yaml", 1700000001);
    c.digest.at[0] = 2;
    c.audit.capture = RECORD_CAPTURE_FULL;
    c.audit.retention.payloads = UINT64_C(30) * 86400000;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(change_pack(&c, &d, 3, &packet)));
    struct slice rest = buf_slice(&packet);
    struct audit_record rec = next(&rest);
    assert_true(rec.type == RECORD_POLICY_CHANGE && rec.gen == 3 && rec.pol.at[0] == 1);
    assert_says(rec.groups[GROUP_WHAT], "file", "new.yaml");
    assert_says(rec.groups[GROUP_WHAT], "file_time", "2023-11-14T22:13:21.000000Z");
    assert_true(gw_ok(jcs_u64(rec.groups[GROUP_WHO], "uid", &n)) && n == getuid());
    rec = next(&rest);
    assert_true(rec.type == RECORD_CONFIG_CHANGE && rec.gen == 3 && rec.pol.at[0] == 2);
    assert_says(rec.groups[GROUP_WHAT], "file", "old.yaml");
    assert_says(rec.groups[GROUP_WHAT], "capture", "full");
    assert_says(rec.groups[GROUP_WHAT], "durability", "strict");
    assert_true(gw_ok(jcs_u64(rec.groups[GROUP_WHAT], "payloads_hours", &n)) && n == 720);
    assert_int_equal(rest.len, 0);
    buf_free(&packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_rules_have_no_owner),
        cmocka_unit_test(both_are_said_with_the_file_that_changed_last),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
