/* tests/unit/test_prune.c - audit/prune.h: old payloads end with their keys, what is held stays,
 * and the log is as whole as before. */
#include "proxy/base/base.h"
#include "audit/prune.h"
#include "audit/log.h"
#include "audit/sealer.h"
#include "audit/show.h"
#include "audit/unseal.h"
#include "audit/verify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#define XID "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"
#define HOUR_US INT64_C(3600000000)

struct fixture {
    char path[64], key[80];
    struct clock clock;
    struct age_identities ids;
    struct age_recipient to;
    struct audit_log *log;
    struct sealer *s;
    uint64_t held;
};

static void open_log(struct fixture *f)
{
    char reason[300] = "";
    const struct audit_settings settings = {.dir = f->path,
                                            .origin = "example.com/log",
                                            .node = "n",
                                            .build = "b",
                                            .key_file = f->key,
                                            .clock = &f->clock};
    assert_true(gw_ok(audit_log_open(&settings, reason, sizeof reason, &f->log)));
}

static void make(struct fixture *f)
{
    *f = (struct fixture){.clock = {.fake = true, .wall_us = INT64_C(1764361200000000)},
                          .held = UINT64_MAX};
    snprintf(f->path, sizeof f->path, "/tmp/bulla-prune-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    snprintf(f->key, sizeof f->key, "%s/log.key", f->path);
    f->ids.count = 1;
    memset(f->ids.at[0].at, 0x17, AGE_POINT);
    f->to = age_recipient_of(&f->ids.at[0]);
    f->s = sealer_new(&f->to, 1, &f->clock);
    assert_non_null(f->s);
    open_log(f);
}

static void drop(struct fixture *f)
{
    char words[100];
    sealer_free(f->s);
    snprintf(words, sizeof words, "rm -r %s", f->path);
    assert_int_equal(system(words), 0);
}

/* A refused request with its text, in the hour that it is. */
static uint64_t record(struct fixture *f, const char *text)
{
    struct audit_record rec = {
        .type = RECORD_EXCHANGE_BLOCK, .out = "blocked", .cap = RECORD_CAPTURE_FULL, .xid = XID};
    const struct sealer_text in = {.kind = PAYLOAD_REQ_ORIG,
                                   .xid = XID,
                                   .tenant = SLICE_LIT("acme"),
                                   .subject = SLICE_LIT("ann"),
                                   .text = raw_of(slice_str(text)),
                                   .all = strlen(text)};
    struct buf sealed;
    uint64_t seq = 0;
    buf_init(&sealed, 1 << 16);
    assert_true(gw_ok(sealer_seal(f->s, &in, &sealed, &rec.payloads[0])));
    rec.payload_count = 1;
    assert_true(gw_ok(audit_log_keys(f->log, sealer_keys(f->s))));
    sealer_keys_sent(f->s);
    assert_true(gw_ok(audit_log_append(f->log, &rec, 7, &seq)));
    assert_true(gw_ok(audit_log_sync(f->log)));
    buf_free(&sealed);
    return seq;
}

static void say_prune(struct fixture *f, const char *hour)
{
    struct audit_record rec = {.type = RECORD_PRUNE};
    char what[100];
    uint64_t seq;
    snprintf(what, sizeof what, "{\"count\":0,\"op\":\"prune\",\"query\":\"" PRUNE_SAYS "%s\"}",
             hour);
    rec.groups[GROUP_WHAT] = slice_str(what);
    assert_true(gw_ok(audit_log_append(f->log, &rec, 7, &seq)));
    assert_true(gw_ok(audit_log_sync(f->log)));
}

static bool is_held(void *fixture, uint64_t seq)
{
    return ((const struct fixture *)fixture)->held == seq;
}

static struct prune prune(struct fixture *f, const char *hour)
{
    struct prune p = {.is_held = is_held, .owner = f};
    int dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(p.before, sizeof p.before, "%s", hour);
    assert_true(gw_ok(prune_payloads(dir, &p)));
    close(dir);
    return p;
}

static gw_result open_first(void *fixture, int dir, const struct segment_frame *frame)
{
    const struct fixture *f = fixture;
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

static enum gw_code opens(struct fixture *f, uint64_t seq)
{
    return show_one(f->path, seq, open_first, f).code;
}

static struct verify_report verified(struct fixture *f)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &f->clock};
    audit_log_close(f->log);
    verify_run(f->path, &options, &report);
    return report;
}

static void what_ends_without_a_record_is_told(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    uint64_t old = record(&f, "said at eight");
    f.clock.wall_us += 2 * HOUR_US;
    say_prune(&f, "2025112820"); /* this hour is not before that */
    assert_int_equal(prune(&f, "2025112821").payloads, 1);
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INCOMPLETE);
    assert_int_equal(r.seq, old);
    drop(&f);
}

static void what_is_held_stays_with_its_keys(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    uint64_t first = record(&f, "said at eight"), second = record(&f, "said at eight too");
    f.held = second;
    f.clock.wall_us += 2 * HOUR_US;
    say_prune(&f, "2025112821");
    struct prune p = prune(&f, "2025112821");
    assert_int_equal(p.payloads, 1);
    assert_int_equal(p.held, 1);
    assert_int_equal(p.epochs, 0);
    assert_int_equal(opens(&f, first), GW_NOT_FOUND);
    assert_int_equal(opens(&f, second), GW_OK);
    assert_int_equal(verified(&f).code, VERIFY_INTACT);
    drop(&f);
}

static void old_payloads_end_and_the_log_stays_whole(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    uint64_t old = record(&f, "said at eight");
    f.clock.wall_us += HOUR_US;
    uint64_t newer = record(&f, "said at nine");
    assert_int_equal(opens(&f, old), GW_OK);
    f.clock.wall_us += HOUR_US;
    say_prune(&f, "2025112821");
    struct prune p = prune(&f, "2025112821");
    assert_int_equal(p.payloads, 1);
    assert_int_equal(p.epochs, 1);
    assert_int_equal(opens(&f, old), GW_NOT_FOUND);
    assert_int_equal(opens(&f, newer), GW_OK);
    p = prune(&f, "2025112821"); /* twice is once */
    assert_int_equal(p.payloads + p.epochs, 0);
    struct verify_report r = verified(&f);
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.pruned, 1);
    open_log(&f);
    assert_int_equal(verified(&f).code, VERIFY_INTACT);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ends_without_a_record_is_told),
        cmocka_unit_test(what_is_held_stays_with_its_keys),
        cmocka_unit_test(old_payloads_end_and_the_log_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
