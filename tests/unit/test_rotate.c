/* tests/unit/test_rotate.c - audit/rotate.h: the new key is vouched for by the old one, at each
 * step at which it may be cut short there is one key in force, and none signs out of its time. */
#include "proxy/base/base.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/log.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>

static char key[128];
static const struct clock real;

static void run(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", base, command);
    assert_int_equal(system(line), 0);
}

static int fresh(void **state)
{
    int failed = rig_folder(state);
    snprintf(key, sizeof key, "%s/audit/log.key", base);
    return failed;
}

static gw_result open_log(struct audit_log **log)
{
    char reason[256];
    const struct audit_settings settings = {.origin = "bulla.example/rotate",
                                            .key_file = key,
                                            .segment_bytes = 64 * 1024,
                                            .clock = &real};
    return rig_try(settings, reason, sizeof reason, log);
}

static struct audit_log *opened(void)
{
    struct audit_log *log = NULL;
    assert_true(gw_ok(open_log(&log)));
    return log;
}

static uint64_t append(struct audit_log *log, enum record_type type)
{
    uint64_t seq = 0;
    const struct audit_record rec = {.type = type};
    assert_int_equal(audit_log_append(log, &rec, 1, &seq).code, GW_OK);
    return seq;
}

/* The log's keys; and nothing is wrong with it. */
static size_t keys_of(struct chain *keys)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(chain_read(fd, keys).code, GW_OK);
    close(fd);
    verify_run(dir, &options, &report);
    if (report.code != VERIFY_INTACT)
        fail_msg("%s", report.reason);
    return keys->count;
}

static enum verify_code verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    verify_run(dir, &options, &report);
    return report.code;
}

static void a_key_hands_over_to_the_next(void **state)
{
    struct chain keys;
    struct buf proof;
    (void)state;
    struct audit_log *log = opened();
    append(log, RECORD_CONFIG_CHANGE);
    assert_int_equal(keys_of(&keys), 1);
    run("cp -r audit before");
    uint64_t first = append(log, RECORD_KEY_ROTATE);
    assert_int_equal(keys_of(&keys), 2);
    run("cp -r audit between && cp before/log.key between/log.key && cp audit/log.key "
        "between/log.key.next");
    assert_int_equal(keys.links[1].seq, first);
    append(log, RECORD_CONFIG_CHANGE);
    append(log, RECORD_KEY_ROTATE);
    append(log, RECORD_CONFIG_CHANGE);
    audit_log_close(log);
    assert_int_equal(keys_of(&keys), 3);
    log = opened(); /* the newest is the one that counts */
    audit_log_close(log);
    assert_int_equal(keys_of(&keys), 3);
    buf_init(&proof, PROVE_MAX);
    assert_int_equal(prove_record(dir, first, &proof).code, GW_OK);
    buf_free(&proof);
    run("test ! -e audit/log.key.next && ! cmp -s before/log.key audit/log.key");
}

static void an_old_key_opens_nothing_any_more(void **state)
{
    struct audit_log *log = NULL;
    (void)state;
    run("cp audit/log.key kept.key && cp before/log.key audit/log.key");
    assert_int_equal(open_log(&log).code, GW_REFUSED);
    run("cp before/log.key audit/log.key.next");
    assert_int_equal(open_log(&log).code, GW_REFUSED);
    run("rm audit/log.key.next && cp kept.key audit/log.key");
    log = opened();
    audit_log_close(log);
}

/* Cut after the proof was written: the waiting key takes over at the next start. */
static void a_change_that_was_cut_is_finished(void **state)
{
    struct chain keys;
    (void)state;
    run("rm -rf audit && cp -r between audit");
    struct audit_log *log = opened();
    run("test ! -e audit/log.key.next && cmp -s between/log.key.next audit/log.key");
    append(log, RECORD_CONFIG_CHANGE);
    audit_log_close(log);
    assert_int_equal(keys_of(&keys), 2);
}

/* Cut before the proof was: the old key goes on, and a second try takes the waiting key. */
static void a_change_that_did_not_count_is_made_again(void **state)
{
    struct chain keys;
    (void)state;
    run("rm -rf audit && cp -r between audit && rm -r audit/rotate");
    assert_int_equal(keys_of(&keys), 1);
    struct audit_log *log = opened();
    append(log, RECORD_CONFIG_CHANGE);
    run("cmp -s before/log.key audit/log.key");
    append(log, RECORD_KEY_ROTATE);
    audit_log_close(log);
    assert_int_equal(keys_of(&keys), 2);
    run("cmp -s between/log.key.next audit/log.key");
}

static void no_changed_byte_of_a_proof_is_taken(void **state)
{
    char path[160], byte;
    struct chain keys;
    (void)state;
    keys_of(&keys);
    chain_path(keys.links[1].seq, path);
    int at = open(dir, O_RDONLY | O_DIRECTORY);
    int fd = openat(at, path, O_RDWR);
    assert_true(fd >= 0);
    for (off_t i = 0; pread(fd, &byte, 1, i) == 1; i++) {
        char bad = (char)(byte ^ (1 << (i % 7)));
        assert_int_equal(pwrite(fd, &bad, 1, i), 1);
        if (gw_ok(chain_read(at, &keys)))
            fail_msg("byte %ld changed, and accepted", (long)i);
        assert_int_equal(pwrite(fd, &byte, 1, i), 1);
    }
    close(fd);
    close(at);
    assert_int_equal(keys_of(&keys), 2);
    run("mv audit/rotate aside");
    assert_int_equal(verified(), VERIFY_TAMPERED); /* nobody vouches for who signed */
    run("mv aside audit/rotate && touch audit/rotate/00000000000000000001.tlog-proof");
    assert_int_equal(verified(), VERIFY_TAMPERED);
    run("rm audit/rotate/00000000000000000001.tlog-proof");
    assert_int_equal(verified(), VERIFY_INTACT);
}

/* A thief of the old key signs a larger tree with it: no head of this log. */
static void no_key_signs_out_of_its_time(void **state)
{
    struct chain keys;
    struct note_signer *old = NULL, *now = NULL;
    struct note_checkpoint c = {.origin = SLICE_LIT("bulla.example/rotate")}, read;
    char path[160];
    struct buf text, note;
    (void)state;
    keys_of(&keys);
    uint64_t change = keys.links[1].head.size;
    snprintf(path, sizeof path, "%s/before/log.key", base);
    assert_true(gw_ok(note_signer_open(path, "bulla.example/rotate", false, &old)));
    assert_true(gw_ok(note_signer_open(key, "bulla.example/rotate", false, &now)));
    buf_init(&text, NOTE_MAX);
    buf_init(&note, NOTE_MAX);
    for (int i = 0; i < 6; i++) {
        bool is_old = i < 3;
        c.size = change - 1 + (uint64_t)(i % 3);
        buf_clear(&text);
        buf_clear(&note);
        assert_true(gw_ok(note_checkpoint_write(&c, &text)));
        assert_true(gw_ok(note_sign(is_old ? old : now, buf_slice(&text), &note)));
        bool in_time = is_old ? c.size <= change : c.size >= change;
        assert_int_equal(chain_open(&keys, buf_slice(&note), &read).code,
                         in_time ? GW_OK : GW_CORRUPT);
    }
    buf_free(&text);
    buf_free(&note);
    note_signer_free(old);
    note_signer_free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_hands_over_to_the_next),
        cmocka_unit_test(an_old_key_opens_nothing_any_more),
        cmocka_unit_test(a_change_that_was_cut_is_finished),
        cmocka_unit_test(a_change_that_did_not_count_is_made_again),
        cmocka_unit_test(no_changed_byte_of_a_proof_is_taken),
        cmocka_unit_test(no_key_signs_out_of_its_time),
    };
    return cmocka_run_group_tests(tests, fresh, rig_gone);
}
