/* tests/unit/seal_rig.h - a log with sealed payloads in it, in a folder of its own, on a clock that
 * the test moves. */
#ifndef TESTS_UNIT_SEAL_RIG_H
#define TESTS_UNIT_SEAL_RIG_H

#include "audit/log.h"
#include "audit/sealer.h"
#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#define XID "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"
#define HOUR_US INT64_C(3600000000)

struct seal_rig {
    char path[64], key[80];
    struct clock clock;
    struct age_identities ids;
    struct age_recipient to;
    struct audit_log *log;
    struct sealer *s;
    uint64_t held;
};

static inline void seal_rig_open(struct seal_rig *f)
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

static inline void seal_rig_make(struct seal_rig *f)
{
    *f = (struct seal_rig){.clock = {.fake = true, .wall_us = INT64_C(1764361200000000)},
                           .held = UINT64_MAX};
    snprintf(f->path, sizeof f->path, "/tmp/bulla-seal-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    snprintf(f->key, sizeof f->key, "%s/log.key", f->path);
    f->ids.count = 1;
    memset(f->ids.at[0].at, 0x17, AGE_POINT);
    f->to = age_recipient_of(&f->ids.at[0]);
    f->s = sealer_new(&f->to, 1, &f->clock);
    assert_non_null(f->s);
    seal_rig_open(f);
}

static inline void seal_rig_drop(struct seal_rig *f)
{
    char words[100];
    sealer_free(f->s);
    snprintf(words, sizeof words, "rm -r %s", f->path);
    assert_int_equal(system(words), 0);
}

/* A refused request with its text, in the hour that it is. */
static inline uint64_t seal_rig_record(struct seal_rig *f, const char *text)
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
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"the-app-of-ann\"}");
    rec.groups[GROUP_USE] = SLICE_LIT("{\"status\":403}");
    assert_true(gw_ok(audit_log_keys(f->log, sealer_keys(f->s))));
    sealer_keys_sent(f->s);
    assert_true(gw_ok(audit_log_append(f->log, &rec, 7, &seq)));
    assert_true(gw_ok(audit_log_sync(f->log)));
    buf_free(&sealed);
    return seq;
}

#endif
