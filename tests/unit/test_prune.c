/* tests/unit/test_prune.c - audit/prune.h: old payloads end with their keys, what is held stays,
 * and the log is as whole as before. */
#include "proxy/base/base.h"
#include "audit/prune.h"
#include "audit/show.h"
#include "audit/unseal.h"
#include "audit/verify.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>

#define LONG_AGO "2020010100"

static void say(struct seal_rig *f, const char *words)
{
    struct audit_record rec = {.type = RECORD_PRUNE};
    char what[100];
    uint64_t seq;
    snprintf(what, sizeof what, "{\"count\":0,\"op\":\"prune\",\"query\":\"%s\"}", words);
    rec.groups[GROUP_WHAT] = slice_str(what);
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"user\":\"the-operator\"}");
    assert_true(gw_ok(audit_log_append(f->log, &rec, 7, &seq)));
    assert_true(gw_ok(audit_log_sync(f->log)));
}

static bool is_held(void *fixture, uint64_t seq)
{
    return ((const struct seal_rig *)fixture)->held == seq;
}

static uint64_t stayed;

static void note_stay(void *fixture, uint64_t seq)
{
    assert_true(is_held(fixture, seq));
    stayed = seq;
}

/* Payloads of before that hour, and disclosures: by the hour in which a record was made. */
static struct prune prune(struct seal_rig *f, const char *payloads, const char *groups)
{
    struct prune p = {.is_held = is_held, .owner = f, .stays = note_stay};
    int dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(p.before, sizeof p.before, "%s", payloads);
    snprintf(p.groups_before, sizeof p.groups_before, "%s", groups);
    assert_true(gw_ok(prune_run(dir, &p)));
    close(dir);
    return p;
}

static gw_result open_first(void *fixture, int dir, const struct segment_frame *frame)
{
    const struct seal_rig *f = fixture;
    struct segment_blob blob;
    struct buf text;
    TRY(segment_blob(frame, 0, &blob));
    buf_init(&text, 1 << 16);
    gw_result r = unseal_blob(dir, &f->ids, &blob, SLICE_LIT(XID), &text);
    if (gw_ok(r) && !slice_has_prefix(buf_slice(&text), SLICE_LIT("said at ")))
        r = gw_is(GW_BAD);
    buf_free(&text);
    return r;
}

static enum gw_code opens(struct seal_rig *f, uint64_t seq)
{
    return show_one(f->path, seq, open_first, f).code;
}

static struct verify_report verified(struct seal_rig *f)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &f->clock};
    audit_log_close(f->log);
    verify_run(f->path, &options, &report);
    return report;
}

static void what_ends_without_a_record_is_told(void **state)
{
    struct seal_rig f;
    (void)state;
    seal_rig_make(&f);
    uint64_t old = seal_rig_record(&f, "said at eight");
    f.clock.wall_us += 2 * HOUR_US;
    say(&f, PRUNE_SAYS "2025112820"); /* this hour is not before that */
    assert_int_equal(prune(&f, "2025112821", "").payloads, 1);
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INCOMPLETE);
    assert_int_equal(r.seq, old);
    seal_rig_drop(&f);
}

static void what_is_held_stays_with_its_keys(void **state)
{
    struct seal_rig f;
    (void)state;
    seal_rig_make(&f);
    uint64_t first = seal_rig_record(&f, "said at eight"),
             second = seal_rig_record(&f, "said at eight too");
    f.held = second;
    f.clock.wall_us += 2 * HOUR_US;
    say(&f, PRUNE_SAYS "2025112821");
    stayed = 0;
    struct prune p = prune(&f, "2025112821", "");
    assert_int_equal(p.payloads, 1);
    assert_int_equal(p.held, 1);
    assert_int_equal(stayed, second);
    assert_int_equal(p.epochs, 0);
    assert_int_equal(opens(&f, first), GW_NOT_FOUND);
    assert_int_equal(opens(&f, second), GW_OK);
    assert_int_equal(verified(&f).code, VERIFY_INTACT);
    seal_rig_drop(&f);
}

static void old_payloads_end_and_the_log_stays_whole(void **state)
{
    struct seal_rig f;
    (void)state;
    seal_rig_make(&f);
    uint64_t old = seal_rig_record(&f, "said at eight");
    f.clock.wall_us += HOUR_US;
    uint64_t newer = seal_rig_record(&f, "said at nine");
    assert_int_equal(opens(&f, old), GW_OK);
    f.clock.wall_us += HOUR_US;
    say(&f, PRUNE_SAYS "2025112821");
    struct prune p = prune(&f, "2025112821", "");
    assert_int_equal(p.payloads, 1);
    assert_int_equal(p.epochs, 1);
    assert_int_equal(opens(&f, old), GW_NOT_FOUND);
    assert_int_equal(opens(&f, newer), GW_OK);
    p = prune(&f, "2025112821", ""); /* twice is once */
    assert_int_equal(p.payloads + p.epochs, 0);
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.pruned, 1);
    seal_rig_open(&f);
    assert_int_equal(verified(&f).code, VERIFY_INTACT);
    seal_rig_drop(&f);
}

static size_t stands(struct seal_rig *f, const char *text)
{
    char words[160], n[16] = "";
    snprintf(words, sizeof words, "cat %s/seg/* | grep -aoF %s | wc -l", f->path, text);
    FILE *told = popen(words, "r");
    assert_true(told != NULL && fgets(n, sizeof n, told) != NULL);
    pclose(told);
    return (size_t)atoi(n);
}

static void disclosures_that_end_without_a_record_are_told(void **state)
{
    struct seal_rig f;
    (void)state;
    seal_rig_make(&f);
    uint64_t old = seal_rig_record(&f, "said at eight");
    f.clock.wall_us += 2 * HOUR_US;
    say(&f, PRUNE_SAYS_GROUPS "2025112820"); /* this hour is not before that */
    say(&f, PRUNE_SAYS "2025112822");        /* and that is said of payloads */
    assert_int_equal(prune(&f, LONG_AGO, "2025112821").groups, 1);
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INCOMPLETE);
    assert_int_equal(r.seq, old);
    seal_rig_drop(&f);
}

static void old_disclosures_end_and_the_log_stays_whole(void **state)
{
    struct seal_rig f;
    (void)state;
    seal_rig_make(&f);
    (void)seal_rig_record(&f, "said at eight");
    f.held = seal_rig_record(&f, "said at eight, and held");
    f.clock.wall_us += HOUR_US;
    uint64_t newer = seal_rig_record(&f, "said at nine");
    f.clock.wall_us += HOUR_US;
    say(&f, PRUNE_SAYS_GROUPS "2025112821");
    assert_int_equal(stands(&f, "the-app-of-ann"), 3);
    struct prune p = prune(&f, LONG_AGO, "2025112821");
    assert_int_equal(p.groups, 1);
    assert_int_equal(p.payloads, 0);
    assert_int_equal(p.held, 1); /* though its payload would not end yet */
    assert_int_equal(stands(&f, "the-app-of-ann"), 2);
    assert_int_equal(stands(&f, "the-operator"), 1); /* what people did to the log stays */
    assert_int_equal(opens(&f, newer), GW_OK);
    assert_int_equal(prune(&f, LONG_AGO, "2025112821").groups, 0); /* twice is once */
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.pruned, 1);
    seal_rig_open(&f);
    assert_int_equal(verified(&f).code, VERIFY_INTACT);
    seal_rig_drop(&f);
}

/* What is held behind a hole cannot be known: no key goes. */
static void a_log_with_a_hole_is_not_pruned(void **state)
{
    struct seal_rig f;
    struct prune p = {.is_held = is_held, .owner = &f, .before = "2025112821"};
    char path[96], byte = 0;
    (void)state;
    seal_rig_make(&f);
    uint64_t first = seal_rig_record(&f, "said at eight");
    f.held = seal_rig_record(&f, "said at eight, and held");
    f.clock.wall_us += 2 * HOUR_US;
    snprintf(path, sizeof path, "%s/seg/%020d.seg", f.path, 0);
    int fd = open(path, O_RDWR | O_CLOEXEC), dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(pread(fd, &byte, 1, 40), 1); /* in the leaf of log.start */
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 40), 1);
    assert_int_equal(prune_run(dir, &p).code, GW_CORRUPT);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 40), 1);
    assert_int_equal(opens(&f, first), GW_OK);
    assert_int_equal(opens(&f, f.held), GW_OK);
    close(fd);
    close(dir);
    audit_log_close(f.log);
    seal_rig_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disclosures_that_end_without_a_record_are_told),
        cmocka_unit_test(old_disclosures_end_and_the_log_stays_whole),
        cmocka_unit_test(a_log_with_a_hole_is_not_pruned),
        cmocka_unit_test(what_ends_without_a_record_is_told),
        cmocka_unit_test(what_is_held_stays_with_its_keys),
        cmocka_unit_test(old_payloads_end_and_the_log_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
