/* tests/unit/test_sealer.c - audit/sealer.h with keyring.h and unseal.h: what is sealed opens for a
 * reviewer, under keys that last an hour and can be destroyed one by one. */
#include "proxy/base/base.h"
#include "audit/sealer.h"
#include "audit/disk.h"
#include "audit/keyring.h"
#include "audit/unseal.h"
#include "proxy/base/secret.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#define XID "0190a1b2-c3d4-7e5f-8a6b-0123456789ab"
#define HOUR_US INT64_C(3600000000)

struct fixture {
    char path[64];
    int dir;
    struct clock clock;
    struct age_identities ids;
    struct age_recipient to;
    struct sealer *s;
    struct buf sealed, text;
};

static void make(struct fixture *f)
{
    *f = (struct fixture){.clock = {.fake = true, .wall_us = INT64_C(1764361200000000)}};
    snprintf(f->path, sizeof f->path, "/tmp/bulla-sealer-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    f->ids.count = 1;
    memset(f->ids.at[0].at, 0x17, AGE_POINT);
    f->to = age_recipient_of(&f->ids.at[0]);
    f->s = sealer_new(&f->to, 1, &f->clock);
    assert_non_null(f->s);
    buf_init(&f->sealed, 1 << 20);
    buf_init(&f->text, 1 << 20);
}

static void drop(struct fixture *f)
{
    sealer_free(f->s);
    buf_free(&f->sealed);
    buf_free(&f->text);
    assert_true(gw_ok(disk_remove_dir(f->dir, "keys")));
    close(f->dir);
    (void)rmdir(f->path);
}

static struct record_payload seal(struct fixture *f, const char *subject, const char *text)
{
    struct record_payload p;
    const struct sealer_text in = {.kind = PAYLOAD_REQ_SENT,
                                   .xid = XID,
                                   .tenant = SLICE_LIT("acme"),
                                   .subject = slice_str(subject),
                                   .text = raw_of(slice_str(text)),
                                   .all = strlen(text)};
    buf_clear(&f->sealed);
    assert_true(gw_ok(sealer_seal(f->s, &in, &f->sealed, &p)));
    return p;
}

/* As the auditor does. */
static size_t store(struct fixture *f)
{
    struct slice keys = sealer_keys(f->s);
    struct keyring_item item;
    size_t n = 0;
    while (gw_ok(keyring_take(&keys, &item))) {
        assert_true(gw_ok(keyring_store(f->dir, &item)));
        n++;
    }
    assert_int_equal(keys.len, 0);
    sealer_keys_sent(f->s);
    return n;
}

static struct segment_blob blob_of(const struct record_payload *p, char unit[2 * RECORD_UNIT + 1])
{
    secret_hex(p->unit, sizeof p->unit, unit);
    return (struct segment_blob){.kind = SLICE_LIT("req.sent"),
                                 .epoch = slice_str(p->epoch),
                                 .unit = slice_str(unit),
                                 .bytes = p->sealed.s};
}

static enum gw_code opens(struct fixture *f, const struct record_payload *p, const char *xid)
{
    char unit[2 * RECORD_UNIT + 1];
    struct segment_blob blob = blob_of(p, unit);
    buf_clear(&f->text);
    return unseal_blob(f->dir, &f->ids, &blob, slice_str(xid), &f->text).code;
}

static void spoil(struct fixture *f, const char *epoch, const char *ending, off_t at)
{
    char path[KEYRING_PATH], byte = 0;
    keyring_path(slice_str(epoch), ending, path);
    int fd = openat(f->dir, path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void nothing_else_opens(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    struct record_payload p = seal(&f, "ann", "what ann said");
    assert_int_equal(opens(&f, &p, XID), GW_UNAVAILABLE); /* its keys are not stored */
    assert_int_equal(store(&f), 1);
    assert_int_equal(opens(&f, &p, XID), GW_OK);
    assert_int_equal(opens(&f, &p, "0190a1b2-c3d4-7e5f-8a6b-0123456789ac"), GW_CORRUPT);
    char *at = f.sealed.at + f.sealed.start;
    for (size_t i = 0; i < f.sealed.len; i++) {
        at[i] ^= 1;
        assert_int_equal(opens(&f, &p, XID), GW_CORRUPT);
        at[i] ^= 1;
    }
    f.ids.at[0].at[5] ^= 1;
    assert_int_equal(opens(&f, &p, XID), GW_REFUSED);
    f.ids.at[0].at[5] ^= 1;
    spoil(&f, p.epoch, "units", RECORD_UNIT + 3); /* another key than the one that was wrapped */
    assert_int_equal(opens(&f, &p, XID), GW_BAD);
    spoil(&f, p.epoch, "units", RECORD_UNIT + 3);
    assert_int_equal(opens(&f, &p, XID), GW_OK);
    spoil(&f, p.epoch, "units", 2); /* the row of another unit */
    assert_int_equal(opens(&f, &p, XID), GW_UNAVAILABLE);
    drop(&f);
}

static void keys_that_are_there_are_not_written_over(void **state)
{
    struct fixture f;
    struct keyring_item item;
    (void)state;
    make(&f);
    (void)seal(&f, "ann", "x");
    struct slice keys = sealer_keys(f.s);
    assert_true(gw_ok(keyring_take(&keys, &item)));
    assert_true(gw_ok(keyring_store(f.dir, &item)));
    assert_int_equal(keyring_store(f.dir, &item).code, GW_REFUSED);
    item.envelope = (struct slice){NULL, 0};
    item.epoch = SLICE_LIT("2026010100-0123456789abcdef");
    assert_int_equal(keyring_store(f.dir, &item).code, GW_REFUSED); /* an epoch nobody told */
    struct slice bad = SLICE_LIT("2026010100-../../../../etc/..");
    assert_int_equal(keyring_take(&bad, &item).code, GW_BAD);
    drop(&f);
}

static void a_destroyed_unit_takes_its_texts_along_and_no_others(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    struct record_payload ann = seal(&f, "ann", "what ann said");
    assert_int_equal(store(&f), 1);
    assert_true(gw_ok(keyring_erase(f.dir, slice_str(ann.epoch), ann.unit)));
    assert_int_equal(opens(&f, &ann, XID), GW_UNAVAILABLE);
    assert_true(gw_ok(keyring_erase(f.dir, slice_str(ann.epoch), ann.unit)));
    struct record_payload bob = seal(&f, "bob", "what bob said");
    assert_int_equal(store(&f), 1);
    assert_string_equal(bob.epoch, ann.epoch);
    assert_int_equal(opens(&f, &bob, XID), GW_OK);
    assert_true(slice_is(buf_slice(&f.text), SLICE_LIT("what bob said")));
    drop(&f);
}

static void an_hour_has_its_own_keys_and_a_subject_one_in_it(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    struct record_payload first = seal(&f, "ann", "x"), again = seal(&f, "ann", "x");
    assert_memory_equal(first.unit, again.unit, sizeof first.unit);
    assert_int_equal(strncmp(first.epoch, "2025112820-", 11), 0);
    assert_int_equal(store(&f), 1);
    f.clock.wall_us += HOUR_US;
    sealer_tick(f.s);
    struct record_payload later = seal(&f, "ann", "x");
    assert_int_equal(strncmp(later.epoch, "2025112821-", 11), 0);
    assert_memory_not_equal(first.unit, later.unit, sizeof first.unit);
    assert_int_equal(store(&f), 1);
    drop(&f);
}

/* More subjects than an hour's table has room for, and an auditor that went away. */
static void tables_are_bounded_and_can_be_forgotten(void **state)
{
    struct fixture f;
    char name[16];
    (void)state;
    make(&f);
    for (unsigned i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "s%u", i);
        struct record_payload p = seal(&f, name, name);
        assert_int_equal(store(&f), 1);
        assert_int_equal(opens(&f, &p, XID), GW_OK);
    }
    struct record_payload before = seal(&f, "one more", "x");
    sealer_forget(f.s);
    assert_int_equal(sealer_keys(f.s).len, 0);
    struct record_payload after = seal(&f, "one more", "x");
    assert_string_not_equal(before.epoch, after.epoch);
    assert_int_equal(store(&f), 1);
    assert_int_equal(opens(&f, &after, XID), GW_OK);
    drop(&f);
}

/* An erasure may destroy the keys that there are: what is sealed from then on has others, what was
 * sealed before is still on its way and needs its own. */
static void renewed_keys_are_others_and_those_on_their_way_stay(void **state)
{
    struct fixture f;
    (void)state;
    make(&f);
    struct record_payload before = seal(&f, "ann", "said before");
    struct buf was;
    buf_init(&was, 1 << 16);
    assert_true(gw_ok(buf_add(&was, buf_slice(&f.sealed))));
    sealer_renew(f.s);
    assert_int_equal(store(&f), 1);
    struct record_payload after = seal(&f, "ann", "said after");
    assert_memory_not_equal(before.unit, after.unit, sizeof before.unit);
    assert_int_equal(store(&f), 1);
    assert_true(gw_ok(keyring_erase(f.dir, slice_str(before.epoch), before.unit)));
    assert_int_equal(opens(&f, &after, XID), GW_OK);
    before.sealed.s = buf_slice(&was);
    assert_int_equal(opens(&f, &before, XID), GW_UNAVAILABLE);
    buf_free(&was);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renewed_keys_are_others_and_those_on_their_way_stay),
        cmocka_unit_test(nothing_else_opens),
        cmocka_unit_test(keys_that_are_there_are_not_written_over),
        cmocka_unit_test(a_destroyed_unit_takes_its_texts_along_and_no_others),
        cmocka_unit_test(an_hour_has_its_own_keys_and_a_subject_one_in_it),
        cmocka_unit_test(tables_are_bounded_and_can_be_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
